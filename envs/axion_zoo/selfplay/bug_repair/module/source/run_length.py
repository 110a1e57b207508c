"""Run-length coding of text and of bytes."""

ESCAPE = "\\"
_LONGEST = 128


def runs(text: str) -> list[tuple[str, int]]:
    """Each run of one character, with its length."""
    found: list[tuple[str, int]] = []
    for character in text:
        if found and found[-1][0] == character:
            found[-1] = (character, found[-1][1] + 1)
        else:
            found.append((character, 1))
    return found


def encode(text: str, shortest: int = 3) -> str:
    """Text with runs of at least `shortest` written as a count and the character; digits and backslashes are escaped."""
    parts = []
    for character, count in runs(text):
        shown = ESCAPE + character if character.isdigit() or character == ESCAPE else character
        if count >= shortest:
            parts.append(f"{count}{shown}")
        else:
            parts.append(shown * count)
    return "".join(parts)


def decode(code: str) -> str:
    """The text that `encode` wrote.

    Raises:
        ValueError: it wrote no such code.
    """
    text = ""
    count = ""
    escaped = False
    for character in code:
        if escaped or not (character.isdigit() or character == ESCAPE):
            text += character * int(count or 1)
            count, escaped = "", False
        elif character == ESCAPE:
            escaped = True
        else:
            count += character
    if count or escaped:
        raise ValueError(f"the code ends in {code[-1]!r}")
    return text


def pack(data: bytes) -> bytes:
    """Bytes as runs and as they are (PackBits): 0 to 127 announce one more byte than that, 129 to 255 a byte 257 less that times."""
    out = bytearray()
    place = 0
    while place < len(data):
        end = place + 1
        while end < len(data) and data[end] == data[place] and end - place < _LONGEST:
            end += 1
        if end - place > 1:
            out += bytes([257 - (end - place), data[place]])
        else:
            while end < len(data) and end - place < _LONGEST and (end + 1 == len(data) or data[end] != data[end + 1]):
                end += 1
            out += bytes([end - place - 1]) + data[place:end]
        place = end
    return bytes(out)


def unpack(code: bytes) -> bytes:
    """What `pack` packed; 128 announces nothing.

    Raises:
        ValueError: bytes that were announced are missing.
    """
    out = bytearray()
    place = 0
    while place < len(code):
        head = code[place]
        need = 0 if head == 128 else 1 if head > 128 else head + 1
        body = code[place + 1 : place + 1 + need]
        if len(body) < need:
            raise ValueError(f"{need - len(body)} bytes are missing")
        out += body * (257 - head) if head > 128 else body
        place += 1 + need
    return bytes(out)
