"""From a reply to its blocks: what all answers of this backend are written in."""

from __future__ import annotations

from axion_env import strip_thinking

_LONGEST = 1 << 16  # characters of a reply, its thinking removed


def blocks(text: str) -> list[tuple[str, str]]:
    r"""The fenced blocks of a reply, each with the word after its fence; one that is not closed is none.

    >>> blocks("Mine:\n```python\nx = 1\n```\n```input\n3\n```\n```input\n4")
    [('python', 'x = 1'), ('input', '3')]
    """
    said = strip_thinking(text)
    found: list[tuple[str, str]] = []
    opened: tuple[str, list[str]] | None = None
    for line in said.split("\n") if len(said) <= _LONGEST else ():
        fence = line.strip(" \t\r")
        if not fence.startswith("```"):
            if opened is not None:
                opened[1].append(line)
        elif opened is None:
            opened = fence[3:].strip().casefold(), []
        else:
            found.append((opened[0], "\n".join(opened[1])))
            opened = None
    return found


def last_of(text: str, word: str) -> str | None:
    """The content of the last block of that word; None: there is none."""
    return next((body for name, body in reversed(blocks(text)) if name == word), None)
