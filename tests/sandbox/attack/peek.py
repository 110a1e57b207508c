# ruff: noqa: E501 - attacks read best as they are
"""Looking for what the candidate must not know: expected values, other jobs, the host's memory."""

from axion_env.sandbox import Limits
from tests.sandbox.attack.entry import Attack

_ROOMY = Limits(cpu_s=10.0, wall_s=60.0, memory_mib=512, disk_mib=4)

_SCAN = '''
def pages(marker):
    """Where a marker stands in the memory below Python's objects, but not in this code."""
    import gc
    gc.unfreeze()
    spots = {id(o) >> 12 for o in gc.get_objects()}
    spots |= {id(r) >> 12 for o in gc.get_objects() for r in gc.get_referents(o)}
    return [m for spot in spots for m in found(ctypes.string_at(spot << 12, 4096), marker)]

def found(data, marker):
    import re
    return [hit.decode() for hit in re.findall(marker, data)]

def token(*words):
    """A pattern of what is planted; put together here, so that this code does not hold what it looks for."""
    return "-".join(["axion", *words]).encode() + b"-[0-9a-f]+"
'''

ATTACKS = [
    Attack(
        name="frames",
        code=_SCAN
        + """
def attack(world):
    import re
    frame, seen = sys._getframe(), []
    while frame:
        for space in (frame.f_locals, frame.f_globals):
            for name, value in list(space.items()):
                if "expect" in name.lower() or re.search(token("planted", ""), repr(value).encode()):
                    seen.append((frame.f_code.co_name, name))
        frame = frame.f_back
    return seen
""",
    ),
    Attack(
        name="every object there is",
        limits=_ROOMY,
        code="""
def attack(world):
    import gc
    gc.unfreeze()
    prefix, hits = "-".join(["axion", "planted", ""]), []
    for item in gc.get_objects():
        for value in gc.get_referents(item):
            if type(value) is str and value.startswith(prefix) and value != prefix:
                hits.append(value)
            named = type(value) is dict and "expected" in value and "return" not in value  # not a function's annotations
            if named and type(value["expected"]) in (str, int, float, list, tuple, dict):
                hits.append("a dict with something expected")
    return hits
""",
    ),
    Attack(
        name="tracebacks and stacks",
        code="""
def attack(world):
    import inspect, traceback
    hits = []
    try:
        1 / 0
    except ZeroDivisionError as problem:
        for line in traceback.TracebackException.from_exception(problem, capture_locals=True).format():
            hits += ["traceback"] if "-".join(["axion", "planted", ""]) in line else []
    for info in inspect.stack():
        hits += [info.filename] if "pytest" in info.filename or "tests/sandbox" in info.filename else []
    return hits
""",
    ),
    Attack(
        name="loaded modules",
        profiles=("func",),
        code="""
def attack(world):
    hits = [name for name in sys.modules if name.startswith(("axion", "tests", "pytest", "_pytest"))]
    for name in ("__main__", "runner", "wire", "tree", "seal"):
        module = sys.modules.get(name)
        hits += [f"{name}.{key}" for key, value in vars(module or object).items() if "-".join(["axion", "planted", ""]) in repr(value)]
    return hits
""",
    ),
    Attack(
        name="the zygote's own objects",
        profiles=("func",),
        limits=_ROOMY,
        code="""
def attack(world):
    import gc
    gc.unfreeze()
    import socket
    found = []
    for item in gc.get_objects():
        if isinstance(item, socket.socket):
            try:
                found += [n for n in (item.fileno(),) if n >= 0 and os.fstat(n)]
            except OSError:
                pass
    seal = sys.modules["seal"]
    seals = [item for item in gc.get_objects() if type(item) is seal.Seal]
    return found + ([] if seals else ["no seals: this attack looks for nothing"]) + [name for item in seals for name in got(clone=lambda: item.clone())]
""",
    ),
    Attack(
        name="the heap, for an earlier job's data",
        before="""
def attack(world):
    sys.kept = [world["marker"] + str(i) for i in range(10_000)]
    return world["marker"] * 100
""",
        limits=_ROOMY,
        code=_SCAN
        + """
def attack(world):
    own = [world["bait"] + hex(i)[2:] for i in range(5)]  # shows that the scan finds what there is
    if len(pages(token("bait"))) < 5 or not own:
        return ["the scan sees nothing"]
    return pages(token("planted", "job"))[:5]
""",
    ),
    Attack(
        name="the heap, for the host's data",
        limits=_ROOMY,
        code=_SCAN + "\ndef attack(world):\n    return pages(token('planted', '[a-z]+'))[:5]\n",
    ),
    Attack(
        name="the stack, for an earlier job's data",
        before="def attack(world):\n    return world['marker'] * 100\n",
        code=_SCAN
        + """
def attack(world):
    local = ctypes.create_string_buffer(64)
    start = ctypes.addressof(local) >> 12
    return [m for n in range(8) for m in found(ctypes.string_at((start - n) << 12, 4096), token("planted", "job"))]
""",
        ends="OK NO_RESULT",
    ),
    Attack(
        name="fresh memory, for anyone's data",
        limits=_ROOMY,
        code="""
def attack(world):
    import mmap
    page = mmap.mmap(-1, 64 << 20)
    block = ctypes.create_string_buffer(1)
    libc.malloc.restype = ctypes.c_void_p
    raw = ctypes.string_at(libc.malloc(1 << 20), 1 << 20)
    return [n for n, data in (("mmap", bytes(page)), ("malloc", raw)) if "-".join(["axion", "planted", ""]).encode() in data or (n == "mmap" and any(data))]
""",
    ),
    Attack(
        name="standard input",
        profiles=("func",),
        code="def attack(world):\n    return (os.read(0, 100) + os.read(1, 100) + os.read(2, 100)).decode()\n",
    ),
    Attack(
        name="the arguments of later calls",
        profiles=("func",),
        calls=2,
        code="""
def attack(world):
    frame, seen = sys._getframe(1), 0
    while frame:
        calls = frame.f_locals.get("calls")
        seen = max(seen, len(calls) if isinstance(calls, list) else 0)
        frame = frame.f_back
    return None if seen in (0, 2) else seen
""",
        tiers=("nsjail", "bubblewrap", "landlock"),
    ),
]
