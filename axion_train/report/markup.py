"""HTML and SVG by function, so that text is escaped because nothing else is possible."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from axion_env.record.transcript import printable


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def text(value: str) -> Markup:
    """Escaped; what does not print is shown as its escape sequence, since it could reorder or hide what stands around it."""
    return Markup(escape("\n".join(map(printable, value.split("\n")))))


def tag(name: str, *children: str, **attributes: object) -> Markup:
    """An element; children that are not `Markup` are escaped.

    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'

    Args:
        name: Of the element.
        children: Its content.
        attributes: `class_` is written `class`, `stroke_width` is written `stroke-width`; None leaves one out.
    """
    written = "".join(f' {k.rstrip("_").replace("_", "-")}="{text(_plain(v))}"' for k, v in attributes.items() if v is not None)
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(pieces: Iterable[str]) -> Markup:
    """The pieces after one another, escaped where they are not `Markup`."""
    return Markup("".join(p if isinstance(p, Markup) else text(p) for p in pieces))


def _plain(value: object) -> str:
    """A number without its noise: coordinates need a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
