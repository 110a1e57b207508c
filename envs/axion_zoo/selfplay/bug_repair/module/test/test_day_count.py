import pytest
from day_count import Day, add_months, from_number, is_leap, month_length, number, parse, weekday, workdays


@pytest.mark.parametrize(("year", "leap"), [(2024, True), (2023, False), (1900, False), (2000, True), (2100, False), (4, True), (1, False)])
def test_is_leap(year, leap):
    assert is_leap(year) is leap


def test_month_length():
    assert [month_length(2023, m) for m in range(1, 13)] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert month_length(2024, 2) == 29
    assert month_length(2024, 1) == 31


@pytest.mark.parametrize(("text", "date"), [("2024-02-29", (2024, 2, 29)), ("0001-01-01", (1, 1, 1)), ("1999-12-31", (1999, 12, 31))])
def test_parse(text, date):
    assert parse(text) == Day(*date)


@pytest.mark.parametrize(
    "text", ["", "2024-1-01", "2024-01-1", "24-01-01", "2024-01", "2024-01-01-01", "2024/01/01", "abcd-01-01", "20x4-01-01"]
)
def test_parse_refuses_form(text):
    with pytest.raises(ValueError, match="not a date"):
        parse(text)


@pytest.mark.parametrize("text", ["2023-02-29", "2024-02-30", "2024-00-10", "2024-13-01", "2024-04-31", "2024-05-00", "0000-01-01"])
def test_parse_refuses_days(text):
    with pytest.raises(ValueError, match="no such day"):
        parse(text)


NUMBERS = [
    ((1, 1, 1), 1), ((1, 12, 31), 365), ((2, 1, 1), 366), ((4, 12, 31), 1461), ((5, 1, 1), 1462), ((100, 12, 31), 36524),
    ((400, 12, 31), 146097), ((401, 1, 1), 146098), ((1970, 1, 1), 719163), ((2000, 3, 1), 730180), ((2024, 2, 29), 738945),
    ((2024, 12, 31), 739251),
]  # fmt: skip


@pytest.mark.parametrize(("date", "count"), NUMBERS)
def test_number(date, count):
    assert number(Day(*date)) == count


@pytest.mark.parametrize(("date", "count"), NUMBERS)
def test_from_number(date, count):
    assert from_number(count) == date


@pytest.mark.parametrize("count", [0, -5])
def test_from_number_refuses(count):
    with pytest.raises(ValueError, match=f"before the first day: {count}"):
        from_number(count)


def test_there_and_back():
    counts = range(730000, 731600, 11)
    assert [number(from_number(count)) for count in counts] == list(counts)


@pytest.mark.parametrize(
    ("date", "name"), [((1, 1, 1), "Monday"), ((1970, 1, 1), "Thursday"), ((2024, 2, 29), "Thursday"), ((2023, 12, 31), "Sunday")]
)
def test_weekday(date, name):
    assert weekday(Day(*date)) == name


@pytest.mark.parametrize(
    ("months", "date"),
    [
        (0, (2024, 1, 31)),
        (1, (2024, 2, 29)),
        (3, (2024, 4, 30)),
        (11, (2024, 12, 31)),
        (12, (2025, 1, 31)),
        (-1, (2023, 12, 31)),
        (-11, (2023, 2, 28)),
        (25, (2026, 2, 28)),
    ],
)
def test_add_months(months, date):
    assert add_months(Day(2024, 1, 31), months) == date


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ((2024, 1, 1), (2024, 1, 8), 5),
        ((2024, 1, 5), (2024, 1, 8), 1),
        ((2024, 1, 6), (2024, 1, 8), 0),
        ((2024, 1, 7), (2024, 1, 9), 1),
        ((2024, 1, 1), (2025, 1, 1), 262),
        ((2024, 1, 2), (2024, 1, 2), 0),
        ((2024, 1, 9), (2024, 1, 2), 0),
    ],
)
def test_workdays(start, end, count):
    assert workdays(Day(*start), Day(*end)) == count
