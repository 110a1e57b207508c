"""From a reply to source code."""

from __future__ import annotations

from axion_env import strip_thinking

LONGEST = 1 << 16
"""Characters of an answer; nobody needs more, and every one is sent to the sandbox."""
_PYTHON = frozenset({"", "py", "python", "python3"})


def code_in(text: str) -> str | None:
    r"""The last Python block of a reply, its thinking removed; the reply itself if it has no block; None if that leaves nothing.

    A block that is not closed runs to the end: what was cut off is an answer too, if a bad one.

    >>> code_in("First\n```python\nx = 1\n```\nor better\n```\nx = 2\n```")
    'x = 2'
    """
    said = strip_thinking(text)
    blocks: list[tuple[str, list[str]]] = []
    inside = False
    for line in said.split("\n"):  # not splitlines: a string in the code may hold other ends of lines
        if line.lstrip(" \t>").startswith("```"):
            inside = not inside
            if inside:
                blocks.append((line.strip(" \t\r>`").casefold(), []))
        elif inside:
            blocks[-1][1].append(line)
    found = ["\n".join(lines) for info, lines in blocks if info in _PYTHON] if blocks else [said]
    code = found[-1] if found else ""
    return code if code.strip() and len(code) <= LONGEST else None
