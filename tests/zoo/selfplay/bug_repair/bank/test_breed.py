"""Banks of bugs: bred by rule, across files, and from a project's own history; kept as they are."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest
from axion_zoo.selfplay.bug_repair import bank
from axion_zoo.selfplay.bug_repair.bank import Bug, Modules, repository_tree
from axion_zoo.selfplay.bug_repair.bank.breed import breed, by_rule
from axion_zoo.selfplay.bug_repair.command import repo
from axion_zoo.selfplay.bug_repair.gate import validate
from axion_zoo.selfplay.bug_repair.repository import Repository
from axion_zoo.selfplay.bug_repair.suite import SuiteLimits, now
from click.testing import CliRunner

from axion_env import Play, Scripted, UsageError, drive, load
from axion_env.record.codec import encode
from axion_env.sandbox import Sandbox

AREA = "def area(w, h):\n    return w * h\n\n\ndef grown(w, by):\n    return w + by\n"
TOTAL = "from shapes.area import area\n\n\ndef total(sides):\n    return sum(area(w, h) for w, h in sides)\n"
FIRST_TOTAL = TOTAL.replace("sum(area(w, h) for w, h in sides)", "sum(area(w, w) for w, h in sides)")
TESTS = (
    "import pytest\nfrom shapes.area import area, grown\nfrom shapes.total import total\n\n\n"
    "@pytest.mark.parametrize('w', range(1, 7))\ndef test_area(w):\n    assert area(w, 3) == 3 * w\n\n\n"
    "@pytest.mark.parametrize('w', range(1, 5))\ndef test_grown(w):\n    assert grown(w, 1) == w + 1\n\n\n"
    "def test_total():\n    assert total([(1, 2), (3, 4)]) == 14\n"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as made:
        yield made


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of two files in a git checkout, in whose history one was wrong at first."""
    home = tmp_path_factory.mktemp("checkout") / "shapes"
    files = {"pyproject.toml": '[project]\nname = "shapes"\nversion = "2"\n', "shapes/__init__.py": "", "shapes/area.py": AREA}
    files |= {"shapes/total.py": FIRST_TOTAL, "tests/test_shapes.py": TESTS}
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)

    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(home), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    (home / "shapes/total.py").write_text(TOTAL)
    git("commit", "-qam", "the height counts too")
    out = home.parent / "out"
    made = CliRunner().invoke(repo, ["prepare", str(home), "--out", str(out), "--runs", "2"])
    assert made.exit_code == 0, made.output
    return out


def test_a_commit_undone_is_a_bug(prepared: Path) -> None:
    """The rule `history` finds the one commit that mended something, and its bug takes the code back to before it."""
    done = CliRunner().invoke(repo, ["breed", str(prepared), "--rule", "history"])
    assert done.exit_code == 0, done.output
    (bug,) = bank.read(prepared / "bugs.jsonl")
    assert bug.artifact.bug.apply(Repository.load(prepared).workspace).text("shapes/total.py") == FIRST_TOTAL
    assert bug.fail_to_pass == ("tests/test_shapes.py::test_total",)
    env = load("axion/BugRepair-v0", backend="repository", source=str(prepared), injector="agent", strategy="history")
    assert env.tasks("train")[0].public["tree"] == "out"


def test_a_bred_bug_is_played_within_the_limits_of_its_repository(prepared: Path, sandbox: Sandbox) -> None:
    """Those it was let through under: a slow suite would never pass under any others."""
    found = Repository.load(prepared)
    assert found.limits != SuiteLimits()
    tree = repository_tree("out", found)
    bank.write(prepared / "bugs.jsonl", islice(breed(tree, by_rule(tree), sandbox), 1))
    env = load("axion/BugRepair-v0", backend="repository", source=str(prepared), turns=1)
    (task,) = env.tasks("train")
    way_back = f"<submit>{Bug.of(task.secret['bug']).artifact.bug.reverse().text}</submit>"
    (episode,) = drive([Play(env, task, 0)], Scripted([way_back]), services={"sandbox": sandbox})
    assert episode.facts is not None
    assert episode.facts["attempts"][0]["code"] == "SOLVED"
    assert f'"cpu_s":{found.limits.script.cpu_s}' in encode(episode)


def test_no_history_reaches_a_tree(prepared: Path) -> None:
    """What was prepared carries no commit, and the old code nowhere but in the diff that injectors are shown."""
    found = Repository.load(prepared)
    assert not any(".git" in path.split("/") for path in found.workspace.files)
    assert all("area(w, w)" not in found.workspace.text(path) for path in found.workspace.files)
    assert len(found.history) == 1


def test_bugs_in_two_files_need_both(prepared: Path) -> None:
    """The rule `files`: every bug changes both files, and inverse mutation testing has let it through."""
    done = CliRunner().invoke(repo, ["breed", str(prepared), "--rule", "files", "--bugs", "1"])
    assert done.exit_code == 0, done.output
    (bug,) = bank.read(prepared / "bugs.jsonl")
    assert bug.artifact.bug.paths == ("shapes/area.py", "shapes/total.py")


def test_a_rule_without_bugs_says_so(prepared: Path, tmp_path: Path) -> None:
    """Of a package that was no checkout there is no history; exit code 2."""
    found = Repository.load(prepared)
    Repository(**{**{name: getattr(found, name) for name in found.__dataclass_fields__}, "history": ()}).save(tmp_path / "plain")
    done = CliRunner().invoke(repo, ["breed", str(tmp_path / "plain"), "--rule", "history"])
    assert isinstance(done.exception, UsageError)
    assert "prepare a git checkout" in str(done.exception)
    with pytest.raises(UsageError, match="needs trees with a history"):
        load("axion/BugRepair-v0", backend="file", injector="agent", strategy="history")
    with pytest.raises(UsageError, match="no bugs are known of plain; `axion repo breed` makes some"):
        load("axion/BugRepair-v0", backend="repository", source=str(tmp_path))
    assert load("axion/BugRepair-v0", backend="repository", source=str(tmp_path), injector="agent").demos() == ()


@pytest.mark.slow
def test_breeding_follows_from_the_seed(sandbox: Sandbox) -> None:
    """The bank that comes with the package is the one its rules give today, as far as two of a module are asked."""
    tree = Modules().tree("semver")
    made = list(islice(breed(tree, by_rule(tree), sandbox), 2))
    assert made == [bug for bug in Modules().bugs("train") if bug.tree == "semver"][:2]


@pytest.mark.slow
@pytest.mark.parametrize("place", range(0, 192, 24))
def test_banked_bugs_are_still_valid(place: int, sandbox: Sandbox) -> None:
    """Every gate of today lets them through, with the same tests that decide."""
    bugs = [bug for split in Modules.splits for bug in Modules().bugs(split)]
    bug = bugs[place]
    found = now(lambda run: validate(run, Modules().tree(bug.tree).workspace, bug.artifact), sandbox)
    assert found.valid, found.gates[-1]
    assert (found.fail_to_pass, found.pass_to_pass) == (bug.fail_to_pass, bug.pass_to_pass)


def test_a_bank_is_kept_as_it_is(tmp_path: Path) -> None:
    """Written and read, packed or not; equal bugs, equal bytes; and a line that is none is named."""
    bugs = Modules().bugs("test")[:3]
    for name in ("a.jsonl", "a.jsonl.gz"):
        bank.write(tmp_path / name, bugs)
        assert bank.read(tmp_path / name) == list(bugs)
        first = (tmp_path / name).read_bytes()
        bank.write(tmp_path / name, bugs)
        assert (tmp_path / name).read_bytes() == first
    (tmp_path / "a.jsonl").write_text((tmp_path / "a.jsonl").read_text() + "{}\n")
    with pytest.raises(UsageError, match="line 4: not a bug"):
        bank.read(tmp_path / "a.jsonl")
    with pytest.raises(UsageError, match="cannot read"):
        bank.read(tmp_path / "b.jsonl")
    with pytest.raises(ValueError, match="not a bug"):
        Bug.of({"artifact": {}})
    with pytest.raises(ValueError, match="not a bug"):
        Bug.of({**bugs[0].record(), "artifact": {**asdict(bugs[0].artifact), "test_script": "x" * 99_999}})
    packed = (tmp_path / "a.jsonl.gz").read_bytes()
    (tmp_path / "a.jsonl.gz").write_bytes(packed[:40] + b"\xff" * 40 + packed[80:])
    with pytest.raises(UsageError, match="cannot read"):
        bank.read(tmp_path / "a.jsonl.gz")
