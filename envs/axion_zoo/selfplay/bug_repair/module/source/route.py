"""Roads between places: shortest ways, what hangs together, and what can be reached."""

import heapq
from collections import deque


class NoWay(LookupError):
    """Two places that nothing joins."""


class Roads:
    """Places joined by roads with lengths; a road goes both ways unless it is said to go one way."""

    def __init__(self) -> None:
        self._roads: dict[str, dict[str, int]] = {}

    def place(self, name: str) -> None:
        """Put a place on the map."""
        self._roads.setdefault(name, {})

    def join(self, a: str, b: str, length: int = 1, *, one_way: bool = False) -> None:
        """Build a road; of two between the same places the shorter counts.

        Raises:
            ValueError: it has less than no length.
        """
        if length < 0:
            raise ValueError(f"a length below 0: {length}")
        self.place(a)
        self.place(b)
        self._roads[a][b] = min(length, self._roads[a].get(b, length))
        if not one_way:
            self._roads[b][a] = min(length, self._roads[b].get(a, length))

    def shortest(self, start: str, end: str) -> tuple[int, list[str]]:
        """The length of the shortest way, and its places; of equal ones the first by name (Dijkstra).

        Raises:
            NoWay: there is none.
        """
        best: dict[str, int] = {}
        queue: list[tuple[int, list[str]]] = [(0, [start])]
        while queue:
            length, way = heapq.heappop(queue)
            here = way[-1]
            if here in best:
                continue
            best[here] = length
            if here == end:
                return length, way
            for there, more in self._roads.get(here, {}).items():
                if there not in best:
                    heapq.heappush(queue, (length + more, [*way, there]))
        raise NoWay(f"from {start} to {end}")

    def within(self, start: str, steps: int) -> list[str]:
        """The places at most so many roads away, the nearer first, then by name."""
        seen = {start: 0}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if seen[here] == steps:
                continue
            for there in self._roads[here]:
                if there not in seen:
                    seen[there] = seen[here] + 1
                    queue.append(there)
        return sorted((name for name in seen if name != start), key=lambda name: (seen[name], name))

    def groups(self) -> list[list[str]]:
        """What hangs together by roads in any direction: each group sorted, the largest first, then by name."""
        joined: dict[str, set[str]] = {name: set() for name in self._roads}
        for a, ends in self._roads.items():
            for b in ends:
                joined[a].add(b)
                joined[b].add(a)
        left = set(self._roads)
        found = []
        while left:
            pending = [min(left)]
            group = set()
            while pending:
                here = pending.pop()
                if here in left:
                    left.remove(here)
                    group.add(here)
                    pending.extend(joined[here])
            found.append(sorted(group))
        return sorted(found, key=lambda group: (-len(group), group))
