# ruff: noqa: E501 - attacks read best as they are
"""What one job leaves for the next one of its slot."""

from tests.sandbox.attack.entry import WAITING, Attack

ATTACKS = [
    Attack(
        name="files",
        before="""
def attack(world):
    for path in (".", "..", "/box", "/tmp", "/dev/shm", "/var/tmp", os.environ["HOME"]):
        try:
            open(path + "/residue", "w").close()
        except OSError:
            pass
    os.mkdir("d")
    os.chmod("d", 0)
""",
        code="""
def attack(world):
    return [p for p in (".", "..", "/box", "/tmp", "/dev/shm", "/var/tmp", os.environ["HOME"]) if os.path.exists(p + "/residue") or os.path.exists(p + "/d")]
""",
    ),
    Attack(
        name="patched modules",
        before="""
import builtins, json, math, sys
def attack(world):
    math.sqrt = builtins.len = json.loads = lambda *a: 42
    builtins.residue = sys.residue = sys.modules["residue"] = world
    sys.path.insert(0, "/residue")
    os.environ["RESIDUE"] = "1"
    sys.setrecursionlimit(50)
""",
        code="""
def attack(world):
    import builtins, json, math
    return [n for n, bad in dict(math=math.sqrt(4) != 2, len=len([1]) != 1, json=json.loads("1") != 1, builtins=hasattr(builtins, "residue"), sys=hasattr(sys, "residue"),
            modules="residue" in sys.modules, path="/residue" in sys.path, environ="RESIDUE" in os.environ, limit=sys.getrecursionlimit() < 900).items() if bad]
""",
    ),
    Attack(
        name="the state of the process",
        before="""
def attack(world):
    import resource, signal
    os.umask(0o777)
    signal.signal(signal.SIGUSR1, lambda *a: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))
    os.chdir("/")
""",
        code="""
def attack(world):
    import resource, signal
    mask = os.umask(0o22)
    return [n for n, bad in dict(umask=mask == 0o777, handler=signal.getsignal(signal.SIGUSR1) != signal.SIG_DFL, mask=signal.SIGUSR2 in signal.pthread_sigmask(signal.SIG_BLOCK, []),
            timer=signal.getitimer(signal.ITIMER_REAL)[0] > 0, limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 10, cwd=os.getcwd() == "/").items() if bad]
""",
    ),
    Attack(
        name="flags of shared descriptors",
        before="""
def attack(world):
    import fcntl
    for number in range(3):
        try:
            fcntl.fcntl(number, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)
            os.lseek(number, 77, 0)
        except OSError:
            pass
""",
        code="""
def attack(world):
    import fcntl
    flags = [fcntl.fcntl(number, fcntl.F_GETFL) for number in range(3)]
    return [(number, oct(flag)) for number, flag in enumerate(flags) if flag & (os.O_APPEND | os.O_NONBLOCK | os.O_ASYNC)]
""",
    ),
    Attack(
        name="shared memory, semaphores and queues",
        machine="x86_64",
        before="def attack(world):\n    for number in (29, 64, 68):\n        libc.syscall(ctypes.c_long(number), ctypes.c_long(0x4178), ctypes.c_long(64), ctypes.c_long(0o1666), ctypes.c_long(0o1666))\n",
        code="""
def attack(world):
    return [n for n in (29, 64, 68) if libc.syscall(ctypes.c_long(n), ctypes.c_long(0x4178), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0)) != -1] + got(
        host=lambda: call(30, world["segment"], 0, 0o10000))
""",
    ),
    Attack(
        name="a process left behind",
        profiles=("proc",),
        before="""
def attack(world):
    if os.fork() == 0:
        os.setsid()
        while True:
            time.sleep(0.01)
            try:
                open("/box/alive", "w").close()
            except OSError:
                pass
""",
        code="def attack(world):\n    time.sleep(0.1)\n    return [p for p in ('/box/alive', 'alive') if os.path.exists(p)] + [n for n in range(3, 60) if n != os.getpid() and got(kill=lambda: os.kill(n, 0))]\n",
    ),
    Attack(
        name="a job that was killed",
        before="def attack(world):\n    open('residue', 'w').close()\n    os.mkdir('a')\n    while True: pass\n",
        code="def attack(world):\n    return [n for n in os.listdir('.') if n not in ('attack.py', 'world.json')]\n",
    ),
    Attack(
        name="random numbers to foretell",
        before="def attack(world):\n    import random\n    random.seed(world['port'])\n    os.urandom(16)\n",
        code="""
def attack(world):
    import random
    mine = random.random()
    random.seed(world["port"])
    return ["the same"] if mine == random.random() else None
""",
    ),
    Attack(
        name="a folder too deep to remove",
        limits=WAITING,
        ends="OK EXCEPTION WALL_LIMIT",
        before="""
def attack(world):
    for _ in range(3_000):
        os.mkdir("d")
        os.chdir("d")
""",
        code="def attack(world):\n    return [n for n in os.listdir('.') if n not in ('attack.py', 'world.json')]\n",
    ),
    Attack(
        name="folders nobody may enter",
        before="""
def attack(world):
    os.makedirs("a/b/c")
    for path in ("a/b/c", "a/b", "a"):
        open(path + "/f", "w").close()
        os.chmod(path, 0)
    os.chmod(".", 0)
    os.chmod("..", 0)
""",
        code="def attack(world):\n    return [n for n in os.listdir('.') if n not in ('attack.py', 'world.json')]\n",
    ),
]
