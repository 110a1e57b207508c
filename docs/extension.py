"""For the reference: doctests of a docstring as blocks of code, which Markdown would take for quotations."""

from __future__ import annotations

import re
from typing import Any

import griffe

_DOCTEST = re.compile(r"(?m)^>>>.*(?:\n(?!\s*$).*)*")


class Doctests(griffe.Extension):
    """Fences every doctest."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Rewrites its docstring."""
        if obj.docstring is not None:
            obj.docstring.value = _DOCTEST.sub(lambda found: f"```pycon\n{found[0]}\n```", obj.docstring.value)
