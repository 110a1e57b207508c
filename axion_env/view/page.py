"""The page: its style, its script and the episodes in one file."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from axion_env.record.transcript import printable

_SCRIPTS = ("element.js", "text.js", "side.js", "episode.js", "filter.js", "list.js", "main.js")


def page(title: str, note: str, episodes: Iterable[Mapping[str, Any]]) -> str:
    """The whole document.

    Args:
        title: Of the window.
        note: Where the episodes are from, and how many of them these are.
        episodes: From `view_of`, in the order in which they are listed.
    """
    resources = files("axion_env.view") / "page"
    style = resources.joinpath("style.css").read_text(encoding="utf-8")
    scripts = "\n".join(resources.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = f'"use strict";\n{scripts}'
    data = json.dumps({"title": title, "note": note, "episodes": list(episodes)}, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return Template(resources.joinpath("page.html").read_text(encoding="utf-8")).substitute(
        title=escape(printable(title)),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        data=base64.b64encode(zlib.compress(data.encode("ascii"), 6)).decode("ascii"),
    )


def _hash(content: str) -> str:
    """What a content security policy knows a style or a script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
