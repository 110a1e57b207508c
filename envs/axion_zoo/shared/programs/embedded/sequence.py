"""Lists."""

from __future__ import annotations

from axion_zoo.shared.programs.embedded.statement import ints, pick, statement, text


@statement(
    shown=[([4, 4, 7, 7, 7, 1],), ([5],)],
    edges=[([],), ([1, 1, 2, 2],), ([3, 3, 3],), ([1, 2, 3],), ([9, 1, 1],)],
    inputs=lambda s: (ints(s, 12, 0, 2),),
    wrong={
        "takes the last of equally long runs": ("> best[1]", ">= best[1]"),
        "does not count the last run": ("len(values) + 1", "len(values)"),
        "gives the end and not the start": ("best = [start,", "best = [i - 1,"),
    },
)
def longest_plateau(values: list[int]) -> list[int]:
    """Find the longest run of equal neighbours.

    Return [start, length] of it, the first one if several are equally long, and [0, 0] for an empty list.
    """
    best = [0, 0]
    start = 0
    for i in range(1, len(values) + 1):
        if i == len(values) or values[i] != values[start]:
            if i - start > best[1]:
                best = [start, i - start]
            start = i
    return best


@statement(
    shown=[([0, 2, 3, 20], 5), ([1, 1], 2)],
    edges=[([], 3), ([0, 5, 10], 5), ([0, 0, 0], 1), ([4], 9)],
    inputs=lambda s: (sorted(ints(s, 8, 0, 30)), 1 + s.below(7)),
    wrong={
        "lets the counter work before anyone is there": ("max(free, arrival)", "free"),
        "measures from the first arrival": ("waits.append(start - arrival)", "waits.append(start - arrivals[0])"),
        "counts the service as waiting": ("waits.append(start - arrival)", "waits.append(start - arrival + service)"),
    },
)
def counter_waits(arrivals: list[int], service: int) -> list[int]:
    """Say how long each customer waits at a counter that serves one at a time.

    Customers arrive at the given minutes (in ascending order) and are served in that order; each takes `service` minutes. Return, for each
    customer, the minutes between arriving and being served.
    """
    waits = []
    free = 0
    for arrival in arrivals:
        start = max(free, arrival)
        waits.append(start - arrival)
        free = start + service
    return waits


@statement(
    shown=[([[2, 4], [6, 7]], 10), ([[0, 10]], 10)],
    edges=[
        ([], 5),
        ([], 0),
        ([[3, 5], [1, 9]], 12),
        ([[1, 2], [2, 3]], 4),
        ([[0, 3], [8, 10]], 10),
        ([[5, 6], [1, 2]], 8),
        ([[12, 14]], 10),
    ],
    inputs=lambda s: ([[a, a + 1 + s.below(6)] for a in ints(s, 5, 0, 18)], 18 + s.below(10)),
    wrong={
        "takes bookings in the order given": ("sorted(bookings)", "bookings"),
        "forgets the time after the last booking": ("if free < close:\n        slots.append([free, close])\n", ""),
        "lets a booking inside a longer one shorten it": ("max(free, end)", "end"),
        "leaves gaps of one minute out": ("if free < start:", "if free + 1 < start:"),
    },
)
def free_slots(bookings: list[list[int]], close: int) -> list[list[int]]:
    """List when a room is free between minute 0 and minute `close`.

    A booking [start, end] takes the minutes from start up to, not including, end. Bookings come in any order and may overlap; some may end
    after `close`. Return the free times as [start, end], in order, none of them empty.
    """
    slots = []
    free = 0
    for start, end in sorted(bookings):
        start = min(start, close)
        if free < start:
            slots.append([free, start])
        free = max(free, end)
    if free < close:
        slots.append([free, close])
    return slots


@statement(
    shown=[([[1, 2, 3], [4, 5, 6]],), ([[7]],)],
    edges=[([],), ([[], [1, 2], [3, 4]],), ([[1], [2, 3], [], [4, 5]],)],
    inputs=lambda s: ([ints(s, 4, 0, 9) for _ in range(s.below(5))],),
    wrong={
        "turns the other rows": ("i % 2 == 1", "i % 2 == 0"),
        "turns every row after the first": ("i % 2 == 1", "i > 0"),
        "does not count empty rows": ("enumerate(rows)", "enumerate([r for r in rows if r])"),
    },
)
def snake_order(rows: list[list[int]]) -> list[int]:
    """Read rows of numbers as one list, in turns: the first row from left to right, the second from right to left, and so on.

    Rows may have different lengths, and an empty row counts as a row.
    """
    found: list[int] = []
    for i, row in enumerate(rows):
        found += reversed(row) if i % 2 == 1 else row
    return found


@statement(
    shown=[({"ann": 3, "bob": 5, "cyd": 5, "dan": 1},), ({"eve": 2},)],
    edges=[({},), ({"a": 1, "b": 2, "c": 3, "d": 4},), ({"z": 1, "y": 1, "x": 1},), ({"a": 0, "b": -1, "c": 0, "d": -2, "e": -3},)],
    inputs=lambda s: ({text(s, 3, "abcdwxyz", 1): score for score in ints(s, 8, 0, 4)},),
    wrong={
        "lets a tie take up the places after it": ("sorted(set(scores.values()), reverse=True)", "sorted(scores.values(), reverse=True)"),
        "leaves names as they come": ("sorted(name for", "list(name for"),
        "puts the least score first": (", reverse=True", ""),
    },
)
def podium(scores: dict[str, int]) -> list[list[str]]:
    """Give the names on the podium: those with the greatest score, then the second and the third greatest.

    Equal scores share a place, in alphabetical order, and take no place from others. With fewer than three different scores there are fewer
    places.
    """
    places = sorted(set(scores.values()), reverse=True)[:3]
    return [sorted(name for name, score in scores.items() if score == place) for place in places]


@statement(
    shown=[([4, 3, 5, 2], 7), ([9, 1], 5)],
    edges=[([], 5), ([5, 5], 5), ([6, 6], 5), ([1, 9, 1], 2), ([2, 2, 2, 2], 4)],
    inputs=lambda s: (ints(s, 9, 1, 9), 4 + s.below(8)),
    wrong={
        "does not fill a box to the brim": ("weight + item > capacity", "weight + item >= capacity"),
        "forgets the last box": ("    if box:\n        boxes.append(box)\n    return", "    return"),
        "keeps what is too heavy": ("if item > capacity:\n            continue\n        ", ""),
        "loses the item that opens a box": ("box, weight = [], 0", "box, weight = [], 0\n            continue"),
    },
)
def conveyor(items: list[int], capacity: int) -> list[list[int]]:
    """Pack a line of items into boxes, in order.

    An item goes into the open box unless the box would then weigh more than `capacity`; then that box is closed for good and a new one
    opened. Items heavier than `capacity` are left out. Return the boxes, none of them empty.
    """
    boxes = []
    box: list[int] = []
    weight = 0
    for item in items:
        if item > capacity:
            continue
        if weight + item > capacity:
            boxes.append(box)
            box, weight = [], 0
        box.append(item)
        weight += item
    if box:
        boxes.append(box)
    return boxes


@statement(
    shown=[([1, 2, 3, 3],), ([5],)],
    edges=[([],), ([0, 0, 0],), ([1, 1],), ([-2, 2, -2],), ([3, 1, 1, 1],)],
    inputs=lambda s: (ints(s, 9, -3, 6),),
    wrong={
        "takes the last of equally good places": ("gap < least", "gap <= least"),
        "counts the item itself to the left": ("gap = abs(2 * left + value - total)", "gap = abs(2 * left + 2 * value - total)"),
        "takes no absolute value": ("abs(2 * left + value - total)", "2 * left + value - total"),
    },
)
def balance_point(weights: list[int]) -> int:
    """Find the index at which the sum of all items before it and the sum of all items after it differ least.

    Of several such indices give the smallest; -1 for an empty list. Weights may be negative.
    """
    total = sum(weights)
    best, least, left = -1, None, 0
    for i, value in enumerate(weights):
        gap = abs(2 * left + value - total)
        if least is None or gap < least:
            best, least = i, gap
        left += value
    return best


@statement(
    shown=[(["add a", "add b", "undo"],), (["add a", "undo", "redo", "redo"],)],
    edges=[([],), (["undo", "redo"],), (["add a", "undo", "add b", "redo"],), (["add a", "add b", "undo", "undo", "redo", "redo"],)],
    inputs=lambda s: (
        [pick(s, "undo", "redo", "undo", f"add {pick(s, *'abcde')}", f"add {pick(s, *'abcde')}") for _ in range(s.below(12))],
    ),
    wrong={
        "keeps what was undone when something is added": ("            undone = []\n", ""),
        "fails where there is nothing to undo": ('command == "undo" and done', 'command == "undo"'),
        "redoes the oldest first": ("undone.pop()", "undone.pop(0)"),
    },
)
def undo_history(commands: list[str]) -> list[str]:
    """Say what is left after commands "add X", "undo" and "redo".

    "undo" takes back the latest item that is there, "redo" puts back what was undone last; where there is nothing to undo or redo they do
    nothing. After an "add", what was undone before cannot be redone.
    """
    done: list[str] = []
    undone: list[str] = []
    for command in commands:
        if command == "undo" and done:
            undone.append(done.pop())
        elif command == "redo" and undone:
            done.append(undone.pop())
        elif command.startswith("add "):
            done.append(command[4:])
            undone = []
    return done
