"""Proposals and their gates, what is paid for them, what comes of them, and what is held out; with the exact backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from axion_zoo.selfplay.absolute_zero.backend import KINDS, Kind, Triple
from axion_zoo.selfplay.absolute_zero.exact import step_function
from axion_zoo.shared import language
from hypothesis import given
from hypothesis import strategies as st

from axion_env import (
    Ending,
    Env,
    Episode,
    NotFound,
    RandomPolicy,
    Scripted,
    Stream,
    Task,
    Trajectory,
    UsageError,
    judge,
    load,
    play,
    trajectories,
)
from axion_env.record.codec import encode
from axion_env.reward.shaper import shaper
from axion_train.curriculum.endogenous import Endogenous
from axion_train.estimator.group_mean import GroupMean

DOMAIN = 32
GOOD = "b<08+3 a"  # b below 11, then a


def _env(**options: Any) -> Env:
    return load("axion/AbsoluteZero-v0", **{"domain": DOMAIN, "pairs": 4, "solvers": 2, **options})


def _proposing(kind: Kind, env: Env) -> Task:
    """To propose beside a program that is not held out, which is the one that inductions are about."""
    agents = (f"{kind}_proposer_0", *(agent for agent in env.spec.agents if agent.startswith(f"{kind}_solver")))
    return Task("by hand", {"kind": kind, "references": [[GOOD, [5], ["b"], ""]]}, {}, agents)


def _play(env: Env, kind: Kind, proposal: str, answers: Sequence[str] = ("x", "x")) -> tuple[Episode, dict[str, float]]:
    said = {f"{kind}_proposer_0": Scripted([proposal])} | {f"{kind}_solver_{i}": Scripted([a]) for i, a in enumerate(answers)}
    episode = play(env, said, task=_proposing(kind, env), seed=1)
    assert episode.ending is Ending.FINISHED
    return episode, {agent: verdict.reward for agent, verdict in judge(env, episode).items()}


def _facts(env: Env, kind: Kind, proposal: str, answers: Sequence[str] = ("x", "x")) -> dict[str, Any]:
    return dict(_play(env, kind, proposal, answers)[0].facts or {})


def _held_out(split: str) -> str:
    found = (f"{y}<{x:02d}+1 {z}" for y in "ab" for z in "cd" for x in range(DOMAIN - 1))
    return next(program for program in found if step_function.behavior(program, DOMAIN) == split)


# The language ------------------------------------------------------------------------------------------------------------------------

terms = st.tuples(st.sampled_from(language.LETTERS), st.integers(0, DOMAIN), st.integers(0, 9))
programs = st.builds(
    lambda steps, last: "".join(f"{letter}<{a:02d}+{b} " for letter, a, b in steps) + last,
    st.lists(terms, max_size=3),
    st.sampled_from(language.LETTERS),
)


@given(programs, st.integers(0, DOMAIN - 1))
def test_a_program_gives_the_letter_of_the_first_bound_above(program: str, x: int) -> None:
    *steps, last = program.split(" ")
    expected = next((s[0] for s in steps if x < int(s[2:4]) + int(s[5])), last)
    assert step_function.is_program(program)
    assert step_function.table(program, DOMAIN)[x] == expected


@given(st.integers(0, 1 << 32), st.integers(2, 6))
def test_a_drawn_program_has_no_idle_piece(seed: int, pieces: int) -> None:
    """Every bound is where the value changes, and every sum is of two terms as the language has them."""
    program = step_function.drawn(Stream(seed), DOMAIN, pieces)
    values = step_function.table(program, DOMAIN)
    assert step_function.is_program(program)
    assert [x for x in range(1, DOMAIN) if values[x] != values[x - 1]] == step_function.bounds_of(program)
    assert 2 <= len(program.split(" ")) <= pieces


def test_the_buffer_is_grown_from_a_constant() -> None:
    """Its programs are different, and it is the same whenever it is made; the smallest language has enough of them."""
    env, again = _env(), _env()
    for kind in KINDS:
        seeds = env.backend.triples("seed", kind)  # type: ignore[attr-defined]
        assert len(seeds[0].program) == 1
        assert len({triple.program for triple in seeds}) == len(seeds) == 256
        assert len({step_function.table(triple.program, DOMAIN) for triple in seeds}) > 200
        assert seeds == again.backend.triples("seed", kind)  # type: ignore[attr-defined]
    assert len(_env(domain=10, pieces=2).tasks("seed")) == 3 * 256


# Gates -------------------------------------------------------------------------------------------------------------------------------

_GATES = ("parse", "syntax", "execute", "split")
_PLANTED: list[tuple[Kind, str, str, str]] = [
    ("deduction", "parse", "NO_PROPOSAL", GOOD),
    ("abduction", "parse", "NO_PROPOSAL", f"{GOOD} 7"),
    ("induction", "parse", "NO_PROPOSAL", "07 09 12 ba"),
    ("induction", "parse", "NO_PROPOSAL", "07 09 12 13 b4"),
    ("deduction", "syntax", "NO_PROGRAM", "b<11 a 07"),
    ("abduction", "syntax", "NO_PROGRAM", "b<08+3 07"),
    ("deduction", "syntax", "TOO_MANY_PIECES", "b<08+3 a<10+3 b<12+3 c 07"),
    ("deduction", "execute", "OUT_OF_DOMAIN", f"{GOOD} 32"),
    ("abduction", "execute", "OUT_OF_DOMAIN", "b<30+3 a 07"),
    ("induction", "execute", "OUT_OF_DOMAIN", "07 09 12 32 ba"),
    ("deduction", "split", "HELD_OUT", f"{_held_out('test')} 07"),
    ("abduction", "split", "HELD_OUT", f"{_held_out('dev')} 07"),
]


@pytest.mark.parametrize(("kind", "gate", "code", "proposal"), _PLANTED)
def test_a_planted_fault_is_refused_by_its_gate_and_by_none_before_it(kind: Kind, gate: str, code: str, proposal: str) -> None:
    """In the paper's order; nobody is asked to solve it, and it earns what the shaper says of what is invalid."""
    episode, earned = _play(_env(), kind, proposal)
    facts: Any = episode.facts
    names = _GATES[: _GATES.index(gate) + 1]
    assert facts["gates"] == [{"name": n, "passed": True} for n in names[:-1]] + [{"name": gate, "passed": False, "code": code}]
    assert [turn.agent for turn in episode.turns] == [f"{kind}_proposer_0"]
    assert facts["solve_rate"] is None
    if gate == "split":
        assert (facts["valid"], facts["proposals"], facts["held_out"]) == (None, 0, True)
        assert set(earned.values()) == {0.0}
    else:
        assert (facts["valid"], facts["proposals"], facts["held_out"]) == (False, 1, False)
        assert earned == {f"{kind}_proposer_0": -1.0, f"{kind}_solver_0": 0.0, f"{kind}_solver_1": 0.0}


@pytest.mark.parametrize(
    ("kind", "proposal"), [("deduction", f"{GOOD} 07"), ("abduction", f" {GOOD}  07 "), ("induction", "07 09 12 13 ba")]
)
def test_what_has_none_of_the_faults_passes_every_gate(kind: Kind, proposal: str) -> None:
    """And the outputs are the executor's."""
    facts = _facts(_env(), kind, proposal)
    assert [(gate["name"], gate["passed"]) for gate in facts["gates"]] == [(name, True) for name in _GATES]
    program, inputs, outputs, _ = facts["triple"]
    assert program == GOOD
    assert outputs == ["b" if x < 11 else "a" for x in inputs]


# The truth ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "proposal", "right", "wrong", "malformed"),
    [
        ("deduction", f"{GOOD} 07", ["b", "b11 b", "<think>a</think> b"], ["a", "b11 a", "d"], ["", "e", "bb", "b11"]),
        ("abduction", f"{GOOD} 07", ["00", "10", "b11 03", "07"], ["11", "31"], ["", "32", "7", "b"]),
        ("induction", "07 20 10 11 ba", ["b11 a", "b11 a31 a", "d07 b11 a"], ["b10 a", "b12 a", "b"], ["", GOOD, "b11", "b11 a a"]),
    ],
)
def test_an_answer_is_right_by_what_programs_do(
    kind: Kind, proposal: str, right: list[str], wrong: list[str], malformed: list[str]
) -> None:
    """Any input with the output, and any program with the hidden pairs; the paper's 1, −.5 and −1."""
    for answers, worth in ((right, 1.0), (wrong, -0.5), (malformed, -1.0)):
        for answer in answers:
            _, earned = _play(_env(), kind, proposal, (answer, answer))
            assert earned[f"{kind}_solver_0"] == earned[f"{kind}_solver_1"] == worth, answer


def test_a_solver_sees_no_more_than_its_half() -> None:
    """Of an induction the first half of the pairs and the message; of others the program and one side."""
    env = _env(rules=False)
    proposals: dict[Kind, str] = {"deduction": f"{GOOD} 07", "abduction": f"{GOOD} 07", "induction": "20 07 10 11 ba"}
    asked = {kind: _play(env, kind, said)[0].turns[1].observation[-1].text for kind, said in proposals.items()}
    assert asked == {
        "deduction": "Value of b<08+3 a at 07",
        "abduction": "Input of b<08+3 a for b",
        "induction": "Program of ba with 07 b 20 a",
    }


# Pay ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "by_solved", "invalid"),
    [
        ({}, [-0.5, 0.75, 0.5, 0.25, -0.5], -1.0),
        ({"shape": {"ends": 0}}, [0.0, 0.75, 0.5, 0.25, 0.0], -1.0),
        ({"shaper": "ssr", "shape": {"alpha": 0.5, "invalid": -2}}, [-0.5, 0.625, 0.25, -0.125, -0.5], -2.0),
    ],
)
def test_a_proposer_earns_by_how_many_solve_it(options: dict[str, Any], by_solved: list[float], invalid: float) -> None:
    """Absolute Zero's reward as its code has it, as its paper's formula has it, and another system's."""
    env = _env(solvers=4, **options)
    for solved, worth in enumerate(by_solved):
        _, earned = _play(env, "deduction", f"{GOOD} 07", ["b"] * solved + ["a"] * (4 - solved))
        assert earned["deduction_proposer_0"] == worth
    assert _play(env, "deduction", "none", ["a"] * 4)[1]["deduction_proposer_0"] == invalid
    low, high = env.spec.range_of("deduction_proposer")
    assert (low, high) == (min(*by_solved, invalid, 0.0), max(by_solved))


def test_solvers_can_be_paid_right_or_wrong_alone() -> None:
    env = _env(wrong=0.0, malformed=0.0)
    assert _play(env, "deduction", f"{GOOD} 07", ("b", "a"))[1] == {
        "deduction_proposer_0": 0.5,
        "deduction_solver_0": 1.0,
        "deduction_solver_1": 0.0,
    }
    assert env.spec.range_of("deduction_solver") == (0.0, 1.0)


def _batch() -> list[Trajectory]:
    """Two plays of deductions, and one of each other kind."""
    env = _env()
    plays: list[tuple[Kind, str, tuple[str, str]]] = [
        ("deduction", f"{GOOD} 07", ("b", "a")),  # .5; 1, −.5
        ("deduction", f"{GOOD} 12", ("b", "?")),  # −.5; −.5, −1
        ("abduction", f"{GOOD} 07", ("00", "31")),
        ("induction", "07 20 10 11 ba", ("b11 a", "b12 a")),
    ]
    return [t for kind, said, answers in plays for t in trajectories(env, _play(env, kind, said, answers)[0])]


def test_baselines_by_role_are_those_of_trr() -> None:
    """TRR++: A = (r − mean) / std over all of one kind and one side. Solvers of deductions: mean −.25, std .75; proposers: 0 and .5."""
    batch = _batch()
    assert {t.role for t in batch} == {f"{kind}_{side}" for kind in KINDS for side in ("proposer", "solver")}
    found = GroupMean(key=["env", "role"], std=True)(batch)
    by_role = {role: [a for a, t in zip(found, batch, strict=True) if t.role == role] for role in {t.role for t in batch}}
    assert by_role["deduction_solver"] == pytest.approx([1.25 / 0.7501, -0.25 / 0.7501, -0.25 / 0.7501, -0.75 / 0.7501])
    assert by_role["deduction_proposer"] == pytest.approx([0.5 / 0.5001, -0.5 / 0.5001])
    assert by_role["abduction_solver"] == pytest.approx([0.75 / 0.7501, -0.75 / 0.7501])
    assert by_role["abduction_proposer"] == [0.0]  # alone: nothing to compare with


def test_one_roles_pay_is_no_other_roles_affair() -> None:
    """Six baselines and not one: paying the solvers of abductions more changes nobody's advantage."""
    batch = _batch()
    estimate = GroupMean(key=["env", "role"], std=True)
    richer = [t._replace(reward=t.reward + 3) if t.role == "abduction_solver" else t for t in batch]
    assert estimate(richer) == pytest.approx(estimate(batch))
    pooled = GroupMean(key=["env"], std=True)
    assert pooled(richer) != pytest.approx(pooled(batch))


# What becomes of a proposal ----------------------------------------------------------------------------------------------------------


def test_a_valid_proposal_is_solved_again_and_shown_to_proposers() -> None:
    """A program of a deduction is one to write inputs for, too; and equal triples are one task, whoever proposed them."""
    env = _env(references=2)
    episode, _ = _play(env, "deduction", "c<06+1 d 03")
    solve, propose, write = env.derived(episode)
    triple = ["c<06+1 d", [3], ["c"], ""]
    assert (solve.public, solve.secret) == ({"kind": "deduction", "question": episode.turns[1].observation[-1].text}, {"triple": triple})
    assert solve.agents == ("deduction_solver_0", "deduction_solver_1")
    assert propose.public == {"kind": "deduction", "references": [triple, [GOOD, [5], ["b"], ""]]}
    assert propose.agents == ("deduction_proposer_0", "deduction_solver_0", "deduction_solver_1")
    assert write.public == {"kind": "induction", "references": [triple]}
    assert [task.id for task in env.derived(_play(env, "deduction", " c<06+1  d 03")[0])] == [solve.id, propose.id, write.id]
    again = play(env, RandomPolicy(), task=solve, seed=0)
    assert again.facts is not None
    assert "solve_rate" not in again.facts
    assert env.derived(again) == ()


def test_an_induction_is_solved_again_and_no_more() -> None:
    """Its program was known already."""
    env = _env()
    (solve,) = env.derived(_play(env, "induction", "07 20 10 11 ba")[0])
    assert solve.secret["triple"] == [GOOD, [7, 20, 10, 11], ["b", "a", "b", "a"], "ba"]


@pytest.mark.parametrize("proposal", ["none", f"{GOOD} 99", f"{_held_out('test')} 07"])
def test_nothing_comes_of_what_is_refused(proposal: str) -> None:
    env = _env()
    assert env.derived(_play(env, "deduction", proposal)[0]) == ()


def test_the_curriculums_archive_is_the_buffers() -> None:
    """It grows by plays, hands out both sorts of tasks of every kind, and none of them is new to the environment."""
    env = _env(references=2)
    curriculum = Endogenous(deals=12, copies=1, fresh=0.5, choose="uniform")
    met: set[tuple[str, str]] = set()
    for _ in range(12):
        deals = curriculum.draw(env, 0)
        met |= {(deal.task.id.partition("/")[0], deal.task.public["kind"]) for deal in deals}
        curriculum.observe(env, [play(env, RandomPolicy(), task=deal.task, seed=deal.seed) for deal in deals])
    assert met == {(sort, kind) for sort in ("train", "solve", "propose") for kind in KINDS}


# What is held out --------------------------------------------------------------------------------------------------------------------


def test_no_behavior_is_on_both_sides() -> None:
    """Of the buffer, of references, of the warm-up's own proposals and of what comes of plays, nothing does what is held out."""
    env = _env(seed=3)
    met: set[str] = set()
    for k in range(300):
        task = env.tasks("train" if k % 2 else "propose")[k]
        met |= {Triple.of(facts).program for facts in task.public.get("references", [task.secret.get("triple")])}
        for derived in env.derived(play(env, RandomPolicy(k), task=task, seed=k)):
            met |= {Triple.of(facts).program for facts in derived.public.get("references", [])}
    met |= {task.secret["triple"][0] for task in env.tasks("seed")}
    held = {split: {task.secret["triple"][0] for seed in (0, 3) for task in _env(seed=seed).tasks(split)} for split in ("dev", "test")}
    tables = {name: {step_function.table(p, DOMAIN) for p in found} for name, found in {"met": met, **held}.items()}
    assert min(map(len, tables.values())) > 50
    assert not tables["met"] & tables["test"]
    assert not tables["met"] & tables["dev"]
    assert not tables["dev"] & tables["test"]


def test_held_out_questions_are_for_one_solver_and_have_answers() -> None:
    """Each kind in turn, and an induction's hidden half is new to who sees the other."""
    env = _env(pairs=8)
    for split in ("dev", "test"):
        tasks = env.tasks(split)
        assert len(tasks) == 3 * 512
        for k in range(30):
            kind = KINDS[k % 3]
            triple = Triple.of(tasks[k].secret["triple"])
            assert tasks[k].agents == (f"{kind}_solver_0",)
            assert triple.outputs == tuple(step_function.table(triple.program, DOMAIN)[x] for x in triple.inputs)
            assert len(set(triple.inputs)) == len(triple.inputs) == (8 if kind == "induction" else 1)


def test_the_warm_ups_answers_are_right_but_for_planted_mistakes() -> None:
    """Deductions and abductions always, inductions as far as half of the pairs tell; and mistakes show where they are planted."""
    env, noisy = _env(pairs=8, rules=False), _env(pairs=8, rules=False, noise=0.9)

    def share(env: Any, kind: Kind) -> float:
        triples = env.backend.triples("seed", kind)
        found = [env.backend.answered(kind, env.backend.question(kind, t), env.noise, Stream(k)) for k, t in enumerate(triples)]
        return sum(env.backend.right(kind, t, env.backend.answer(kind, a)) for t, a in zip(triples, found, strict=True)) / len(triples)

    assert share(env, "deduction") == share(env, "abduction") == 1.0
    assert 0.7 < share(env, "induction") <= 1.0
    assert all(share(noisy, kind) < share(env, kind) for kind in KINDS)


# Everything else ---------------------------------------------------------------------------------------------------------------------


def test_equal_seeds_give_equal_plays() -> None:
    env, again = _env(noise=0.5), _env(noise=0.5)
    for k in range(12):
        records = [encode(play(e, RandomPolicy(7), task=e.tasks("train")[k], seed=k)) for e in (env, again)]
        assert records[0] == records[1]
    assert env.tasks("train")[0] != _env(noise=0.5, seed=1).tasks("train")[0]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"backend": "pyhton"}, "python"),
        ({"solvers": 0}, "solvers"),
        ({"references": 0}, "references"),
        ({"noise": 1.5}, "noise"),
        ({"proposing": -0.1}, "proposing"),
        ({"wrong": 1.0}, "wrong"),
        ({"pairs": 1}, "pairs"),
        ({"pairs": 33}, "pairs"),
        ({"domain": 8}, "domain"),
        ({"pieces": 1}, "pieces"),
        ({"shaper": "azt"}, "azr"),
        ({"shape": {"end": 0}}, "ends"),
        ({"solver": 2}, "solvers"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], match: str) -> None:
    """With the name of what is meant, where one is near."""
    with pytest.raises((UsageError, NotFound), match=match):
        _env(**options)


def test_shaped_pay_is_the_shapers() -> None:
    """The environment adds nothing to it."""
    assert _env(shape={"ends": 0.25}).shape == shaper("azr", ends=0.25)  # type: ignore[attr-defined]
