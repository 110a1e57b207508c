"""Dates of the Gregorian calendar, counted in days."""

from typing import NamedTuple

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Day(NamedTuple):
    """A date."""

    year: int
    month: int
    day: int


def is_leap(year: int) -> bool:
    """Whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days of a month."""
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month - 1]


def parse(text: str) -> Day:
    """A date written `2024-02-29`.

    Raises:
        ValueError: it is none.
    """
    parts = text.split("-")
    if len(parts) != 3 or [len(part) for part in parts] != [4, 2, 2] or not all(part.isdigit() for part in parts):
        raise ValueError(f"not a date: {text!r}")
    year, month, day = map(int, parts)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        raise ValueError(f"no such day: {text!r}")
    return Day(year, month, day)


def number(date: Day) -> int:
    """Days since the day before 1 January of year 1."""
    before = date.year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    days += sum(month_length(date.year, month) for month in range(1, date.month))
    return days + date.day


def from_number(count: int) -> Day:
    """The date of a number of days.

    Raises:
        ValueError: it lies before year 1.
    """
    if count < 1:
        raise ValueError(f"before the first day: {count}")
    year = (count - 1) // 366 + 1
    while number(Day(year + 1, 1, 1)) <= count:
        year += 1
    left = count - number(Day(year, 1, 1)) + 1
    month = 1
    while left > month_length(year, month):
        left -= month_length(year, month)
        month += 1
    return Day(year, month, left)


def weekday(date: Day) -> str:
    """The name of its day of the week."""
    return WEEKDAYS[(number(date) - 1) % 7]


def add_months(date: Day, months: int) -> Day:
    """The same day some months later or earlier, or the last of the month if that has no such day."""
    place = date.year * 12 + date.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return Day(year, month, min(date.day, month_length(year, month)))


def workdays(start: Day, end: Day) -> int:
    """Days from Monday to Friday from `start` up to `end`, that one left out."""
    days = range(number(start), number(end))
    return sum((day - 1) % 7 < 5 for day in days)
