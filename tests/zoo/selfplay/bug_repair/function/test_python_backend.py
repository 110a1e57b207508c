"""The function backend in Python: bugs told by inputs and outputs, looked at by gates, mended or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axion_zoo.selfplay.bug_repair.function import PythonGates
from axion_zoo.selfplay.bug_repair.function.python import LIMITS, fingerprint, problems
from axion_zoo.selfplay.bug_repair.function.unnoticed import UNNOTICED
from axion_zoo.shared.mutation import OPERATORS, mutants
from axion_zoo.shared.programs.grade import passes
from axion_zoo.shared.programs.problem import with_preamble

from axion_env import Ending, Env, Episode, Play, Scripted, Task, UsageError, drive, judge, load
from axion_env.core.replay import verify
from axion_env.record.codec import encode
from axion_env.sandbox import Function, Match, Sandbox

ID = "axion/BugRepair-v0"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as made:
        yield made


def block(code: str) -> str:
    return f"```python\n{code}\n```"


def played(env: Env, task: Task, sandbox: Sandbox, **answers: str) -> Episode:
    policies = {agent: Scripted([answers[agent]] if agent in answers else []) for agent in env.seats}
    (episode,) = drive([Play(env, task, 5)], policies, services={"sandbox": sandbox})
    assert episode.ending is Ending.FINISHED, episode.error
    assert verify(encode(episode), env=env) is None
    return episode


def test_demos_earn_what_they_claim(sandbox: Sandbox) -> None:
    """The original mends it; the bug and a table of the shown cases do not."""
    env = load(ID, source="python")
    for demo in env.demos():
        (episode,) = drive([Play(env, demo.task)], {a: Scripted(said) for a, said in demo.actions.items()}, services={"sandbox": sandbox})
        assert {a: v.reward for a, v in judge(env, episode).items()} == demo.rewards


def test_a_solver_sees_the_bug_and_wrong_calls(sandbox: Sandbox) -> None:
    """Three calls with the value that each should have, drawn from those that are wrong; blanked, the function is not shown."""
    for blank in (False, True):
        env = load(ID, source="python", blank=blank)
        task = env.tasks("train")[0]
        episode = played(env, task, sandbox, solver_0=block(task.secret["original"]))
        text = episode.turns[0].observation[-1].text
        assert (task.public["buggy"].rstrip() in text) is not blank
        assert 1 <= text.count(" should be ") <= 3
        assert episode.facts is not None
        assert episode.facts["solved"] == [True]


def test_failed_fixes_become_bugs_of_order_two(sandbox: Sandbox) -> None:
    """Each that is another program; the bug as it was is none, and there is no third order."""
    env = load(ID, source="python", solvers=3)
    task = env.tasks("train")[0]
    other = task.public["buggy"].rstrip() + "\n# as it stands\n"
    episode = played(env, task, sandbox, solver_0=block(other), solver_1=block(task.public["buggy"]), solver_2=block("def"))
    (second,) = env.derived(episode)
    assert second.public["buggy"].rstrip() == other.rstrip()
    again = played(env, second, sandbox, **{f"solver_{i}": block(code) for i, code in enumerate((task.secret["original"], other, "x"))})
    assert again.facts is not None
    assert again.facts["solved"] == [True, False, False]
    assert env.derived(again) == ()


def injected(env: Env, *changes: tuple[str, str]) -> tuple[Task, str]:
    """The task of the longest plateau, and its code with some changes."""
    task = next(task for task in env.tasks("train") if task.public["entry"] == "longest_plateau")
    code = task.public["original"]
    for old, new in changes:
        assert old in code
        code = code.replace(old, new, 1)
    return task, code


GOOD = ("> best[1]", ">= best[1]")
IDLE = ("start = 0", "start = 0 + 0")


def test_an_injector_passes_the_gates_in_order(sandbox: Sandbox) -> None:
    """A changed constant is a bug; a fixed copy and a failed one pay it 1 - 1.8 / 2."""
    env = load(ID, source="python", injector="agent", solvers=2)
    task, bug = injected(env, GOOD)
    episode = played(env, task, sandbox, injector_0=block(bug), solver_0=block(task.public["original"]), solver_1=block(bug))
    assert episode.facts is not None
    assert [gate["name"] for gate in episode.facts["gates"]] == [
        "form", "syntax", "scope", "comment", "pure", "bug", "inverse", "stable", "behavior",
    ]  # fmt: skip
    assert all(gate["passed"] for gate in episode.facts["gates"])
    rewards = [verdict.reward for verdict in judge(env, episode).values()]
    assert rewards == pytest.approx([0.1, 1.0, -1.0])


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ([], ("scope", "UNCHANGED")),
        ([("return", "return return")], ("syntax", "SYNTAX_ERROR")),
        ([("> best[1]:", ">= best[1]:  # the bug")], ("comment", "COMMENT_HINT")),
        ([("start = 0", "start = hash(object())")], ("pure", "IMPURE_CHANCE")),
        ([IDLE], ("bug", "TOO_FEW_FAIL")),
        ([("start = 0", "start = 0\n    start\n    start\n    start")], ("scope", "TOO_MANY_LINES")),
        ([GOOD, IDLE], ("inverse", "IDLE_EDIT")),
        ([("return best", "return best and None")], ("behavior", "TOO_FEW_SAME")),
    ],
)
def test_what_is_no_bug_is_refused_by_name(changes: list[tuple[str, str]], refused: tuple[str, str], sandbox: Sandbox) -> None:
    """Each by the gate that is there for it; the injector gets -1, and no solver is asked."""
    env = load(ID, source="python", injector="agent", solvers=1)
    task, bug = injected(env, *changes)
    episode = played(env, task, sandbox, injector_0=block(bug))
    assert episode.facts is not None
    last = episode.facts["gates"][-1]
    assert (last["name"], last.get("code")) == refused
    assert judge(env, episode)["injector_0"].reward == -1.0


@pytest.mark.slow
def test_every_other_mutant_is_noticed(sandbox: Sandbox) -> None:
    """Of three problems, the mutants that no case notices are exactly those that are listed."""
    for problem in problems("train", 0)[:3]:
        cases = [*problem.shown, *problem.hidden]
        made = list(dict.fromkeys(mutant.source for mutant in mutants(problem.reference, tuple(OPERATORS))))
        calls = [case.arguments for case in cases]
        results = sandbox.run(Function(with_preamble(problem.preamble, code), problem.entry, calls, limits=LIMITS) for code in made)
        right = {code for code, result in zip(made, results, strict=True) if all(passes(result, 0, cases, problem.match))}
        assert right - {problem.reference} == {code for code in made if fingerprint(code) in UNNOTICED} - {problem.reference}


def test_splits_share_no_function() -> None:
    """And a task's id says of which it is."""
    env = load(ID, source="python")
    names = [{env.tasks(split)[k].public["problem"] for k in range(8)} for split in ("train", "test")]
    assert not names[0] & names[1]
    assert not {problem.id for problem in problems("train", 0)} & {problem.id for problem in problems("test", 0)}


def test_options() -> None:
    """An operator by its name, and no trace."""
    task = load(ID, source="python", mutator="comparison").tasks("train")[0]
    assert task.public["buggy"] in {mutant.source for mutant in mutants(task.secret["original"], ("comparison",))}
    with pytest.raises(UsageError, match="no operator 'swap'"):
        load(ID, source="python", mutator="swap").tasks("train")
    with pytest.raises(UsageError, match="has no option 'trace'"):
        load(ID, source="python", trace=False)
    assert PythonGates().max_lines == 2
    assert Match().same(1, 1)
