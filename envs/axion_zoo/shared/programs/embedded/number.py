"""Numbers."""

from __future__ import annotations

from axion_zoo.shared.programs.embedded.statement import ints, statement


@statement(
    shown=[(15, 4), (8, 4)],
    edges=[(0, 3), (1, 1), (7, 2), (98, 10), (199, 11), (598, 11), (578, 11)],
    inputs=lambda s: (s.below(500), (2, 4, 5, 7, 8, 10, 11, 13)[s.below(8)]),
    wrong={
        "steps at least once": ("if n % k == 0:", "if steps and n % k == 0:"),
        "adds the last digit alone": ("sum(map(int, str(n)))", "n % 10"),
        "gives the number and not the steps": ("return steps", "return n"),
        "gives up early": ("range(51)", "range(6)"),
    },
)
def digit_walk(n: int, k: int) -> int:
    """Count the steps from n to the first number that k divides; a step adds to a number the sum of its digits.

    0 if k divides n itself; -1 if 50 steps do not suffice.
    """
    for steps in range(51):
        if n % k == 0:
            return steps
        n += sum(map(int, str(n)))
    return -1


@statement(
    shown=[(6, [1, 2, 5]), (4, [2])],
    edges=[(0, [3]), (0, []), (5, []), (4, [4]), (3, [1]), (2, [1]), (10, [5, 1, 2, 3])],
    inputs=lambda s: (s.below(25), sorted({*ints(s, 5, 1, 9)})),
    wrong={
        "takes each coin once at most": ("range(3)", "range(2)"),
        "takes each coin three times": ("range(3)", "range(4)"),
        "counts no way to pay nothing": ("ways = {0: 1}", "ways = {0: 1} if amount else {}"),
    },
)
def ways_to_pay(amount: int, coins: list[int]) -> int:
    """Count the ways to pay an amount with at most two of each coin. The coins are all different, and their order does not matter."""
    ways = {0: 1}
    for coin in coins:
        more: dict[int, int] = {}
        for paid, count in ways.items():
            for used in range(3):
                more[paid + used * coin] = more.get(paid + used * coin, 0) + count
        ways = more
    return ways.get(amount, 0)


@statement(
    shown=[(2000, 2004), (2023, 2023)],
    edges=[(1900, 1900), (2000, 2000), (2004, 2004), (1896, 1904), (1, 4), (1800, 2400), (2005, 2004), (1999, 2001)],
    inputs=lambda s: (1600 + s.below(500), 1600 + s.below(900)),
    wrong={
        "takes every fourth year": ("year // 4 - year // 100 + year // 400", "year // 4"),
        "leaves out the years 400 divides": (" + year // 400", ""),
        "leaves out the first year": ("up_to(first - 1)", "up_to(first)"),
        "counts backwards": ("if last < first:\n        return 0\n", ""),
    },
)
def leap_days(first: int, last: int) -> int:
    """Count the 29ths of February in the years from `first` to `last`, both included, in the Gregorian calendar.

    0 if `last` is before `first`.
    """

    def up_to(year: int) -> int:
        return year // 4 - year // 100 + year // 400

    if last < first:
        return 0
    return up_to(last) - up_to(first - 1)


@statement(
    shown=[([1, 1, 1], 10), ([3, 1], 4)],
    edges=[([5], 7), ([0, 1], 3), ([1, 1], 1), ([2, 3, 5], 0), ([1, 2, 3, 4], 7), ([0, 0, 2], 5), ([10, 10, 1], 2)],
    inputs=lambda s: ([*ints(s, 5, 0, 9), 1 + s.below(9)], s.below(30)),
    wrong={
        "gives the first what is left": ("left = total - sum(shares)", "shares[0] += total - sum(shares)\n    left = 0"),
        "takes the least remainder first": ("-(weights[i] * total % whole)", "weights[i] * total % whole"),
        "lets the last of equals have it": ("total % whole), i)", "total % whole), -i)"),
        "rounds each by itself": ("weight * total // whole", "round(weight * total / whole)"),
    },
)
def round_shares(weights: list[int], total: int) -> list[int]:
    """Divide `total` things in proportion to the weights, in whole numbers that add up to `total`.

    Everybody first gets the exact share, rounded down. What is left goes, one each, to those whose exact share was cut by most; of equals,
    to the one with the smaller index. At least one weight is above 0, none below.
    """
    whole = sum(weights)
    shares = [weight * total // whole for weight in weights]
    left = total - sum(shares)
    for i in sorted(range(len(weights)), key=lambda i: (-(weights[i] * total % whole), i))[:left]:
        shares[i] += 1
    return shares


@statement(
    shown=[(100, 50), (3, 50)],
    edges=[(0, 50), (1, 99), (10, 0), (99, 10), (1000, 90), (1, 0), (100, 1), (101, 1), (50, 2)],
    inputs=lambda s: (s.below(400), s.below(96)),
    wrong={
        "rounds to the nearest": ("height * percent // 100", "round(height * percent / 100)"),
        "counts the last, flat one": ("return bounces", "return bounces + 1"),
        "counts before it falls": ("while height * percent >= 100:", "while height >= 1:"),
    },
)
def bounces(height: int, percent: int) -> int:
    """Count the bounces of a ball dropped from a height in millimeters.

    After hitting the floor it comes up to `percent` percent (below 100) of the height it fell from, rounded down to whole millimeters. Only
    what comes up by at least 1 millimeter is a bounce.
    """
    bounces = 0
    while height * percent >= 100:
        height = height * percent // 100
        bounces += 1
    return bounces


@statement(
    shown=[("12345",), ("7",)],
    edges=[("",), ("0",), ("000",), ("999999",), ("10",), ("31",)],
    inputs=lambda s: ("".join(map(str, ints(s, 10, 0, 9))),),
    wrong={
        "weighs from the right": ("enumerate(digits)", "enumerate(reversed(digits))"),
        "starts with the second weight": ("i % 3", "(i + 1) % 3"),
        "gives 10 for 0": ("-total % 10", "10 - total % 10"),
        "gives the sum's last digit": ("-total % 10", "total % 10"),
    },
)
def check_digit(digits: str) -> int:
    """Give the digit that makes a number's weighted sum a multiple of 10.

    The digits of the number are weighted 3, 1, 7, 3, 1, 7, and so on from the left; the check digit itself has the weight 1.
    """
    total = sum(int(digit) * (3, 1, 7)[i % 3] for i, digit in enumerate(digits))
    return -total % 10


@statement(
    shown=[([0, 2], [1, 3], 12), ([5, 5], [0, 4], 30)],
    edges=[([0, 1], [0, 1], 0), ([0, 2], [1, 2], 50), ([3, 4], [3, 6], 27), ([9, 1], [0, 3], 5), ([0, 2], [0, 3], 6), ([4, 3], [4, 9], 4)],
    inputs=lambda s: ([s.below(6), 1 + s.below(6)], [s.below(9), 1 + s.below(7)], s.below(60)),
    wrong={
        "leaves the limit out": ("limit + 1", "limit"),
        "lets them blink before they start": ("max(a[0], b[0])", "0"),
        "starts both at 0": ("(minute - a[0]) % a[1] == 0 and (minute - b[0])", "minute % a[1] == 0 and minute"),
    },
)
def common_ticks(a: list[int], b: list[int], limit: int) -> list[int]:
    """List the minutes from 0 to `limit`, `limit` included, at which two lamps blink together.

    A lamp [start, period] blinks at the minute start, and every `period` minutes after that.
    """
    return [minute for minute in range(max(a[0], b[0]), limit + 1) if (minute - a[0]) % a[1] == 0 and (minute - b[0]) % b[1] == 0]


@statement(
    shown=[(3675, [60, 60]), (10, [7])],
    edges=[(0, [2]), (0, []), (9, []), (59, [60, 60]), (7, [2, 2, 2]), (8, [2, 2, 2]), (86400, [24, 60, 60])],
    inputs=lambda s: (s.below(5000), ints(s, 4, 2, 9)),
    wrong={
        "takes the radices from the left": ("reversed(radices)", "radices"),
        "puts the smallest part first": ("parts[::-1]", "parts"),
        "drops what is left over": ("    parts.append(n)\n", ""),
    },
)
def mixed_radix(n: int, radices: list[int]) -> list[int]:
    """Split a number into parts of mixed radix, the largest part first.

    The last radix says how many of the last part make up one of the part before it, and so on; the first part has no bound. So there is one
    part more than there are radices: 3675 seconds with [60, 60] are [1, 1, 15].
    """
    parts = []
    for radix in reversed(radices):
        parts.append(n % radix)
        n //= radix
    parts.append(n)
    return parts[::-1]
