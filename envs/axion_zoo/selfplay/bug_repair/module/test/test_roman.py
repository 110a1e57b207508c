import pytest
import roman

PAIRS = [
    (1, "I"), (2, "II"), (4, "IV"), (6, "VI"), (9, "IX"), (14, "XIV"), (19, "XIX"), (40, "XL"), (55, "LV"), (90, "XC"), (99, "XCIX"),
    (400, "CD"), (449, "CDXLIX"), (500, "D"), (944, "CMXLIV"), (1000, "M"), (1666, "MDCLXVI"), (1987, "MCMLXXXVII"), (3999, "MMMCMXCIX"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "text"), PAIRS)
def test_write(number, text):
    assert roman.write(number) == text


@pytest.mark.parametrize(("number", "text"), PAIRS)
def test_read(number, text):
    assert roman.read(text) == number


def test_read_takes_what_write_writes():
    assert [roman.read(roman.write(n)) for n in range(1, 4000, 7)] == list(range(1, 4000, 7))


def test_read_takes_small_letters_and_space():
    assert roman.read(" xiv\n") == 14


@pytest.mark.parametrize("number", [0, -1, 4000])
def test_write_refuses(number):
    with pytest.raises(ValueError, match=f"from 1 to 3999: got {number}"):
        roman.write(number)


@pytest.mark.parametrize("text", ["", "IIII", "VV", "IC", "IXI", "MMMM", "VX", "XIIX"])
def test_read_refuses(text):
    with pytest.raises(roman.NotRoman, match="not how it is written"):
        roman.read(text)


@pytest.mark.parametrize(("text", "letter"), [("XQ", "Q"), ("1", "1"), ("X I", " ")])
def test_read_names_the_letter(text, letter):
    with pytest.raises(roman.NotRoman, match=f"'{letter}' is no numeral"):
        roman.read(text)


def test_is_roman():
    assert roman.is_roman("MMXX") is True
    assert roman.is_roman("IIV") is False
    assert roman.is_roman("") is False


def test_add():
    assert roman.add("IX", "IV") == "XIII"
    with pytest.raises(ValueError, match="got 4000"):
        roman.add("MMMCMXCIX", "I")


def test_outline():
    assert roman.outline([0, 1, 1, 2, 1, 0, 1, 2, 0]) == ["I", "I.1", "I.2", "I.2.1", "I.3", "II", "II.1", "II.1.1", "III"]


def test_outline_counts_anew_below_another_heading():
    assert roman.outline([0, 1, 2, 2, 1, 2]) == ["I", "I.1", "I.1.1", "I.1.2", "I.2", "I.2.1"]


@pytest.mark.parametrize("depths", [[1], [0, 2], [0, 1, 0, 2]])
def test_outline_refuses_gaps(depths):
    with pytest.raises(ValueError, match=f"depth {depths[-1]} has none"):
        roman.outline(depths)
