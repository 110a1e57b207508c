"""Every attack of the corpus in the strongest tier of this machine, and a third of them in every other place where they must fail.

Which third is decided by the commit, so that three commits in a row that differ in it try everything; `python -m benchmarks.attacks` tries
everything at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox import elsewhere
from tests.sandbox.arena import PROFILES, TIERS, Arena, Outcome, attacks
from tests.sandbox.attack.corpus import CORPUS
from tests.sandbox.attack.entry import Attack
from tests.sandbox.offer import missing

EVERY = [(tier, profile) for tier in TIERS for profile in PROFILES[tier]]
STRONGEST = {
    profile: next((tier for tier in TIERS if profile in PROFILES[tier] and not missing(tier, profile)), TIERS[0])
    for profile in PROFILES[TIERS[0]]
}
_THIRDS = 3


def commit() -> int:
    """A number that changes with the commit; 0 where there is no git checkout."""
    argv = ["git", "-c", "safe.directory=*", "rev-parse", "HEAD"]  # whoever owns the checkout
    told = subprocess.run(argv, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return int(told.stdout or "0", 16)


def drawn(tier: str, profile: str, number: int) -> list[tuple[str, Attack]]:
    """The attacks that are tried in a tier and a profile at a commit."""
    found = attacks(tier, profile)
    if tier == STRONGEST[profile]:
        return found
    return [(family, attack) for family, attack in found if (zlib.crc32(attack.name.encode()) + number) % _THIRDS == 0]


@pytest.fixture(scope="module")
def arenas() -> Iterator[dict[tuple[str, str], Arena]]:
    """The arena in use; one serves all attacks of its tier and profile, in their order."""
    found: dict[tuple[str, str], Arena] = {}
    yield found
    for arena in found.values():
        arena.close()


def _arena(arenas: dict[tuple[str, str], Arena], where: tuple[str, str]) -> Arena:
    if where not in arenas:
        while arenas:
            arenas.popitem()[1].close()
        if missing(*where):
            pytest.skip(missing(*where))
        arenas[where] = Arena(*where)
    return arenas[where]


def _marks(profile: str, family: str) -> list[pytest.MarkDecorator]:
    """What `repo` has in common with `proc` is tried again, but not every time."""
    return [pytest.mark.slow] if profile == "repo" and family not in ("program", "residue") else []


COMMIT = commit()
CASES = [
    pytest.param(where, family, attack, id=f"{'/'.join(where)}: {attack.name}", marks=_marks(where[1], family))
    for where in EVERY
    for family, attack in drawn(*where, COMMIT)
]


@pytest.mark.parametrize(("where", "family", "attack"), CASES)
def test_it_holds(arenas: dict[tuple[str, str], Arena], where: tuple[str, str], family: str, attack: Attack) -> None:
    """An attack ends as it must, gets hold of nothing and changes nothing; the slot lives, is empty, and does its next job right."""
    assert _arena(arenas, where).run(family, attack).problems == []


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run without root already")
@pytest.mark.parametrize(("tier", "profile"), EVERY)
def test_it_holds_without_root(tier: str, profile: str) -> None:
    """The same as a user without any right: no cgroup, and the planted files and processes are the job's own user's."""
    if missing(tier, profile):
        pytest.skip(missing(tier, profile))
    names = [attack.name for _, attack in drawn(tier, profile, COMMIT)]
    done = elsewhere.run(["-m", "tests.sandbox.arena", f"{tier}/{profile}", "--only", *names], user=elsewhere.USER)
    outcomes = [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]
    assert [outcome for outcome in outcomes if outcome.problems] == []
    assert done.returncode == 0, done.stderr[-2000:]
    assert [outcome.name for outcome in outcomes] == names


@pytest.mark.parametrize("where", EVERY, ids="/".join)
def test_three_commits_try_everything(where: tuple[str, str]) -> None:
    """Every attack is drawn somewhere in the three thirds, none twice outside the strongest tier, and no third is empty."""
    thirds = [[attack.name for _, attack in drawn(*where, number)] for number in range(_THIRDS)]
    everything = sorted(attack.name for _, attack in attacks(*where))
    assert all(thirds)
    assert sorted(thirds[0] if where[0] == STRONGEST[where[1]] else [name for third in thirds for name in third]) == everything


def test_names_are_unique() -> None:
    """A name tells which attack it was."""
    names = [attack.name for each in CORPUS.values() for attack in each]
    assert len(names) == len(set(names)) >= 110


def test_an_arena_without_walls_is_refused() -> None:
    """Attacks are never run without isolation: some end every process they can reach."""
    with pytest.raises(ValueError, match="without isolation"):
        Arena("unsafe", "func")


def test_the_arena_sees_what_gets_out() -> None:
    """Each kind of canary reports what happens to it: an arena that sees nothing would pass every attack."""
    from axion_env.sandbox import Case, JobResult, JobStatus
    from tests.sandbox.arena import Host

    with Host() as host:
        assert host.changes() == []
        for kind, token in host.tokens.items():
            assert host.leaks(JobResult(JobStatus.OK, (Case(["x", token]),))) == [f"the result holds the {kind} token"]
        assert host.leaks(JobResult(JobStatus.OK, (Case(host.expected[1]),))) == ["a value equals what is expected"]
        assert host.leaks(JobResult(JobStatus.OK, (Case(1), Case(None)))) == []
        (host.folder / "secret").chmod(0o600)
        assert any("secret" in change for change in host.changes())
        (host.folder / "empty" / "new").touch()
        assert any("new" in change for change in host.changes())
        assert host.changes() == []
        host.reach()
        assert len(host.changes()) == 6
        host.victim.kill()
        host.victim.wait()
        assert any("died" in change for change in host.changes())
