"""Accounts in cents, with transfers that can be taken back, interest, and statements."""

from typing import NamedTuple


class Refused(Exception):
    """A posting that the rules do not allow; nothing has changed."""


class Posting(NamedTuple):
    """Money that went from one account to another."""

    number: int
    source: str
    target: str
    cents: int
    note: str = ""


class Ledger:
    """Accounts that may go down to minus their limit, and the postings between them."""

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self._limits: dict[str, int] = {}
        self._postings: list[Posting] = []
        self._undone: set[int] = set()

    def open(self, name: str, cents: int = 0, limit: int = 0) -> None:
        """Open an account with money in it.

        Raises:
            Refused: it is open already, or would begin below zero.
        """
        if name in self._balances:
            raise Refused(f"{name} is open")
        if cents < 0:
            raise Refused("an account begins with nothing or more")
        self._balances[name] = cents
        self._limits[name] = limit

    def balance(self, name: str) -> int:
        """Cents in an account."""
        if name not in self._balances:
            raise Refused(f"no account {name}")
        return self._balances[name]

    def move(self, source: str, target: str, cents: int, note: str = "") -> int:
        """Move money, and give the posting's number.

        Raises:
            Refused: no such account, nothing to move, or not enough to move it from.
        """
        if cents <= 0:
            raise Refused("nothing to move")
        if source == target:
            raise Refused("to itself")
        self.balance(target)
        if self.balance(source) + self._limits[source] < cents:
            raise Refused(f"{source} has not enough")
        self._balances[source] -= cents
        self._balances[target] += cents
        self._postings.append(Posting(len(self._postings) + 1, source, target, cents, note))
        return len(self._postings)

    def undo(self, number: int) -> int:
        """Move the money of a posting back, once, by a posting of its own."""
        if not 1 <= number <= len(self._postings):
            raise Refused(f"no posting {number}")
        if number in self._undone:
            raise Refused(f"{number} is undone")
        old = self._postings[number - 1]
        new = self.move(old.target, old.source, old.cents, f"undo {number}")
        self._undone |= {number, new}
        return new

    def interest(self, payer: str, per_mille: int) -> dict[str, int]:
        """Pay interest on every other account above zero, rounded down to a cent; what each got."""
        paid = {}
        for name, cents in sorted(self._balances.items()):
            gain = cents * per_mille // 1000
            if name != payer and gain > 0:
                self.move(payer, name, gain, "interest")
                paid[name] = gain
        return paid

    def statement(self, name: str) -> list[str]:
        """Lines of what happened to an account, with the balance after each."""
        after = self.balance(name)
        lines = []
        for posting in reversed(self._postings):
            if name not in (posting.source, posting.target):
                continue
            sign, other = ("-", posting.target) if posting.source == name else ("+", posting.source)
            note = f" ({posting.note})" if posting.note else ""
            lines.append(f"{posting.number} {sign}{posting.cents / 100:.2f} {other}{note} = {after / 100:.2f}")
            after += posting.cents if sign == "-" else -posting.cents
        return lines[::-1]
