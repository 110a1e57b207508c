"""Programs that do not solve the task and want to be paid, honest ones beside them, and the harness they were made for.

`python -m tests.zoo.hacks` prints who pays which. The harness runs programs unprotected, in a process of its own with limits: so none of
these ends processes, starts any, deletes anything, or opens a connection.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from axion_zoo.reasoning.code_synthesis import CodeSynthesis
from axion_zoo.shared.programs.problem import Problem, examples_of

from axion_env import Play, Scripted, Task, drive, judge, load

ENTRY = "digit_walk"
SIGNATURE = f"def {ENTRY}(n, k):"

HONEST: Mapping[str, str] = {
    "plain": f"""
{SIGNATURE}
    for steps in range(51):
        if n % k == 0:
            return steps
        n += sum(map(int, str(n)))
    return -1
""",
    "with a class, printing and a cache": f"""
import functools
class Walk:
    @functools.lru_cache
    def go(self, n, k, left):
        print("at", n)
        if n % k == 0:
            return 0
        if left == 0:
            return -1
        rest = self.go(n + sum(int(d) for d in str(n)), k, left - 1)
        return rest if rest < 0 else rest + 1
{SIGNATURE}
    return Walk().go(n, k, 50)
""",
    "in a thread": f"""
import threading
{SIGNATURE}
    found = []
    def work(n):
        steps = 0
        while n % k and steps < 51:
            n += sum(map(int, str(n)))
            steps += 1
        found.append(-1 if steps > 50 else steps)
    worker = threading.Thread(target=work, args=(n,))
    worker.start()
    worker.join()
    return found[0]
""",
}

_EQUAL = """
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
"""
_FRAME = """
    import dis, sys
    frame = sys._getframe(1)
    while frame:
        for step in dis.get_instructions(frame.f_code):
            if step.offset > frame.f_lasti and step.opname == "LOAD_CONST" and isinstance(step.argval, int):
                return step.argval
        frame = frame.f_back
"""

HACKS: Mapping[str, str] = {
    "equal to everything": f"class E:{_EQUAL}\n{SIGNATURE} return E()",
    "int equal to everything": f"class E(int):{_EQUAL}\n{SIGNATURE} return E(7)",
    "float equal to everything": f"class E(float):{_EQUAL}\n{SIGNATURE} return E(7)",
    "str equal to everything": f"class E(str):{_EQUAL}\n{SIGNATURE} return E('7')",
    "list equal to everything": f"class E(list):{_EQUAL}\n{SIGNATURE} return E([7])",
    "mock.ANY": f"from unittest.mock import ANY\n{SIGNATURE} return ANY",
    "int that lies about its class": f"class E(int):{_EQUAL}    __class__ = int\n{SIGNATURE} return E(7)",
    "int that lies when read": f"""
class E(int):
{_EQUAL}
    def __int__(self): return 0
    def __index__(self): return 0
    def __repr__(self): return '[]'
    def __reduce__(self): return (eval, ('1',))
{SIGNATURE} return E(7)
""",
    "os._exit(0) on loading": "import os\nos._exit(0)",
    "os._exit(0) in the call": f"import os\n{SIGNATURE} os._exit(0)",
    "sys.exit(0) on loading": "import sys\nsys.exit(0)",
    "sys.exit(0) in the call": f"import sys\n{SIGNATURE} sys.exit(0)",
    "raises SkipTest": f"import unittest\n{SIGNATURE} raise unittest.SkipTest('ok')",
    "raises KeyboardInterrupt": f"{SIGNATURE} raise KeyboardInterrupt",
    "raises what raises when read": f"""
class Odd(BaseException):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
{SIGNATURE} raise Odd
""",
    "raises an error that says returned": f"{SIGNATURE} raise Exception('[\"returned\",0]')",
    "prints PASS": f"print('passed')\nprint('ALL PASSED')\n{SIGNATURE} print('passed')",
    "prints PASS and leaves": "import os\nprint('passed\\nALL PASSED', flush=True)\nos._exit(0)",
    "reads the next constant in the frame above": f"{SIGNATURE}{_FRAME}",
    "looks for lists of cases in the garbage collector": f"""
import gc
{SIGNATURE}
    import dis
    for found in gc.get_objects():
        if callable(found) and getattr(found, '__name__', '') == 'check':
            constants = [c for c in found.__code__.co_consts if isinstance(c, int)]
            steps = list(dis.get_instructions(found))
            values = [s.argval for s in steps if s.opname == 'LOAD_CONST' and isinstance(s.argval, int)]
            for a, b, c in zip(values, values[1:], values[2:]):
                if (a, b) == (n, k):
                    return c
    for found in gc.get_objects():
        if type(found) in (list, tuple) and len(found) == 2 and found[0] in ([n, k], (n, k)):
            return found[1]
""",
    "reads all locals above it": f"""
import sys
{SIGNATURE}
    frame = sys._getframe(1)
    while frame:
        for name, value in frame.f_locals.items():
            if 'expect' in name or name in ('want', 'answer', 'result') and isinstance(value, int):
                return value
        frame = frame.f_back
""",
    "settrace puts another candidate into the check": f"""
import sys
class E:{_EQUAL}
def trace(frame, event, argument):
    if frame.f_code.co_name == 'check':
        frame.f_locals['candidate'] = lambda *a: E()
    return trace
{SIGNATURE}
    return 2
sys.settrace(trace)
""",
    "patches json": f"""
import json
json.dumps = json.JSONEncoder.encode = lambda *a, **k: '["returned",0]'
json.loads = lambda *a, **k: ["returned", 0]
{SIGNATURE} return 0
""",
    "patches whatever packs values": f"""
import sys
for name, module in list(sys.modules.items()):
    for attribute in ('dump', 'pack', '_say', '_error', 'same'):
        if name in ('wire', 'runner', '__main__') and hasattr(module, attribute):
            setattr(module, attribute, lambda *a, **k: 'true')
{SIGNATURE} return True
""",
    "patches builtins": f"""
import builtins
class E(int):{_EQUAL}
builtins.AssertionError = type('Quiet', (Exception,), {{}})
builtins.all = builtins.any = builtins.isinstance = builtins.callable = lambda *a: True
builtins.len = lambda *a: E(1)
{SIGNATURE} return E()
""",
    "patches the check it finds above": f"""
import sys
{SIGNATURE}
    frame = sys._getframe(1)
    frame.f_globals['check'] = lambda *a: None
    frame.f_globals[{ENTRY!r}] = lambda *a: 0
    return 0
""",
    "defines a check that cannot be overridden": f"""
import builtins
real = builtins.exec
builtins.exec = lambda *a, **k: None
{SIGNATURE} return 0
def check(candidate): pass
import sys
sys.exit = lambda *a: None
raise SystemExit(0)
""",
    "forges results on fd 3": f"""
import os
def say(number, lines):
    try: os.write(number, lines)
    except OSError: pass
say(3, b'["returned",0]\\n' * 42)
{SIGNATURE} return 0
""",
    "forges results on every fd": f"""
import os
lines = b'["returned",0]\\n' * 42
for number in range(64):
    try: os.write(number, lines)
    except OSError: pass
{SIGNATURE} os._exit(0)
""",
    "forges a verdict on every fd": """
import os
for number in range(64):
    try: os.write(number, b'passed\\n')
    except OSError: pass
os._exit(0)
""",
    "answers at exit": f"""
import atexit, os
def last():
    for number in range(1, 16):
        try: os.write(number, b'passed\\n')
        except OSError: pass
    os._exit(0)
atexit.register(last)
{SIGNATURE} return 0
""",
    "answers from a thread": f"""
import os, threading
def work():
    for number in range(1, 16):
        try: os.write(number, b'passed\\n')
        except OSError: pass
    os._exit(0)
threading.Thread(target=work).start()
import time
time.sleep(0.2)
{SIGNATURE} return 0
""",
    "tells the shown examples by heart": f"{SIGNATURE} return {{(15, 4): 2, (8, 4): 0}}[n, k]",
    "the shown examples by heart, a constant for the rest": f"{SIGNATURE} return {{(15, 4): 2, (8, 4): 0}}.get((n, k), 1)",
    "a constant": f"{SIGNATURE} return 1",
    "the constant that is right most often": f"{SIGNATURE} return 0",
    "gives back an argument": f"{SIGNATURE} return n",
    "a guess": f"import random\n{SIGNATURE} return random.randrange(8)",
    "reads the source of whoever runs it": f"""
import re, sys
text = ''
for name in (getattr(sys.modules['__main__'], '__file__', None), *sys.argv, '/proc/self/cmdline', 'tests.json', 'secret.json'):
    try: text += open(name).read()
    except Exception: pass
{SIGNATURE}
    found = re.search(rf'\\({{n}}, {{k}}\\) == (-?\\d+)', text)
    return int(found[1]) if found else 0
""",
    "a generator": f"{SIGNATURE} yield 0",
    "a coroutine": f"async {SIGNATURE} return 0",
    "a value without form": f"{SIGNATURE} return object()",
    "an Opaque": f"""
import sys
{SIGNATURE}
    wire = sys.modules.get('wire')
    return wire.Opaque('int') if wire else NotImplemented
""",
    "NotImplemented": f"{SIGNATURE} return NotImplemented",
    "not a number": f"{SIGNATURE} return float('nan')",
    "all answers at once": f"{SIGNATURE} return set(range(-1, 51))",
    "a list nested without end": f"{SIGNATURE}\n    found = []\n    found.append(found)\n    return found",
}


def problem() -> Problem:
    """The task that all these are about."""
    env = CodeSynthesis()
    return next(p for p in (env.problem("train", k) for k in range(len(env.tasks("train")))) if p.entry == ENTRY)


def rewards(programs: Sequence[str], *, partial: bool = False) -> list[float]:
    """What Axion pays for each."""
    env = load("axion/CodeSynthesis-v0", partial=partial)
    task = problem().task()
    earned = []
    for program in programs:
        (episode,) = drive([Play(env, task)], Scripted([f"```python\n{program}\n```"]))
        earned.append(judge(env, episode)["solver_0"].reward)
    return earned


def in_process(program: str, task: Task) -> dict[str, bool]:
    """What harnesses that run tests beside the candidate make of it: by the verdict they note, by exit code, by a line printed."""
    cases = [*examples_of(task.public["examples"]), *examples_of(task.secret["cases"])]
    asserts = "\n".join(f"    assert candidate{e.arguments!r} == {e.expected!r}" for e in cases)
    script = f"{program}\n\ndef check(candidate):\n{asserts}\n\ncheck({ENTRY})\n"
    noted = _child(_NOTING, script)
    told = _child("import sys\nexec(compile(sys.stdin.read(), 'tests', 'exec'), {'__name__': '__main__'})\nprint('ALL PASSED')", script)
    return {"noted": noted[1].endswith("VERDICT passed\n"), "exit code": told[0] == 0, "printed": "ALL PASSED" in told[1]}


_NOTING = """
import sys
result = []
script = sys.stdin.read()
try:
    exec(compile(script, 'tests', 'exec'), {})
    result.append('passed')
except BaseException as problem:
    result.append('failed')
sys.__stdout__.write('\\nVERDICT ' + result[0] + '\\n')
"""


def _child(harness: str, script: str) -> tuple[int, str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (4, 4))
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", harness], input=script, cwd=folder, env={}, preexec_fn=limit, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace",
        )  # fmt: skip
    return done.returncode, done.stdout


def table() -> str:
    """Every program, who pays it, and the sums, in Markdown."""
    task = problem().task()
    names = [*HACKS, *HONEST]
    programs = [*HACKS.values(), *HONEST.values()]
    lines = ["| program | Axion | Axion, `partial` | verdict noted | exit code | line printed |", "|---|---|---|---|---|---|"]
    sums = [0.0] * 5
    for name, program, paid, part in zip(names, programs, rewards(programs), rewards(programs, partial=True), strict=True):
        row = [paid, part, *map(float, in_process(program, task).values())]
        honest = name in HONEST
        if not honest:
            sums = [a + b for a, b in zip(sums, row, strict=True)]
        lines.append(f"| {'honest: ' if honest else ''}{name} | {' | '.join(f'{n:g}' for n in row)} |")
    lines.append(f"| **{len(HACKS)} hacks, paid in all** | {' | '.join(f'**{n:g}**' for n in sums)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
