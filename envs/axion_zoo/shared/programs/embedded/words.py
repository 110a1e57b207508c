"""Text."""

from __future__ import annotations

from axion_env import Stream
from axion_zoo.shared.programs.embedded.statement import pick, statement, text


@statement(
    shown=[("aaabccd",), ("xx",)],
    edges=[("",), ("zzzz",), ("aaab",), ("abbb",), ("aabbb  ccc",), ("a" * 12,)],
    inputs=lambda s: ("".join(pick(s, *"abc ") * (1 + s.below(5)) for _ in range(s.below(6))),),
    wrong={
        "shortens runs of two": (">= 3", ">= 2"),
        "leaves runs of three": (">= 3", "> 3"),
        "loses the last run": ("len(text) + 1", "len(text)"),
    },
)
def squeeze(text: str) -> str:
    """Shorten runs: three or more of one character in a row become that character and the length of the run.

    Shorter runs stay as they are.
    """
    found = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or text[i] != text[start]:
            run = i - start
            found.append(f"{text[start]}{run}" if run >= 3 else text[start:i])
            start = i
    return "".join(found)


@statement(
    shown=[("the fall of the house", ["the", "of"]), ("a word", ["a"])],
    edges=[("", []), ("of of of", ["of"]), ("ONE two", []), ("the", ["the"]), ("we are THE end of", ["the", "of"]), ("a  b", ["b"])],
    inputs=lambda s: (
        " ".join(pick(s, "the", "OF", "river", "a", "Old", "mILL", "and") for _ in range(s.below(7))),
        ["the", "of", "a", "and"],
    ),
    wrong={
        "keeps a small last word small": (" or i == len(words) - 1", ""),
        "keeps a small first word small": ("i == 0 or ", ""),
        "compares small words as written": ("lower = word.lower()", "lower = word"),
    },
)
def headline(title: str, small: list[str]) -> str:
    """Write a title as a headline.

    Every word gets a capital and is lower-case otherwise; words in `small` (given in lower case) are all lower-case, except as the first or
    the last word. Words are separated by single spaces in the result, however many there were.
    """
    words = title.split()
    found = []
    for i, word in enumerate(words):
        lower = word.lower()
        large = lower not in small or i == 0 or i == len(words) - 1
        found.append(lower.capitalize() if large else lower)
    return " ".join(found)


@statement(
    shown=[("a(b(c)d)",), ("no brackets",)],
    edges=[("",), ("()",), ("(a)(b)",), ("((x)(y))",), ("(",), (")(",), ("(a",), ("a)",), ("((p)q)((r)s)",), ("(())",)],
    inputs=lambda s: (_bracketed(s, 4) + pick(s, "", "", "", ")", "("),),
    wrong={
        "takes the last of equally deep places": ("depth > most", "depth >= most"),
        "does not mind a bracket that stays open": ("    if depth:\n        return None\n", ""),
        "does not mind a bracket that was never opened": ("            if depth == 0:\n                return None\n", ""),
    },
)
def deepest(text: str) -> str | None:
    """Give what stands in the deepest pair of brackets "(" and ")", the first of several.

    That is the text between the opening bracket and the closing one. Without brackets give the empty string, and None if the brackets do
    not match up.
    """
    depth, most, start, found = 0, 0, -1, ""
    for i, letter in enumerate(text):
        if letter == "(":
            depth += 1
            if depth > most:
                most, start = depth, i + 1
        elif letter == ")":
            if depth == 0:
                return None
            if start >= 0:
                found, start = text[start:i], -1
            depth -= 1
    if depth:
        return None
    return found


@statement(
    shown=[("1h30m",), ("45s",), ("5m2h",)],
    edges=[
        ("",),
        ("h",),
        ("10",),
        ("1h1h",),
        ("2d",),
        ("0s",),
        ("1h 5m",),
        ("3m20",),
        ("1h2m3s",),
        ("12m34s",),
        ("7s1m",),
        ("5x",),
        ("x5m",),
    ],
    inputs=lambda s: ("".join(pick(s, f"{s.below(40)}h", "") + pick(s, f"{s.below(90)}m", "") + pick(s, f"{s.below(90)}s", "", "5", "s")),),
    wrong={
        "takes units in any order": ("letter not in units:", 'letter not in "hms":'),
        "does not mind a number without unit": ("if digits or not text:", "if not text:"),
        "counts an hour as 60": ("3600", "60"),
        "takes a unit without number": ("if not digits or letter", "digits = digits or '0'\n            if letter"),
    },
)
def duration(text: str) -> int:
    """Read a duration such as "1h30m" or "2m5s", in seconds; -1 if it is none.

    It is one or more parts, each a whole number followed by h, m or s. Units come in this order, each at most once. Nothing else may stand
    in it.
    """
    seconds = 0
    digits = ""
    units = "hms"
    for letter in text:
        if letter in "0123456789":
            digits += letter
        else:
            if not digits or letter not in units:
                return -1
            seconds += int(digits) * {"h": 3600, "m": 60, "s": 1}[letter]
            units = units.partition(letter)[2]
            digits = ""
    if digits or not text:
        return -1
    return seconds


@statement(
    shown=[("to be or not", 5), ("abcdefgh", 3)],
    edges=[("", 4), ("a b c", 1), ("aa bb", 2), ("abcd ef", 4), ("ab cdefgh", 4), ("one two", 7), ("one two", 6)],
    inputs=lambda s: (" ".join(text(s, 9, "abc", 1) for _ in range(s.below(7))), 2 + s.below(7)),
    wrong={
        "leaves room for a space at the end": ("<= width", "< width"),
        "does not break long words": ("while len(word) > width:", "while False:"),
        "forgets the last line": ("    if line:\n        lines.append(line)\n    return", "    return"),
    },
)
def wrap_words(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` characters, as many words on each as fit, one space between them.

    A word longer than `width` starts a line of its own and is cut into pieces of `width`; the last piece begins a line on which words may
    follow.
    """
    lines = []
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) <= width:
            line += " " + word
            continue
        if line:
            lines.append(line)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        line = word
    if line:
        lines.append(line)
    return lines


@statement(
    shown=[("ab cd",), ("Zoo is xyz",)],
    edges=[("",), ("z z z",), ("A-b c!",), ("no  gap",), ("\u00e9 \u00c9t\u00e9",), ("xyz " * 9 + "xyz",)],
    inputs=lambda s: (" ".join(text(s, 6, "abyzABYZ.3") for _ in range(s.below(6))),),
    wrong={
        "begins to count at 0": ('text.split(" "), 1)', 'text.split(" "))'),
        "does not wrap around": (" % 26", ""),
        "loses the case": ("65 if letter.isupper() else 97", "97"),
    },
)
def shift_words(text: str) -> str:
    """Shift the letters A-Z and a-z of each word forward in the alphabet: by 1 in the first word, by 2 in the second, and so on.

    After z comes a; the case stays, and so does every other character. Words are separated by one space, and an empty word counts.
    """
    words = []
    for shift, word in enumerate(text.split(" "), 1):
        moved = ""
        for letter in word:
            if letter.isascii() and letter.isalpha():
                base = 65 if letter.isupper() else 97
                moved += chr((ord(letter) - base + shift) % 26 + base)
            else:
                moved += letter
        words.append(moved)
    return " ".join(words)


@statement(
    shown=[("red red blue", "blue green red"), ("a", "a")],
    edges=[("", ""), ("x x x", "x"), ("", "b a b"), ("a b", "b a"), ("b a a", "")],
    inputs=lambda s: tuple(" ".join(pick(s, "a", "b", "ab", "ba") for _ in range(s.below(7))) for _ in range(2)),
    wrong={
        "does not count repeated words": (
            "new.split().count(word) - old.split().count(word)",
            "(word in new.split()) - (word in old.split())",
        ),
        "leaves out what is gone": ("if change:", "if change > 0:"),
        "keeps what did not change": ("if change:", "if change or word:"),
    },
)
def word_changes(old: str, new: str) -> list[str]:
    """List how the words of a text changed in number, in alphabetical order of the words: "+2 word" for two more, "-1 word" for one less.

    Words of which there are as many as before are left out.
    """
    found = []
    for word in sorted({*old.split(), *new.split()}):
        change = new.split().count(word) - old.split().count(word)
        if change:
            found.append(f"{change:+d} {word}")
    return found


@statement(
    shown=[(["box", "box", "lid"],), (["a", "a", "a"],)],
    edges=[([],), (["a", "a-2", "a"],), (["x-2", "x", "x", "x"],), (["k", "k", "k-2", "k-2"],)],
    inputs=lambda s: ([pick(s, "a", "a", "b", "a-2", "b-2", "a-3", "c") for _ in range(s.below(8))],),
    wrong={
        "does not look whether the new name is taken": ("while label in used or label in rest:", "while label in used:"),
        "starts at 1": ("name, 2", "name, 1"),
        "numbers all, the first too": ("if label in used:", "if label in used or label in rest:"),
    },
)
def box_ids(names: list[str]) -> list[str]:
    """Make names unique, in order.

    The first box of a name keeps it. A later one becomes "name-2", or if that is taken "name-3", and so on. A name is taken if a box before
    it has it, or if it is the given name of a box after it.
    """
    used: list[str] = []
    for i, name in enumerate(names):
        rest = names[i + 1 :]
        label, number = name, 2
        if label in used:
            label = f"{name}-{number}"
            while label in used or label in rest:
                number += 1
                label = f"{name}-{number}"
        used.append(label)
    return used


def _bracketed(stream: Stream, depth: int) -> str:
    """Text in which all brackets match."""
    parts = [pick(stream, "a", "b", f"({_bracketed(stream, depth - 1)})" if depth else "") for _ in range(1 + stream.below(3))]
    return "".join(parts)
