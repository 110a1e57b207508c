"""Taking more than a job's share: processes, memory, disk, descriptors, time, output."""

from axion_env.sandbox import Limits
from tests.sandbox.attack.entry import BURNING, WAITING, Attack

_SWARM = Limits(cpu_s=0.5, wall_s=1.0, memory_mib=128, processes=8, disk_mib=4)

ATTACKS = [
    # Processes and threads
    Attack(
        name="fork bomb, held",
        limits=_SWARM,
        proc="WALL_LIMIT CPU_LIMIT",
        code="""
def attack(world):
    made = 0
    try:
        while True:
            os.fork()
            made += 1
    except OSError:
        pass
    if made:
        time.sleep(60)
""",
    ),
    Attack(
        name="fork bomb of short lives",
        limits=_SWARM,
        proc="WALL_LIMIT CPU_LIMIT",
        code="""
def attack(world):
    while True:
        try:
            if os.fork() == 0:
                os._exit(0)
        except PermissionError:
            return None
        except OSError:
            pass
""",
    ),
    Attack(
        name="fork by number",
        limits=_SWARM,
        proc="WALL_LIMIT CPU_LIMIT",
        machine="x86_64",
        code="""
def attack(world):
    made = 0
    for number, arguments in ((57, ()), (56, (17, 0, 0, 0, 0))):
        try:
            for _ in range(1000):
                call(number, *arguments)
                made += 1
        except OSError:
            pass
    if made:
        time.sleep(60)
""",
    ),
    Attack(
        name="processes that each take memory",
        limits=_SWARM,
        proc="WALL_LIMIT CPU_LIMIT MEMORY",
        code="""
def attack(world):
    try:
        while True:
            if os.fork() == 0:
                break
    except PermissionError:
        return None
    except OSError:
        pass
    held = bytearray(64 << 20)
    for i in range(0, len(held), 4096):
        held[i] = 1
    time.sleep(60)
""",
    ),
    Attack(
        name="thread bomb",
        limits=WAITING,
        ends="OK WALL_LIMIT MEMORY",
        code="""
def attack(world):
    import threading
    made = 0
    try:
        while made < 2000:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            made += 1
    except RuntimeError:
        pass
    return ["2,000 threads"] if made == 2000 else None
""",
    ),
    Attack(
        name="thread bomb with small stacks",
        limits=Limits(cpu_s=1.0, wall_s=4.0, memory_mib=512),
        ends="OK WALL_LIMIT CPU_LIMIT MEMORY",
        code="""
def attack(world):
    import _thread, threading
    threading.stack_size(32768)
    made, lock = 0, _thread.allocate_lock()
    lock.acquire()
    try:
        while made < 3000:
            _thread.start_new_thread(lock.acquire, ())
            made += 1
    except RuntimeError:
        pass
    return ["3,000 threads"] if made == 3000 else None
""",
    ),
    Attack(
        name="eight burning threads",
        limits=Limits(cpu_s=0.1, wall_s=15.0, memory_mib=1024),
        ends="CPU_LIMIT",
        code="""
def attack(world):
    import hashlib, threading
    def burn():
        while True:
            hashlib.sha256(bytes(1 << 20)).digest()
    for _ in range(8):
        threading.Thread(target=burn).start()
    burn()
""",
    ),
    Attack(
        name="burning grandchildren",
        limits=Limits(cpu_s=0.2, wall_s=1.0, processes=16),
        profiles=("proc",),
        proc="CPU_LIMIT WALL_LIMIT",
        code="""
def attack(world):
    for _ in range(3):
        if os.fork() == 0:
            if os.fork() == 0:
                while True:
                    pass
            os._exit(0)
    time.sleep(60)
""",
    ),
    # Memory
    Attack(
        name="a list without end",
        ends="MEMORY EXCEPTION",
        code="def attack(world):\n    x = []\n    while True: x.append(bytes(1 << 16))\n",
    ),
    Attack(name="four gigabytes at once", ends="MEMORY EXCEPTION", code="def attack(world):\n    bytearray(4 << 30)\n"),
    Attack(
        name="anonymous maps",
        ends="MEMORY EXCEPTION",
        code="""
def attack(world):
    import mmap
    held = []
    while True:
        held.append(mmap.mmap(-1, 16 << 20))
        held[-1][:] = b"x" * (16 << 20)
""",
    ),
    Attack(
        name="private maps without reserve",
        ends="MEMORY EXCEPTION",
        code="""
def attack(world):
    import mmap
    held = []
    while True:
        held.append(mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000))
""",
    ),
    Attack(
        name="raising its own limits",
        code="""
def attack(world):
    import resource as r
    names = [n for n in dir(r) if n.startswith("RLIMIT_")]
    def lift(number):
        soft, hard = r.getrlimit(number)
        if hard != r.RLIM_INFINITY:
            r.setrlimit(number, (hard, hard + 1))
            return True
    risen = []
    for name in names:
        try:
            if lift(getattr(r, name)): risen.append(name)
        except (ValueError, OSError):
            pass
    return risen
""",
    ),
    Attack(
        name="limits of the host process",
        code="""
def attack(world):
    import resource as r
    return got(read=lambda: r.prlimit(world["host"], r.RLIMIT_NOFILE), write=lambda: r.prlimit(world["victim"], r.RLIMIT_CPU, (1, 1)))
""",
    ),
    Attack(
        name="recursion without a limit",
        profiles=("func",),
        ends="NO_RESULT MEMORY CPU_LIMIT EXCEPTION",
        code="""
def attack(world):
    sys.setrecursionlimit(10**9)
    class A:
        def __getattr__(self, name):
            return getattr(self, name + "x")
    def down(n):
        return [down(n + 1), repr(n)]
    down(0)
""",
    ),
    Attack(
        name="a nest for repr and pickle",
        ends="NO_RESULT MEMORY CPU_LIMIT EXCEPTION",
        code="""
def attack(world):
    sys.setrecursionlimit(10**9)
    x = []
    for _ in range(10**6):
        x = [x]
    repr(x)
""",
    ),
    Attack(
        name="a decompression bomb",
        ends="MEMORY EXCEPTION",
        code="""
def attack(world):
    import zlib
    wrapped = zlib.compress(bytes(64 << 20))
    return len(zlib.decompress(wrapped * 1) * 64)
""",
    ),
    Attack(name="a format as wide as memory", ends="MEMORY EXCEPTION", code="def attack(world):\n    return '%*d' % (2**31 - 1, 1)\n"),
    # Disk
    Attack(
        name="filling its folder",
        code="""
def attack(world):
    written = 0
    try:
        for i in range(256):
            with open(f"f{i}", "wb") as file:
                file.write(bytes(1 << 20))
            written += 1
    except OSError:
        pass
    return [f"{written} MiB where 4 are allowed"] if written > 8 else None
""",
        proc="OK OUTPUT_LIMIT",
    ),
    Attack(
        name="files without number",
        code="""
def attack(world):
    made = 0
    try:
        while made < 10000:
            os.close(os.open(f"f{made}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError:
        pass
    return [f"{made} files"] if made == 10000 else None
""",
        proc="OK OUTPUT_LIMIT BAD_RESULT",
    ),
    Attack(
        name="one file beyond the disk",
        code="""
def attack(world):
    with open("f", "wb", buffering=0) as file:
        for i in range(64):
            file.write(bytes(1 << 20))
""",
        ends="EXCEPTION",
        proc="EXCEPTION OUTPUT_LIMIT",
    ),
    Attack(
        name="a sparse file of a terabyte",
        code="""
def attack(world):
    def handle():
        return os.open("f", os.O_CREAT | os.O_RDWR)
    return got(ftruncate=lambda: os.ftruncate(handle(), 1 << 40), fallocate=lambda: os.posix_fallocate(handle(), 0, 1 << 40),
               pwrite=lambda: os.pwrite(handle(), b"x", 1 << 40), truncate=lambda: os.truncate("f", 1 << 40))
""",
    ),
    Attack(
        name="sparse files for the collector to read",
        limits=Limits(cpu_s=1.0, wall_s=15.0, memory_mib=256, disk_mib=16),
        profiles=("proc",),
        proc="OUTPUT_LIMIT CPU_LIMIT MEMORY",
        code="""
def attack(world):
    for i in range(200):
        os.truncate(os.open(f"f{i}", os.O_CREAT | os.O_RDWR), 15 << 20) if i < 40 else None
""",
    ),
    # Descriptors and buffers
    Attack(
        name="descriptors",
        code="""
def attack(world):
    opened = 0
    try:
        while opened < 500:
            os.dup(0)
            opened += 1
    except OSError:
        pass
    return ["500 descriptors"] if opened == 500 else None
""",
    ),
    Attack(
        name="what is open at the start",
        code="""
def attack(world):
    def there(number):
        try:
            os.fstat(number)
        except OSError:
            return False
        return True
    return [n for n in range(4, 1024) if there(n)]
""",
    ),
    Attack(
        name="full pipes",
        code="""
def attack(world):
    import fcntl
    total = 0
    try:
        while True:
            r, w = os.pipe()
            os.set_blocking(w, False)
            try:
                while True:
                    total += os.write(w, bytes(65536))
            except BlockingIOError:
                pass
            try:
                fcntl.fcntl(w, 1031, 1 << 20)
            except OSError:
                pass
            else:
                return ["a greater pipe"]
    except OSError:
        pass
    return ["64 MiB in pipes"] if total > 64 << 20 else None
""",
    ),
    Attack(
        name="memory that belongs to no process",
        limits=Limits(cpu_s=2.0, wall_s=2.0, memory_mib=256),
        profiles=("proc",),
        proc="OK MEMORY WALL_LIMIT CPU_LIMIT OUTPUT_LIMIT EXCEPTION",
        code="""
def attack(world):
    import socket
    pairs = []
    for n in range(28):
        if os.fork() == 0:
            try:
                with open(f"f{n}", "wb", buffering=0) as file:
                    file.write(bytes(1 << 19))
                while True:
                    a, b = socket.socketpair()
                    a.setblocking(False)
                    pairs.append((a, b))
                    try:
                        while True:
                            a.send(bytes(65536))
                    except BlockingIOError:
                        pass
            except OSError:
                time.sleep(60)
    time.sleep(60)
""",
    ),
    # Time
    Attack(name="a loop without end", limits=BURNING, ends="CPU_LIMIT", code="def attack(world):\n    while True: pass\n"),
    Attack(name="sleep", limits=WAITING, ends="WALL_LIMIT", code="def attack(world):\n    time.sleep(600)\n"),
    Attack(
        name="a lock against itself",
        limits=WAITING,
        ends="WALL_LIMIT",
        code="""
def attack(world):
    import threading
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
""",
    ),
    Attack(name="a read that never ends", limits=WAITING, ends="WALL_LIMIT", code="def attack(world):\n    os.read(os.pipe()[0], 1)\n"),
    Attack(
        name="ignoring every signal",
        limits=BURNING,
        ends="CPU_LIMIT",
        code="""
def attack(world):
    import signal
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
""",
    ),
    Attack(
        name="swallowing every exception",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="""
def attack(world):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""",
    ),
    Attack(
        name="a storm of timers",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="""
def attack(world):
    import signal
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
    while True:
        pass
""",
    ),
    Attack(
        name="stopping itself",
        limits=WAITING,
        proc="WALL_LIMIT",
        code="""
def attack(world):
    import signal
    return got(stop=lambda: os.kill(os.getpid(), signal.SIGSTOP))
""",
    ),
    Attack(
        name="waiting for a signal", limits=WAITING, ends="WALL_LIMIT", code="def attack(world):\n    import signal\n    signal.pause()\n"
    ),
    Attack(
        name="a catastrophe of a regex",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="def attack(world):\n    import re\n    re.match(r'(a|a?)+$', 'a' * 60 + 'b')\n",
    ),
    Attack(
        name="a tower of powers",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT MEMORY",
        code="def attack(world):\n    n = 9\n    return 10 ** (10 ** n)\n",
    ),
    Attack(name="a shift beyond memory", ends="MEMORY EXCEPTION", code="def attack(world):\n    n = 1 << 40\n    return 1 << n\n"),
    Attack(
        name="the digits of a huge int",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="def attack(world):\n    sys.set_int_max_str_digits(0)\n    return len(str(7 ** 6_000_000))\n",
    ),
    Attack(
        name="a compile bomb",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT MEMORY EXCEPTION NO_RESULT",
        code="def attack(world):\n    compile('-' * 3_000_000 + '1', 'x', 'eval')\n    compile('(' * 3_000_000, 'x', 'eval')\n",
    ),
    Attack(
        name="constants that fold into gigabytes",
        ends="CPU_LIMIT MEMORY EXCEPTION OK",
        code="def attack(world):\n    compile('((' + '1,' * 4000 + ') * 60) * 60', 'x', 'eval')\n    eval(\"'a' * (1 << 34)\")\n",
    ),
    Attack(
        name="a dict of colliding keys",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="def attack(world):\n    class K:\n        def __hash__(self): return 1\n    {K(): i for i in range(30_000)}\n",
    ),
    Attack(
        name="an endless load",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="def attack(world): pass\nwhile True: pass\n",
    ),
    Attack(
        name="an endless end",
        limits=BURNING,
        ends="OK",
        proc="CPU_LIMIT",
        code="""
def attack(world):
    import atexit
    def spin():
        while True:
            pass
    atexit.register(spin)
""",
    ),
    Attack(
        name="a thread that never ends",
        limits=WAITING,
        proc="WALL_LIMIT",
        code="def attack(world):\n    import threading\n    threading.Thread(target=time.sleep, args=(60,)).start()\n",
    ),
    # Output
    Attack(
        name="standard output without end",
        limits=BURNING,
        ends="CPU_LIMIT",
        proc="OUTPUT_LIMIT",
        code="""
def attack(world):
    while True:
        os.write(1, b"x" * (1 << 16))
""",
    ),
    Attack(
        name="standard error without end",
        limits=BURNING,
        ends="CPU_LIMIT",
        proc="OUTPUT_LIMIT",
        code="""
def attack(world):
    while True:
        os.write(2, b"x" * (1 << 16))
""",
    ),
    Attack(
        name="printing without end",
        limits=BURNING,
        ends="CPU_LIMIT",
        proc="OUTPUT_LIMIT CPU_LIMIT",
        code="def attack(world):\n    while True: print('x' * 4096)\n",
    ),
    Attack(
        name="the result without end",
        profiles=("func",),
        ends="OUTPUT_LIMIT",
        code="""
def attack(world):
    while True:
        os.write(3, b"x" * (1 << 16))
""",
    ),
    Attack(
        name="the result a terabyte long",
        profiles=("func",),
        code="def attack(world):\n    return got(ftruncate=lambda: os.ftruncate(3, 1 << 40))\n",
    ),
    Attack(
        name="a value of 100 MB", ends="OUTPUT_LIMIT MEMORY", profiles=("func",), code="def attack(world):\n    return 'x' * 40_000_000\n"
    ),
    Attack(
        name="a value that grows as it is written",
        ends="OUTPUT_LIMIT MEMORY CPU_LIMIT EXCEPTION",
        profiles=("func",),
        code="""
def attack(world):
    x = [1]
    for _ in range(50):
        x = [x, x]
    return x
""",
    ),
    Attack(
        name="a value that holds itself",
        ends="EXCEPTION",
        profiles=("func",),
        code="def attack(world):\n    x = []\n    x.append(x)\n    return x\n",
    ),
    Attack(
        name="an error with a long text",
        ends="EXCEPTION",
        proc="OUTPUT_LIMIT EXCEPTION",
        code="""
def attack(world):
    raise type("E" * 100_000, (Exception,), {})("x" * 1_000_000)
""",
    ),
    Attack(
        name="an error that cannot be read",
        ends="EXCEPTION",
        code="""
class E(BaseException):
    def __str__(self):
        os._exit
        raise E
    __repr__ = __str__
def attack(world):
    raise E
""",
    ),
    # Deaths
    Attack(name="a null pointer", ends="NO_RESULT", code="def attack(world):\n    ctypes.string_at(0)\n"),
    Attack(name="abort", ends="NO_RESULT", code="def attack(world):\n    os.abort()\n"),
    Attack(name="exit 0", ends="NO_RESULT", proc="NO_RESULT", code="def attack(world):\n    os._exit(0)\n"),
    Attack(name="sys.exit 0", ends="EXCEPTION", proc="NO_RESULT", code="def attack(world):\n    sys.exit(0)\n"),
    Attack(
        name="becoming another program",
        proc="NO_RESULT OK EXCEPTION",
        code="""
def attack(world):
    return got(exec=lambda: os.execv(sys.executable, [sys.executable, "-c", "pass"]))
""",
    ),
]
