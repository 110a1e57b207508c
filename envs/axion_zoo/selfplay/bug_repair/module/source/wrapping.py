"""Text in lines of a width: wrapped, aligned, and put in columns."""


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, filled word by word; a longer word is cut where the line ends.

    Raises:
        ValueError: a line has no room for a character.
    """
    if width < 1:
        raise ValueError(f"width is 1 or more: got {width}")
    lines: list[str] = []
    line = ""
    for word in text.split():
        while len(word) > width:
            room = width - len(line) - 1 if line else width
            if room < 1:
                lines.append(line)
                line = ""
                continue
            line = f"{line} {word[:room]}" if line else word[:room]
            word = word[room:]
            lines.append(line)
            line = ""
        if not line:
            line = word
        elif len(line) + 1 + len(word) <= width:
            line += " " + word
        else:
            lines.append(line)
            line = word
    if line:
        lines.append(line)
    return lines


def justify(line: str, width: int) -> str:
    """The words of a line spread over the width; spaces left over go to the first gaps."""
    words = line.split()
    if len(words) < 2:
        return line
    spaces = width - sum(len(word) for word in words)
    gaps = len(words) - 1
    if spaces < gaps:
        return " ".join(words)
    share, extra = divmod(spaces, gaps)
    text = words[0]
    for i, word in enumerate(words[1:]):
        text += " " * (share + (1 if i < extra else 0)) + word
    return text


def columns(rows: list[list[str]], gap: int = 2, right: tuple[int, ...] = ()) -> list[str]:
    """Rows as lines whose cells stand below each other; the columns in `right` end together."""
    count = max((len(row) for row in rows), default=0)
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(count)]
    lines = []
    for row in rows:
        cells = [cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(row)]
        lines.append((" " * gap).join(cells).rstrip())
    return lines
