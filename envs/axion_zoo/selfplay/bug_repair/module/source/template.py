"""Text with holes: `{name}`, `{name|filter}`, `{#if name}…{#else}…{#end}` and `{#each names}…{#end}`."""

from collections.abc import Callable, Mapping, Sequence

_FILTERS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "trim": str.strip,
    "length": lambda text: str(len(text)),
}


class BadTemplate(ValueError):
    """Text that is no template, or asks for what is not there."""


def parts(text: str) -> list[tuple[str, str]]:
    """Pieces of a template: `("text", …)` and `("hole", …)`. `{{` and `}}` are braces."""
    found: list[tuple[str, str]] = []
    plain = ""
    place = 0
    while place < len(text):
        pair = text[place : place + 2]
        if pair in ("{{", "}}"):
            plain += pair[0]
            place += 2
        elif text[place] == "{":
            end = text.find("}", place)
            if end < 0:
                raise BadTemplate(f"a hole is not closed at {place}")
            if plain:
                found.append(("text", plain))
            found.append(("hole", text[place + 1 : end].strip()))
            plain = ""
            place = end + 1
        else:
            plain += text[place]
            place += 1
    return [*found, ("text", plain)] if plain else found


def fill(text: str, values: Mapping[str, object]) -> str:
    """A template with its holes filled.

    Raises:
        BadTemplate: it is none, or asks for a value or a filter that is not there.
    """
    pieces = parts(text)
    made, place = _block(pieces, 0, values, True)
    if place < len(pieces):
        raise BadTemplate(f"{pieces[place][1]} without a beginning")
    return made


def _block(pieces: Sequence[tuple[str, str]], place: int, values: Mapping[str, object], shown: bool) -> tuple[str, int]:
    """The text up to the end of a block, and where that is. What is not shown is read and not filled."""
    out = ""
    while place < len(pieces) and pieces[place] not in (("hole", "#end"), ("hole", "#else")):
        kind, said = pieces[place]
        if kind == "text":
            out += said if shown else ""
            place += 1
        elif said.startswith("#"):
            made, place = _command(pieces, place, values, shown)
            out += made
        else:
            out += _value(said, values) if shown else ""
            place += 1
    return out, place


def _command(pieces: Sequence[tuple[str, str]], place: int, values: Mapping[str, object], shown: bool) -> tuple[str, int]:
    word, _, name = pieces[place][1].partition(" ")
    if word not in ("#if", "#each"):
        raise BadTemplate(f"no command {word}")
    value = _look_up(name.strip(), values) if shown else None
    items = [values] if value else []
    if word == "#each" and isinstance(value, list):
        items = [{**values, "item": item, "number": i} for i, item in enumerate(value, 1)]
    out, end = _block(pieces, place + 1, values, False)
    for item in items:
        out += _block(pieces, place + 1, item, True)[0]
    if end < len(pieces) and pieces[end][1] == "#else":
        other, end = _block(pieces, end + 1, values, shown and not items)
        out += other
    if end == len(pieces) or pieces[end][1] != "#end":
        raise BadTemplate(f"{word} {name} without an end")
    return out, end + 1


def _value(said: str, values: Mapping[str, object]) -> str:
    name, *filters = (part.strip() for part in said.split("|"))
    text = str(_look_up(name, values))
    for known in filters:
        if known not in _FILTERS:
            raise BadTemplate(f"no filter {known!r}")
        text = _FILTERS[known](text)
    return text


def _look_up(name: str, values: Mapping[str, object]) -> object:
    value: object = values
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise BadTemplate(f"no value {name!r}")
        value = value[part]
    return value
