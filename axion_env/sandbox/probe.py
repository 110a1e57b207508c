"""Selects a tier by self-tests: a slot must run an honest job correctly, and withstand planted attacks."""

from __future__ import annotations

import os
import select
import socket
import tempfile
from contextlib import closing
from pathlib import Path

from axion_env.error import UsageError
from axion_env.sandbox.cgroup import mark
from axion_env.sandbox.job import Command, Function, Job, JobResult, JobStatus, Limits
from axion_env.sandbox.profile import Profile
from axion_env.sandbox.program import SHELL
from axion_env.sandbox.slot import Slot
from axion_env.sandbox.tier import TIERS, UNSAFE, Tier, Unfit

_PATIENCE = 30.0  # wall seconds, so many that a busy machine does not fail the self-test
_CANARY = Function(
    "def canary(x):\n    import math\n    return [math.isqrt(x), sum(range(x))]", "canary", [(49,), (100,)], limits=Limits(wall_s=_PATIENCE)
)
_EXPECTED = ([7, 1176], [10, 4950])
_SHELL_CANARY = 'for word in "$(python -S -c "print(6 * 7)")" axion; do echo "$word"; done'

_ATTACKS = """
import os, socket, sys, ctypes

def held(attack):
    try:
        attack()
    except BaseException:
        return True
    return False

def connect(port):
    with socket.socket() as s:
        s.settimeout(0.5)
        s.connect(("127.0.0.1", port))

def check(answer):
    if answer < 0:
        raise OSError

def fork():
    if os.fork() == 0:
        os._exit(0)

def attacks(secret, folder, port, host, processes):
    libc = ctypes.CDLL(None)
    trials = {
        "read a file of the host": lambda: open(secret).read(),
        "write a file of the host": lambda: open(folder + "/written", "w").write("x"),
        "write beside the interpreter": lambda: open(os.path.dirname(os.__file__) + "/axion_probe", "w"),
        "connect to the host": lambda: connect(port),
        "signal the host": lambda: os.kill(host, 0),
        "signal the zygote": lambda: os.kill(os.getppid(), 0) if os.getppid() else 1 / 0,
        "make a namespace": lambda: check(libc.unshare(0x10000000)),
        "mount": lambda: check(libc.mount(b"none", b"/box", b"tmpfs", 0, None)),
        "start a process": fork,
        "be traced": lambda: check(libc.ptrace(0, 0, 0, 0)),  # last: from there on a signal would stop it
    }
    if processes:
        del trials["start a process"]
    return [name for name, attack in trials.items() if not held(attack)]
"""


class SandboxUnavailable(UsageError):
    """No tier of isolation works on this machine for a profile; the message says why, and what would help."""

    def __init__(self, profile: str, reasons: dict[str, Unfit]) -> None:
        self.reasons = reasons
        tried = "".join(f"\n  {name}: {unfit}" for name, unfit in reasons.items())
        super().__init__(
            f"no sandbox for the profile {profile!r} on this machine:{tried}\n"
            "  Sandbox(unsafe=True) runs jobs without isolation: only for code you would run yourself"
        )


def choose(profile: Profile, tiers: tuple[Tier, ...] = TIERS) -> Slot:
    """Starts a slot of the strongest tier that passes its self-test.

    Raises:
        SandboxUnavailable: none passes, and why.
    """
    reasons: dict[str, Unfit] = {}
    for tier in tiers:
        for cgroups in (True, False) if tier is not UNSAFE and os.geteuid() == 0 else (False,):
            try:
                return probe(tier, profile, cgroups=cgroups)
            except Unfit as unfit:
                reasons[tier.name] = unfit
            except OSError as problem:
                reasons[tier.name] = Unfit(f"{type(problem).__name__}: {problem}", "see `axion doctor`")
    raise SandboxUnavailable(profile.name, reasons)


def probe(tier: Tier, profile: Profile, *, cgroups: bool) -> Slot:
    """Starts a slot of a tier and runs the self-test on it.

    Raises:
        Unfit: the slot does not start, runs an honest job wrong, or does not withstand an attack.
        OSError: the host refuses something that the tier needs.
    """
    slot = Slot(0, tier, profile, cgroups=cgroups)
    try:
        result = run(slot, _CANARY)
        if result.values != _EXPECTED:
            raise Unfit(f"{tier.name} does an honest job wrong: {result.status}, {result.error}", "please report this")
        if SHELL in profile.programs:
            _programs(slot, tier)
        if tier is not UNSAFE:
            _attack(slot, tier)
    except BaseException:
        slot.close()
        raise
    return slot


def _programs(slot: Slot, tier: Tier) -> None:
    """Tests that the host's programs run in the jail: they may need libraries from other folders than a job is shown."""
    job = Command([SHELL, "-c", _SHELL_CANARY], limits=Limits(cpu_s=_PATIENCE), profile=slot.profile.name)
    result = run(slot, job)
    if result.stdout != "42\naxion\n":
        said = f"{result.status}, {result.error or result.stderr.strip()[-200:]}"
        raise Unfit(
            f"this machine's {SHELL} or Python does not work in {tier.name}: {said}", "it takes programs linked with system libraries"
        )


def _attack(slot: Slot, tier: Tier) -> None:
    with tempfile.TemporaryDirectory(prefix=f"axion-slot-{mark()}-") as folder, closing(socket.create_server(("127.0.0.1", 0))) as server:
        os.chmod(folder, 0o777)
        secret = Path(folder, "secret")
        secret.write_text("planted")
        secret.chmod(0o666)
        port = server.getsockname()[1]
        arguments = (str(secret), folder, port, os.getpid(), slot.profile.processes)
        limits = Limits(cpu_s=2.0, wall_s=_PATIENCE)
        result = run(slot, Function(_ATTACKS, "attacks", [arguments], limits=limits, profile=slot.profile.name))
        if not result.ok:
            raise Unfit(f"the self-test of {tier.name} did not end: {result.status}, {result.error}", "please report this")
        if result.values[0] or Path(folder, "written").exists():
            raise Unfit(f"{tier.name} does not hold here: a job could {', '.join(result.values[0])}", "please report this")
        late = run(
            slot, Function("def f():\n    while True: pass", "f", limits=Limits(cpu_s=0.05, wall_s=_PATIENCE), profile=slot.profile.name)
        )
        if late.status is not JobStatus.CPU_LIMIT:
            raise Unfit(f"{tier.name} does not end a job that is out of time: {late.status}", "please report this")


def run(slot: Slot, job: Job) -> JobResult:
    """Runs one job on a slot and waits for its result.

    Raises:
        Unfit: the slot was lost over it.
    """
    slot.submit(job, None)
    if not select.select([slot], [], [], job.limits.wall + 5)[0]:
        raise Unfit(f"{slot.tier.name} does not answer", "see `axion doctor`")
    result = slot.collect()
    if result is None:
        raise Unfit(f"{slot.tier.name} lost its slot over the self-test", "see `axion doctor`")
    return result
