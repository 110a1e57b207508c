"""Semantic versions: read, compared, raised, and matched against ranges."""

import re
from functools import total_ordering

_FORM = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?")


@total_ordering
class Version:
    """A version: three numbers, what comes before the release, and a note on the build that no comparison sees."""

    def __init__(self, major: int, minor: int, patch: int, before: str = "", build: str = "") -> None:
        self.numbers = (major, minor, patch)
        self.before = before
        self.build = build

    @classmethod
    def read(cls, text: str) -> "Version":
        """A version as it is written.

        Raises:
            ValueError: it is none.
        """
        found = _FORM.fullmatch(text)
        if found is None or any(part == "" for part in (found[4] or "x").split(".")):
            raise ValueError(f"not a version: {text!r}")
        return cls(int(found[1]), int(found[2]), int(found[3]), found[4] or "", found[5] or "")

    def raised(self, part: str) -> "Version":
        """The next version of a part: `major`, `minor` or `patch`. One before a release of that part becomes the release."""
        major, minor, patch = self.numbers
        if part == "major":
            return Version(major if self.before and minor == patch == 0 else major + 1, 0, 0)
        if part == "minor":
            return Version(major, minor if self.before and patch == 0 else minor + 1, 0)
        if part == "patch":
            return Version(major, minor, patch if self.before else patch + 1)
        raise ValueError(f"no part {part!r}")

    def matches(self, wanted: str) -> bool:
        """Whether it lies in a range: comparisons that all hold, like `>=1.2.0 <2.0.0`, `^1.2.0` or `~1.2.0`."""
        return all(self._fits(part) for part in wanted.split())

    def _fits(self, wanted: str) -> bool:
        sign = re.match(r"[<>=^~]*", wanted)
        operator = sign[0] if sign else ""
        other = Version.read(wanted[len(operator) :])
        if operator in ("", "="):
            return self == other
        if operator in ("<", "<="):
            return self < other or (operator == "<=" and self == other)
        if operator in (">", ">="):
            return self > other or (operator == ">=" and self == other)
        if operator == "~":
            return self >= other and self.numbers[:2] == other.numbers[:2]
        if operator == "^":
            fixed = next((i for i, number in enumerate(other.numbers) if number), 2)
            return self >= other and self.numbers[: fixed + 1] == other.numbers[: fixed + 1]
        raise ValueError(f"no comparison {operator!r}")

    def _key(self) -> tuple[tuple[int, int, int], bool, list[tuple[bool, int, str]]]:
        parts = self.before.split(".") if self.before else []
        return self.numbers, not self.before, [(not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in parts]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: "Version") -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash((self.numbers, self.before))

    def __str__(self) -> str:
        text = ".".join(map(str, self.numbers))
        return text + (f"-{self.before}" if self.before else "") + (f"+{self.build}" if self.build else "")


def newest(versions: list[str], wanted: str = "") -> str | None:
    """The newest of some versions that lies in a range; None if none does."""
    found = [Version.read(text) for text in versions]
    return str(max((v for v in found if v.matches(wanted)), default="")) or None
