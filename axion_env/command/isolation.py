"""The part of `axion doctor` on the sandbox: which tiers work on this machine, and which one a profile's jobs run in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from axion_env.sandbox import program
from axion_env.sandbox.probe import SandboxUnavailable, choose
from axion_env.sandbox.profile import FUNC, NUMERIC, PROC, REPO, Profile, files_of
from axion_env.sandbox.tier import TIERS, Tier, Unfit

Found = dict[tuple[str, str], bool | Unfit]
"""By tier and profile: whether cgroups limit its slots, or why it does not serve."""


def find(tiers: tuple[Tier, ...] = TIERS) -> Found:
    """Tries every tier with `func` and `proc`, all at once. `numeric` and `repo` only add packages and programs to these."""
    pairs = [(tier, profile) for tier in tiers for profile in (FUNC, PROC)]
    with ThreadPoolExecutor(len(pairs)) as pool:
        return dict(pool.map(_try, pairs))


def _try(pair: tuple[Tier, Profile]) -> tuple[tuple[str, str], bool | Unfit]:
    tier, profile = pair
    try:
        slot = choose(profile, (tier,))
    except SandboxUnavailable as problem:
        return (tier.name, profile.name), problem.reasons[tier.name]
    limited = slot.limited
    slot.close()
    return (tier.name, profile.name), limited


def profiles(found: Found) -> list[tuple[str, str]]:
    """The tier that each profile's jobs run in."""
    rows = []
    for profile in (FUNC, PROC, REPO, NUMERIC):
        like = FUNC if profile is NUMERIC else PROC if profile is REPO else profile
        serving = [tier for (tier, name), answer in found.items() if name == like.name and not isinstance(answer, Unfit)]
        said = serving[0] if serving else "NONE: jobs of this profile are an error here, and the tiers below say why"
        try:
            files_of(tuple(profile.packages))
            program.find(tuple(profile.programs))
        except ModuleNotFoundError as missing:
            said = f"NONE: it takes {missing.name}; pip install {missing.name}"
        except FileNotFoundError as missing:
            said = f"NONE: it takes the program {missing.filename} in /usr/bin"
        rows.append((profile.name, said))
    return rows


def tiers(found: Found) -> list[tuple[str, str, str]]:
    """Whether each tier works, with cgroups or without; else why it does not, and what would help."""
    rows = []
    for tier in dict.fromkeys(name for name, _ in found):
        func, proc = found[tier, FUNC.name], found[tier, PROC.name]
        if isinstance(func, Unfit):
            rows.append((tier, "no", str(func)))
            continue
        limits = "cgroups limit memory and processes" if func else "no cgroups: each process has its limits, a slot as a whole has none"
        rows.append((tier, "holds", f"{limits}; not for {PROC.name}: {proc}" if isinstance(proc, Unfit) else limits))
    return rows
