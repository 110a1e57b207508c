"""The duel's truth, its rewards and what it costs, against plain enumeration."""

from __future__ import annotations

import ast
from collections import Counter
from typing import Any

import pytest
from axion_zoo.selfplay.test_duel.exact_backend import solution
from axion_zoo.selfplay.test_duel.shape import fits
from axion_zoo.shared import language
from hypothesis import given, settings
from hypothesis import strategies as st

from axion_env import Ending, Env, Episode, NotFound, RandomPolicy, Scripted, Stream, Task, UsageError, derive, judge, load, play
from axion_env.check import check
from axion_env.reward.shaper import shaper

DOMAIN = 32
TRUTH = Task("by hand", {"letters": "bda", "terms": [[8, 2], [17, 3]]})  # b10 d20 a


def _value(program: str, x: int) -> str:
    """The rule as it is written down, one input at a time."""
    *steps, last = program.split()
    return next((step[0] for step in steps if x < int(step[1:])), last)


programs = st.builds(
    language.write,
    st.text(alphabet=language.LETTERS, min_size=3, max_size=3),
    st.lists(st.integers(0, 99), min_size=2, max_size=2),
)
near = st.builds(lambda a, b: f"b{10 + a:02d} d{20 + b:02d} a", st.integers(-3, 3), st.integers(-3, 3))
suites = st.lists(st.integers(0, DOMAIN - 1), min_size=1, max_size=3, unique=True)


def _suite(inputs: list[int]) -> str:
    return " ".join(f"{x:02d}" for x in inputs)


def _duel(env: Env, coded: list[str], tested: list[str], task: Task = TRUTH) -> tuple[Episode, dict[str, float]]:
    said = {f"coder_{i}": Scripted([text]) for i, text in enumerate(coded)}
    said |= {f"tester_{i}": Scripted([text]) for i, text in enumerate(tested)}
    episode = play(env, said, task=task, seed=1)
    assert episode.ending is Ending.FINISHED
    return episode, {agent: verdict.reward for agent, verdict in judge(env, episode).items()}


# The language ------------------------------------------------------------------------------------------------------------------------


@given(programs)
def test_a_table_is_the_value_at_every_input(program: str) -> None:
    assert language.read(program) == program
    assert list(language.table(program, DOMAIN)) == [_value(program, x) for x in range(DOMAIN)]


@given(programs, programs)
def test_mistakes_are_where_two_programs_differ(one: str, other: str) -> None:
    """And a program makes none against itself."""
    assert language.mistakes(one, other, DOMAIN) == {x for x in range(DOMAIN) if _value(one, x) != _value(other, x)}
    assert not language.mistakes(one, one, DOMAIN)


@pytest.mark.parametrize(
    "text", ["", "b15 d45", "b1 a", "e15 a", "b15d45a", "b15 d45 a b", "b٣٣ a", "b15 d45 a\nb15 d45 a", "b05 " * 8 + "a"]
)
def test_what_is_no_program_is_none(text: str) -> None:
    assert language.read(text) is None


@pytest.mark.parametrize(("domain", "pieces"), [(16, 3), (64, 2), (64, 6)])
def test_no_split_shares_a_table_with_another(domain: int, pieces: int) -> None:
    """Under different seeds too: what is held out is what a program does."""
    tables: dict[str, set[str]] = {}
    for split, seed in (("train", 0), ("train", 1), ("dev", 0), ("test", 0), ("test", 2)):
        tasks = load("axion/TestDuel-v0", domain=domain, pieces=pieces, seed=seed).tasks(split)
        tables.setdefault(split, set()).update(language.table(solution(tasks[k]), domain) for k in range(300))
    assert len(tables["train"]) > 100
    assert not tables["train"] & tables["test"]
    assert not tables["train"] & tables["dev"]
    assert not tables["dev"] & tables["test"]


def test_every_piece_of_a_specification_shows() -> None:
    """Bounds ascend, neighbours differ, and the sums are what the question says."""
    env = load("axion/TestDuel-v0", domain=64, pieces=5)
    for k in range(200):
        task = env.tasks("train")[k]
        program = solution(task)
        runs = [x for x in range(1, 64) if language.table(program, 64)[x] != language.table(program, 64)[x - 1]]
        assert runs == language.parts(program)[1]
        assert all(1 <= b <= language.ADDENDS and a >= 0 for a, b in task.public["terms"])


def test_planted_mistakes_are_as_often_as_they_should_be() -> None:
    """With a chance of .3 a bound is off in 30 % of programs, by one in three quarters of these; a letter is wrong in 7.5 %."""
    stream = Stream(derive(0, "mistakes"))
    count, off, by_one, letters = 4000, 0, 0, 0
    for _ in range(count):
        found, bounds = language.parts(language.mistaken("b20 d40 a", 64, 0.3, stream))
        off += bounds[0] != 20
        by_one += abs(bounds[0] - 20) == 1
        letters += found[0] != "b"
    assert off / count == pytest.approx(0.3, abs=0.03)
    assert by_one / off == pytest.approx(0.75, abs=0.04)
    assert letters / count == pytest.approx(0.075, abs=0.02)


@pytest.mark.parametrize("domain", [8, 12, 16, 64])
def test_what_is_planted_is_a_program(domain: int) -> None:
    """Mistakes of ten in a small domain too."""
    stream = Stream(derive(0, "planted", domain))
    for _ in range(400):
        found = language.mistaken(language.random_program(stream, domain, 3), domain, 1.0, stream)
        assert language.read(found) == found


# Who earns what ----------------------------------------------------------------------------------------------------------------------


@given(st.lists(near, min_size=3, max_size=3), st.lists(suites, min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_rewards_and_truth_are_what_enumeration_says(coded: list[str], tested: list[list[int]]) -> None:
    """A coder is paid for passing, a tester for the worth of what its suite gives away, and the facts know the truth."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=3, inputs=3)
    episode, earned = _duel(env, coded, list(map(_suite, tested)))
    facts: Any = episode.facts
    for i, (program, suite) in enumerate(zip(coded, tested, strict=True)):
        wrong = [x for x in range(DOMAIN) if _value(program, x) != _value("b10 d20 a", x)]
        passes = not set(wrong) & set(suite)
        assert facts["right"][f"coder_{i}"] == (not wrong)
        assert earned[f"coder_{i}"] == float(passes)
        assert earned[f"tester_{i}"] == pytest.approx(0.0 if passes else 1 - len(wrong) / DOMAIN)
        assert (program in facts["counterexamples"]) >= (passes and bool(wrong))
    assert facts["wrong"] - facts["wrong_rejected"] == facts["accepted"] - facts["right_programs"]
    assert facts["rejected"] == facts["wrong_rejected"]  # the reference is right: no right program is ever rejected


@given(st.lists(near, min_size=2, max_size=2), st.lists(suites, min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_a_pool_pays_the_share_of_all_that_is_wrong(coded: list[str], tested: list[list[int]]) -> None:
    """The archive's programs are part of it, equal ones count once, and what nobody can catch is not in it."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=2, inputs=3, sees_program=False)
    task = Task("with archive", TRUTH.public, {"archive": ["a10 d20 a"]})
    _, earned = _duel(env, coded, list(map(_suite, tested)), task)
    pool = {p: {x for x in range(DOMAIN) if _value(p, x) != _value("b10 d20 a", x)} for p in (*coded, "a10 d20 a")}
    worth = {p: 1 - len(wrong) / DOMAIN for p, wrong in pool.items() if wrong}
    for i, suite in enumerate(tested):
        caught = sum(worth[p] for p in worth if pool[p] & set(suite))
        assert earned[f"tester_{i}"] == pytest.approx(caught / sum(worth.values()))


def test_what_any_input_would_catch_earns_nothing() -> None:
    """A program that is wrong everywhere is no catch; the same with letters exchanged in one piece is."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=1)
    _, earned = _duel(env, ["c10 c20 c"], ["00"])
    assert earned == {"coder_0": 0.0, "tester_0": 0.0}
    _, earned = _duel(env, ["c10 d20 a"], ["00"])
    assert earned == {"coder_0": 0.0, "tester_0": pytest.approx(1 - 10 / DOMAIN)}


@pytest.mark.parametrize("suite", ["", "9", "32", "99", "01 02 03", "09, 08", "<think>09</think>", "٠٩"])
def test_what_is_no_suite_tests_nothing_and_earns_nothing(suite: str) -> None:
    """None at all, one outside of the domain, or too many: the tester gets 0, and what was not tested is not accepted."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=1, inputs=2)
    episode, earned = _duel(env, ["b09 d20 a"], [suite])
    assert episode.facts is not None
    assert episode.facts["suites"] == {"tester_0": None}
    assert earned == {"coder_0": 0.0, "tester_0": 0.0}
    assert (episode.facts["verifications"], episode.facts["rejected"], episode.facts["counterexamples"]) == (0, 0, [])
    assert _duel(env, ["b09 d20 a"], ["09"])[1] == {"coder_0": 0.0, "tester_0": pytest.approx(1 - 1 / DOMAIN)}


def test_a_coder_gains_nothing_by_leaving_its_tester_at_a_loss() -> None:
    """In a trial run a coder found a program that its tester answered with nonsense, and was paid while the rule was another."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=1, inputs=2)
    episode, earned = _duel(env, ["b"], ["46 46007 061"])
    assert episode.facts is not None
    assert earned == {"coder_0": 0.0, "tester_0": 0.0}
    assert (episode.facts["accepted"], episode.facts["wrong_rejected"]) == (0, 0)


@pytest.mark.parametrize(("suite", "caught"), [("09 09", True), ("08 08", False)])
def test_an_input_given_twice_tests_once_and_earns_nothing(suite: str, caught: bool) -> None:
    """A coder is judged by what there is to judge by; its tester is not paid for half a suite."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=1, inputs=2)
    episode, earned = _duel(env, ["b09 d20 a"], [suite])
    assert earned == {"coder_0": float(not caught), "tester_0": 0.0}
    assert episode.facts is not None
    assert episode.facts["verifications"] == 1


def test_evidence_of_the_suites_knows_only_what_they_ask() -> None:
    """A wrong program that no suite gives away counts for nothing; what all suites give away is worth nothing."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=2, evidence="suites")
    episode, earned = _duel(env, ["b09 d20 a", "b11 d20 a"], ["09", "00"])
    assert episode.facts is not None
    assert earned == {"coder_0": 0.0, "coder_1": 1.0, "tester_0": 0.5, "tester_1": 0.0}
    assert episode.facts["counterexamples"] == []  # b11 d20 a is wrong at 10 alone, where nobody looked
    episode, _ = _duel(env, ["b09 d20 a", "b09 d20 a"], ["09", "00"])
    assert episode.facts is not None
    assert episode.facts["counterexamples"] == ["b09 d20 a"]


def test_own_evidence_pays_one_for_a_catch() -> None:
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=2, evidence="own")
    episode, earned = _duel(env, ["b09 d20 a", "b11 d20 a"], ["09", "09"])
    assert episode.facts is not None
    assert earned == {"coder_0": 0.0, "coder_1": 1.0, "tester_0": 1.0, "tester_1": 0.0}
    assert (episode.facts["verifications"], episode.facts["tester_verifications"]) == (2, 0)


@pytest.mark.parametrize("evidence", ["truth", "suites", "own"])
def test_what_one_tester_noticed_is_known_wherever_it_got_through(evidence: str) -> None:
    """The same program twice, caught once: a counterexample that costs nothing beyond the tests that were run."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=3, evidence=evidence)
    episode, earned = _duel(env, ["b09 d20 a", "b09 d20 a", "b10 d20 a"], ["09", "00", "00"])
    facts: Any = episode.facts
    assert (earned["coder_0"], earned["coder_1"], earned["coder_2"]) == (0.0, 1.0, 1.0)
    assert facts["counterexamples"] == ["b09 d20 a"]
    assert [task.secret["archive"] for task in env.derived(episode)] == [["b09 d20 a"]]
    assert (facts["tester_verifications"] == 0) == (evidence == "own")


@pytest.mark.parametrize(
    ("evidence", "cost"),
    [("truth", (4, 3, 3 * DOMAIN - 4, DOMAIN - 3)), ("suites", (4, 3, 3 * 3 - 4, 0)), ("own", (4, 3, 0, 0))],
)
def test_every_call_of_the_truth_is_counted_once(evidence: str, cost: tuple[int, ...]) -> None:
    """Equal programs and equal inputs are asked for once; what testers' rewards need comes on top."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=4, inputs=2, evidence=evidence)
    coded = ["b09 d20 a", "b09 d20 a", "b11 d20 a", "b10 d20 a"]
    episode, _ = _duel(env, coded, ["09", "09", "09 10", "20"])
    facts: Any = episode.facts
    assert cost == tuple(facts[k] for k in ("verifications", "reference_calls", "tester_verifications", "tester_reference_calls"))


def test_an_audit_finds_what_testers_rewards_do_not_know() -> None:
    """With audit=1 every accepted program is looked up, at the price of all its other inputs; what was rejected is known already."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=3, evidence="own", audit=1)
    episode, earned = _duel(env, ["b09 d20 a", "b11 d20 a", "b10 d20 a"], ["09", "09", "09"])
    facts: Any = episode.facts
    assert facts["counterexamples"] == ["b11 d20 a"]
    assert (facts["verifications"], facts["tester_verifications"]) == (3, 2 * (DOMAIN - 1))
    assert (facts["reference_calls"], facts["tester_reference_calls"]) == (1, DOMAIN - 1)
    assert earned["tester_1"] == 0.0
    assert [task.secret["archive"] for task in env.derived(episode)] == [["b11 d20 a"]]


def test_one_program_in_so_many_is_audited() -> None:
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=4, evidence="own", audit=4, noise=1.0)
    found = wrong = 0
    for seed in range(200):
        plan = {"coder": RandomPolicy(seed), "tester": Scripted(lambda ask: "31")}
        facts: Any = play(env, plan, seed=seed).facts
        found += len(facts["counterexamples"])
        wrong += facts["accepted"] - facts["right_programs"]
    assert found / wrong == pytest.approx(0.25, abs=0.06)


# Arms --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tester", "distinct"), [("random", None), ("random_per_task", 1), ("fixed", 1), ("all", 1)])
def test_scripted_testers(tester: str, distinct: int | None) -> None:
    """As many different inputs as an agent may choose; the same for all programs of a play where the arm says so."""
    env = load("axion/TestDuel-v0", tester=tester, domain=DOMAIN, inputs=2, coders=4)
    seen = Counter()
    for seed in range(100):
        facts: Any = play(env, RandomPolicy(), seed=seed).facts
        drawn = [tuple(suite) for suite in facts["suites"].values()]
        assert all(len(set(suite)) == len(suite) == (DOMAIN if tester == "all" else 2) for suite in drawn)
        assert distinct is None or len(set(drawn)) == distinct
        seen.update(x for suite in drawn for x in suite)
    assert len(seen) == (2 if tester == "fixed" else DOMAIN)
    seated = env.tasks("train")[0].agents
    assert seated is not None
    assert all(agent.startswith("coder") for agent in seated)


def test_the_ceiling_accepts_what_is_right_and_nothing_else() -> None:
    env = load("axion/TestDuel-v0", tester="all", domain=DOMAIN, noise=0.4)
    accepted = 0
    for seed in range(50):
        facts: Any = play(env, RandomPolicy(), seed=seed).facts
        assert facts["passes"] == facts["right"]
        accepted += facts["accepted"]
    assert 0 < accepted < 200


def test_the_floor_is_passed_by_a_constant() -> None:
    """A program that knows nothing but the first piece passes every test of the fixed input."""
    env = load("axion/TestDuel-v0", tester="fixed", domain=DOMAIN, coders=1)
    for k in range(50):
        task = env.tasks("test")[k]
        episode, earned = _duel(env, [task.public["letters"][0]], [], task)
        assert episode.facts is not None
        assert (earned["coder_0"], episode.facts["right_programs"]) == (1.0, 0)


# Tasks for testers -------------------------------------------------------------------------------------------------------------------


def test_a_counterexample_becomes_a_task_for_testers() -> None:
    """With the same specification and the program that got through; no coder is seated, and each program has an id of its own."""
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=2)
    episode, _ = _duel(env, ["b09 d20 a", "b10 d19 a"], ["00", "00"])
    tasks = env.derived(episode)
    assert [(task.public, task.secret, task.agents) for task in tasks] == [
        (TRUTH.public, {"archive": [program]}, ("tester_0", "tester_1")) for program in ("b09 d20 a", "b10 d19 a")
    ]
    assert len({task.id for task in tasks}) == 2
    again = play(env, {"tester": Scripted(["09", "00"])}, task=tasks[0])
    assert {agent: verdict.reward for agent, verdict in judge(env, again).items()} == {"tester_0": 1 - 1 / DOMAIN, "tester_1": 0.0}
    assert "Program: b09 d20 a." in again.turns[0].observation[-1].text


def test_testers_share_out_an_archive_of_several() -> None:
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=3)
    task = Task("archived", TRUTH.public, {"archive": ["b09 d20 a", "b10 d19 a"]}, ("tester_0", "tester_1", "tester_2"))
    episode = play(env, {"tester": Scripted(["09", "09", "09"])}, task=task)
    assert [turn.observation[-1].text.partition("Program: ")[2][:9] for turn in episode.turns] == ["b09 d20 a", "b10 d19 a", "b09 d20 a"]
    assert [verdict.reward for verdict in judge(env, episode).values()] == [1 - 1 / DOMAIN, 0.0, 1 - 1 / DOMAIN]


def test_the_common_pool_is_of_wrong_programs_for_held_out_specifications() -> None:
    env = load("axion/TestDuel-v0", domain=DOMAIN)
    for k in range(100):
        task = env.tasks("pool")[k]
        (wrong,) = task.secret["archive"]
        assert 0 < len(language.mistakes(wrong, solution(task), DOMAIN)) < DOMAIN
        assert language.behaviour(solution(task), DOMAIN) == "test"
        assert task.agents is not None
        assert all(agent.startswith("tester") for agent in task.agents)


@pytest.mark.parametrize("sees_program", [True, False])
def test_a_tester_is_shown_its_program_only_where_it_may_see_it(sees_program: bool) -> None:
    env = load("axion/TestDuel-v0", domain=DOMAIN, coders=2, sees_program=sees_program)
    episode, _ = _duel(env, ["b09 d20 a", "b10 d19 a"], ["00", "00"])
    texts = {turn.agent: turn.observation[-1].text for turn in episode.turns}
    assert ("b09 d20 a" in texts["tester_0"]) == sees_program
    assert ("b10 d19 a" in texts["tester_1"]) == sees_program
    assert "b10 d19 a" not in texts["tester_0"]
    assert "b09" not in texts["coder_0"] + texts["coder_1"]


def test_warm_up_answers_of_testers_give_the_shown_program_away() -> None:
    env = load("axion/TestDuel-v0", domain=DOMAIN, noise=0.5)
    wrong = 0
    for seed in range(60):
        facts: Any = play(env, RandomPolicy(), seed=seed).facts
        assert facts["wrong_rejected"] == facts["wrong"]
        wrong += facts["wrong"]
    assert wrong > 60


@pytest.mark.parametrize(
    "options",
    [
        {"inputs": 0},
        {"coders": 0},
        {"audit": -1},
        {"noise": 2.0},
        {"pool": 1.5},
        {"domain": 65},
        {"pieces": 1},
        {"evidence": "own", "pool": 0.5},
        {"evidence": "suites", "coders": 1},
    ],
)
def test_options_that_make_no_game_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        load("axion/TestDuel-v0", **options)


@pytest.mark.parametrize(("option", "near"), [("tester", "agent"), ("evidence", "truth"), ("backend", "exact"), ("worth", "one_minus")])
def test_a_misspelled_option_is_told_the_nearest(option: str, near: str) -> None:
    with pytest.raises(NotFound, match=near):
        load("axion/TestDuel-v0", **{option: f"{near}x"})


# Python ------------------------------------------------------------------------------------------------------------------------------


def _python(**options: Any) -> Env:
    return load("axion/TestDuel-v0", backend="python", **options)


@pytest.mark.parametrize("source", ["embedded", "procedural"])
def test_python_right_wrong_and_hacked(source: str) -> None:
    """The reference passes whatever is tested; a plausible mistake fails where the whole truth is the suite."""
    env = _python(source=source, tester="all", coders=3, inputs=2)
    for k in range(4):
        task = env.tasks("test")[k]
        right, wrong = task.secret["reference"], task.secret["wrong"][0]
        coded = [f"```python\n{code}\n```" for code in (right, wrong, "x = 1")]
        episode, earned = _duel(env, coded, [], task)
        assert episode.facts is not None
        assert list(earned.values()) == [1.0, 0.0, 0.0]
        assert list(episode.facts["right"].values()) == [True, False, False]


def test_python_testers_earn_by_the_cases_a_mistake_fails() -> None:
    env = _python(coders=2)
    task = env.tasks("train")[0]
    slip = env.backend.slip(task)  # type: ignore[attr-defined]
    episode, earned = _duel(env, [slip.wrong, slip.right], [slip.telling, slip.telling], task)
    assert earned == {"coder_0": 0.0, "coder_1": 1.0, "tester_0": pytest.approx(shaper("one_minus")(*slip.mistakes)), "tester_1": 0.0}
    assert episode.facts is not None
    (telling,) = episode.facts["suites"]["tester_0"]
    assert ast.literal_eval(slip.telling)
    assert isinstance(telling, str)


@pytest.mark.parametrize(
    "suite",
    [
        "",
        "[",
        "3",
        "[__import__('os')]",
        "[1]\n[1]",
        "[1, 2, 3, 4, 5, 6, 7, 8]",
        "['text where none is meant', None]",
        "[10**9]",
        "[[]] * 3",
    ],
)
def test_python_suites_that_are_none(suite: str) -> None:
    """Code, repeats, another number of arguments, other types: nothing is tested, and nothing of it is executed."""
    env = _python(coders=1, inputs=2)
    task = env.tasks("train")[0]
    episode, earned = _duel(env, ["```python\nx = 1\n```"], [suite], task)
    assert episode.facts is not None
    assert episode.facts["suites"] == {"tester_0": None}
    assert earned == {"coder_0": 0.0, "tester_0": 0.0}


@pytest.mark.parametrize(("suite", "tested"), [("[0]", False), ("[1]\n[0]", False), ("[1]\n[1]", True), ("[1]", True), ("[3]", False)])
def test_an_input_without_a_value_is_none(suite: str, tested: bool) -> None:
    """Where the reference raises there is nothing to be right about, and one such input spoils its suite; so does one out of range."""
    env = _python(coders=1, inputs=2)
    public = {"prompt": "Write a Python function.", "entry": "share", "preamble": "", "examples": []}
    cases = [[[x], 12 // x] for x in (-2, -1, 1, 2)]
    secret = {"cases": cases, "match": {}, "constant": 1, "reference": "def share(x):\n    return 12 // x", "wrong": []}
    episode, earned = _duel(env, ["```python\ndef share(x):\n    return 99\n```"], [suite], Task("by hand", public, secret))
    assert episode.facts is not None
    assert episode.facts["rejected"] == int(tested)
    assert set(earned.values()) == {0.0}  # wrong at every input there is: no catch


@given(st.lists(st.integers(-5, 20), max_size=5), st.integers(-5, 20))
def test_only_what_looks_like_the_cases_fits(numbers: list[int], last: int) -> None:
    known = [[[0, 9, 3], 4], [[], 7]]
    inside = len(numbers) <= 3 and all(0 <= n <= 9 for n in numbers) and 4 <= last <= 7
    assert fits([numbers, last], known) == inside
    assert not fits([numbers], known)
    assert not fits([tuple(numbers), last], known)
    assert not fits([numbers, float(last)], known)
    assert fits(["ab"], [["abc"], ["b"]])
    assert not fits(["xb"], [["abc"], ["b"]])


@pytest.mark.parametrize(
    "options",
    [
        {"sees_program": False, "evidence": "suites", "inputs": 1, "audit": 3},
        {"tester": "random", "domain": 64, "pieces": 4},
        {"tester": "fixed", "rules": False},
        {"backend": "python", "coders": 1},
    ],
)
def test_other_options_keep_every_promise(options: dict[str, Any]) -> None:
    """What `axion check` holds the default to. Where no agent tests, it says that testers are never asked, and that is so."""
    report = check("axion/TestDuel-v0", **options)
    found = [(result.id, finding) for result in report.results for finding in result.findings if finding.severity != "advisory"]
    assert {id for id, _ in found} == ({"runtime.seats"} if options.get("tester", "agent") != "agent" else set())
