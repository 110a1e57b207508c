"""What is kept of many trajectories, and why the rest is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from axion_env import Action, Ask, Context, Memory, Message, Outcome, Play, Task, Tokens, UsageError, load, trajectories
from axion_env.dataset.decontaminate import Overlap, task_text
from axion_env.dataset.filter import Candidate, Exchange, Filter, Selection, exchanges, success_rates
from tests.core.game import game

ARITHMETIC = load("axion/Arithmetic-v0")
TASKS = ARITHMETIC.tasks("train")[:3]


def candidates(answers: Iterable[tuple[int, str]]) -> list[Candidate]:
    """One play of each (task, answer); `#` stands for the sum of the task. The tokens are the answer's letters."""
    found = []
    for k, text in answers:
        said = text.replace("#", f"<answer>{TASKS[k].secret['answer']}</answer>")
        play = Play(ARITHMETIC, TASKS[k], 0)
        play.answer(play.requests[0], Action(said, tokens=Tokens((1,), tuple(range(len(said))), (0.0,) * len(said), "learner", 0)))
        assert play.episode is not None
        found += [Candidate(ARITHMETIC, TASKS[k], t) for t in trajectories(ARITHMETIC, play.episode)]
    return found


def sift(selection: Selection, answers: Iterable[tuple[int, str]], **more: Any) -> tuple[list[str], dict[str, int]]:
    """Answers kept, and how many were dropped for which reason."""
    given = candidates(answers)
    trajectory_filter = Filter(selection, success_rates(given, selection), **more)
    kept = [exchange.action.text for candidate in given for exchange in trajectory_filter(candidate)]
    assert trajectory_filter.kept + trajectory_filter.dropped.total() == trajectory_filter.read == len(given)
    return kept, dict(trajectory_filter.dropped)


def test_right_answers_are_kept_once() -> None:
    """Wrong ones go, and so does a second equal answer to the same task; space around an answer is no difference."""
    kept, dropped = sift(Selection(), [(0, "#"), (0, "no"), (0, " #"), (0, "so #"), (1, "#")])
    assert len(kept) == 3
    assert dropped == {"not correct": 1, "duplicate": 1}


def test_a_least_reward_stands_in_for_the_part() -> None:
    """A tenth of the reward is paid for a well-formed wrong answer."""
    kept, dropped = sift(Selection(reward=0.1), [(0, "<answer>0</answer>"), (0, "nothing")])
    assert kept == ["<answer>0</answer>"]
    assert dropped == {"reward below 0.1": 1}


@pytest.mark.parametrize(("band", "kept"), [((0.0, 1.0), 4), ((0.5, 1.0), 3), ((0.0, 0.9), 2), ((0.5, 0.9), 1)])
def test_a_band_of_success(band: tuple[float, float], kept: int) -> None:
    """Task 0 is right always, task 1 in one of two, task 2 in one of four plays: a band is inclusive, over all plays of the task."""
    answers = [(0, "#"), (0, "a #"), (1, "#"), (1, "no"), (2, "#"), (2, "no"), (2, "no"), (2, "no")]
    found, dropped = sift(Selection(success=band), answers)
    assert len(found) == kept
    assert dropped.get("task too easy", 0) == 2 * (band[1] < 1)
    assert dropped.get("task too hard", 0) == (band[0] > 0)


def test_bounds_on_length_and_number() -> None:
    """A dropped trajectory takes no place of a task's k."""
    answers = [(0, "very long " * 20 + "#"), (0, "a #"), (0, "a #"), (0, "b #"), (0, "c #")]
    kept, dropped = sift(Selection(max_chars=100, per_task=2), answers)
    assert [text[0] for text in kept] == ["a", "b"]
    assert dropped == {"longer than 100 characters": 1, "duplicate": 1, "more than 2 of a task": 1}
    assert sift(Selection(max_tokens=100), answers)[1]["longer than 100 tokens"] == 1


def test_tokens_that_were_not_recorded_cannot_be_counted() -> None:
    play = Play(ARITHMETIC, TASKS[0], 0)
    play.answer(play.requests[0], f"<answer>{TASKS[0].secret['answer']}</answer>")
    assert play.episode is not None
    (trajectory,) = trajectories(ARITHMETIC, play.episode)
    with pytest.raises(UsageError, match="no recorded tokens"):
        Filter(Selection(max_tokens=3))(Candidate(ARITHMETIC, TASKS[0], trajectory))


@pytest.mark.parametrize("wrong", [{"success": (0.5, 0.1)}, {"success": (0.0, 2.0)}, {"success": (0.5,)}, {"per_task": -1}])
def test_a_selection_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Selection(**wrong)


def test_a_part_that_is_nobody_s_is_named() -> None:
    env = load("axion/KuhnPoker-v0")
    play = Play(env)
    while play.requests:
        play.answer(play.requests[0], play.requests[0].choices[0])  # type: ignore[union-attr, index]
    assert play.episode is not None
    first, _ = (Candidate(env, play.task, t) for t in trajectories(env, play.episode))
    with pytest.raises(UsageError, match="no reward part 'correct'; it has chips_won"):
        Filter(Selection())(first)


# What an agent was shown ------------------------------------------------------------------------------------------------------------------


async def interview(task: Task, ctx: Context) -> Outcome:
    """Three questions, a message before each."""
    for i in range(3):
        ctx.tell(("a",), f"told {i}")
        await ctx.ask("a", f"asked {i}", choices=("yes", "no"))
    return Outcome({})


@pytest.mark.parametrize("memory", list(Memory))
def test_exchanges_are_what_the_policy_was_shown(memory: Memory) -> None:
    """For every kind of memory, refused answers included, the messages are those of the ask, and only accepted answers are given."""
    env = game(interview, ("a",), memory=memory, retries=1)
    play, seen = Play(env), []
    answers = iter(("perhaps", "<think>hm</think>[yes]", "no", "what?", "yes"))
    while play.requests:
        ask = play.requests[0]
        assert isinstance(ask, Ask)
        text = next(answers)
        if ask.read(text)[1] is None:
            seen.append((ask.messages, text))
        play.answer(ask, text)
    assert play.episode is not None
    (trajectory,) = trajectories(env, play.episode)
    assert [(messages, action.text) for messages, action in exchanges(env, trajectory)] == seen
    assert len(seen) == 3


# Decontamination --------------------------------------------------------------------------------------------------------------------------

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


def overlaps(overlap: Overlap, question: str, answer: str = "x", public: dict[str, Any] | None = None) -> bool:
    """Whether an exchange of this question and answer does."""
    candidate = candidates([(0, "#")])[0]._replace(task=Task("t", public or {}))
    return overlap(candidate, [Exchange((Message("user", question),), Action(answer))])


def test_thirteen_words_in_a_row_overlap() -> None:
    """Wherever they stand, in question or answer, case and punctuation aside; twelve do not."""
    overlap = Overlap([f"Before. {LONG}"])
    thirteen, twelve = " ".join(LONG.split()[:13]), " ".join(LONG.split()[:12])
    assert overlaps(overlap, f"now: {thirteen.upper().replace(' ', ', ')}!")
    assert overlaps(overlap, "?", f"Let me recall {thirteen} and so on")
    assert not overlaps(overlap, f"now: {twelve} and so on and on")
    assert overlaps(Overlap([LONG], ngram=12), f"now: {twelve} and so on and on")


def test_short_texts_overlap_as_a_whole() -> None:
    """With an equal question or task; never by an answer, since many problems have the same one."""
    overlap = Overlap(["What is 2+2?", "17"])
    assert overlaps(overlap, "what is 2 + 2")
    assert overlaps(overlap, "Solve this: what is 2+2?", public={"question": "What is 2+2?"})
    assert not overlaps(overlap, "what is 2 + 3", "17")
    assert not overlaps(overlap, "what is 2 - 2")


def test_common_wording_is_no_overlap() -> None:
    """What most evaluation texts hold is their instruction; a text that is there twice is still one text."""
    wording = "Solve the problem that follows step by step and put the last result in a box at the end"
    problems = [f"{wording}: {LONG}", f"{wording}: what is the sum", f"{wording}: a train leaves"]
    overlap = Overlap([*problems, problems[0]])
    assert not overlaps(overlap, f"{wording}: something else")
    assert overlaps(overlap, f"Hello! {LONG}")


def test_tasks_are_compared_by_all_that_may_be_told() -> None:
    """The train split of Arithmetic shares no pair with the test split, and the test split shares all of its own."""
    overlap = Overlap(task_text(task) for task in ARITHMETIC.tasks("test")[:200])
    assert not any(overlaps(overlap, "?", public=dict(task.public)) for task in ARITHMETIC.tasks("train")[:200])
    assert all(overlaps(overlap, "?", public=dict(task.public)) for task in ARITHMETIC.tasks("test")[:200])
