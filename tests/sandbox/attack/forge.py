# ruff: noqa: E501 - attacks read best as they are
"""Forging results: whatever stands in the result is the candidate's own, and only its form is believed."""

from tests.sandbox.attack.entry import BURNING, WAITING, Attack


def _written(name: str, text: str, ends: str = "BAD_RESULT", calls: int = 1, after: str = "os._exit(0)") -> Attack:
    """These bytes where the result goes, and an end."""
    code = f"def attack(world):\n    data = {text}\n    while data:\n        data = data[os.write(3, data):]\n    {after}\n"
    return Attack(name=name, profiles=("func",), code=code, ends=ends, calls=calls, held=lambda result: not result.ok)


ATTACKS = [
    _written("an answer too many", """b'["returned",1]\\n' * 2"""),
    _written("its answer, and then another", """b'["returned",1]\\n'""", after="return 1"),
    _written("an answer too few", """b'["returned",1]\\n'""", calls=2, ends="NO_RESULT"),
    _written("answers without end", """b'["returned",1]\\n' * 50_000"""),
    _written("half an answer", """b'["returned",1]'"""),
    _written("an answer of a kind there is not", """b'["passed",true]\\n'"""),
    _written("a verdict", """b'{"status":"OK","passed":true,"reward":1.0}\\n'"""),
    _written("a value that is no list", """b'1\\n'"""),
    _written("an empty line", """b'\\n'"""),
    _written("a failure, and then an answer", """b'["failed","x"]\\n["returned",1]\\n'""", calls=2),
    _written("an error that is no text", """b'["raised",{"text":1}]\\n'"""),
    _written("repeated keys", """b'["returned",{"tuple":[1],"tuple":[2]}]\\n'"""),
    _written("two tags", """b'["returned",{"tuple":[1],"set":[2]}]\\n'"""),
    _written("a tag there is not", """b'["returned",{"__reduce__":["os.system","true"]}]\\n'"""),
    _written("tags of the wrong kind", """b'["returned",{"set":5}]\\n'"""),
    _written("nesting without end", """b'["returned",' + b'[' * 900_000 + b'\\n'"""),
    _written("nesting that closes", """b'["returned",' + b'[' * 5_000 + b']' * 5_000 + b']\\n'"""),
    _written("tags within tags", """b'["returned",' + b'{"tuple":[' * 5_000 + b']}' * 5_000 + b']\\n'"""),
    _written("an int of a million digits", """b'["returned",' + b'9' * 900_000 + b']\\n'"""),
    _written("many ints of 5,000 digits", """b'["returned",[' + b','.join([b'9' * 5_000] * 180) + b']]\\n'"""),
    _written("a float of a million digits", """b'["returned",0.' + b'9' * 900_000 + b'e999999999]\\n'"""),
    _written("NaN by its name in JSON", """b'["returned",NaN]\\n'"""),
    _written("infinity by its name in JSON", """b'["returned",-Infinity]\\n'"""),
    _written("a float there is not", """b'["returned",{"float":"1_0"}]\\n'"""),
    _written("bytes that are not UTF-8", """b'["returned","\\xff\\xfe"]\\n'"""),
    _written("UTF-16", """'["returned",1]\\n'.encode("utf-16")"""),
    _written("NUL bytes", """bytes(100_000)"""),
    _written("a set that repeats itself", """b'["returned",{"set":[1,1]}]\\n'"""),
    _written("a set of lists", """b'["returned",{"set":[[1]]}]\\n'"""),
    _written(
        "a dict of collisions",
        """b'["returned",{"dict":[' + b','.join(b'[%d,0]' % (i * (2**61 - 1)) for i in range(1, 20_000)) + b']}]\\n'""",
    ),
    _written("a dict of tuples", """b'["returned",{"dict":[[1]]}]\\n'"""),
    _written("a complex of strings", """b'["returned",{"complex":["1","2"]}]\\n'"""),
    _written("pickle", """b"cos\\nsystem\\n(S'true'\\ntR.\\n" """),
    _written("nothing at all", """b''""", ends="NO_RESULT"),
    _written("an answer, overwritten", """b'["returned",1]\\n'""", after="os.pwrite(3, b'\\0' * 8, 0); os._exit(0)"),
    _written("an answer, and a hole", """b'["returned",1]\\n'""", after="os.ftruncate(3, 500_000); os._exit(0)"),
    _written("an answer, and a signal to itself", """b'["returned",1]\\n'""", after="ctypes.string_at(0)", ends="NO_RESULT"),
    _written("an answer, and exit 1", """b'["returned",1]\\n'""", after="os._exit(1)", ends="NO_RESULT"),
    Attack(
        name="answers, and no end",
        profiles=("func",),
        limits=BURNING,
        ends="CPU_LIMIT",
        code="""
def attack(world):
    os.write(3, b'["returned",1]\\n')
    while True:
        pass
""",
    ),
    Attack(
        name="an answer written by a thread as it ends",
        profiles=("func",),
        limits=WAITING,
        ends="BAD_RESULT WALL_LIMIT NO_RESULT OK",
        code="""
def attack(world):
    import threading
    def write():
        while True:
            os.pwrite(3, b'["returned",{"object":"x"}]\\n' * 3, 0)
    threading.Thread(target=write, daemon=True).start()
    time.sleep(0.01)
    os._exit(0)
""",
        held=lambda result: all(not case.value for case in result.cases if case.error is None) or not result.ok,
    ),
    Attack(
        name="sealing the result",
        profiles=("func",),
        code="""
def attack(world):
    import fcntl
    return got(seal=lambda: fcntl.fcntl(3, 1033, 15), number=lambda: call(72, 3, 1033, 15), get=lambda: fcntl.fcntl(3, 1034))
""",
    ),
    Attack(
        name="closing the result to its reader",
        profiles=("func",),
        code="""
def attack(world):
    import fcntl
    for change in (lambda: os.fchmod(3, 0), lambda: fcntl.fcntl(3, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND | os.O_ASYNC), lambda: fcntl.fcntl(3, fcntl.F_SETFL, os.O_DIRECT),
                   lambda: os.lseek(3, 1 << 60, 0), lambda: os.lseek(3, 0, 0)):
        try:
            change()
        except OSError:
            pass
""",
        ends="OK BAD_RESULT",
        held=lambda result: not result.ok or result.values == (None,),
    ),
    Attack(
        name="closing its descriptors",
        profiles=("func",),
        ends="NO_RESULT",
        code="def attack(world):\n    os.closerange(0, 64)\n",
    ),
    Attack(
        name="mapping the result",
        profiles=("func",),
        code="""
def attack(world):
    import mmap
    os.ftruncate(3, 4096)
    page = mmap.mmap(3, 4096)
    page[:15] = b'["returned",1]\\n'
    os._exit(0)
""",
        ends="BAD_RESULT",
        held=lambda result: not result.ok,
    ),
    Attack(
        name="the byte that says a job is sealed off",
        code="""
def attack(world):
    return got(**{f"fd{n}": lambda: os.write(n, b"+") for n in range(4, 16)})
""",
    ),
    Attack(
        name="the payload, written over",
        code="def attack(world):\n    return got(write=lambda: os.pwrite(4, b'x', 0), read=lambda: os.pread(4, 10, 0), control=lambda: os.write(6, b'{}'))\n",
    ),
    Attack(
        name="a result where a command has none",
        profiles=("proc",),
        code="""
def attack(world):
    return got(**{f"fd{n}": lambda: os.write(n, b'["exited",0]\\n') for n in range(3, 16)})
""",
    ),
    Attack(
        name="the head of the changed tree",
        profiles=("proc",),
        code="""
def attack(world):
    head = b'{"files":[["../../x",1,true]],"removed":["/etc/passwd"],"refused":[]}\\nx'
    return got(**{f"fd{n}": lambda: os.pwrite(n, head, 0) for n in range(3, 64)})
""",
    ),
    Attack(
        name="an exit code beyond a byte",
        profiles=("proc",),
        proc="NO_RESULT",
        code="def attack(world):\n    os._exit(0x1ff)\n",
    ),
    Attack(
        name="a core dump's bit in the exit code",
        profiles=("proc",),
        proc="NO_RESULT",
        code="def attack(world):\n    import signal\n    os.kill(os.getpid(), signal.SIGQUIT)\n    time.sleep(5)\n",
    ),
    Attack(
        name="a machine's error, said by the candidate",
        ends="EXCEPTION",
        code="""
class SandboxError(Exception):
    pass
def attack(world):
    raise SandboxError("SANDBOX_ERROR: the job could not be sealed off")
""",
    ),
    Attack(name="exit 125, as a job that could not be sealed off", ends="NO_RESULT", code="def attack(world):\n    os._exit(125)\n"),
    Attack(
        name="an error of control characters",
        ends="EXCEPTION",
        code="def attack(world):\n    raise ValueError('\\x1b]0;title\\x07\\r\\n\\0\\ud800 [\"returned\",1]\\n')\n",
    ),
]
