import pytest
from route import NoWay, Roads


@pytest.fixture
def roads():
    made = Roads()
    made.join("a", "b", 4)
    made.join("a", "c", 1)
    made.join("c", "b", 2)
    made.join("b", "d", 5)
    made.join("d", "e", 3, one_way=True)
    made.join("x", "y")
    made.place("z")
    return made


@pytest.mark.parametrize(
    ("start", "end", "length", "way"),
    [
        ("a", "a", 0, "a"),
        ("a", "c", 1, "ac"),
        ("a", "b", 3, "acb"),
        ("b", "a", 3, "bca"),
        ("a", "d", 8, "acbd"),
        ("d", "a", 8, "dbca"),
        ("a", "e", 11, "acbde"),
        ("x", "y", 1, "xy"),
        ("y", "x", 1, "yx"),
    ],
)
def test_shortest(roads, start, end, length, way):
    assert roads.shortest(start, end) == (length, list(way))


@pytest.mark.parametrize(("start", "end"), [("e", "d"), ("a", "x"), ("z", "a"), ("a", "nowhere"), ("nowhere", "a")])
def test_no_way(roads, start, end):
    with pytest.raises(NoWay, match=f"from {start} to {end}"):
        roads.shortest(start, end)


def test_equal_ways_by_name():
    roads = Roads()
    for middle in "cb":
        roads.join("a", middle, 2)
        roads.join(middle, "d", 2)
    assert roads.shortest("a", "d") == (4, ["a", "b", "d"])


@pytest.mark.parametrize(("lengths", "counts"), [((5, 3), 3), ((3, 5), 3), ((2, 0), 0)])
def test_the_shorter_road_counts(lengths, counts):
    roads = Roads()
    for length in lengths:
        roads.join("a", "b", length)
    assert roads.shortest("a", "b")[0] == counts
    assert roads.shortest("b", "a")[0] == counts


def test_one_way_beside_both_ways():
    roads = Roads()
    roads.join("a", "b", 5)
    roads.join("a", "b", 2, one_way=True)
    assert roads.shortest("a", "b")[0] == 2
    assert roads.shortest("b", "a")[0] == 5


def test_length_below_zero():
    with pytest.raises(ValueError, match="below 0: -1"):
        Roads().join("a", "b", -1)


def test_length_zero_is_a_road():
    roads = Roads()
    roads.join("a", "b", 0)
    assert roads.shortest("a", "b") == (0, ["a", "b"])


def test_length_is_one_if_not_said():
    roads = Roads()
    roads.join("a", "b")
    assert roads.shortest("a", "b")[0] == 1


@pytest.mark.parametrize(
    ("start", "steps", "places"),
    [
        ("a", 0, ""),
        ("a", 1, "bc"),
        ("a", 2, "bcd"),
        ("a", 3, "bcde"),
        ("a", 9, "bcde"),
        ("e", 2, ""),
        ("z", 1, ""),
        ("d", 1, "be"),
        ("d", 2, "beac"),
    ],
)
def test_within(roads, start, steps, places):
    assert roads.within(start, steps) == list(places)


def test_groups(roads):
    assert roads.groups() == [["a", "b", "c", "d", "e"], ["x", "y"], ["z"]]


def test_groups_of_one_size_by_name():
    roads = Roads()
    roads.join("d", "c")
    roads.join("a", "b")
    assert roads.groups() == [["a", "b"], ["c", "d"]]


def test_groups_join_against_the_direction():
    roads = Roads()
    roads.join("b", "a", one_way=True)
    roads.join("b", "c", one_way=True)
    assert roads.groups() == [["a", "b", "c"]]


def test_no_groups():
    assert Roads().groups() == []


def test_place_twice_keeps_roads(roads):
    roads.place("a")
    assert roads.within("a", 1) == ["b", "c"]
