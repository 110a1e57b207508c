# ruff: noqa: E501 - attacks read best as they are
"""Signals to, and memory of, processes outside the job."""

from tests.sandbox.attack.entry import WAITING, Attack

ATTACKS = [
    Attack(
        name="signals to the host",
        code="""
def attack(world):
    import signal
    return got(null=lambda: os.kill(world["host"], 0), kill=lambda: os.kill(world["victim"], 9), group=lambda: os.killpg(world["victim"], 9),
               parent=lambda: os.kill(os.getppid(), 9) if os.getppid() > 1 else 1 / 0, handle=lambda: signal.pidfd_send_signal(os.pidfd_open(world["victim"]), 9))
""",
    ),
    Attack(
        name="signals to everyone",
        profiles=("func",),
        code="def attack(world):\n    return got(all=lambda: os.kill(-1, 9), group=lambda: os.kill(0, 9), killpg=lambda: os.killpg(os.getpgrp(), 9))\n",
    ),
    Attack(
        name="killing everyone it can",
        profiles=("proc",),
        proc="OK",
        code="def attack(world):\n    try:\n        os.kill(-1, 9)\n    except ProcessLookupError:\n        pass\n",
    ),
    Attack(name="killing its own group", profiles=("proc",), proc="NO_RESULT", code="def attack(world):\n    os.kill(0, 9)\n"),
    Attack(
        name="every signal to the zygote or supervisor",
        code="""
def attack(world):
    for number in range(1, 65):
        for target in (1, os.getppid()):
            try:
                if target:
                    os.kill(target, number)
            except OSError:
                pass
""",
    ),
    Attack(
        name="signals to low pids",
        profiles=("func",),
        code="def attack(world):\n    return [pid for pid in range(1, 60) if got(kill=lambda: os.kill(pid, 0))]\n",
    ),
    Attack(
        name="signals by another road",
        code="""
def attack(world):
    import fcntl
    def owner():
        r, w = os.pipe()
        fcntl.fcntl(r, fcntl.F_SETOWN, world["victim"])
    def owner_ex():
        r, w = os.pipe()
        fcntl.fcntl(r, 15, b"\\1\\0\\0\\0" + world["victim"].to_bytes(4, "little"))
    def kind():
        r, w = os.pipe()
        fcntl.fcntl(r, 10, 9)
    def queue():
        call(129, world["victim"], 9, ctypes.create_string_buffer(128))
    return got(owner=owner, owner_ex=owner_ex, kind=kind, queue=queue, timer=lambda: call(222, 0, ctypes.create_string_buffer(64), ctypes.create_string_buffer(8)),
               parent_death=lambda: call(157, 1, 9))
""",
    ),
    Attack(
        name="tracing",
        machine="x86_64",
        code="""
def attack(world):
    pids = (world["host"], world["victim"], 1, os.getppid())
    return [pid for pid in pids if got(attach=lambda: call(101, 16, pid, 0, 0), seize=lambda: call(101, 0x4206, pid, 0, 0))] + got(me=lambda: call(101, 0, 0, 0, 0))
""",
    ),
    Attack(
        name="tracing its own child",
        machine="x86_64",
        profiles=("proc",),
        limits=WAITING,
        code="""
def attack(world):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    return got(attach=lambda: call(101, 16, child, 0, 0))
""",
    ),
    Attack(
        name="memory of other processes",
        machine="x86_64",
        code="""
def attack(world):
    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
    buffer = ctypes.create_string_buffer(64)
    mine = Vector(ctypes.addressof(buffer), 64)
    found = []
    for pid in (world["host"], world["victim"], 1, os.getppid(), os.getpid()):
        theirs = Vector(ctypes.addressof(buffer), 64)
        found += got(**{f"read {pid}": lambda: call(310, pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0),
                        f"write {pid}": lambda: call(311, pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0),
                        f"open {pid}": lambda: open(f"/proc/{pid}/mem", "rb")})
    return found
""",
    ),
    Attack(
        name="descriptors of other processes",
        machine="x86_64",
        code="""
def attack(world):
    found = []
    for pid in (world["host"], world["victim"], 1, os.getppid(), os.getpid()):
        found += got(**{f"pidfd {pid}": lambda: call(434, pid, 0), f"kcmp {pid}": lambda: call(312, pid, pid, 0, 0, 0)})
    return found + got(getfd=lambda: call(438, 0, 0, 0))
""",
    ),
    Attack(
        name="priorities and processors",
        code="""
def attack(world):
    return got(nice=lambda: os.nice(-1), more=lambda: os.nice(1), other=lambda: os.setpriority(os.PRIO_PROCESS, world["victim"], 19), pin=lambda: os.sched_setaffinity(0, {0}),
               realtime=lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), io=lambda: call(251, 1, 0, 0x2000))
""",
    ),
]
