"""The function backend in the tiny language: what programs do, what is held out, what counts as a bug and as mended."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from axion_zoo.selfplay.bug_repair import BugRepair
from axion_zoo.selfplay.bug_repair.function.boolean import (
    CLASSES,
    LITERALS,
    OPERATORS,
    ROWS,
    behavior,
    edited,
    is_constant,
    programs,
    table,
    trace,
)
from axion_zoo.selfplay.bug_repair.function.boolean_bug import HANDWRITTEN, MUTATORS
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Ask, Ending, Episode, Play, Policies, Scripted, Stream, Task, UsageError, drive, judge

PROGRAMS = st.tuples(*(st.sampled_from(OPERATORS if place % 2 else LITERALS) for place in range(7))).map("".join)
ENV = BugRepair()
AGENT = BugRepair(injector="agent", solvers=2)


def play(env: BugRepair, task: Task, **said: Sequence[str]) -> Episode:
    policies: Policies = {agent: Scripted(answers) for agent, answers in said.items()}
    (episode,) = drive([Play(env, task, 0)], policies)
    return episode


def asked(env: BugRepair, task: Task) -> str:
    (ask,) = (request for request in Play(env, task, 0).requests if isinstance(request, Ask))
    return ask.text


def proposed(original: str, bug: str, *fixes: str) -> Episode:
    task = Task("mine", {"original": original}, {"split": behavior(table(original))})
    return play(AGENT, task, injector_0=[bug], **{f"solver_{i}": [fix] for i, fix in enumerate(fixes or ("", ""))})


def by_hand(program: str) -> int:
    """The table, row by row, by Python's own operators."""
    rows = 0
    for row in range(ROWS):
        values = {name: bool(row >> i & 1) for i, name in enumerate("abcd")}
        read = [values[t.lower()] != t.isupper() for t in program[::2]]
        result = read[0]
        for operator, value in zip(program[1::2], read[1:], strict=True):
            result = (result and value) if operator == "&" else (result or value)
        rows |= result << row
    return rows


def renamed(program: str, order: Sequence[int], negated: Sequence[bool]) -> str:
    """The program with its variables exchanged and negated."""
    words = {name: "abcd"[order[i]].upper() if negated[i] else "abcd"[order[i]] for i, name in enumerate("abcd")}
    return "".join(t if t in OPERATORS else words[t.lower()] if t.islower() else words[t.lower()].swapcase() for t in program)


@given(PROGRAMS)
def test_a_table_is_what_the_program_computes(program: str) -> None:
    assert table(program) == by_hand(program)
    assert trace(program) == [by_hand(program[:end]) for end in (3, 5, 7)]


@given(PROGRAMS, st.permutations(range(4)), st.tuples(*[st.booleans()] * 4))
def test_a_whole_orbit_is_held_out(program: str, order: list[int], negated: tuple[bool, ...]) -> None:
    """Renaming and negating variables never leads from a held-out orbit into what is trained on, nor back."""
    other = renamed(program, order, negated)
    assert (behavior(table(program)) == "orbit") == (behavior(table(other)) == "orbit")


def test_classes_part_the_programs() -> None:
    """Every program that is not constant is in one class, by its table; every class has a share."""
    found = {kind: programs(kind) for kind in CLASSES}
    assert sum(map(len, found.values())) == 26_560 == len(set().union(*map(set, found.values())))
    tables = {kind: {table(p) for p in known} for kind, known in found.items()}
    assert sum(map(len, tables.values())) == 1_048
    assert {kind: len(known) for kind, known in tables.items()} == {"orbit": 192, "test": 141, "dev": 141, "train": 574}


@pytest.mark.parametrize("split", ENV.splits)
def test_neither_program_of_a_test_was_trained_on(split: str) -> None:
    """Of every task both tables are in the split's own class, and the bug is one."""
    tasks = ENV.tasks(split)
    for task in (tasks[k] for k in range(min(len(tasks), 100))):
        original, bug = task.secret["original"], task.public["buggy"]
        assert {behavior(table(original)), behavior(table(bug))} == {split.partition("_")[0]}
        assert table(original) != table(bug)
        assert task.public["wanted"] == "".join(str(table(original) >> row & 1) for row in range(ROWS))
        assert not is_constant(table(bug))


def test_agents_are_given_no_program_that_is_held_out() -> None:
    tasks = AGENT.tasks("train")
    assert {behavior(table(tasks[k].public["original"])) for k in range(300)} == {"train"}


@given(PROGRAMS, st.integers(0, 2**32))
@pytest.mark.parametrize("name", MUTATORS)
def test_a_mutator_changes_what_it_says(name: str, program: str, seed: int) -> None:

    bug = MUTATORS[name](program, Stream(seed))
    places = edited(program, bug)
    kinds = {"operator" if place % 2 else "literal" for place in places}
    most = {"two": 2, "swap": 2, "order": 2}.get(name, 1)
    assert len(places) <= most
    if name in ("operator", "order"):
        assert kinds <= {"operator"}
    if name in ("variable", "negation", "swap"):
        assert kinds <= {"literal"}
    if name == "negation":
        assert bug.lower() == program.lower()
        assert bug != program
    if name == "variable":
        assert [t.isupper() for t in bug] == [t.isupper() for t in program]
    if name in ("swap", "order"):
        assert sorted(bug) == sorted(program)


def test_written_bugs_can_be_mended() -> None:
    assert len(set(HANDWRITTEN)) == len(HANDWRITTEN) == 25
    assert all(1 <= len(edited(original, bug)) <= 2 for original, bug in HANDWRITTEN)


@pytest.mark.parametrize(
    ("fix", "solved"),
    [
        ("a&b|c&d", True),  # as it was
        ("2=& a&b|c&d", True),  # the same, with words before it
        ("<think>3=a b&a|c&D</think> a&b|c&d", True),
        ("b&b|c&d", False),  # another table
        ("a|b|c&d", False),  # as it is
        ("b&a|c&d", False),  # equal to what is wanted, three tokens from the bug
        ("a&b|c&d a|b|c&d", False),  # the last word counts
        ("2=&", False),
        ("", False),
        ("a&b|c&", False),
        ("a&b|c&e", False),
        ("a & b | c & d", False),
    ],
)
def test_what_counts_as_mended(fix: str, solved: bool) -> None:
    """A program that computes what is wanted on all sixteen rows, at most two tokens from the bug."""
    task = Task("mine", {"buggy": "a|b|c&d", "wanted": "0000000000000001"}, {"original": "a&b|c&d"}, ("solver_0",))
    wanted = "".join(str(by_hand("a&b|c&d") >> row & 1) for row in range(ROWS))
    episode = play(ENV, Task("mine", {**task.public, "wanted": wanted}, task.secret, task.agents), solver_0=[fix])
    assert episode.ending is Ending.FINISHED
    assert episode.facts is not None
    assert episode.facts["solved"] == [solved]
    assert judge(ENV, episode)["solver_0"].reward == (1.0 if solved else -1.0)


def test_rows_tell_values_on_the_way_and_the_value_wanted() -> None:
    task = ENV.tasks("train")[5]
    words = asked(ENV, task).split()
    bug = task.public["buggy"]
    assert words[:2] == ["Fix", bug]
    for row, word in enumerate(words[2:]):
        values = [by_hand(bug[:end]) >> row & 1 for end in (3, 5, 7)]
        assert word == "".join("ft"[value] for value in (*values, int(task.public["wanted"][row])))


def test_a_blanked_question_is_blind_to_the_program() -> None:
    """Two bugs that return the same look the same."""
    env = BugRepair(blank=True)
    wanted = "".join(str(by_hand("a&b|c&d") >> row & 1) for row in range(ROWS))
    questions = {asked(env, Task("mine", {"buggy": bug, "wanted": wanted}, {}, ("solver_0",))) for bug in ("a|b|c&d", "b|a|c&d", "c|a|b&d")}
    assert len(questions) == 1
    assert "_______" in questions.pop()


@given(st.integers(0, 200), st.integers(1, 5))
def test_as_many_failing_rows_are_shown_as_asked_for(k: int, rows: int) -> None:
    """And of the others nothing."""
    env = BugRepair(rows=rows)
    task = env.tasks("train")[k]
    cells = asked(env, task).split()[2:]
    failing = [row for row in range(ROWS) if (table(task.public["buggy"]) >> row & 1) != int(task.public["wanted"][row])]
    shown = [row for row, cell in enumerate(cells) if cell != "any"]
    assert set(shown) <= set(failing)
    assert len(shown) == min(rows, len(failing))


GATES: list[tuple[str, str, str, str]] = [
    ("a&b|c|d", "something else", "form", "NO_PROGRAM"),
    ("a&b|c|d", "a&b|c|d", "scope", "UNCHANGED"),
    ("a&b|c|d", "b&a&c|d", "scope", "TOO_MANY_EDITS"),
    ("a&b|c|d", "b&a|c|d", "bug", "TOO_FEW_FAIL"),
    ("a&b|c|d", "a|b&c|d", "inverse", "IDLE_EDIT"),
    ("a&b&c&d", "a&A&c&d", "behavior", "CONSTANT"),
    ("a|A&b&b", "a|A&B&B", "behavior", "TOO_FEW_SAME"),
]


@pytest.mark.parametrize(("original", "bug", "gate", "code"), GATES)
def test_each_gate_refuses_its_own(original: str, bug: str, gate: str, code: str) -> None:
    """The record ends with the gate that refuses; no solver is asked, and the injector pays."""
    episode = proposed(original, bug)
    assert episode.facts is not None
    *passed, refused = episode.facts["gates"]
    assert refused == {"name": gate, "passed": False, "code": code}
    assert all(result["passed"] for result in passed)
    assert {turn.agent for turn in episode.turns} == {"injector_0"}
    assert judge(AGENT, episode)["injector_0"].reward == -1.0
    assert judge(AGENT, episode)["solver_0"].parts == ()


def held_out_bug() -> tuple[str, str]:
    """A trained program, and an edit of it whose table is held out."""
    for original, literal in product(programs("train"), LITERALS):
        bug = literal + original[1:]
        if bug != original and not is_constant(table(bug)) and behavior(table(bug)) == "test":
            return original, bug
    raise AssertionError("there is one")


def test_an_injector_cannot_bring_in_what_is_held_out() -> None:
    episode = proposed(*held_out_bug())
    assert episode.facts is not None
    assert episode.facts["gates"][-1] == {"name": "split", "passed": False, "code": "HELD_OUT"}


@pytest.mark.parametrize(("right", "reward"), [(0, -0.8), (1, 0.1), (2, -0.8)])
def test_an_injector_earns_by_the_solve_rate(right: int, reward: float) -> None:
    """-α where all or none mend it, else 1 - (1 + α)s, with α = 0.8."""
    task = AGENT.tasks("train")[0]
    original = task.public["original"]
    (bug,) = (a.split()[-1] for a in AGENT.examples(next(r for r in Play(AGENT, task, 0).requests if isinstance(r, Ask))))
    fixes = [original if i < right else bug for i in range(2)]
    episode = proposed(original, bug, *fixes)
    assert episode.facts is not None
    assert [result["name"] for result in episode.facts["gates"]] == ["form", "scope", "bug", "inverse", "behavior", "split"]
    assert episode.facts["proposal"] == bug
    verdicts = judge(AGENT, episode)
    assert verdicts["injector_0"].reward == pytest.approx(reward)
    assert [verdicts[f"solver_{i}"].reward for i in range(2)] == [1.0 if i < right else -1.0 for i in range(2)]


def test_one_edit_leaves_out_the_tests_that_take_two() -> None:
    """There would be no bug of theirs to find."""
    splits = BugRepair(max_edits=1).splits
    assert set(ENV.splits) - set(splits) == {"test_two", "test_swap", "test_order"}


def test_examples_are_right() -> None:
    """What the warm-up teaches a solver mends the bug, and an injector's is valid."""

    class Teacher:
        def act(self, asks: Sequence[Ask[Any]]) -> list[str]:
            return [AGENT.examples(ask)[0] for ask in asks]

    tasks = AGENT.tasks("train")
    for episode in drive((Play(AGENT, tasks[k], k) for k in range(50)), Teacher()):
        assert episode.facts is not None
        assert episode.facts["valid"]
        assert episode.facts["solved"] == [True, True]


@pytest.mark.parametrize("options", [{"mutator": "none"}, {"injector": "nobody"}, {"solvers": 0}, {"rows": -1}, {"source": "cobol"}])
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        BugRepair(**options)
