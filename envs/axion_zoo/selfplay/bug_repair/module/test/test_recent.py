import pytest
from recent import Recent


@pytest.fixture
def cache():
    made = Recent(3)
    for key in "abc":
        made.put(key, key.upper())
    return made


def test_holds_what_was_put(cache):
    assert [cache.get(key) for key in "abc"] == ["A", "B", "C"]
    assert (cache.hits, cache.misses) == (3, 0)


def test_forgets_the_oldest(cache):
    assert cache.put("d", "D") == ["a"]
    assert cache.keys() == ["b", "c", "d"]


def test_use_keeps(cache):
    cache.get("a")
    assert cache.keys() == ["b", "c", "a"]
    assert cache.put("d", "D") == ["b"]


def test_put_again_replaces_and_keeps(cache):
    assert cache.put("a", 1) == []
    assert cache.get("a") == 1
    assert cache.keys() == ["b", "c", "a"]
    assert cache.room() == 0


def test_default_and_misses(cache):
    assert cache.get("z") is None
    assert cache.get("z", 5) == 5
    assert (cache.hits, cache.misses) == (0, 2)


@pytest.mark.parametrize("capacity", [0, -2])
def test_needs_capacity(capacity):
    with pytest.raises(ValueError, match=f"1 or more: got {capacity}"):
        Recent(capacity)


@pytest.mark.parametrize(
    ("size", "gone", "keys", "room"),
    [(1, ["a"], ["b", "c", "d"], 0), (2, ["a", "b"], ["c", "d"], 0), (3, ["a", "b", "c"], ["d"], 0), (4, [], ["a", "b", "c"], 0)],
)
def test_sizes(cache, size, gone, keys, room):
    assert cache.put("d", "D", size) == gone
    assert cache.keys() == keys
    assert cache.room() == room


def test_room_is_counted_by_size():
    cache = Recent(5)
    cache.put("a", 1, size=2)
    assert cache.room() == 3
    cache.put("b", 1)
    assert cache.room() == 2
    assert cache.put("c", 1, size=2) == []


def test_too_large_takes_the_old_value_away(cache):
    assert cache.put("b", "large", size=9) == []
    assert cache.keys() == ["a", "c"]
    assert cache.room() == 1


def test_capacity_of_one():
    cache = Recent(1)
    assert cache.put("a", 1) == []
    assert cache.put("b", 2) == ["a"]
    assert cache.get("b") == 2


def test_age():
    cache = Recent(5, age=3)
    cache.put("a", 1)
    assert cache.tick() == 0
    cache.put("b", 2)
    assert cache.tick() == 0
    assert cache.get("a") == 1
    assert cache.tick() == 1
    assert cache.keys() == ["b"]
    assert cache.get("a", "gone") == "gone"


def test_use_does_not_make_younger():
    cache = Recent(5, age=2)
    cache.put("a", 1)
    cache.tick()
    cache.get("a")
    cache.now += 1
    assert cache.get("a") is None
    assert cache.keys() == []
    assert cache.misses == 1


def test_tick_by_many():
    cache = Recent(5, age=4)
    cache.put("a", 1)
    cache.put("b", 1)
    assert cache.tick(3) == 0
    assert cache.tick(3) == 2
    assert cache.now == 6


def test_for_ever(cache):
    assert cache.tick(10**9) == 0
    assert cache.get("a") == "A"


def test_made_once():
    cache, made = Recent(2), []
    for _ in range(3):
        assert cache.get_or_make("k", lambda: made.append(1) or len(made)) == 1
    assert made == [1]
    assert (cache.hits, cache.misses) == (2, 1)


def test_nothing_is_a_value_too():
    cache, made = Recent(2), []
    for _ in range(2):
        assert cache.get_or_make("k", lambda: made.append(1)) is None
    assert made == [1]
