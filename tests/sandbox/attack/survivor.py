# ruff: noqa: E501 - attacks read best as they are
"""Outliving the job."""

from axion_env.sandbox import Limits
from tests.sandbox.attack.entry import WAITING, Attack

_LINGER = """
def linger():
    import signal
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    end = time.time() + 60
    while time.time() < end:
        time.sleep(0.01)
        try:
            open(WORLD["folder"] + "/survived", "w").close()
        except OSError:
            pass
    os._exit(0)
WORLD = None
"""


def _proc(name: str, body: str, proc: str = "OK", limits: Limits | None = None) -> Attack:
    code = f"{_LINGER}\ndef attack(world):\n    global WORLD\n    WORLD = world\n{body}"
    return Attack(
        name=name, profiles=("proc",), code=code, proc=proc, limits=limits or Limits(cpu_s=1.0, wall_s=15.0, processes=16, memory_mib=256)
    )


ATTACKS = [
    _proc(
        "a daemonized grandchild",
        "    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            os.closerange(0, 64)\n            linger()\n        os._exit(0)\n",
    ),
    _proc("a child that holds standard output", "    if os.fork() == 0:\n        linger()\n"),
    _proc("a child in a session of its own", "    if os.fork() == 0:\n        os.setsid()\n        linger()\n"),
    _proc("an orphan of a command that died", "    if os.fork() == 0:\n        linger()\n    os.abort()\n", proc="NO_RESULT"),
    _proc("a crowd of orphans", "    for _ in range(5):\n        if os.fork() == 0:\n            linger()\n"),
    _proc(
        "a race with the end",
        "    if os.fork() == 0:\n        while True:\n            if os.fork():\n                os._exit(0)\n",
        proc="OK CPU_LIMIT WALL_LIMIT",
        limits=Limits(cpu_s=5.0, wall_s=15.0, processes=8),
    ),
    _proc(
        "a child of another program",
        "    import subprocess\n    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n",
    ),
    _proc("a stopped child", "    child = os.fork()\n    if child == 0:\n        linger()\n    os.kill(child, 19)\n"),
    _proc(
        "a traced mess of vforks",
        "    for _ in range(3):\n        if os.fork() == 0:\n            import subprocess\n            subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])\n",
    ),
    _proc(
        "a writer that goes on as its folder is read",
        "    if os.fork() == 0:\n        while True:\n            open(str(time.time()), 'w').close()\n",
        proc="OK OUTPUT_LIMIT BAD_RESULT CPU_LIMIT",
    ),
    _proc("held to the wall limit", "    if os.fork() == 0:\n        linger()\n    linger()\n", proc="WALL_LIMIT", limits=WAITING),
    Attack(
        name="a thread that outlives the answer",
        profiles=("func",),
        code=_LINGER
        + "\ndef attack(world):\n    global WORLD\n    WORLD = world\n    import threading\n    threading.Thread(target=linger).start()\n",
    ),
    Attack(
        name="forking out of a function",
        profiles=("func",),
        code=_LINGER + "\ndef attack(world):\n    global WORLD\n    WORLD = world\n    import multiprocessing, subprocess\n"
        "    return got(fork=os.fork, pty=lambda: os.forkpty(), spawn=lambda: os.posix_spawn(sys.executable, ['x'], {}), popen=lambda: subprocess.Popen(['x']),\n"
        "               system=lambda: 1 / (os.system('true') == 0), process=lambda: multiprocessing.get_context('fork').Process(target=linger).start())\n",
    ),
    Attack(
        name="a handler of its own death",
        limits=WAITING,
        ends="WALL_LIMIT",
        code="def attack(world):\n    import atexit, faulthandler, weakref\n    atexit.register(time.sleep, 60)\n    weakref.finalize(type('A', (), {})(), time.sleep, 60)\n    time.sleep(60)\n",
    ),
]
