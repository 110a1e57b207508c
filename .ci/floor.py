"""`python floor.py EXTRA,…`: whether what is installed is the lowest version of everything that Axion and these extras ask for.

A lowest version that nothing resolves to is a promise that nobody has tried.
"""

import sys
from importlib.metadata import requires, version

from packaging.requirements import Requirement


def wanted(extras: set[str]) -> dict[str, Requirement]:
    """The requirements by name, extras that name further extras followed."""
    found: dict[str, Requirement] = {}
    for requirement in map(Requirement, requires("axion-rl") or ()):
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            if requirement.name == "axion-rl" and not requirement.extras <= extras:
                return wanted(extras | requirement.extras)
            found[requirement.name] = requirement
    found.pop("axion-rl", None)
    return found


def floor(requirement: Requirement) -> str:
    """The lowest version that is allowed."""
    (least,) = (each.version for each in requirement.specifier if each.operator in (">=", "=="))
    return least


def release(text: str) -> tuple[int, ...]:
    """Numbers without trailing zeros: 8.1 is 8.1.0, and 2.13.0+cpu a build of 2.13."""
    numbers = [int(part) for part in text.partition("+")[0].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


if __name__ == "__main__":
    above = [
        f"{name}: {version(name)} is installed, {floor(requirement)} is promised"
        for name, requirement in wanted(set(sys.argv[1].split(","))).items()
        if release(version(name)) != release(floor(requirement))
    ]
    sys.exit("\n".join(above) or 0)
