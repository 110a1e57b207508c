r"""The final answer of a reply: what stands in `<answer>` tags or in `\boxed{}`, outside the thinking. One, or none."""

from __future__ import annotations

from collections.abc import Iterator

from axion_env import Illegal, strip_thinking, tagged_answer
from axion_zoo.reasoning.mathematics.form import read
from axion_zoo.reasoning.mathematics.lexer import Unreadable

STYLES = ("boxed", "answer_tags")
_BOX = "\\boxed{"


def final_answer(reply: str, style: str) -> tuple[str | None, str]:
    r"""The answer's text, and "" or why there is none.

    Several boxes or tags must agree: a reply that names two answers has named none.

    >>> final_answer("So \\boxed{0.5}.", "boxed"), final_answer("\\boxed{1} or \\boxed{2}", "boxed")
    (('0.5', ''), (None, 'several answers'))
    """
    if style == "answer_tags":
        try:
            found = {tagged_answer(reply): None}
        except Illegal as problem:
            return None, "several answers" if "several" in str(problem) else "no answer"
    else:
        found = dict.fromkeys(boxes(strip_thinking(reply)))
    forms: dict[str, str] = {}
    for text in found:
        try:
            forms.setdefault(str(read(text)), text)
        except Unreadable as problem:
            return None, f"unreadable: {problem}"
        if len(forms) > 1:
            return None, "several answers"
    return (forms.popitem()[1], "") if forms else (None, "no answer")


def boxes(text: str) -> Iterator[str]:
    r"""The contents of every `\boxed{…}` that is closed, the outermost of nested ones; in one pass."""
    start = text.find(_BOX)
    while start >= 0:
        depth = 0
        end = -1
        for i in range(start + len(_BOX) - 1, len(text)):
            depth += (text[i] == "{") - (text[i] == "}")
            if depth == 0:
                end = i
                break
        if end < 0:
            return
        yield text[start + len(_BOX) : end].strip()
        start = text.find(_BOX, end)
