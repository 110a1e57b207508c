"""Bugs in trees of files: plays with and without an injector, what may reach whom, and bugs of order two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axion_zoo.selfplay.bug_repair.bank import Bug, Modules, Repositories
from axion_zoo.selfplay.bug_repair.gate import GATES, broken
from axion_zoo.selfplay.bug_repair.repository.prepared import RECORD

from axion_env import Ending, Env, Episode, Patch, Play, Scripted, Task, UsageError, drive, judge, load
from axion_env.core.replay import fork, verify
from axion_env.record.codec import encode
from axion_env.sandbox import Sandbox

BUG = next(bug for bug in Modules().bugs("train") if bug.tree == "roman")
ARTIFACT = f"<submit>{BUG.artifact.render()}</submit>"
FIX = f"<submit>\n```diff\n{BUG.artifact.bug.reverse().text}```\n</submit>"
NOTHING = "<submit/>"
WRONG = '<edit path="roman.py"><old>LARGEST = 3999</old><new>LARGEST = 3998</new></edit>'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as made:
        yield made


def played(env: Env, task: Task | Play, sandbox: Sandbox, **answers: list[str]) -> Episode:
    play = task if isinstance(task, Play) else Play(env, task, 7)
    policies = {agent: Scripted(answers.get(agent, [])) for agent in env.seats}
    (episode,) = drive([play], policies, services={"sandbox": sandbox})
    assert episode.ending is Ending.FINISHED, episode.error
    assert verify(encode(episode), env=env) is None
    return episode


def banked(env: Env) -> Task:
    return next(task for task in env.tasks("train") if Bug.of(task.secret["bug"]) == BUG)


@pytest.fixture(scope="module")
def three(sandbox: Sandbox) -> Episode:
    """One of three solvers mends the bug."""
    env = load("axion/BugRepair-v0", backend="file", solvers=3, turns=3)
    return played(env, banked(env), sandbox, solver_0=[FIX], solver_1=["<submit>I cannot.</submit>"], solver_2=[WRONG, NOTHING])


def test_each_solver_is_graded_alone(three: Episode) -> None:
    """By its own patch, whatever the others did; and is paid 1 or -1."""
    assert three.facts is not None
    assert [attempt["code"] for attempt in three.facts["attempts"]] == ["SOLVED", "PATCH_FORM", "FAILED"]
    assert three.facts["solved"] == [True, False, False]
    verdicts = judge(load(three.env, **three.options), three)
    assert [verdict.reward for verdict in verdicts.values()] == [1.0, -1.0, -1.0]


def test_a_solver_sees_the_broken_tree_and_the_specification(three: Episode) -> None:
    """The reversed weakening and the code with its bug; not what undoes it, nor what the gates said."""
    text = three.turns[0].observation[-1].text
    assert BUG.artifact.weaken.reverse().text.rstrip() in text
    added = [line[1:] for line in BUG.artifact.bug_inject.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert all(line in text for line in added)
    assert BUG.artifact.bug.reverse().text not in text
    assert "fail_to_pass" not in text


def test_a_failed_patch_becomes_a_bug_of_order_two(three: Episode, sandbox: Sandbox) -> None:
    """For solvers alone, with the failed patch in the tree; what undoes both mends it, what undoes the first does not; no third order."""
    env = load(three.env, **three.options)
    (task,) = env.derived(three)
    assert task.agents == ("solver_0", "solver_1", "solver_2")
    original = Modules().tree("roman").workspace
    start = broken(original, BUG.artifact, Patch.parse(task.secret["failed"]))
    code = original.text("roman.py")
    both, first = (
        f"<submit>{Patch.between(start, start.write({'roman.py': text})).text}</submit>" for text in (code, code.replace("3999", "3998"))
    )
    episode = played(env, task, sandbox, solver_0=[both], solver_1=[first], solver_2=[NOTHING])
    assert episode.facts is not None
    assert "LARGEST = 3998" in episode.turns[0].observation[-1].text
    assert episode.facts["solved"] == [True, False, False]
    assert episode.facts["order"] == 2
    assert env.derived(episode) == ()


def test_an_injector_is_heard_and_the_gates_are_in_the_record(sandbox: Sandbox) -> None:
    """Its artifact passes every gate in their order, its solvers play at once, and it is paid by the solve rate: 1 - 1.8 / 2."""
    env = load("axion/BugRepair-v0", backend="file", injector="agent", solvers=2, turns=1, injector_turns=2)
    task = next(task for task in env.tasks("train") if task.public["tree"] == "roman")
    episode = played(env, task, sandbox, injector_0=['<view path="roman.py"/>', ARTIFACT], solver_0=[FIX], solver_1=[NOTHING])
    assert episode.facts is not None
    assert [gate["name"] for gate in episode.facts["gates"]] == list(GATES)
    assert all(gate["passed"] for gate in episode.facts["gates"])
    rewards = {agent: verdict.reward for agent, verdict in judge(env, episode).items()}
    assert rewards == pytest.approx({"injector_0": 0.1, "solver_0": 1.0, "solver_1": -1.0})


@pytest.mark.parametrize(
    ("answer", "gate", "code"),
    [
        (NOTHING, "form", "NO_ARTIFACT"),
        (ARTIFACT.replace("a/roman.py", "a/nowhere.py").replace("b/roman.py", "b/nowhere.py"), "bug", "PATCH"),
        (ARTIFACT.replace("tests/test_roman.py", "tests/test_greek.py"), "files", "MISSING_FILE"),
    ],
)
def test_an_artifact_that_is_none_costs_the_injector_alone(answer: str, gate: str, code: str, sandbox: Sandbox) -> None:
    """It gets -1, no solver is asked, and the record says which gate refused and why."""
    env = load("axion/BugRepair-v0", backend="file", injector="agent", solvers=2, turns=1, injector_turns=1)
    task = next(task for task in env.tasks("train") if task.public["tree"] == "roman")
    episode = played(env, task, sandbox, injector_0=[answer])
    assert episode.facts is not None
    assert not episode.facts["valid"]
    refused = episode.facts["gates"][-1]
    assert (refused["name"], refused["passed"], refused["code"]) == (gate, False, code)
    assert {agent: verdict.reward for agent, verdict in judge(env, episode).items()} == {
        "injector_0": -1.0,
        "solver_0": 0.0,
        "solver_1": 0.0,
    }


def test_a_fork_leaves_one_solver_in_the_middle(three: Episode, sandbox: Sandbox) -> None:
    """The third goes on in its own files from after its edit; the others keep their answers and grades."""
    env = load(three.env, **three.options)
    gathered = next(i for i, event in enumerate(three.root) if type(event).__name__ == "Gathered")
    branch = three.root[gathered].branches[2]  # type: ignore[union-attr]
    last = [i for i, event in enumerate(branch) if type(event).__name__ == "Turn"][-1]
    episode = played(env, fork(three, ((gathered, 2), last), env=env), sandbox, solver_2=['<view path="roman.py" lines="8-8"/>', FIX])
    assert episode.facts is not None
    assert episode.turns_of("solver_2")[-1].observation[-1].text.startswith("8\tLARGEST = 3998\n")
    assert episode.facts["solved"][:2] == [True, False]
    assert episode.facts["attempts"][2]["turns"] == 3


def test_another_tree_is_not_played(three: Episode) -> None:
    """A task names the tree it is of by its content: on another one a replay says so."""
    task = three.task
    changed = Task(task.id, {**task.public, "workspace": "0" * 64}, task.secret, task.agents)
    env = load(three.env, **three.options)
    (episode,) = drive([Play(env, changed, 7)], Scripted([]))
    assert episode.ending is Ending.FAILED
    assert "the tree 'roman' is" in (episode.error or "")


def test_every_banked_bug_is_of_the_tree_that_is_there() -> None:
    """Twelve of each module, none twice, each with tests that tell; train and test share no module."""
    for split in ("train", "test"):
        bugs = Modules().bugs(split)
        assert {bug.tree: bug.workspace for bug in bugs} == {name: Modules().tree(name).workspace.id for name in Modules().names(split)}
        assert len({bug.artifact.bug_inject + bug.tree for bug in bugs}) == len(bugs) == 12 * len(Modules().names(split))
        assert all(bug.fail_to_pass and bug.pass_to_pass for bug in bugs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "line"}, "no backend 'line'"),
        ({"source": "python", "mutator": "default"}, "there is no bug in the functions"),
        ({"mutator": "swap", "max_edits": 1}, "makes two edits"),
        ({"backend": "file", "rows": 4}, "has no option 'rows'"),
        ({"turns": 4}, "has no option 'turns'"),
        ({"backend": "repository"}, "axion repo prepare"),
        ({"backend": "repository", "source": "nowhere"}, "no prepared repository"),
        ({"backend": "file", "source": "nowhere"}, "source=modules"),
        ({"backend": "file", "gates": {"min_pasing_tests": 1}}, "min_passing_tests"),
        ({"backend": "file", "injector": "model"}, "no injector 'model'"),
        ({"backend": "file", "turns": 0}, "1 or more"),
        ({"backend": "file", "gates": {"off": ["comments"]}}, "comment"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    """What was got, what there is."""
    with pytest.raises(UsageError, match=message):
        load("axion/BugRepair-v0", **options)


def test_what_is_held_out_may_not_be_everything(tmp_path: Path) -> None:
    """Nothing would be left to train on; one of two may be, and none means both splits are the same."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / RECORD).touch()
    assert Repositories(tmp_path, ["two"]).names("train") == ["one"]
    with pytest.raises(UsageError, match=r"held_out names every prepared repository \(one, two\)"):
        Repositories(tmp_path, ["two", "one"])
