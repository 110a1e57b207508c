import pytest
from wrapping import columns, justify, wrap


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, []),
        ("one", 5, ["one"]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("a b c d", 3, ["a b", "c d"]),
        ("  spaced   out  ", 20, ["spaced out"]),
        ("abcdef", 4, ["abcd", "ef"]),
        ("ab cdefgh ij", 5, ["ab cd", "efgh", "ij"]),
        ("abcd efghij", 4, ["abcd", "efgh", "ij"]),
        ("abc efghijk", 4, ["abc", "efgh", "ijk"]),
        ("abcdefghij", 3, ["abc", "def", "ghi", "j"]),
        ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
        ("abcd e", 2, ["ab", "cd", "e"]),
        ("ab abcd", 3, ["ab", "abc", "d"]),
    ],
)
def test_wrap(text, width, lines):
    assert wrap(text, width) == lines


def test_wrap_width_of_one():
    assert wrap("ab c", 1) == ["a", "b", "c"]


@pytest.mark.parametrize("width", [0, -1])
def test_wrap_needs_room(width):
    with pytest.raises(ValueError, match=f"got {width}"):
        wrap("a", width)


@pytest.mark.parametrize(
    ("line", "width", "justified"),
    [
        ("a b", 5, "a   b"),
        ("a b c", 8, "a   b  c"),
        ("a b c d", 9, "a  b  c d"),
        ("word", 9, "word"),
        ("", 3, ""),
        ("too long already", 5, "too long already"),
        ("ab cd", 4, "ab cd"),
        ("ab cd", 5, "ab cd"),
    ],
)
def test_justify(line, width, justified):
    assert justify(line, width) == justified


def test_columns_stand_below_each_other():
    assert columns([["a", "bb", "c"], ["ddd", "e", "f"]]) == ["a    bb  c", "ddd  e   f"]


def test_columns_gap_and_right():
    assert columns([["a", "1"], ["bbb", "22"]], gap=1, right=(1,)) == ["a    1", "bbb 22"]


def test_columns_of_uneven_rows():
    assert columns([["a"], ["bb", "c"], []]) == ["a", "bb  c", ""]


def test_no_columns():
    assert columns([]) == []
