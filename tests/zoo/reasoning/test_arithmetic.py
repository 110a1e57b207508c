"""Addition: splits that never overlap, answers that cannot be forged."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Env, Episode, Play, RandomPolicy, Scripted, UsageError, judge, load, play

ENV = load("axion/Arithmetic-v0")


def _pairs(env: Env, split: str, count: int) -> list[tuple[int, int]]:
    tasks = env.tasks(split)
    return [(tasks[k].public["a"], tasks[k].public["b"]) for k in range(min(count, len(tasks)))]


@pytest.mark.parametrize("digits", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_splits_are_disjoint_by_content_in_both_orders(digits: int, seed: int) -> None:
    """No pair of `test` or `shifted` occurs in `train`, forwards or backwards, whatever the seeds."""
    train = set(_pairs(load("axion/Arithmetic-v0", digits=digits, seed=seed), "train", 3000))
    other = load("axion/Arithmetic-v0", digits=digits, seed=7)
    for split in ("test", "shifted"):
        held = _pairs(other, split, 1000)
        assert not train & {pair for a, b in held for pair in ((a, b), (b, a))}


def test_the_test_split_is_a_fifth_of_the_pairs() -> None:
    """Held out by a hash of the pair: about one in five of the 4,095 unordered ones."""
    from axion_zoo.reasoning.arithmetic import held_out

    pairs = [(a, b) for a in range(10, 100) for b in range(a, 100)]
    share = sum(held_out(a, b) for a, b in pairs) / len(pairs)
    assert 0.17 < share < 0.23
    assert all(held_out(a, b) == held_out(b, a) for a, b in pairs)


@pytest.mark.parametrize(("split", "length"), [("train", 1 << 20), ("test", 1 << 14), ("shifted", 1 << 14)])
def test_item_k_is_addressable(split: str, length: int) -> None:
    """Task k depends on (seed, k) alone, and a million cost nothing until one is read."""
    tasks = ENV.tasks(split)
    assert len(tasks) == length
    far = tasks[length - 1]
    assert far == ENV.tasks(split)[-1] == load("axion/Arithmetic-v0").tasks(split)[length - 1]
    assert far.id == f"{split}/0/{length - 1}"
    assert far.secret == {"answer": far.public["a"] + far.public["b"]}
    with pytest.raises(IndexError):
        tasks[length]


def test_other_seeds_are_other_tasks() -> None:
    """The seed option seeds the sequence; ids tell the sequences apart."""
    other = load("axion/Arithmetic-v0", seed=1)
    assert _pairs(ENV, "train", 50) != _pairs(other, "train", 50)
    assert {t.id for t in ENV.tasks("train")[:50]}.isdisjoint(t.id for t in other.tasks("train")[:50])


@pytest.mark.parametrize("digits", [1, 2, 4, 9, 19, 25])
@pytest.mark.parametrize("scratchpad", [True, False])
def test_examples_are_right(digits: int, scratchpad: bool) -> None:
    """The environment's own examples earn the full reward, in every split, for any length of numbers."""
    env = load("axion/Arithmetic-v0", digits=digits, scratchpad=scratchpad)
    for split in ("train", "test", "shifted"):
        for task in env.tasks(split)[:4]:
            low = digits + (split == "shifted")
            assert {len(str(n)) for n in task.public.values()} == {low}
            episode = play(env, RandomPolicy(), task=task)
            assert judge(env, episode)["solver_0"].reward == pytest.approx(1.0)


@pytest.mark.parametrize(("a", "b", "work"), [(27, 15, "7+5=12 2+1+1=04"), (99, 99, "9+9=18 9+9+1=19"), (10, 10, "0+0=00 1+1+0=02")])
def test_the_scratchpad_is_worked_by_columns(a: int, b: int, work: str) -> None:
    """From the right, with the carry."""
    from axion_zoo.reasoning.arithmetic import _work

    assert _work(a, b) == work


def _answer(text: str) -> tuple[Episode, float]:
    task = ENV.tasks("train")[0]
    episode = play(ENV, Scripted([text]), task=task)
    return episode, judge(ENV, episode)["solver_0"].reward


RIGHT = ENV.tasks("train")[0].secret["answer"]


ARABIC = "".join(chr(0x0660 + int(digit)) for digit in str(RIGHT))
HOSTILE_NUMBERS = [
    "10**10**9",
    "__import__('os')", f"{RIGHT}.0", f"+{RIGHT}", "9" * 100_000, "9" * 5_000, "", "nan", ARABIC, f"{RIGHT}\u00b2", f"0x{RIGHT:x}",
    f"{RIGHT}_0", f"{RIGHT} or {RIGHT}", f"[{RIGHT}]",
]  # fmt: skip
HOSTILE_TEXTS = [
    "10**10**9", "", "\ud800", f"{RIGHT}", f"<answer>{RIGHT}", f"<answer><answer>{RIGHT}", f"<think><answer>{RIGHT}</answer></think>",
    f"<answer>{RIGHT}</answer><answer>{RIGHT + 1}</answer>",
]  # fmt: skip


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, *(f"<answer>{number}</answer>" for number in HOSTILE_NUMBERS)], ids=range(22))
def test_hostile_answers_earn_nothing(text: str) -> None:
    """No expression is evaluated, no other digits than 0-9 are read, two numbers are none; and it is quick."""
    started = time.process_time()
    episode, reward = _answer(text)
    assert time.process_time() - started < 0.5
    assert episode.ending == "FINISHED"
    assert reward == 0.0


@given(st.text(max_size=60) | st.integers().map(lambda n: f"<answer>{n}</answer>"))
def test_any_answer_is_judged(text: str) -> None:
    """Never an exception: right, well-formed or worth nothing."""
    _, reward = _answer(text)
    assert reward in (0.0, 0.1, 1.0)


@pytest.mark.parametrize(
    ("text", "reward"),
    [(f"<answer>{RIGHT}</answer>", 1.0), (f"so... <answer> 00{RIGHT}\n</answer> done", 1.0), (f"<answer>{RIGHT + 1}</answer>", 0.1)],
)
def test_honest_answers(text: str, reward: float) -> None:
    """A right number in one pair of tags, whatever stands around it; a wrong one earns its form."""
    assert _answer(text)[1] == pytest.approx(reward)


@given(st.floats(0, 0.999))
def test_format_weight(weight: float) -> None:
    """The two parts share 1."""
    env = load("axion/Arithmetic-v0", format_weight=weight)
    episode = play(env, RandomPolicy())
    assert judge(env, episode)["solver_0"].reward == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize("options", [{"digits": 0}, {"format_weight": 1.0}, {"format_weight": -0.1}])
def test_options_that_make_no_task(options: dict[str, Any]) -> None:
    """Refused when the environment is built."""
    with pytest.raises(UsageError, match="Arithmetic needs"):
        load("axion/Arithmetic-v0", **options)


def test_unknown_splits_are_named() -> None:
    """Together with those there are."""
    with pytest.raises(UsageError, match="no split 'dev'; it has train, test, shifted"):
        ENV.tasks("dev")


def test_the_answer_is_not_in_the_question() -> None:
    """The agent is shown the operands and not the secret."""
    for task in ENV.tasks("train")[:50]:
        (ask,) = Play(ENV, task).requests
        assert str(task.secret["answer"]) not in ask.text.replace(f"{task.public['a']}+{task.public['b']}", "")  # type: ignore[union-attr]
