# ruff: noqa: E501 - attacks read best as they are
"""Changing the machinery that runs the candidate: it reaches only the candidate's own process, and only its own answers."""

from tests.sandbox.attack.entry import Attack

_TEST = "import solution\ndef test_it():\n    assert solution.f(2) == 4\n"
_PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")


def _pytest(name: str, files: dict[str, str]) -> Attack:
    """An exit code may be forged, and nothing may rest on it; the tree that comes back shows what was changed."""
    return Attack(
        name=name,
        profiles=("proc",),
        code="",
        argv=_PYTEST,
        files={"solution.py": "def f(x): return 5\n", "test_it.py": _TEST, **files},
        ends="OK EXCEPTION NO_RESULT",
        held=lambda result: result.exit_code is not None,
    )


ATTACKS = [
    Attack(
        name="the runner's functions",
        profiles=("func",),
        ends="OK EXCEPTION BAD_RESULT NO_RESULT",
        code="""
import runner, wire, json
runner._say = lambda *a: None
wire.dump = wire.pack = lambda value, *a: "1"
json.dumps = lambda *a, **k: "1"
def attack(world): pass
""",
        held=lambda result: not result.ok,
    ),
    Attack(
        name="the way values are written",
        profiles=("func",),
        code="""
import wire
wire.dump = lambda value: '{"tuple":[]}'
def attack(world): return 1
""",
        held=lambda result: result.values == ((),),
    ),
    Attack(
        name="the way arguments are read",
        profiles=("func",),
        ends="OK EXCEPTION BAD_RESULT NO_RESULT",
        code="import marshal, wire\nwire.unpack = marshal.loads = lambda *a: 1 / 0\ndef attack(world): pass\n",
    ),
    Attack(
        name="builtins",
        profiles=("func",),
        ends="OK EXCEPTION NO_RESULT BAD_RESULT MEMORY",
        code="""
import builtins
for name in ("len", "print", "isinstance", "type", "getattr", "sorted", "str", "int", "dict", "list", "BaseException", "Exception"):
    setattr(builtins, name, None)
def attack(world): return True
""",
        held=lambda result: not result.ok or result.values == (True,),
    ),
    Attack(
        name="os._exit and os.write",
        profiles=("func",),
        ends="OK NO_RESULT EXCEPTION BAD_RESULT CPU_LIMIT",
        code="""
os._exit = lambda code: None
write = os.write
os.write = lambda n, data: write(n, b'["returned",true]\\n') and len(data)
def attack(world): return 1
""",
        held=lambda result: not result.ok or result.values == (True,),
    ),
    Attack(
        name="back into the zygote's loop",
        profiles=("func",),
        ends="NO_RESULT OK EXCEPTION BAD_RESULT",
        code="""
class Home(BaseException):
    pass
def attack(world):
    os._exit = lambda code: None
    import runner
    runner._say = None  # the error of this is raised outside of every handler
    zygote = sys.modules["__main__"]
    zygote._job = zygote._serve = lambda *a: {"ready": True, "killed": None, "code": 0, "cpu": 0, "wall": 0, "rss": 0}
    raise Home
""",
        held=lambda result: not result.ok,
    ),
    Attack(
        name="tracing and profiling its caller",
        profiles=("func",),
        ends="OK EXCEPTION NO_RESULT",
        code="""
def spy(frame, event, argument):
    frame.f_trace_lines = True
    return spy
sys.settrace(spy)
sys.setprofile(lambda *a: None)
def attack(world):
    frame = sys._getframe(1)
    frame.f_trace = spy
""",
    ),
    Attack(
        name="modules in its own folder",
        code="""
def attack(world):
    def write(name, text):
        with open(name, "w") as file:
            file.write(text)
    for name in ("json", "wire", "runner", "tree", "sitecustomize", "usercustomize", "random"):
        got(write=lambda: write(name + ".py", "raise SystemExit(0)\\n"))
    got(write=lambda: write("x.pth", "import os; os._exit(0)\\n"))
""",
    ),
    Attack(
        name="bytecode beside the library",
        code="""
def attack(world):
    import importlib.util, py_compile
    sys.dont_write_bytecode = False
    path = importlib.util.cache_from_source(os.__file__)
    return got(compile=lambda: py_compile.compile(os.__file__, doraise=True), write=lambda: open(path, "wb"), remove=lambda: os.unlink(path))
""",
    ),
    Attack(
        name="hooks of the interpreter",
        ends="EXCEPTION",
        code="""
def attack(world):
    sys.excepthook = sys.unraisablehook = lambda *a: os._exit(0)
    sys.meta_path.insert(0, type("F", (), {"find_spec": lambda *a: os._exit(0)})())
    sys.path_hooks.clear()
    raise ValueError
""",
        proc="EXCEPTION NO_RESULT",
    ),
    Attack(
        name="an audit hook, and ctypes on integers",
        profiles=("func",),
        ends="OK EXCEPTION NO_RESULT MEMORY",
        code="""
def attack(world):
    ctypes.memmove(id(5) + 24, id(6) + 24, 4)  # 5 is 6 from here on
    return 2 + 3
""",
        held=lambda result: not result.ok or result.values == (6,) or result.values == (5,),
    ),
    Attack(
        name="the tests themselves",
        profiles=("proc",),
        files={"tests/test_it.py": _TEST, "solution.py": "def f(x): return 5\n"},
        code="""
def attack(world):
    with open("tests/test_it.py", "w") as file:
        file.write("def test_it(): pass\\n")
    os.remove("solution.py")
""",
        held=lambda result: result.ok and result.workspace is not None and "solution.py" not in result.workspace.files and "pass" in result.workspace.text("tests/test_it.py"),
    ),
    _pytest("a conftest that turns failures into passes", {
        "conftest.py": "import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    r = yield\n    r.get_result().outcome = 'passed'\n"
    }),
    _pytest("a conftest that exits", {"conftest.py": "import os\nos._exit(0)\n"}),
    _pytest("a module named pytest", {"pytest.py": "print('1 passed in 0.01s')\n"}),
    _pytest("an ini that collects nothing", {"pytest.ini": "[pytest]\naddopts = --collect-only\n"}),
    _pytest("a sitecustomize", {"sitecustomize.py": "import os\nos._exit(0)\n", "usercustomize.py": "import os\nos._exit(0)\n"}),
    _pytest("a plugin by environment and entry point", {
        "evil-1.dist-info/METADATA": "Name: evil\nVersion: 1\n", "evil-1.dist-info/entry_points.txt": "[pytest11]\nevil = evil\n", "evil.py": "import os\nos._exit(0)\n"
    }),
]  # fmt: skip
