"""From raw text to an action: what counts as an answer, and what makes it illegal."""

from __future__ import annotations

import re
from functools import lru_cache

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_MARKED = re.compile(r"\\boxed\{([^{}]*)\}|<answer>(.*?)</answer>|\[([^\[\]]*)\]", re.DOTALL | re.IGNORECASE)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL | re.IGNORECASE)


class Illegal(Exception):
    """Raised by a parser: the answer is not an action, for a reason the agent will be told."""


def strip_thinking(text: str) -> str:
    """`text` without its `<think>` blocks; an unclosed one runs to the end."""
    return _THINKING.sub("", text).strip() if "<think>" in text.lower() else text.strip()


def tagged_answer(text: str) -> str:
    """The content of the one `<answer>` tag outside the thinking.

    Raises:
        Illegal: no tag, or tags that disagree.
    """
    found = {m.strip() for m in _ANSWER.findall(strip_thinking(text))}
    if len(found) == 1:
        return found.pop()
    raise Illegal("give one answer in <answer> tags" if not found else "give one answer, not several")


@lru_cache(maxsize=1 << 14)
def match_choice(text: str, choices: tuple[str, ...]) -> tuple[str | None, str | None]:
    """`(choice, None)` if `text` names exactly one of `choices`, else `(None, reason)`.

    Case and surrounding space do not count. Answers in brackets, `\\boxed{}` or `<answer>` tags go before words, so
    that reasoning aloud about another move does no harm. Two different answers are illegal.

    >>> match_choice("I could fold, but [call].", ("fold", "call"))
    ('call', None)
    >>> match_choice("fold or call", ("fold", "call"))[0] is None
    True
    """
    legal = {c.strip().casefold(): c for c in choices}
    if len(legal) != len(choices) or not all(legal):
        raise ValueError(f"choices must be distinct, case ignored, and not empty: got {choices!r}")
    said = strip_thinking(text)
    if said.casefold() in legal:
        return legal[said.casefold()], None
    marks = {"".join(m).strip().casefold() for m in _MARKED.findall(said)}
    found = marks & legal.keys() if marks else _whole_words(said, legal)
    if len(found) == 1:
        return legal[found.pop()], None
    want = "one of " + ", ".join(choices)
    return None, f"several moves at once; answer with {want}" if found else f"not a legal move; answer with {want}"


def _whole_words(said: str, legal: dict[str, str]) -> set[str]:
    longest_first = sorted(legal, key=len, reverse=True)  # so that "bet 2" is not also read as "bet"
    pattern = "|".join(rf"(?<!\w){re.escape(c)}(?!\w)" for c in longest_first)
    return set(re.findall(pattern, said.casefold()))
