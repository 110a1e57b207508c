"""Parsing of raw text into an action: what counts as an answer, and what makes it illegal."""

from __future__ import annotations

import re
from functools import lru_cache

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
# From an `<answer>` the search stops at the next one, so that a reply of nothing but `<answer>` takes linear time, not quadratic.
_ANSWER = re.compile(r"<answer>((?:(?!<answer>).)*?)</answer>", re.DOTALL | re.IGNORECASE)
_MARKED = re.compile(rf"\\boxed\{{([^{{}}]*)\}}|{_ANSWER.pattern}|\[([^\[\]]*)\]", re.DOTALL | re.IGNORECASE)
_CACHED_LENGTH = 200  # characters; a cache of long replies would hold them all in memory and never be asked twice


class Illegal(Exception):
    """Raised by a parser: the answer is not an action, for a reason the agent will be told."""


def strip_thinking(text: str) -> str:
    """`text` without its `<think>` blocks; an unclosed one runs to the end, an unopened one from the start.

    (Chat templates that open the block in the prompt leave its closing tag alone in the reply.)
    """
    lower = text.lower()
    if "<think>" in lower:
        text = re.split("<think>", _THINKING.sub("", text), maxsplit=1, flags=re.IGNORECASE)[0]
        lower = text.lower()
    if "</think>" in lower:
        text = re.split("</think>", text, flags=re.IGNORECASE)[-1]
    return text.strip()


def tagged_answer(text: str) -> str:
    """The content of the one `<answer>` tag outside the thinking.

    Raises:
        Illegal: no tag, or tags that disagree.
    """
    found: set[str] = {m.strip() for m in _ANSWER.findall(strip_thinking(text))}
    if len(found) == 1:
        return found.pop()
    raise Illegal("give one answer in <answer> tags" if not found else "give one answer, not several")


def match_choice(text: str, choices: tuple[str, ...]) -> tuple[str | None, str | None]:
    r"""`(choice, None)` if `text` names exactly one of `choices`, else `(None, reason)`.

    Case and surrounding space do not count. Answers in brackets, `\boxed{}` or `<answer>` tags go before words, so
    that reasoning aloud about another move does no harm. Two different answers are illegal.

    >>> match_choice("I could fold, but [call].", ("fold", "call"))
    ('call', None)
    >>> match_choice("fold or call", ("fold", "call"))[0] is None
    True

    Raises:
        ValueError: the choices cannot be told apart.
    """
    return _match_short(text, choices) if len(text) <= _CACHED_LENGTH else _match(text, choices)


def _match(text: str, choices: tuple[str, ...]) -> tuple[str | None, str | None]:
    legal = {c.strip().casefold(): c for c in choices}
    if len(legal) != len(choices) or not all(legal):
        raise ValueError(f"choices must be distinct, case ignored, and not empty: got {choices!r}")
    said = strip_thinking(text)
    if said.casefold() in legal:
        return legal[said.casefold()], None
    marks = _marks(said.casefold(), legal)
    found = marks & legal.keys() if marks else _whole_words(said.casefold(), legal)
    if len(found) == 1:
        return legal[found.pop()], None
    want = "one of " + ", ".join(choices)
    return None, f"several moves at once; answer with {want}" if found else f"not a legal move; answer with {want}"


_match_short = lru_cache(maxsize=1 << 14)(_match)


def _marks(said: str, legal: dict[str, str]) -> set[str]:
    """The text inside of brackets, boxes and tags; for nested ones the innermost, as in `<answer>[bet]</answer>`."""
    found: set[str] = set()
    for groups in _MARKED.findall(said):
        mark = "".join(groups).strip()
        found |= {mark} if mark in legal else _marks(mark, legal) or {mark}
    return found


def _whole_words(said: str, legal: dict[str, str]) -> set[str]:
    """The choices named as whole words, except inside a longer one: "bet 2" does not also name "bet"."""
    spans = [(m.start(), -m.end(), c) for c in legal for m in re.finditer(rf"(?<!\w){re.escape(c)}(?!\w)", said)]
    found: set[str] = set()
    reach = -1
    for _, end, choice in sorted(spans):
        if -end > reach:
            found.add(choice)
            reach = -end
    return found
