"""Words in a tree of letters: looked up, completed, corrected."""

from collections.abc import Iterable, Iterator


class Trie:
    """A set of words with counts."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._below: dict[str, Trie] = {}
        self._count = 0
        for word in words:
            self.add(word)

    def add(self, word: str, count: int = 1) -> None:
        """Put a word in, or in again."""
        node = self
        for letter in word:
            node = node._below.setdefault(letter, Trie())
        node._count += count

    def discard(self, word: str) -> bool:
        """Take a word out with all its counts, and the branch that it leaves empty; whether it was there."""
        way: list[Trie] = [self]
        for letter in word:
            if letter not in way[-1]._below:
                return False
            way.append(way[-1]._below[letter])
        if not way[-1]._count:
            return False
        way[-1]._count = 0
        for letter, parent, node in zip(reversed(word), reversed(way[:-1]), reversed(way), strict=False):
            if node._count or node._below:
                break
            del parent._below[letter]
        return True

    def count(self, word: str) -> int:
        """How often a word was put in."""
        node = self._at(word)
        return node._count if node else 0

    def words(self, prefix: str = "") -> Iterator[str]:
        """All words that begin so, in the order of the alphabet."""
        node = self._at(prefix)
        if node is None:
            return
        if node._count:
            yield prefix
        for letter in sorted(node._below):
            yield from node._below[letter]._spelled(prefix + letter)

    def complete(self, prefix: str, most: int = 3) -> list[str]:
        """The words that begin so, the most frequent first, then by the alphabet."""
        found = sorted(self.words(prefix), key=lambda word: (-self.count(word), word))
        return found[:most]

    def longest_prefix(self, text: str) -> str:
        """The longest word that a text begins with; "" if none."""
        node: Trie = self
        best = 0
        for i, letter in enumerate(text):
            if letter not in node._below:
                break
            node = node._below[letter]
            if node._count:
                best = i + 1
        return text[:best]

    def near(self, word: str) -> list[str]:
        """The words with one letter changed, left out, or put in."""
        found: set[str] = set()
        letters = sorted({letter for known in self.words() for letter in known})
        for i in range(len(word) + 1):
            head, tail = word[:i], word[i:]
            tries = [head + letter + tail for letter in letters]
            if tail:
                tries += [head + tail[1:], *(head + letter + tail[1:] for letter in letters)]
            found.update(guess for guess in tries if self.count(guess) and guess != word)
        return sorted(found)

    def size(self) -> int:
        """Nodes of the tree, the first included."""
        return 1 + sum(node.size() for node in self._below.values())

    def _at(self, prefix: str) -> "Trie | None":
        node: Trie | None = self
        for letter in prefix:
            node = node._below.get(letter) if node else None
        return node

    def _spelled(self, prefix: str) -> Iterator[str]:
        if self._count:
            yield prefix
        for letter in sorted(self._below):
            yield from self._below[letter]._spelled(prefix + letter)
