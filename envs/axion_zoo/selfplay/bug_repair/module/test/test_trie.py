import pytest
from trie import Trie


@pytest.fixture
def trie():
    return Trie(["tea", "ten", "tea", "to", "inn", "in", "i"])


def test_words_in_order(trie):
    assert list(trie.words()) == ["i", "in", "inn", "tea", "ten", "to"]


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("te", ["tea", "ten"]), ("t", ["tea", "ten", "to"]), ("in", ["in", "inn"]), ("tea", ["tea"]), ("x", []), ("teas", [])],
)
def test_words_by_prefix(trie, prefix, words):
    assert list(trie.words(prefix)) == words


@pytest.mark.parametrize(("word", "count"), [("tea", 2), ("ten", 1), ("te", 0), ("", 0), ("teas", 0), ("xyz", 0)])
def test_count(trie, word, count):
    assert trie.count(word) == count


def test_add_with_count(trie):
    trie.add("new", 5)
    trie.add("new")
    assert trie.count("new") == 6


@pytest.mark.parametrize(
    ("word", "there", "size"),
    [
        ("tea", True, 8),
        ("to", True, 8),
        ("in", True, 9),
        ("inn", True, 8),
        ("i", True, 9),
        ("te", False, 9),
        ("toe", False, 9),
        ("x", False, 9),
    ],
)
def test_discard(trie, word, there, size):
    others = [known for known in trie.words() if known != word]
    assert trie.size() == 9
    assert trie.discard(word) is there
    assert list(trie.words()) == others
    assert trie.size() == size
    assert trie.discard(word) is False


def test_discard_takes_the_branch_away():
    trie = Trie(["abcd", "a"])
    trie.discard("abcd")
    assert trie.size() == 2
    assert list(trie.words()) == ["a"]


def test_the_empty_word():
    trie = Trie(["", "a"])
    assert list(trie.words()) == ["", "a"]
    assert trie.discard("") is True
    assert list(trie.words()) == ["a"]
    assert Trie([""]).discard("") is True


def test_complete(trie):
    assert trie.complete("t") == ["tea", "ten", "to"]
    trie.add("to", 5)
    assert trie.complete("t") == ["to", "tea", "ten"]
    assert trie.complete("t", most=1) == ["to"]
    assert trie.complete("") == ["to", "tea", "i"]
    assert trie.complete("q") == []


@pytest.mark.parametrize(
    ("text", "word"), [("teapot", "tea"), ("tea", "tea"), ("te", ""), ("inning", "inn"), ("ink", "in"), ("ill", "i"), ("xyz", ""), ("", "")]
)
def test_longest_prefix(trie, text, word):
    assert trie.longest_prefix(text) == word


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("tea", ["ten"]),
        ("te", ["tea", "ten", "to"]),
        ("ton", ["ten", "to"]),
        ("n", ["i", "in"]),
        ("eta", []),
        ("tean", ["tea", "ten"]),
        ("", ["i"]),
        ("nn", ["in", "inn"]),
    ],
)
def test_near(trie, word, near):
    assert trie.near(word) == near


def test_size():
    assert Trie().size() == 1
    assert Trie(["ab", "ac"]).size() == 4
