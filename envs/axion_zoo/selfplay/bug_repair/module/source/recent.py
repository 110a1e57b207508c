"""A cache that forgets what was used the longest time ago, and what is too old by a clock of its own."""

from collections.abc import Callable, Hashable


class Entry:
    """A value, when it was stored, and how much room it takes."""

    def __init__(self, value: object, stored: int, size: int) -> None:
        self.value = value
        self.stored = stored
        self.size = size


class Recent:
    """At most `capacity` of room, each entry for at most `age` ticks (None: for ever)."""

    def __init__(self, capacity: int, age: int | None = None) -> None:
        if capacity < 1:
            raise ValueError(f"capacity is 1 or more: got {capacity}")
        self.capacity = capacity
        self.age = age
        self.now = 0
        self.hits = 0
        self.misses = 0
        self._entries: dict[Hashable, Entry] = {}

    def put(self, key: Hashable, value: object, size: int = 1) -> list[Hashable]:
        """Store a value; the keys that had to go for it, the first to go first. What is larger than all room is not stored."""
        self._entries.pop(key, None)
        if size > self.capacity:
            return []
        gone: list[Hashable] = []
        while self.room() < size:
            oldest = next(iter(self._entries))
            del self._entries[oldest]
            gone.append(oldest)
        self._entries[key] = Entry(value, self.now, size)
        return gone

    def get(self, key: Hashable, default: object = None) -> object:
        """A value, which is then the most recently used; `default` if it is not there or too old."""
        entry = self._entries.get(key)
        if entry is None or self._is_old(entry):
            self._entries.pop(key, None)
            self.misses += 1
            return default
        del self._entries[key]
        self._entries[key] = entry
        self.hits += 1
        return entry.value

    def get_or_make(self, key: Hashable, make: Callable[[], object]) -> object:
        """A value; one made and stored if it is not there."""
        missing = object()
        found = self.get(key, missing)
        if found is missing:
            found = make()
            self.put(key, found)
        return found

    def tick(self, ticks: int = 1) -> int:
        """Let time pass; how many entries became too old."""
        self.now += ticks
        old = [key for key, entry in self._entries.items() if self._is_old(entry)]
        for key in old:
            del self._entries[key]
        return len(old)

    def room(self) -> int:
        """How much is free."""
        return self.capacity - sum(entry.size for entry in self._entries.values())

    def keys(self) -> list[Hashable]:
        """From the one used the longest time ago."""
        return list(self._entries)

    def _is_old(self, entry: Entry) -> bool:
        return self.age is not None and self.now - entry.stored >= self.age
