import pytest
from interval_set import IntervalSet


@pytest.mark.parametrize(
    ("intervals", "parts"),
    [
        ([], []),
        ([(1, 3)], [(1, 3)]),
        ([(5, 8), (1, 3)], [(1, 3), (5, 8)]),
        ([(1, 3), (3, 5)], [(1, 5)]),
        ([(3, 5), (1, 3)], [(1, 5)]),
        ([(1, 3), (4, 5)], [(1, 3), (4, 5)]),
        ([(1, 9), (2, 4)], [(1, 9)]),
        ([(2, 4), (1, 9)], [(1, 9)]),
        ([(1, 3), (5, 7), (9, 11), (2, 10)], [(1, 11)]),
        ([(1, 3), (20, 30), (2, 6)], [(1, 6), (20, 30)]),
        ([(2, 2)], []),
        ([(3, 1)], []),
        ([(1, 5), (9, 9), (3, 2)], [(1, 5)]),
    ],
)
def test_add(intervals, parts):
    assert list(IntervalSet(intervals)) == parts


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        (0, 100, []),
        (3, 5, [(0, 3), (5, 10), (20, 30)]),
        (0, 10, [(20, 30)]),
        (5, 25, [(0, 5), (25, 30)]),
        (10, 20, [(0, 10), (20, 30)]),
        (9, 21, [(0, 9), (21, 30)]),
        (7, 7, [(0, 10), (20, 30)]),
        (8, 2, [(0, 10), (20, 30)]),
        (-5, 1, [(1, 10), (20, 30)]),
        (29, 99, [(0, 10), (20, 29)]),
    ],
)
def test_remove(start, end, parts):
    found = IntervalSet([(0, 10), (20, 30)])
    found.remove(start, end)
    assert list(found) == parts


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ([(0, 5)], [(3, 9)], [(3, 5)]),
        ([(0, 5)], [(5, 9)], []),
        ([(0, 10), (20, 30)], [(5, 25)], [(5, 10), (20, 25)]),
        ([(5, 25)], [(0, 10), (20, 30)], [(5, 10), (20, 25)]),
        ([(0, 10)], [(1, 2), (3, 4), (9, 12)], [(1, 2), (3, 4), (9, 10)]),
        ([(0, 4), (6, 9)], [(0, 4), (7, 8)], [(0, 4), (7, 8)]),
        ([], [(1, 2)], []),
    ],
)
def test_intersect(left, right, both):
    assert list(IntervalSet(left).intersect(IntervalSet(right))) == both


@pytest.mark.parametrize("value", [0, 1, 2, 5, 6, 9])
def test_holds(value):
    assert value in IntervalSet([(0, 3), (5, 7), (9, 10)])


@pytest.mark.parametrize("value", [-1, 3, 4, 7, 8, 10, 11])
def test_holds_not(value):
    assert value not in IntervalSet([(0, 3), (5, 7), (9, 10)])


def test_length_and_gaps():
    found = IntervalSet([(0, 3), (5, 7), (9, 10)])
    assert len(found) == 6
    assert found.gaps() == [(3, 5), (7, 9)]
    assert IntervalSet().gaps() == []
    assert len(IntervalSet()) == 0
