"""Things that move, depend on one another, vote, or are counted."""

from __future__ import annotations

from axion_env import Stream
from axion_zoo.shared.programs.embedded.statement import ints, pick, statement, text


@statement(
    shown=[("FFRF", 5), ("LF", 3)],
    edges=[("", 1), ("FFFF", 2), ("RRF", 4), ("LLLLF", 3), ("RFLF", 2), ("FRFRFRF", 9)],
    inputs=lambda s: (text(s, 14, "FFFLR"), 1 + s.below(5)),
    wrong={
        "walks off the field": ("if 0 <= x + dx < size and 0 <= y + dy < size:", "if True:"),
        "turns the wrong way": ('1 if command == "R" else -1', '-1 if command == "R" else 1'),
        "has one row too many": ("0 <= y + dy < size", "0 <= y + dy <= size"),
    },
)
def robot(commands: str, size: int) -> list[int | str]:
    """Say where a robot ends on a square field of `size` times `size`: [x, y, facing].

    It starts at x = 0, y = 0, facing "N"; north is greater y, east ("E") greater x. "L" and "R" turn it by a quarter, "F" takes it one
    forward, or leaves it where it is if that would be outside.
    """
    x, y, facing = 0, 0, 0
    for command in commands:
        if command == "F":
            dx, dy = ((0, 1), (1, 0), (0, -1), (-1, 0))[facing]
            if 0 <= x + dx < size and 0 <= y + dy < size:
                x, y = x + dx, y + dy
        else:
            facing = (facing + (1 if command == "R" else -1)) % 4
    return [x, y, "NESW"[facing]]


@statement(
    shown=[({"app": ["lib"], "lib": []},), ({"a": ["b"], "b": ["a"]},)],
    edges=[
        ({},),
        ({"a": ["a"]},),
        ({"c": [], "b": [], "a": ["c"]},),
        ({"a": ["x"], "y": []},),
        ({"d": ["b"], "b": [], "a": ["d"], "c": []},),
    ],
    inputs=lambda s: (_needs(s),),
    wrong={
        "takes any that is ready, not the first by name": ("min(ready)", "ready[0]"),
        "gives what it has where there is a circle": ("            return []\n", "            return order\n"),
        "does not build what is only needed": (", *(need for each in needs.values() for need in each)", ""),
    },
)
def build_order(needs: dict[str, list[str]]) -> list[str]:
    """Put things in the order to build them: each after all that it needs, and of those that could come next always the first by name.

    `needs` says what each thing needs; what is only needed by others, and is no key itself, needs nothing and is built too. Give [] if that
    is impossible.
    """
    left = list(dict.fromkeys([*needs, *(need for each in needs.values() for need in each)]))
    order: list[str] = []
    while left:
        ready = [name for name in left if all(need in order for need in needs.get(name, []))]
        if not ready:
            return []
        order.append(min(ready))
        left.remove(min(ready))
    return order


@statement(
    shown=[([-1, 0, 0, 1],), ([1, 0],)],
    edges=[([],), ([-1],), ([0],), ([1, 2, 0, 0],), ([2, -1, 1, 3, 3],), ([-1, -1, 1, 2],), ([1, 2, 3, 4, -1],)],
    inputs=lambda s: (ints(s, 7, -1, 5, 6),),
    wrong={
        "counts the roots as 1": ("i, 0", "i, 1"),
        "gives -1 only on the circle itself": ("depth > len(parents)", "parents[node] == i"),
        "gives the height of the root": ("depths.append(depth)", "depths.append(node)"),
    },
)
def tree_depths(parents: list[int]) -> list[int]:
    """Give the depth of each node of a forest: 0 for a root, one more than its parent's for every other.

    parents[i] is the parent of node i, and -1 if it is a root. A node from which going up never ends has the depth -1.
    """
    depths = []
    for i in range(len(parents)):
        node, depth = i, 0
        while parents[node] != -1:
            node = parents[node]
            depth += 1
            if depth > len(parents):
                depth = -1
                break
        depths.append(depth)
    return depths


@statement(
    shown=[(["ab", "ba", "b"],), (["abc", "cab", "bca", "cba"],)],
    edges=[
        ([],),
        (["a"],),
        (["ab", "ba"],),
        (["ab", "ab", "ba", "c"],),
        (["a", "b", "c", "d"],),
        (["abc", "bca", "cab"],),
        (["ba", "ca", "a", "a"],),
    ],
    inputs=lambda s: (["".join(sorted(sorted(set(text(s, 4, "abcd", 1))), key=lambda _: s.below(9))) for _ in range(s.below(8))],),
    wrong={
        "strikes out the first by name of equals": ("(counts[name], -ord(name))", "(counts[name], ord(name))"),
        "counts first choices only": ("next((c for c in ballot if c in running), None)", "(ballot[0] if ballot[0] in running else None)"),
        "strikes out who has most": ("running.remove(min(", "running.remove(max("),
    },
)
def runoff(ballots: list[str]) -> str:
    """Find who wins a runoff.

    A ballot lists candidates, one letter each, by preference. All letters on the ballots run at first. In each round a ballot counts for
    the first of its candidates still running, if there is any, and the candidate with the fewest is struck out; of equals, the last in the
    alphabet. The one who is left wins. Give "" if nobody runs.
    """
    running = {candidate for ballot in ballots for candidate in ballot}
    while len(running) > 1:
        counts = dict.fromkeys(running, 0)
        for ballot in ballots:
            choice = next((c for c in ballot if c in running), None)
            if choice is not None:
                counts[choice] += 1
        running.remove(min(running, key=lambda name: (counts[name], -ord(name))))
    return "".join(running)


@statement(
    shown=[([[10, 2], [5, 3]], 12), ([[1, 9]], 2)],
    edges=[([], 0), ([], 1), ([[3, 4]], 3), ([[3, 4], [2, 5]], 5), ([[3, 4]], 0), ([[0, 9], [1, 2]], 1), ([[2, 2], [2, 7], [2, 1]], 5)],
    inputs=lambda s: ([[s.below(6), 1 + s.below(9)] for _ in range(s.below(5))], s.below(14)),
    wrong={
        "sells the latest first": ("in purchases", "in reversed(purchases)"),
        "sells what is not there": ("    if sold:\n        return None\n", ""),
        "takes whole lots": ("cost += used * price", "cost += amount * price"),
    },
)
def cost_of_sales(purchases: list[list[int]], sold: int) -> int | None:
    """Give the cost of the things sold, first in, first out.

    purchases lists [amount, price of each], the oldest first. Things are sold in the order in which they were bought. None if more were
    sold than bought.
    """
    cost = 0
    for amount, price in purchases:
        used = min(amount, sold)
        cost += used * price
        sold -= used
    if sold:
        return None
    return cost


@statement(
    shown=[(["ann bob 5", "bob cyd 3"],), (["a b 2", "b a 2"],)],
    edges=[([],), (["a a 4"],), (["z y 1", "a z 1"],), (["a b 0"],), (["b a 3", "a c 3", "d b 2"],)],
    inputs=lambda s: ([f"{pick(s, *'abcd')} {pick(s, *'abcd')} {s.below(5)}" for _ in range(s.below(7))],),
    wrong={
        "keeps those who are even": (" if balance}", "}"),
        "pays the wrong way": ("balances[payer] = balances.get(payer, 0) - ", "balances[payer] = balances.get(payer, 0) + "),
        "takes the last payment for the balance": ("balances.get(taker, 0) + int(amount)", "int(amount)"),
    },
)
def settle(payments: list[str]) -> dict[str, int]:
    """Add up payments "payer taker amount": what each person has got less what each has paid.

    Leave out those for whom that is 0.
    """
    balances: dict[str, int] = {}
    for payment in payments:
        payer, taker, amount = payment.split()
        balances[payer] = balances.get(payer, 0) - int(amount)
        balances[taker] = balances.get(taker, 0) + int(amount)
    return {name: balance for name, balance in balances.items() if balance}


@statement(
    shown=[(["..#", ".##", "#.."],), (["##"],)],
    edges=[([],), ([""],), (["."],), ([".#.", "#.#", ".#."],), (["...", ".#.", "..."],), (["#....", "###.#", "....#"],)],
    inputs=lambda s: (lambda width: ([text(s, width, "..#", width) for _ in range(1 + s.below(4))],))(1 + s.below(5)),
    wrong={
        "goes across corners": (
            "((0, 1), (1, 0), (0, -1), (-1, 0))",
            "((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1))",
        ),
        "counts pools, not their size": ("sizes.append(size)", "sizes.append(1)"),
        "gives the smallest first": (", reverse=True", ""),
        "does not go up": (", (-1, 0))", ")"),
    },
)
def pools(field: list[str]) -> list[int]:
    """Give the sizes of all pools on a map, the greatest first.

    "." is water, "#" land. Water belongs to one pool if one can go from one place to the other over water: left, right, up and down. All
    rows have the same length.
    """
    seen = set()
    sizes = []
    for r in range(len(field)):
        for c in range(len(field[0])):
            todo, size = [(r, c)], 0
            while todo:
                i, j = todo.pop()
                if 0 <= i < len(field) and 0 <= j < len(field[0]) and field[i][j] == "." and (i, j) not in seen:
                    seen.add((i, j))
                    size += 1
                    todo += [(i + di, j + dj) for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0))]
            if size:
                sizes.append(size)
    return sorted(sizes, reverse=True)


@statement(
    shown=[("abcab", 2), ("aaaa", 3)],
    edges=[("", 2), ("a", 1), ("ab", 1), ("abab", 5), ("abba", 1), ("aaaa", 1), ("abcabc", 3), ("aab", 2)],
    inputs=lambda s: (text(s, 14, "abcd"), 1 + s.below(4)),
    wrong={
        "throws out the latest": ("held.pop(0)", "held.pop()"),
        "forgets to make a used page the newest": ("            held.remove(page)\n            held.append(page)\n", "            pass\n"),
        "holds one page too many": ("len(held) == size", "len(held) > size"),
        "counts hits": ("misses += 1", "misses += 0"),
    },
)
def page_faults(pages: str, size: int) -> list[int | str]:
    """Count the page faults of a memory that holds `size` pages, and say what it holds at the end: [faults, pages].

    Asking for a page that is not held is a fault: the page is brought in, and if there is no room, the page not asked for the longest goes.
    Pages are letters; write what is held as one string, what was asked for longest ago first.
    """
    held: list[str] = []
    misses = 0
    for page in pages:
        if page in held:
            held.remove(page)
            held.append(page)
        else:
            misses += 1
            if len(held) == size:
                held.pop(0)
            held.append(page)
    return [misses, "".join(held)]


def _needs(stream: Stream) -> dict[str, list[str]]:
    """Who needs whom: mostly without a circle."""
    names = list("abcdeh")
    stream.shuffle(names)
    needs = {name: sorted({pick(stream, *names[i + 1 :]) for _ in range(stream.below(3))}) for i, name in enumerate(names[:-1])}
    return needs | ({names[-1]: [names[0]]} if stream.below(4) == 0 else {})
