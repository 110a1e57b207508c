"""A real package from its source to a mended bug: prepared, bred, worked on by tools, replayed, and left in the middle."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axion_zoo.selfplay.bug_repair.bank import Bug
from axion_zoo.selfplay.bug_repair.command import repo
from axion_zoo.selfplay.bug_repair.repository import Repository
from click.testing import CliRunner

from axion_env import Ending, Env, Episode, Play, Policy, Scripted, drive, judge, load
from axion_env.core.replay import fork, rerun, verify
from axion_env.record.codec import decode, encode
from axion_env.sandbox import Sandbox

pytestmark = pytest.mark.slow
QUICK = ("__init__.py", "test_basic_ops.py", "test_bitwise.py")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """mpmath as it is installed, with its quickest tests, prepared and bred by the command."""
    installed = importlib.util.find_spec("mpmath")
    assert installed is not None
    assert installed.submodule_search_locations is not None
    folder = tmp_path_factory.mktemp("repository")
    source, out = folder / "source", folder / "repositories" / "mpmath"
    home = Path(installed.submodule_search_locations[0])

    def slow(at: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(at).name == "tests" and name not in QUICK] + ["__pycache__"]

    shutil.copytree(home, source / "mpmath", ignore=slow)
    (source / "pyproject.toml").write_text('[project]\nname = "mpmath"\nversion = "1"\n')
    runner = CliRunner()
    made = runner.invoke(repo, ["prepare", str(source), "--out", str(out), "--runs", "2", "--json"])
    assert made.exit_code == 0, made.output
    bred = runner.invoke(repo, ["breed", str(out), "--bugs", "1", "--seed", "5"])
    assert bred.exit_code == 0, bred.output
    return out


@pytest.fixture(scope="module")
def env(prepared: Path) -> Env:
    return load("axion/BugRepair-v0", backend="repository", source=str(prepared), turns=8)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=1) as made:
        yield made


def play(env: Env, answers: list[str], sandbox: Sandbox, started: Play | None = None) -> Episode:
    policy: Policy = Scripted(answers)
    (episode,) = drive([started or Play(env, env.tasks("train")[0], 3)], policy, services={"sandbox": sandbox})
    assert episode.ending is Ending.FINISHED, episode.error
    return episode


def edits(bug: Bug) -> list[str]:
    """What undoes a bug, as search-replace edits with their lines of context."""
    found = []
    for change in bug.artifact.bug.reverse().changes:
        for hunk in change.hunks:
            old, new = hunk.sides
            found.append(f'<edit path="{change.path}">\n<old>\n{old}\n</old>\n<new>\n{new}\n</new>\n</edit>')
    return found


@pytest.fixture(scope="module")
def mended(env: Env, sandbox: Sandbox) -> Episode:
    bug = Bug.of(env.tasks("train")[0].secret["bug"])
    (path,) = bug.artifact.bug.paths
    tests = " ".join(bug.artifact.oracle_paths)
    look = ["<run>ls mpmath | head -3 && grep -c def mpmath/libmp/libmpf.py</run>", f'<view path="{path}" lines="1-5"/>']
    return play(env, [*look, *edits(bug), f"<run>python -m pytest -q {tests}</run>", "<submit/>"], sandbox)


def test_the_bank_holds_a_bug_of_the_package(env: Env, prepared: Path) -> None:
    """Told by tests that call into what it changes."""
    bug, found = Bug.of(env.tasks("train")[0].secret["bug"]), Repository.load(prepared)
    assert bug.workspace == found.workspace.id
    assert set(bug.artifact.bug.paths) <= set(found.code)
    assert set(bug.fail_to_pass) <= found.passing


def test_a_bug_of_a_package_is_mended_by_tools(env: Env, mended: Episode) -> None:
    """Commands, looks, edits and a run of the tests, turn by turn; and what passes, also made false, is graded as solved."""
    seen = [turn.observation[-1].text for turn in mended.turns][1:]
    assert seen[0].startswith("__init__.py\n")
    assert seen[1].startswith("1\t")
    assert seen[2].startswith("changed mpmath/")
    assert " passed" in seen[-1]
    assert mended.facts is not None
    assert mended.facts["attempts"][0]["code"] == "SOLVED"
    assert judge(env, mended)["solver_0"].reward == 1.0


def test_it_replays_byte_for_byte(env: Env, mended: Episode, sandbox: Sandbox) -> None:
    """From its record alone; and executed again, no job of it answers otherwise but for the seconds that pytest prints."""
    line = encode(mended)
    assert verify(line, env=env) is None
    differences = rerun(decode(line), {"sandbox": sandbox}, env=env)
    assert all("stdout" in difference for difference in differences)


def test_a_fork_in_the_middle_goes_on_in_its_files(env: Env, mended: Episode, sandbox: Sandbox) -> None:
    """Left after the edit: another hand breaks what was mended, in files as they were then, and is graded by what it leaves."""
    gathered = next((i for i, event in enumerate(mended.root) if type(event).__name__ == "Gathered"), None)
    events = mended.root if gathered is None else mended.root[gathered].branches[0]  # type: ignore[union-attr]
    turn = [i for i, event in enumerate(events) if type(event).__name__ == "Turn"][3]
    bug = Bug.of(mended.task.secret["bug"])
    (path,) = bug.artifact.bug.paths
    address = ((), turn) if gathered is None else ((gathered, 0), turn)
    spoil = [f"<run>python -c \"open('{path}', 'a').write('raise ValueError')\"; tail -c 16 {path}</run>", "<submit/>"]
    episode = play(env, spoil, sandbox, fork(mended, address, env=env))
    assert "raise ValueError" in episode.turns[-1].observation[-1].text
    assert episode.facts is not None
    assert not episode.facts["solved"][0]
    patch = episode.facts["attempts"][0]["patch"]
    assert "raise ValueError" in patch
    kept = [line for line in bug.artifact.bug.reverse().text.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert all(line in patch for line in kept)
    assert verify(encode(episode), env=env) is None
