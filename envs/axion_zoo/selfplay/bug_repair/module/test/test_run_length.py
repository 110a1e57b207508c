import pytest
from run_length import decode, encode, pack, runs, unpack


@pytest.mark.parametrize(
    ("text", "found"), [("", []), ("a", [("a", 1)]), ("aab", [("a", 2), ("b", 1)]), ("abba", [("a", 1), ("b", 2), ("a", 1)])]
)
def test_runs(text, found):
    assert runs(text) == found


CODES = [
    ("", ""),
    ("a", "a"),
    ("aa", "aa"),
    ("aaa", "3a"),
    ("aaaabbc", "4abbc"),
    ("abcabc", "abcabc"),
    ("xxxxxxxxxxxx", "12x"),
    ("7", "\\7"),
    ("77", "\\7\\7"),
    ("777", "3\\7"),
    ("\\", "\\\\"),
    ("\\\\\\\\", "4\\\\"),
    ("a11b", "a\\1\\1b"),
    ("   x", "3 x"),
]


@pytest.mark.parametrize(("text", "code"), CODES)
def test_encode(text, code):
    assert encode(text) == code


@pytest.mark.parametrize(("text", "code"), CODES)
def test_decode(text, code):
    assert decode(code) == text


@pytest.mark.parametrize(("shortest", "code"), [(1, "2a1b3c"), (2, "2ab3c"), (3, "aab3c"), (4, "aabccc")])
def test_shortest_run(shortest, code):
    assert encode("aabccc", shortest) == code
    assert decode(code) == "aabccc"


@pytest.mark.parametrize(("code", "last"), [("3", "3"), ("ab12", "2"), ("a\\", "\\\\")])
def test_decode_refuses(code, last):
    with pytest.raises(ValueError, match=f"ends in '{last}"):
        decode(code)


PACKED = [
    (b"", b""),
    (b"a", b"\x00a"),
    (b"aa", b"\xffa"),
    (b"aaa", b"\xfea"),
    (b"abc", b"\x02abc"),
    (b"abcc", b"\x01ab\xffc"),
    (b"aab", b"\xffa\x00b"),
    (b"abbbc", b"\x00a\xfeb\x00c"),
    (b"a" * 128, b"\x81a"),
    (b"a" * 130, b"\x81a\xffa"),
    (b"a" * 129, b"\x81a\x00a"),
]


@pytest.mark.parametrize(("data", "code"), PACKED)
def test_pack(data, code):
    assert pack(data) == code


@pytest.mark.parametrize(("data", "code"), PACKED)
def test_unpack(data, code):
    assert unpack(code) == data


def test_long_stretches_without_runs():
    data = bytes(range(256))
    assert pack(data) == b"\x7f" + data[:128] + b"\x7f" + data[128:]
    assert unpack(pack(data + data[::-1])) == data + data[::-1]


def test_unpack_passes_over_nothing():
    assert unpack(b"\x80\x00a\x80\xffb") == b"abb"


@pytest.mark.parametrize(("code", "missing"), [(b"\x00", 1), (b"\x03ab", 2), (b"\xff", 1), (b"\x00a\x81", 1)])
def test_unpack_refuses(code, missing):
    with pytest.raises(ValueError, match=f"^{missing} bytes are missing"):
        unpack(code)
