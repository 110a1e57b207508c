"""Where attacks are run: a host with canaries planted all over it, and what must be true of it after each attack.

    python -m tests.sandbox.arena TIER[/PROFILE]… [--only NAME…]     one line of JSON for each attack, as whoever runs it

Never run an attack any other way: some of them would kill every process they can reach.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from axion_env.sandbox import Command, Function, Job, JobResult, JobStatus, Limits, Match, Sandbox, Workspace
from axion_env.sandbox import tier as tiers
from axion_env.sandbox.profile import interpreter
from axion_env.sandbox.syscall import NUMBERS
from axion_env.sandbox.tier import UNSAFE
from tests.sandbox.attack.corpus import CORPUS
from tests.sandbox.attack.entry import COMMANDS, PRELUDE, Attack

TIERS = tuple(tier.name for tier in tiers.TIERS)
_ALL = ("func", "proc", "repo")
PROFILES = {tier: ("func",) if tier == "landlock" else _ALL for tier in TIERS}
"""Of each tier; a new one is attacked in all. `numeric` is `func` with packages."""
REPOSITORY = Path(__file__).parents[2]
_HONEST = Limits(cpu_s=5.0, wall_s=60.0)
_HONEST_FUNCTION = """
import json, math
kept = []
def honest(x, marker):
    kept.append(marker)
    return [math.isqrt(x), sorted("ba"), len(json.loads("[1]")), marker]
"""
_HONEST_COMMAND = """
import json, math, os
print(json.dumps([math.isqrt(49), sorted("ba"), len([1]), sorted(os.listdir())]), input())
open("made", "w").close()
"""
_AS_PROGRAM = """
if __name__ == "__main__":
    import json
    print("GOT", json.dumps(attack(json.load(open("world.json"))), default=repr))
"""
_IPC_PRIVATE, _IPC_REMOVE = 0, 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attack ended, in one tier."""

    family: str
    name: str
    tier: str
    profile: str
    ended: str
    problems: list[str] = field(default_factory=list)
    """What should not have happened; none if all held."""
    wall_s: float = 0.0


class Host:
    """A host with things to find, to change, to reach and to end, and the tokens that show it if one of them got out."""

    def __init__(self) -> None:
        token = secrets.token_hex(8)
        self.tokens = {kind: f"axion-planted-{kind}-{token}" for kind in ("file", "environment", "job", "expected", "memory")}
        self.expected = (self.tokens["expected"], secrets.randbits(60), [secrets.randbits(60), 42.5], {"answer": secrets.randbits(60)})
        self._closing = contextlib.ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="axion-arena-"))
        self._closing.callback(shutil.rmtree, self.folder)
        os.environ["AXION_PLANTED"] = self.tokens["environment"]
        self._closing.callback(os.environ.pop, "AXION_PLANTED", None)
        self._plant()
        self._listeners = self._listen()
        sleeper = "import sys\nsys.stdin.read()"  # which ends with us, however we end
        self.victim = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", sleeper, self.tokens["memory"]], stdin=subprocess.PIPE, start_new_session=True
        )
        self._closing.callback(self._end_victim)
        self._segment = ctypes.CDLL(None).shmget(_IPC_PRIVATE, 4096, 0o666)
        if self._segment >= 0:
            self._closing.callback(ctypes.CDLL(None).shmctl, self._segment, _IPC_REMOVE, None)
        self._before = self._look()

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _plant(self) -> None:
        secret, program = self.folder / "secret", self.folder / "program"
        secret.write_text(self.tokens["file"])
        (self.folder / "planted.py").write_text(f"TOKEN = {self.tokens['file']!r}\nprint(TOKEN)\n")
        program.write_text(f"#!{sys.executable}\nprint({self.tokens['file']!r})\n")
        (self.folder / "empty").mkdir(mode=0o777)
        for path, mode in ((self.folder, 0o777), (secret, 0o666), (program, 0o755), (self.folder / "empty", 0o777)):
            path.chmod(mode)  # whatever keeps a job out is not these

    def _listen(self) -> list[socket.socket]:
        self._name = f"axion-arena-{secrets.token_hex(8)}"
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(tcp.getsockname())
        stream, datagram = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        stream.bind("\0" + self._name)
        stream.listen()
        datagram.bind("\0" + self._name + "-datagram")
        on_path, datagram_on_path = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        on_path.bind(str(self.folder / "socket"))
        on_path.listen()
        datagram_on_path.bind(str(self.folder / "datagram"))
        for name in ("socket", "datagram"):
            (self.folder / name).chmod(0o777)
        listeners = [tcp, udp, stream, datagram, on_path, datagram_on_path]
        for listener in listeners:
            listener.setblocking(False)
            self._closing.callback(listener.close)
        return listeners

    def _end_victim(self) -> None:
        self.victim.kill()
        self.victim.communicate()

    def world(self, sandbox: Sandbox, profile: str, neighbor: str) -> dict[str, Any]:
        """What an attack is told: where everything is, and no token."""
        slot = sandbox._pools[profile][0]
        sites = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *interpreter()[2]})
        return {
            "tier": slot.tier.name,
            "secret": str(self.folder / "secret"),
            "folder": str(self.folder),
            "program": str(self.folder / "program"),
            "port": self._listeners[0].getsockname()[1],
            "abstract": self._name,
            "host": os.getpid(),
            "victim": self.victim.pid,
            "segment": self._segment,
            "package": str(REPOSITORY / "axion_env"),
            "sites": sites,
            "covered": list(interpreter()[2]),
            "offered": _offered(profile, sandbox),
            "programs": bool(sandbox.profiles[profile].programs),
            "answers": [str(path) for path in sorted((REPOSITORY / "envs").glob("axion_zoo/*/*.py"))],
            "neighbor": neighbor,
            "syscalls": sorted(NUMBERS["x86_64"].values()),
            "bait": f"axion-bait-{secrets.token_hex(4)}",
        }

    def reach(self) -> None:
        """Do to every listener what no job may."""
        for listener in self._listeners:
            with socket.socket(listener.family, listener.type) as sender:
                if _accepts(listener):
                    sender.connect(listener.getsockname())
                else:
                    sender.sendto(b"x", listener.getsockname())

    def changes(self) -> list[str]:
        """What has happened to it since it was made, or since this was last asked."""
        now = self._look()
        found = [
            f"the host changed: {path}" for path in sorted(self._before.keys() | now.keys()) if self._before.get(path) != now.get(path)
        ]
        self._before = now
        if self.victim.poll() is not None:
            found.append(f"a process of the host died: {self.victim.returncode}")
        found += [f"a listener was reached: {listener.getsockname()}" for listener in self._listeners if _reached(listener)]
        return found

    def _look(self) -> dict[str, Any]:
        paths = [self.folder, *sorted(self.folder.rglob("*")), Path("/dev/null"), Path(os.__file__), *map(Path, interpreter()[2])]
        seen: dict[str, Any] = {}
        for path in paths:
            about = path.lstat()
            times = (about.st_mtime_ns, about.st_ctime_ns) if path != Path("/dev/null") else ()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            seen[str(path)] = (about.st_mode, about.st_uid, about.st_gid, about.st_size, *times, content)
        return seen

    def leaks(self, result: JobResult) -> list[str]:
        """Tokens of the host that stand in a result, and values that count as what the host expects."""
        said = repr(result)
        for path, file in (result.workspace.files if result.workspace is not None else {}).items():
            said += path + file.data.decode("latin-1")
        found = [f"the result holds the {kind} token" for kind, token in self.tokens.items() if token in said]
        loose = Match(numbers=True, sequences=True)
        found += [
            "a value equals what is expected"
            for value in result.values
            for e in self.expected
            if loose.same(e, value) or loose.same([e], [value])
        ]
        return found


def _accepts(listener: socket.socket) -> bool:
    return listener.type == socket.SOCK_STREAM


def _reached(listener: socket.socket) -> bool:
    try:
        if _accepts(listener):
            listener.accept()[0].close()
        else:
            listener.recv(100)
    except BlockingIOError:
        return False
    return True


def _offered(profile: str, sandbox: Sandbox) -> list[str]:
    """First words of the names that a profile's own packages have where packages are installed."""
    from axion_env.sandbox.profile import files_of

    paths, _ = files_of(tuple(sandbox.profiles[profile].packages))
    return sorted({Path(path).name.partition("-")[0] for path in paths})


class Arena:
    """One sandbox of one slot, a host around it, and a neighbor with a job of its own.

    Args:
        tier: One that isolates.
        profile: `func`, `numeric`, `proc` or `repo`.
    """

    def __init__(self, tier: str, profile: str) -> None:
        if tier == UNSAFE.name:
            raise ValueError("attacks are never run without isolation")
        self.tier, self.profile = tier, profile
        self._closing = contextlib.ExitStack()
        try:
            self.host = self._closing.enter_context(Host())
            self.sandbox = self._closing.enter_context(Sandbox(slots=1, tier=tier))
            self.sandbox.tier(profile)
            neighbor = self._closing.enter_context(Sandbox(slots=1, tier=tier))
            neighbor.tier(profile)
            self.world = self.host.world(self.sandbox, profile, neighbor._pools[profile][0]._scratch or "")
            self._commands = profile in COMMANDS
            assert self._honest() == []
            self._residents = self._inhabitants()
        except BaseException:
            self._closing.close()
            raise

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> Arena:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, family: str, attack: Attack) -> Outcome:
        """Run one attack, and look whether everything holds."""
        began = time.monotonic()
        if attack.before:
            self._one(self._job(attack.before, attack, {"marker": self.host.tokens["job"]}), attack)
        result = self._one(self._job(attack.code, attack, {}), attack)
        ended, got = self._reading(result)
        problems = self.host.leaks(result)
        if ended not in attack.allowed(self.profile):
            problems.append(f"it ended {ended}: {result.error or got or result.stderr[-300:]}")
        if attack.held is not None:
            if not attack.held(result):
                problems.append(f"it did not hold: {str(result)[:300]}")
        elif ended == "OK" and got:
            problems.append(f"it got hold of {str(got)[:300]}")
        problems += self._honest() + self._left() + self.host.changes()
        if self.sandbox.lost:
            problems.append(f"it cost {self.sandbox.lost} slots")
            self.sandbox.lost, self._residents = 0, self._inhabitants()
        return Outcome(family, attack.name, self.tier, self.profile, ended, problems, round(time.monotonic() - began, 2))

    def _one(self, job: Job, attack: Attack) -> JobResult:
        if isinstance(job, Command):
            return self.sandbox.run([(job, self._workspace(attack, job))])[0]
        return self.sandbox.run([job])[0]

    def _job(self, code: str, attack: Attack, extra: dict[str, Any]) -> Job:
        self._program, self._extra = PRELUDE + code, extra
        if self._commands:
            return Command(attack.argv, limits=attack.limits, profile=self.profile)
        calls = [({**self.world, **extra},)] * attack.calls
        return Function(self._program, "attack", calls, limits=attack.limits, profile=self.profile)

    def _workspace(self, attack: Attack, job: Command) -> Workspace:
        if "attack.py" not in job.argv:
            return Workspace(attack.files)
        program = f"{self._program}\n{_AS_PROGRAM}"
        return Workspace({**attack.files, "attack.py": program, "world.json": json.dumps({**self.world, **self._extra})})

    def _reading(self, result: JobResult) -> tuple[str, Any]:
        """How it ended, and what it says it got hold of."""
        if not self._commands:
            return str(result.status), next((case.value for case in result.cases if case.value), None)
        if result.status is not JobStatus.OK:
            return str(result.status), None
        *_, last = result.stdout.splitlines() or [""]
        if result.exit_code == 0 and last.startswith("GOT "):
            return "OK", json.loads(last[4:])
        return ("EXCEPTION" if result.exit_code == 1 else "NO_RESULT"), None

    def _honest(self) -> list[str]:
        """What is wrong with the next honest job of the slot."""
        marker = self.host.tokens["job"]
        if self._commands:
            job: Job = Command(["python", "-c", _HONEST_COMMAND], stdin=f"{marker}\n", limits=_HONEST, profile=self.profile)
            before = Workspace({"a": "1", "d/b": "2"})
            result = self.sandbox.run([(job, before)])[0]
            right = result.stdout == f'[7, ["a", "b"], 1, ["a", "d"]] {marker}\n' and result.workspace == before.write({"made": b""})
        else:
            job = Function(_HONEST_FUNCTION, "honest", [(49, marker)], limits=_HONEST, profile=self.profile)
            result = self.sandbox.run([job])[0]
            right = result.values == ([7, ["a", "b"], 1, marker],)
        return [] if result.ok and right else [f"the next honest job went wrong: {str(result)[:300]}"]

    def _left(self) -> list[str]:
        """Processes that are still there, beyond the slot's own; the kernel may take a moment to end some."""
        for _ in range(100):
            left = self._inhabitants() - self._residents
            if not left:
                return []
            time.sleep(0.01)
        return [f"processes are left: {[_describe(pid) for pid in sorted(left)]}"] if not self.sandbox.lost else []

    def _inhabitants(self) -> set[int]:
        """Processes of the slot: those in its cgroup, or, without one, those below it and orphans of its user in its program."""
        slot = self.sandbox._pools[self.profile][0]
        if slot._cgroup is not None:
            return {int(pid) for folder in slot._cgroup.folders for pid in (folder / "cgroup.procs").read_text().split()}
        assert slot._process is not None
        parents = dict(_processes())
        found = {slot._process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found | {pid for pid, parent in parents.items() if parent == 1 and "zygote.py" in _describe(pid) and _is_mine(pid)}


def _processes() -> Iterator[tuple[int, int]]:
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                yield int(entry), int(Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[1])


def _describe(pid: int) -> str:
    with contextlib.suppress(OSError):
        return f"{pid} {Path('/proc', str(pid), 'cmdline').read_bytes().decode(errors='replace')}"
    return str(pid)


def _is_mine(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path("/proc", str(pid)).stat().st_uid == os.geteuid()
    return False


def attacks(tier: str, profile: str) -> list[tuple[str, Attack]]:
    """Those of the corpus that concern a tier and a profile on this architecture, with their families."""
    return [
        (family, attack)
        for family, entries in CORPUS.items()
        for attack in entries
        if attack.concerns(profile) and tier in attack.tiers and attack.machine in ("", os.uname().machine)
    ]


def assault(tier: str, profile: str, only: Collection[str] = ()) -> Iterator[Outcome]:
    """Run them all, or only those of these names."""
    with Arena(tier, profile) as arena:
        for family, attack in attacks(tier, profile):
            if not only or attack.name in only:
                yield arena.run(family, attack)


def main(arguments: Sequence[str]) -> None:
    """One line of JSON for each attack in each of the tiers."""
    words, only = list(arguments), []
    if "--only" in words:
        words, only = words[: words.index("--only")], words[words.index("--only") + 1 :]
    for word in words:
        tier, _, profile = word.partition("/")
        if tier in TIERS:
            for each in [profile] if profile else PROFILES[tier]:
                for outcome in assault(tier, each, only):
                    print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
