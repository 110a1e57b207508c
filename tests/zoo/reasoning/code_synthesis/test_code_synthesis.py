"""Functions to write: what counts as an answer, what is told of a failure, what a problem is."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from axion_zoo.reasoning.code_synthesis import CodeSynthesis
from axion_zoo.reasoning.code_synthesis.procedural import FAMILIES, LEVELS
from axion_zoo.shared.mutation import mutants
from axion_zoo.shared.programs.answer import LONGEST, code_in
from axion_zoo.shared.programs.embedded import STATEMENTS, TEST
from axion_zoo.shared.programs.problem import Example, Problem, constant
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Episode, Play, Scripted, Task, UsageError, drive, judge, load, play
from axion_env.sandbox import Limits

ENV = CodeSynthesis()
EVERY = [(split, k) for split in ("train", "test") for k in range(len(ENV.tasks(split)))]


def _fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def _paid(env: CodeSynthesis, task: Task, *answers: str) -> tuple[Episode, float]:
    (episode,) = drive([Play(env, task)], Scripted(list(answers)))
    return episode, judge(env, episode)["solver_0"].reward


# Answers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = 1", "x = 1"),
        ("```python\nx = 1\n```", "x = 1"),
        ("```\nx = 1\n```", "x = 1"),
        ("no\n```py\nx = 1\n```\nbetter\n```Python\nx = 2\n```\nso", "x = 2"),
        ("```python\nx = 1\n```\nprints\n```text\n1\n```", "x = 1"),
        ("```python\nx = 1", "x = 1"),
        ("<think>```python\nx = 1\n```</think>```python\nx = 2\n```", "x = 2"),
        ("```python\r\nx = 1\r\n```", "x = 1\r"),
        ("```python\ns = '\x0c\u2028'\n```", "s = '\x0c\u2028'"),
        ("", None),
        ("<think>x = 1", None),
        ("```python\n\n```", None),
        ("```json\n{}\n```", None),
        ("x" * (LONGEST + 1), None),
    ],
)
def test_the_code_of_a_reply(text: str, code: str | None) -> None:
    """The last Python block outside the thinking, or all of it where there are no blocks."""
    assert code_in(text) == code


@given(st.text(alphabet="`\n px1<think>/", max_size=80))
def test_any_reply_is_read(text: str) -> None:
    """Never an exception, and never an empty program."""
    code = code_in(text)
    assert code is None or code.strip()


@pytest.mark.parametrize("text", ["", "I do not know.", "```json\n{}\n```", "\ud800", "def f(:", "import nothing_like_this"])
def test_what_is_no_function_earns_nothing(text: str) -> None:
    """An answer all the same, as it is in arithmetic: FINISHED, and worth 0."""
    episode, reward = _paid(ENV, ENV.tasks("train")[0], text)
    assert (episode.ending, reward) == ("FINISHED", 0.0)


# The problems of our own ---------------------------------------------------------------------------------------------


def test_there_are_enough_problems() -> None:
    """24 at least; those for testing are none of those for training."""
    train, test = ({t.id for t in ENV.tasks(split)} for split in ("train", "test"))
    assert len(STATEMENTS) == len(train | test) >= 24
    assert test == set(TEST)
    assert not train & test


def test_references_solve_and_mistakes_do_not() -> None:
    """The reference of every problem earns 1, and each of its plausible wrong solutions 0, though most pass what the prompt shows."""
    for problem in (ENV.problem(split, k) for split, k in EVERY):
        assert 2 <= len(problem.wrong) <= 5
        assert _paid(ENV, problem.task(), _fenced(problem.reference))[1] == 1.0, problem.id
        paid = {mistake: _paid(ENV, problem.task(), _fenced(code))[1] for mistake, code in problem.wrong.items()}
        assert paid == dict.fromkeys(problem.wrong, 0.0), problem.id


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_mistake_is_an_edit_of_the_reference(name: str) -> None:
    """Each is found in the reference and changes it."""
    source = STATEMENTS[name].source()
    for mistake, (old, new) in STATEMENTS[name].wrong.items():
        assert old in source, mistake
        assert source.replace(old, new) != source, mistake


@pytest.mark.parametrize("name", STATEMENTS)
def test_hidden_cases_are_many_and_various(name: str) -> None:
    """40 of them, none shown, three in four of which no constant passes at once; another seed draws others."""
    one, two = STATEMENTS[name].problem(0), STATEMENTS[name].problem(1)
    inputs = [repr(e.arguments) for e in one.hidden]
    assert len(set(inputs)) == len(inputs) == 40
    assert not set(inputs) & {repr(e.arguments) for e in one.shown}
    assert constant(one.hidden, one.match) <= 24
    assert one.hidden != two.hidden
    assert one == STATEMENTS[name].problem(0)


def test_the_secret_is_not_in_the_prompt() -> None:
    """The solver is shown neither the reference nor a hidden case."""
    for split, k in EVERY:
        problem = ENV.problem(split, k)
        (ask,) = Play(ENV, problem.task()).requests
        text: str = ask.text  # type: ignore[union-attr]
        assert problem.reference.split("\n", 1)[1] not in text
        assert not [e for e in problem.hidden if f"({', '.join(map(repr, e.arguments))}) ==" in text]


# Families ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_families_have_levels_and_addresses(family: str) -> None:
    """Item k follows from (seed, family, level, k); a higher level says more; far items cost no more than near ones."""
    lengths = []
    for level in LEVELS:
        env = CodeSynthesis(source="procedural", family=family, level=level)
        tasks = env.tasks("train")
        assert tasks[7] == CodeSynthesis(source="procedural", family=family, level=level).tasks("train")[7]
        assert tasks[7] != CodeSynthesis(source="procedural", family=family, level=level, seed=1).tasks("train")[7]
        assert tasks[len(tasks) - 1].public["prompt"] != tasks[0].public["prompt"]
        lengths.append(sum(len(task.public["prompt"]) for task in tasks[:20]))
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize("family", FAMILIES)
def test_families_never_share_a_problem_between_splits(family: str) -> None:
    """By what is asked, whatever the seed."""

    def asked(split: str, seed: int) -> set[str]:
        tasks = CodeSynthesis(source="procedural", family=family, level=1, seed=seed).tasks(split)
        return {task.public["prompt"].split("Examples:")[0] for task in tasks[:150]}

    assert not asked("train", 0) & asked("test", 1)


def test_procedural_references_solve_and_mistakes_do_not() -> None:
    """As with the problems by hand, over all families and levels."""
    for level in (1, 3, 6):
        env = CodeSynthesis(source="procedural", level=level)
        for k in range(10):
            problem = env.problem("train", k)
            answers = [problem.reference, *problem.wrong.values()]
            earned = [_paid(env, problem.task(), _fenced(code))[1] for code in answers]
            assert earned == [1.0, *[0.0] * len(problem.wrong)], problem.id
            assert len(problem.wrong) >= 2


# Rounds --------------------------------------------------------------------------------------------------------------


LEAK = """
import sys
seen = []
frame = sys._getframe()
while frame:
    seen.append(repr(frame.f_locals)[:3000])
    frame = frame.f_back
class Seen(Exception): pass
def podium_like(*arguments):
    raise Seen(" ".join(seen) + repr(arguments))
"""


def _rounds(answers: list[str], **options: Any) -> Episode:
    env = CodeSynthesis(rounds=len(answers), **options)
    return _paid(env, env.tasks("train")[0], *answers)[0]


def _asked(episode: Episode) -> list[str]:
    return [turn.observation[-1].text for turn in episode.turns]


def test_feedback_names_the_example_that_failed() -> None:
    """With what came and what was expected; of hidden cases a count, and a builtin exception by name."""
    wrong = "def longest_plateau(values):\n    return values[0]\n"
    episode = _rounds([_fenced(wrong)] * 2)
    text = _asked(episode)[1]
    assert "Example 1: got 4, expected [2, 3]." in text
    assert "Hidden cases: 0 of 40 pass; IndexError was raised." in text
    assert len(episode.turns) == 2


def test_a_later_answer_can_win() -> None:
    """The last one counts; after one that passes nobody is asked again."""
    env = CodeSynthesis(rounds=3)
    problem = env.problem("train", 0)
    episode, reward = _paid(env, problem.task(), "?", _fenced(problem.reference))
    assert (reward, len(episode.turns), episode.facts["rounds"]) == (1.0, 2, 2)  # type: ignore[index]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def longest_plateau(values):\n    return [", "It did not run: SyntaxError: '[' was never closed (line 2)"),
        ("\nraise ValueError('odd\\x1b[31m')", r"It did not run: ValueError: odd\x1b[31m (line 2)"),
        ("def longest_plateau(values):\n    raise KeyError(7)", "Example 1: raised KeyError: 7 (line 2), expected [2, 3]."),
        ("def other(values): pass", "It did not run: AttributeError"),
        ("def longest_plateau(values):\n    while True: pass", "It ran out of CPU time."),
        ("import os\nos._exit(0)", "It ended the process."),
        ("def longest_plateau(values):\n    return 'x' * 5000", "xxx…, expected [2, 3]."),
    ],
)
def test_errors_are_told_in_a_line(code: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trimmed, escaped, with the line of the answer's own code."""
    patient = partial(Limits, wall_s=60.0)  # else four times the processor's, which a busy machine can take longer than
    monkeypatch.setattr("axion_zoo.reasoning.code_synthesis.Limits", patient)
    text = _asked(_rounds([_fenced(code), "?"], cpu_s=0.3))[1]
    assert said in text
    assert len(text) < 900
    assert text.isprintable() or all(line.isprintable() for line in text.split("\n"))


def test_hidden_inputs_never_come_back() -> None:
    """A program that raises all it can find, on loading or in a call, under whatever name, learns of no hidden input."""
    env = CodeSynthesis(rounds=4)
    problem = env.problem("train", 0)
    marks = [repr(e.arguments[0]) for e in problem.hidden if len(e.arguments[0]) >= 6]
    call = LEAK.replace("podium_like", problem.entry)
    load_time = f"{call}\nraise Seen(' '.join(seen))"
    named = f"def {problem.entry}(values):\n    raise type(repr(values), (Exception,), {{}})(values)"
    returned = f"{call}\ndef {problem.entry}(values):\n    return seen + [values]"
    episode, _ = _paid(env, problem.task(), *map(_fenced, (call, load_time, named, returned)))
    for text in _asked(episode)[1:]:
        assert not [mark for mark in marks if mark in text or mark[1:-1] in text]
    assert "an exception was raised" in _asked(episode)[3]


# Options -------------------------------------------------------------------------------------------------------------


def test_partial_credit_counts_from_the_best_constant() -> None:
    """The share of cases beyond those the best constant passes; a constant and a table of the examples earn nothing."""
    env = CodeSynthesis(partial=True)
    problem = env.problem("train", 0)
    task = problem.task()
    values = [e.expected for e in problem.hidden]
    best = max(values, key=values.count)
    half = (
        f"{problem.reference}\nwhole = {problem.entry}\ndef {problem.entry}(values):\n    return whole(values) if len(values) % 2 else None"
    )
    passed = sum(len(e.arguments[0]) % 2 for e in problem.hidden)
    free = values.count(best)
    assert _paid(env, task, _fenced(problem.reference))[1] == 1.0
    assert _paid(env, task, _fenced(f"def {problem.entry}(values): return {best!r}"))[1] == 0.0
    table = {repr(e.arguments): e.expected for e in problem.shown}
    assert _paid(env, task, _fenced(f"def {problem.entry}(*a): return {table!r}.get(repr(a), {best!r})"))[1] == 0.0
    assert _paid(env, task, _fenced(half))[1] == pytest.approx((passed - free) / (40 - free))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rounds": 0}, "rounds is 1 or more"),
        ({"source": "procedural", "family": "txet"}, "did you mean 'text'"),
        ({"source": "procedural", "level": 7}, "level is from 1 to 6"),
        ({"family": "text"}, "source=procedural"),
        ({"extra": 5}, "for files and data sets"),
        ({"format": "mbpp"}, "for files and data sets"),
        ({"source": "nowhere.jsonl"}, "no file 'nowhere.jsonl'"),
        ({"cpu_s": 0}, "cpu_s"),
    ],
)
def test_options_that_make_no_task(options: dict[str, Any], message: str) -> None:
    """Refused when the environment is built."""
    with pytest.raises(UsageError, match=message):
        load("axion/CodeSynthesis-v0", **options)


def test_a_lost_sandbox_is_no_verdict() -> None:
    """A machine that cannot run the job voids the play."""

    def broken(calls: Any) -> Any:
        raise OSError("no slots")

    (episode,) = drive([Play(ENV, ENV.first_task)], Scripted([_fenced("x = 1")]), services={"sandbox": broken})
    assert episode.ending == "FAILED"


def test_constant_is_counted_by_the_match() -> None:
    """What a constant passes depends on what counts as the same."""
    from axion_env.sandbox import Match

    cases = [Example((i,), v) for i, v in enumerate((1, True, 1.0, 2))]
    assert constant(cases, Match()) == 1
    assert constant(cases, Match(numbers=True)) == 3


# Mutants -------------------------------------------------------------------------------------------------------------


def test_mutants_by_name() -> None:
    """Each operator makes what it says; none makes the program itself, or one program twice."""
    source = "def f(x: int = 1) -> int:\n    '''Doc 5.'''\n    if not x <= 2 and x:\n        return len(x[1:])\n    x += 1\n    return x"
    found = list(mutants(source))
    changes = {(m.operator, m.before, m.after) for m in found}
    assert ("comparison", "x <= 2", "x < 2") in changes
    assert ("boolean", "not x <= 2", "x <= 2") in changes
    assert ("boolean", "not x <= 2 and x", "not x <= 2 or x") in changes
    assert ("slice", "1", "1 + 1") in changes
    assert ("arithmetic", "x += 1", "x -= 1") in changes
    assert ("statement", "x += 1", "") in changes
    assert ("constant", "2", "3") in changes
    assert ("call", "len(x[1:])", "x[1:]") in changes
    assert ("return", "return x", "return None") in changes
    assert any(m.operator == "condition" for m in found)
    assert not [m for m in found if "Doc 5" not in m.source]
    assert len({m.source for m in found}) == len(found)


def test_play_by_the_front_door() -> None:
    """A play of the first task with its own example earns 1."""
    env = load("axion/CodeSynthesis-v0")
    (ask,) = Play(env, env.first_task).requests
    (example,) = env.examples(ask)  # type: ignore[arg-type]
    assert judge(env, play(env, Scripted([example])))["solver_0"].reward == 1.0


def test_a_problem_is_plain() -> None:
    """Tuples, sets and odd floats survive the way into a task and back."""
    from axion_zoo.shared.programs.problem import examples_of

    cases = (Example(((1, 2), {3}), float("inf")), Example(([None], "x"), {1: b"y"}))
    problem = Problem(id="p", prompt="", entry="f", hidden=cases)
    assert tuple(examples_of(problem.task().secret["cases"])) == cases


def test_no_order_of_hashes_is_in_the_tasks() -> None:
    """Hidden cases of one process are those of every other."""
    program = (
        "from axion_env import derive, load\n"
        "for options in ({}, {'source': 'procedural', 'level': 3}):\n"
        "    env = load('axion/CodeSynthesis-v0', **options)\n"
        "    for split in env.splits:\n"
        "        print(*(derive(0, repr((t.public, t.secret))) for t, _ in zip(env.tasks(split), range(40))))\n"
    )
    said = [
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert len(said[0].split()) > 40
