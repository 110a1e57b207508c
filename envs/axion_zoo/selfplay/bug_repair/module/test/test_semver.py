from itertools import pairwise

import pytest
from semver import Version, newest

ORDERED = [
    "0.0.1", "0.1.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "numbers", "before", "build"),
    [
        ("1.2.3", (1, 2, 3), "", ""),
        ("10.0.27", (10, 0, 27), "", ""),
        ("1.0.0-rc.1", (1, 0, 0), "rc.1", ""),
        ("1.0.0+abc", (1, 0, 0), "", "abc"),
        ("1.0.0-x-y+z", (1, 0, 0), "x-y", "z"),
    ],
)
def test_read_and_write(text, numbers, before, build):
    version = Version.read(text)
    assert (version.numbers, version.before, version.build) == (numbers, before, build)
    assert str(version) == text


@pytest.mark.parametrize(
    "text", ["", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "v1.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3-.a", "1.2.3+", " 1.2.3"]
)
def test_read_refuses(text):
    with pytest.raises(ValueError, match="not a version"):
        Version.read(text)


@pytest.mark.parametrize(("older", "newer"), list(pairwise(ORDERED)))
def test_order(older, newer):
    assert Version.read(older) < Version.read(newer)
    assert not Version.read(newer) < Version.read(older)
    assert Version.read(older) != Version.read(newer)


def test_build_is_not_compared():
    assert Version.read("1.0.0+a") == Version.read("1.0.0+b")
    assert len({Version.read("1.0.0+a"), Version.read("1.0.0+b")}) == 1
    assert Version.read("1.0.0") != "1.0.0"


@pytest.mark.parametrize(
    ("text", "part", "raised"),
    [
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3-rc", "patch", "1.2.3"),
        ("1.2.0-rc", "minor", "1.2.0"),
        ("1.2.3-rc", "minor", "1.3.0"),
        ("2.0.0-rc", "major", "2.0.0"),
        ("2.1.0-rc", "major", "3.0.0"),
        ("2.0.1-rc", "major", "3.0.0"),
        ("2.0.0", "major", "3.0.0"),
        ("1.2.0", "minor", "1.3.0"),
        ("1.2.3+b", "patch", "1.2.4"),
    ],
)
def test_raised(text, part, raised):
    assert str(Version.read(text).raised(part)) == raised


def test_raised_refuses():
    with pytest.raises(ValueError, match="no part 'build'"):
        Version.read("1.0.0").raised("build")


@pytest.mark.parametrize(
    ("text", "wanted", "matches"),
    [
        ("1.2.3", "", True),
        ("1.2.3", "1.2.3", True),
        ("1.2.3", "=1.2.3", True),
        ("1.2.3", "1.2.4", False),
        ("1.2.3", ">1.2.3", False),
        ("1.2.4", ">1.2.3", True),
        ("1.2.3", ">=1.2.3", True),
        ("1.2.2", ">=1.2.3", False),
        ("1.2.3", "<1.2.3", False),
        ("1.2.2", "<1.2.3", True),
        ("1.2.3", "<=1.2.3", True),
        ("1.2.4", "<=1.2.3", False),
        ("1.9.0", ">=1.2.0 <2.0.0", True),
        ("2.0.0", ">=1.2.0 <2.0.0", False),
        ("1.1.0", ">=1.2.0 <2.0.0", False),
        ("1.2.9", "~1.2.3", True),
        ("1.2.2", "~1.2.3", False),
        ("1.3.0", "~1.2.3", False),
        ("1.9.0", "^1.2.3", True),
        ("1.2.2", "^1.2.3", False),
        ("2.0.0", "^1.2.3", False),
        ("0.2.9", "^0.2.3", True),
        ("0.3.0", "^0.2.3", False),
        ("0.0.3", "^0.0.3", True),
        ("0.0.4", "^0.0.3", False),
        ("0.0.0", "^0.0.0", True),
        ("0.0.1", "^0.0.0", False),
        ("1.0.0-rc", ">=1.0.0", False),
    ],
)
def test_matches(text, wanted, matches):
    assert Version.read(text).matches(wanted) is matches


@pytest.mark.parametrize("wanted", ["<>1.0.0", "==1.0.0", "=>1.0.0"])
def test_matches_refuses(wanted):
    with pytest.raises(ValueError, match=f"no comparison '{wanted[:2]}'"):
        Version.read("1.0.0").matches(wanted)


def test_newest():
    assert newest(["1.9.0", "1.10.0", "1.2.0"]) == "1.10.0"
    assert newest(["1.9.0", "2.0.0", "1.2.0"], "^1.0.0") == "1.9.0"
    assert newest(["1.9.0"], ">2.0.0") is None
    assert newest([]) is None
