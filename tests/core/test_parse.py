"""From raw text to an action: one legal value, or none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Illegal, strip_thinking, tagged_answer
from axion_env.core.parse import match_choice

MOVES = ("check", "bet", "fold", "call")
SIZES = ("bet", "bet 2", "bet 20", "all in")
pieces = st.sampled_from(
    ["check", "BET", "bet 2", "[", "]", "\\boxed{", "}", "<answer>", "</answer>", "<think>", "</think>", " ", "\n", "ß", "İ", "\ud800", "x"]
)
texts = st.text(max_size=40) | st.lists(pieces, max_size=14).map("".join)


@given(texts, st.sampled_from([MOVES, SIZES, ("ß", "SSS"), ("[a]", "\\boxed{b}")]))
def test_any_text_is_one_legal_choice_or_refused(text: str, choices: tuple[str, ...]) -> None:
    """It never raises: the result is a choice and no reason, or a reason and no choice."""
    choice, reason = match_choice(text, choices)
    assert (choice in choices and reason is None) or (choice is None and reason is not None)


@given(texts, st.sampled_from(MOVES))
def test_a_mark_goes_before_words(text: str, move: str) -> None:
    """Whatever plain words stand around it, one marked move is the move."""
    words = "".join(c for c in text if c not in "[]{}<>\\")
    for marked in (f"[{move}]", f"\\boxed{{{move.upper()}}}", f"<answer> {move}\n</answer>", f"<answer>[{move}]</answer>"):
        assert match_choice(f"{words} {marked} {words}", MOVES) == (move, None)


@given(st.sampled_from(MOVES), st.sampled_from(MOVES), st.sampled_from(["{} or {}", "[{}] [{}]", "<answer>{}</answer>\\boxed{{{}}}"]))
def test_two_answers_are_illegal(one: str, two: str, form: str) -> None:
    """Two different moves are refused in every form; the same one twice is one."""
    choice, reason = match_choice(form.format(one, two), MOVES)
    assert choice == (one if one == two else None)
    assert one == two or "several" in (reason or "")


@given(st.sampled_from(MOVES), st.sampled_from(["<think>{}</think>", "<THINK>a [{}] b</Think>", "no <think> [{}] </think>", "{} </think>"]))
def test_thinking_does_not_count(move: str, form: str) -> None:
    """A move thought of and not said is none; the one said is the answer."""
    assert match_choice(form.format(move), MOVES)[0] is None
    other = "fold" if move != "fold" else "bet"
    assert match_choice(f"{form.format(move)} {other}", MOVES) == (other, None)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("bet", "bet"),
        ("bet 2", "bet 2"),
        ("I bet 20 now", "bet 20"),
        ("bet 200", "bet"),
        ("I go all in", "all in"),
        ("bet 2, no, bet", None),
        ("bet 2 or bet 20", None),
        ("better", None),
        ("[bet 2]", "bet 2"),
        ("I could bet 2, but [bet]", "bet"),
        ("[not a move] bet", None),
        ("  BET\t", "bet"),
        ("", None),
    ],
)
def test_overlapping_choices(text: str, choice: str | None) -> None:
    """The longest whole-word reading at a place is the one that was said there."""
    assert match_choice(text, SIZES)[0] == choice


def test_choices_that_share_a_word() -> None:
    """Where two choices overlap and neither holds the other, both were said."""
    assert match_choice("left turn right", ("left turn", "turn right"))[0] is None


@pytest.mark.parametrize("choices", [("a", "A"), ("a", " a "), ("", "b"), ("  ",)])
def test_choices_must_be_distinct(choices: tuple[str, ...]) -> None:
    """Choices nobody could tell apart are the author's mistake."""
    with pytest.raises(ValueError, match="distinct"):
        match_choice("zzz", choices)


@given(texts)
def test_no_thinking_is_left(text: str) -> None:
    """What crosses to others holds no thinking tag, closed or open, and stripping again changes nothing."""
    said = strip_thinking(text)
    assert "<think>" not in said.lower()
    assert "</think>" not in said.lower()
    assert strip_thinking(said) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>a</think> b <think>c</think> d", "b  d"),
        ("b <think>c", "b"),
        ("opened in the prompt</think> b", "b"),
        ("<think>a <think>b</think> c</think> d", "d"),
        ("<th<think></think>ink>x", ""),
        ("  plain ", "plain"),
    ],
)
def test_strip_thinking(text: str, said: str) -> None:
    """Unclosed thinking runs to the end, unopened from the start, nested to the last closing tag."""
    assert strip_thinking(text) == said


@given(texts)
def test_tagged_answer_refuses_or_finds(text: str) -> None:
    """Any text has one answer or is `Illegal`."""
    try:
        answer = tagged_answer(text)
    except Illegal:
        return
    assert answer in text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<answer>4</answer>", "4"),
        ("<ANSWER>\n4 </Answer> and again <answer>4</answer>", "4"),
        ("<think><answer>3</answer></think><answer>4</answer>", "4"),
        ("<answer>3</answer><answer>4</answer>", None),
        ("<answer>4", None),
        ("4", None),
    ],
)
def test_tagged_answer(text: str, answer: str | None) -> None:
    """One answer outside the thinking; repeated is fine, contradicted is not."""
    if answer is None:
        with pytest.raises(Illegal):
            tagged_answer(text)
    else:
        assert tagged_answer(text) == answer


@pytest.mark.parametrize("piece", ["<answer>", "[", "\\boxed{", "<think>", "</think>", "bet ", "[bet] ", "<answer>bet</answer>", "[[", "]"])
def test_a_long_reply_takes_linear_time(piece: str) -> None:
    """A hostile reply of 200,000 characters is read in well under two seconds."""
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    match_choice(text, SIZES)
    strip_thinking(text)
    assert time.process_time() - started < 2
