"""Tables as text: values between separators, quoted where they have to be."""


class BadTable(ValueError):
    """Text that is no table."""


def read(text: str, separator: str = ",", quote: str = '"') -> list[list[str]]:
    """The rows of a table. A quote within quotes is doubled; lines within quotes belong to the value; empty lines are no rows.

    Raises:
        BadTable: a quote is not closed, or is followed by more of the value.
    """
    rows: list[list[str]] = []
    row: list[str] = []
    value = ""
    state = "start"
    for i, character in enumerate(text + "\n"):
        if state == "quoted":
            if character == quote:
                state = "closed"
            elif i == len(text):
                raise BadTable(f"row {len(rows) + 1}: a quote is not closed")
            else:
                value += character
        elif character == quote and state == "closed":
            value += quote
            state = "quoted"
        elif character == quote and state == "start":
            state = "quoted"
        elif character == separator:
            row.append(value)
            value, state = "", "start"
        elif character == "\n":
            if row or value or state == "closed":
                rows.append([*row, value])
            row, value, state = [], "", "start"
        elif state == "closed":
            raise BadTable(f"row {len(rows) + 1}: {character!r} after a quote")
        else:
            value += character
            state = "plain"
    return rows


def write(rows: list[list[str]], separator: str = ",", quote: str = '"') -> str:
    """Rows as text that `read` reads."""
    lines = []
    for row in rows:
        values = []
        for value in row:
            if any(c in value for c in (separator, quote, "\n")) or (not value and len(row) == 1):
                value = quote + value.replace(quote, quote * 2) + quote
            values.append(value)
        lines.append(separator.join(values) + "\n")
    return "".join(lines)


def records(rows: list[list[str]], missing: str = "") -> list[dict[str, str]]:
    """Rows by the names in the first; values that a row has not are `missing`.

    Raises:
        BadTable: a name comes twice, or a row has more values than names.
    """
    if not rows:
        return []
    names, *rest = rows
    if len(set(names)) < len(names):
        raise BadTable("a name comes twice")
    found = []
    for number, row in enumerate(rest, 2):
        if len(row) > len(names):
            raise BadTable(f"row {number}: {len(row)} values for {len(names)} names")
        found.append({name: row[i] if i < len(row) else missing for i, name in enumerate(names)})
    return found


def pick(rows: list[list[str]], names: list[str]) -> list[list[str]]:
    """Some columns of a table, in the order asked for, its names included."""
    return [names, *([record[name] for name in names] for record in records(rows))]
