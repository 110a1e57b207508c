"""Work in a tree of files: what each action shows, and that a record goes on working in its files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axion_zoo.selfplay.bug_repair.tree import Workbench
from axion_zoo.selfplay.bug_repair.tree.action import Edit, View
from axion_zoo.selfplay.bug_repair.tree.workbench import edit, view, without_caches, work

from axion_env import Context, Env, EnvSpec, Episode, Memory, Outcome, Patch, Play, Reward, Role, Rubric, Scripted, Task, drive
from axion_env.core.replay import fork, verify
from axion_env.record.codec import encode
from axion_env.sandbox import File, Sandbox, Workspace

TREE = Workspace(
    {
        "add.py": "def add(a, b):\n    return a - b\n",
        "tests/test_add.py": "from add import add\n\n\ndef test_add():\n    assert add(2, 2) == 4\n",
    }
)


class Mend(Env):
    """One agent at a workbench; what it leaves behind is told as a patch."""

    rubric = Rubric(solver=[Reward(lambda episode, agent: 1.0, name="there")])
    spec = EnvSpec("test/Mend-v0", agents={"solver_0": Role("solver", "", Memory.DIALOGUE)}, max_turns=8, reward_range=(0, 1))

    async def play(self, task: Task, ctx: Context) -> Outcome:
        done = await work(ctx, "solver_0", TREE, "Mend it.", Workbench(turns=8, shown=400))
        patch = Patch.between(TREE, done.workspace).text
        return Outcome({"patch": patch, "submitted": done.submitted, "text": done.text, "turns": done.turns})


SCRIPT = [
    '<view path="."/>',
    '<view path="add.py" lines="2-9"/>',
    "<run>python -m pytest -q -p no:cacheprovider tests | tail -3 > said.txt; wc -l < said.txt; rm said.txt</run>",
    "I change it.",
    '<edit path="add.py"><old>a - b</old><new>a + b</new></edit>',
    "<run>python -m pytest -q tests</run>",
    "<submit/>",
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=1) as made:
        yield made


@pytest.fixture(scope="module")
def episode(sandbox: Sandbox) -> Episode:
    (played,) = drive([Play(Mend(), Mend().tasks()[0], 0)], Scripted(SCRIPT), services={"sandbox": sandbox})
    return played


def test_a_bug_is_mended_by_tools(episode: Episode) -> None:
    """Looking, running and editing show what they did; files change from one action to the next, and caches are nobody's work."""
    seen = [turn.observation[-1].text for turn in episode.turns][1:]
    assert seen[0].startswith("add.py\ntests/test_add.py\n")
    assert seen[1].startswith("2\t    return a - b\n")
    assert seen[2] == "3\n(exit code 0)\n\n(5 actions left)"
    assert seen[3].startswith("no action found\nGive one action")
    assert seen[4].startswith("changed add.py")
    assert "1 passed" in seen[5]
    assert "(exit code 0)" in seen[5]
    assert episode.facts is not None
    assert episode.facts["submitted"]
    assert episode.facts["turns"] == 7
    assert episode.facts["patch"].count("\n+") == 2  # the header's line and the change
    assert "+    return a + b" in episode.facts["patch"]


def test_the_record_replays_without_a_sandbox(episode: Episode) -> None:
    """Byte for byte, from the recorded results of its jobs."""
    assert verify(encode(episode), env=Mend()) is None


def test_a_fork_goes_on_in_the_files(episode: Episode, sandbox: Sandbox) -> None:
    """Left in the middle, after the edit, the files are as they were then: another command sees the mended code."""
    after_edit = [i for i, event in enumerate(episode.root) if type(event).__name__ == "Turn"][5]
    play = fork(episode, ((), after_edit), env=Mend())
    answers = Scripted(["<run>cat add.py; sed -i s/add/plus/ add.py</run>", '<view path="add.py"/>', "<submit/>"])
    (forked,) = drive([play], answers, services={"sandbox": sandbox})
    seen = [turn.observation[-1].text for turn in forked.turns]
    assert "return a + b" in seen[-2]
    assert "1\tdef plus(a, b):" in seen[-1]
    assert verify(encode(forked), env=Mend()) is None


def test_turns_run_out(sandbox: Sandbox) -> None:
    """Then the files count as they stand, and the record says that nothing was handed in."""
    (played,) = drive([Play(Mend(), Mend().tasks()[0], 0)], Scripted(["hm"] * 7 + [SCRIPT[4]]), services={"sandbox": sandbox})
    assert played.facts is not None
    assert not played.facts["submitted"]
    assert "a + b" in played.facts["patch"]


def test_views() -> None:
    """Numbered lines; a folder's files; a word where there is neither."""
    assert view(TREE, View("tests")) == "tests/test_add.py"
    assert view(TREE, View("./add.py", 2, 2)) == "2\t    return a - b"
    assert view(TREE, View("add.py", 5, 9)) == "(add.py has 2 lines)"
    assert view(TREE, View("none")) == "no file or folder 'none'"


@pytest.mark.parametrize(
    ("action", "word"),
    [
        (Edit("add.py", "a", "b"), "times in add.py"),
        (Edit("add.py", "", "b"), "exists"),
        (Edit("none.py", "a", "b"), "no file"),
        (Edit("../add.py", "", "b"), "part"),
        (Edit("bytes", "a", "b"), "not text"),
        (Edit("tests", "", "b"), "cannot be written"),
        (Edit("add.py/x", "", "b"), "cannot be written"),
        (Edit("large", "", "b" * (32 << 20)), "cannot be written"),
    ],
)
def test_an_edit_that_cannot_be_made_changes_nothing(action: Edit, word: str) -> None:
    """And says why."""
    tree = TREE.write({"bytes": b"\xff a"})
    after, said = edit(tree, action)
    assert after == tree
    assert word in said


def test_an_edit_makes_a_file() -> None:
    """From nothing, in a folder that need not be there."""
    after, said = edit(TREE, Edit("src/new.py", "", "x = 1\n"))
    assert after.text("src/new.py") == "x = 1\n"
    assert said == "made src/new.py"


def test_an_edit_keeps_a_program_executable() -> None:
    """So that the difference it makes is a patch; and what is no text at all becomes some."""
    tree = TREE.write({"run": File(b"exit 1\n", executable=True)})
    after, _ = edit(tree, Edit("run", "1", "0\ud800"))
    assert Patch.between(tree, after).apply(tree).files["run"] == File(b"exit 0?\n", executable=True)


def test_caches_are_left_out() -> None:
    """What runs leave behind, history among it, is no work of anybody."""
    left = {"a/__pycache__/x.pyc": b"\0", ".pytest_cache/v": "1", ".git/HEAD": "ref: refs/heads/main"}
    assert without_caches(TREE.write(left)) == TREE
