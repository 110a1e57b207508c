"""The filters, run in a model of the kernel's BPF machine on every system call there could be."""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import product

import pytest

from axion_env.sandbox import seccomp
from axion_env.sandbox.syscall import NUMBERS

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, EPERM, ENOSYS, ENOTSUP, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x0005005F, 0x80000000
X32 = 0x40000000
LAST = 1024  # beyond the last number of either architecture
FORBIDDEN = {
    "x86_64": """
        ptrace=101 mount=165 umount2=166 pivot_root=155 chroot=161 unshare=272 setns=308 bpf=321 keyctl=250 add_key=248
        io_uring_setup=425 userfaultfd=323 perf_event_open=298 process_vm_readv=310 process_vm_writev=311 pidfd_open=434 pidfd_getfd=438
        memfd_create=319 memfd_secret=447 kexec_load=246 init_module=175 reboot=169 socket=41 connect=42 bind=49 listen=50 accept=43
        shmget=29 msgget=68 semget=64 mq_open=240 setuid=105 setgid=106 setresuid=117 capset=126 personality=135 modify_ldt=154 iopl=172
        flock=73 setrlimit=160 sched_setaffinity=203 open_by_handle_at=304 fanotify_init=300 inotify_init1=294 mknod=133 mknodat=259
        chown=92 fchown=93 setxattr=188 clock_settime=227 adjtimex=159 seccomp=317 fsopen=430 move_mount=429 landlock_restrict_self=446
        vmsplice=278 splice=275 tee=276 mlock=149 swapon=167 sethostname=170 name_to_handle_at=303 quotactl=179 acct=163
        timer_create=222 setpriority=141 ioprio_set=251
    """,
    "aarch64": """
        ptrace=117 mount=40 umount2=39 pivot_root=41 chroot=51 unshare=97 setns=268 bpf=280 keyctl=219 io_uring_setup=425
        userfaultfd=282 perf_event_open=241 process_vm_readv=270 pidfd_open=434 pidfd_getfd=438 memfd_create=279 socket=198 connect=203
        bind=200 shmget=194 msgget=186 setuid=146 capset=91 personality=92 flock=32 open_by_handle_at=265 mknodat=33 fchownat=54
        seccomp=277 fsopen=430 mlock=228
    """,
}
"""By the kernel's tables: what every escape needs one of. A name that is missing in ours must not be reachable by number either."""
OTHERWISE = {"timer_create": ENOSYS} | {
    f"{link}{what}xattr": ENOTSUP for what in ("get", "list", "set", "remove") for link in ("", "l", "f")
}
"""Refused where processes may run, as a kernel that has none of it would."""
CLONE_NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80)
CLONE_THREAD = 0x10000
GLIBC_THREAD = 0x3D0F00  # VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID
FORK = 0x1200011  # CHILD_CLEARTID, CHILD_SETTID, SIGCHLD


def run(program: bytes, number: int, arch: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would answer: classic BPF over `struct seccomp_data`."""
    data = struct.pack("=IIQ6Q", number, arch, 0, *(arguments + (0,) * 6)[:6])
    at, accumulator = 0, 0
    while True:
        code, yes, no, value = struct.unpack_from("HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return int(value)
        elif code in (0x15, 0x25, 0x35, 0x45):
            taken = {0x15: accumulator == value, 0x25: accumulator > value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[
                code
            ]
            at += yes if taken else no
        else:
            raise AssertionError(f"instruction {code:#x}, which our filters do not have")


every = pytest.mark.parametrize(("machine", "processes"), list(product(MACHINES, (False, True))))


@lru_cache
def program(machine: str, processes: bool) -> bytes:
    return seccomp.program(processes=processes, machine=machine)


@every
def test_only_what_is_listed_is_allowed(machine: str, processes: bool) -> None:
    """Over all numbers: exactly the calls named in the lists get through; all else answers EPERM, a few are refused in other words."""
    looked_at = {"clone", "clone3", "fcntl", "ioctl", "prctl", "prlimit64"} | ({"socketpair"} if processes else set())
    names = (seccomp._ANY | (seccomp._PROCESSES if processes else frozenset())) - looked_at
    allowed = {NUMBERS[machine][name] for name in names if name in NUMBERS[machine]}
    special = {NUMBERS[machine][name] for name in looked_at}
    otherwise = {NUMBERS[machine][name]: answer for name, answer in OTHERWISE.items()} if processes else {}
    for number in (*range(LAST), X32 - 1):
        if number not in special:
            answer = run(program(machine, processes), number, MACHINES[machine])
            assert answer == (ALLOW if number in allowed else otherwise.get(number, EPERM)), number
    assert run(program(machine, processes), NUMBERS[machine]["clone3"], MACHINES[machine]) == ENOSYS


@every
def test_what_escapes_are_made_of_is_refused(machine: str, processes: bool) -> None:
    """By the kernel's own numbers, in case a name in our table had a wrong one."""
    for pair in FORBIDDEN[machine].split():
        name, number = pair.split("=")
        for arguments in ((), (1,) * 6, (0xFFFFFFFFFFFFFFFF,) * 6):
            answer = run(program(machine, processes), int(number), MACHINES[machine], arguments)
            assert answer == (OTHERWISE.get(name, EPERM) if processes else EPERM), name


@every
def test_a_foreign_architecture_ends_the_process(machine: str, processes: bool) -> None:
    """i386, the other machine, and x32 on x86-64: their numbers mean other calls, so that none is answered at all."""
    foreign = [0x40000003, 0, 0xFFFFFFFF, *(arch for name, arch in MACHINES.items() if name != machine)]
    for number in (*range(LAST), X32, 0xFFFFFFFF):
        for arch in foreign:
            assert run(program(machine, processes), number, arch) == KILL
    if machine == "x86_64":
        for number in range(LAST):
            assert run(program(machine, processes), X32 + number, MACHINES[machine]) == KILL
        assert run(program(machine, processes), 0xFFFFFFFF, MACHINES[machine]) == KILL


@every
def test_clone_makes_threads_and_no_namespaces(machine: str, processes: bool) -> None:
    """The C library's threads pass; a fork only where processes may; a namespace never, however it is asked for."""

    def clone(flags: int) -> int:
        return run(program(machine, processes), NUMBERS[machine]["clone"], MACHINES[machine], (flags,))

    assert clone(GLIBC_THREAD) == ALLOW
    assert clone(FORK) == (ALLOW if processes else EPERM)
    assert clone(0) == (ALLOW if processes else EPERM)
    for namespace in CLONE_NAMESPACES:
        for flags in (namespace, namespace | GLIBC_THREAD, namespace | FORK, namespace | 0xFFFFFFFF00000000 | CLONE_THREAD):
            assert clone(flags) == EPERM, hex(flags)


@every
def test_calls_with_many_uses_have_few(machine: str, processes: bool) -> None:
    """fcntl takes no lock, lease, seal or owner, ioctl no terminal's input, prctl nothing but names, prlimit no other process."""

    def allowed(name: str, argument: int, most: int) -> set[int]:
        filler = (0,) * argument
        return {
            value
            for value in range(most)
            if run(program(machine, processes), NUMBERS[machine][name], MACHINES[machine], (*filler, value)) == ALLOW
        }

    flags, blocking = ({4}, {0x5421}) if processes else (set(), set())  # set on a /dev/null that jobs share they would outlive the job
    assert allowed("fcntl", 1, 2048) == {0, 1, 2, 3, 1030} | flags
    assert allowed("ioctl", 1, 0x6000) == {0x5401, 0x5413, 0x541B, 0x5450, 0x5451} | blocking  # and not TIOCSTI, 0x5412
    assert allowed("socketpair", 0, 100) == ({1} if processes else set())
    assert allowed("prctl", 0, 100) == {15, 16}
    assert allowed("prlimit64", 0, 100) == {0}


@every
def test_programs_are_whole(machine: str, processes: bool) -> None:
    """Every jump lands inside, every path ends in an answer, and the kernel takes it: at most 4,096 instructions."""
    code = program(machine, processes)
    count = len(code) // 8
    assert len(code) % 8 == 0
    assert 50 < count <= 1024
    for i in range(count):
        operation, yes, no, value = struct.unpack_from("HBBI", code, 8 * i)
        assert operation in (0x20, 0x06, 0x15, 0x25, 0x35, 0x45)
        if operation & 7 == 5:
            assert i + 1 + max(yes, no) < count
        if operation == 0x20:
            assert value in (0, 4, 16, 24)
        if operation == 0x06:
            assert value in (ALLOW, EPERM, ENOSYS, ENOTSUP, KILL)
    assert struct.unpack_from("HBBI", code, 8 * (count - 1))[0] == 0x06


@every
def test_modes_can_be_kept_from_a_job(machine: str, processes: bool) -> None:
    """Where Landlock is the wall, modes and times of files cannot be changed, and nothing else differs."""
    with_modes, without = program(machine, processes), seccomp.program(processes=processes, modes=False, machine=machine)
    names = {"chmod", "fchmod", "fchmodat", "utime", "utimes", "utimensat", "futimesat"}
    differ = {n for n in range(LAST) if run(with_modes, n, MACHINES[machine]) != run(without, n, MACHINES[machine])}
    assert differ == {NUMBERS[machine][name] for name in names if name in NUMBERS[machine]}
    assert all(run(without, number, MACHINES[machine]) == EPERM for number in differ)


def test_tables_name_what_the_lists_name() -> None:
    """Every listed call has a number on x86-64; no two names share one; an unknown machine has no filter, and so no tier."""
    listed = seccomp._ANY | seccomp._PROCESSES | OTHERWISE.keys() | {"clone", "clone3", "fcntl", "ioctl", "prctl", "prlimit64"}
    assert listed - NUMBERS["x86_64"].keys() == set()
    for table in NUMBERS.values():
        assert len(set(table.values())) == len(table)
        assert table.keys() <= listed
    assert seccomp.program(processes=False, machine="riscv64") == b""
