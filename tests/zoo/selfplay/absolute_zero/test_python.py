"""The Python backend of Absolute Zero: its gates against hostile proposals, determinism in fresh processes, and whole plays."""

from __future__ import annotations

import ast
import math
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

import pytest
from axion_zoo.selfplay.absolute_zero.backend import KINDS, Certified, Kind, Triple
from axion_zoo.selfplay.absolute_zero.python import dataset
from axion_zoo.selfplay.absolute_zero.python.backend import PythonReasoningBackend
from axion_zoo.selfplay.absolute_zero.python.ban import PAPER, banned, misshapen, parsed
from axion_zoo.selfplay.absolute_zero.python.case import Case, Refused
from axion_zoo.selfplay.absolute_zero.python.certify import determinism, execute
from axion_zoo.selfplay.absolute_zero.python.executor import job, run
from axion_zoo.selfplay.absolute_zero.python.literal import LONGEST, same, text_of, values_of
from axion_zoo.selfplay.absolute_zero.python.prompt import block
from hypothesis import given, settings
from hypothesis import strategies as st

from axion_env import (
    Context,
    Env,
    EnvSpec,
    Episode,
    Outcome,
    Reward,
    Role,
    Rubric,
    Scripted,
    Stream,
    Task,
    derive,
    judge,
    load,
    play,
    replay,
    verify,
)
from axion_env.check import check
from axion_env.core.replay import rerun
from axion_env.record.codec import encode
from axion_env.record.episode import Called
from axion_env.sandbox import Limits, Sandbox, shared

T = TypeVar("T")
BACKEND = PythonReasoningBackend(4, 0)
IDENTITY = BACKEND.triples("seed", "deduction")[0]


def done(make: Callable[[Context], Awaitable[T]]) -> T:
    return episode_of(make)[1]


def episode_of(make: Callable[[Context], Awaitable[T]]) -> tuple[Episode, T]:
    """A play that is one coroutine of the backend's, run as a play runs it."""
    made: list[T] = []

    class Desk(Env):
        spec = EnvSpec("test/Desk-v0", agents={"nobody": Role("nobody")}, max_turns=1, reward_range=(0.0, 0.0))
        rubric = Rubric(nobody=[Reward(lambda episode, agent: 0.0)])

        async def play(self, task: Task, ctx: Context) -> Outcome:
            made.append(await make(ctx))
            return Outcome({})

    return play(Desk(), Scripted([]), task=Task("0")), made[0]


def proposal(program: str, *inputs: str) -> str:
    return "\n".join([block("python", program), *(block("input", text) for text in inputs)])


def certified(text: str, kind: Kind = "deduction", references: Sequence[Triple] = ()) -> Certified:
    return done(lambda ctx: BACKEND.certify(ctx, kind, text, references))


def refusal(text: str, kind: Kind = "deduction", references: Sequence[Triple] = ()) -> tuple[str, str]:
    """The gate that refuses, and its code; all gates before it have passed, and there is nothing to solve."""
    found = certified(text, kind, references)
    *passed, last = found.gates
    assert not any(gate.code for gate in passed)
    assert (found.triple is None) == bool(last.code)
    return last.name, last.code


def checked(kind: Kind, triple: Triple, *answers: str) -> list[bool]:
    said = [BACKEND.answer(kind, answer) for answer in answers]
    return list(done(lambda ctx: BACKEND.check(ctx, kind, triple, said)))


# Values ------------------------------------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9)
hashable = st.recursive(scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=6)
values = st.recursive(
    hashable,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hashable, inner, max_size=3) | st.sets(hashable, max_size=3),
    max_leaves=12,
)


@given(st.lists(values, max_size=3))
def test_a_literal_reads_back_as_the_same_values(found: list[Any]) -> None:
    text = text_of(*found)
    assert text is not None
    assert same(values_of(text), tuple(found))
    assert text_of(*(values_of(text) or ())) == text


def test_a_value_is_its_type_too() -> None:
    """1 is neither 1.0 nor True, a list is no tuple; NaN is NaN; the order of a dict or a set is no part of it."""
    assert not any(same(a, b) for a, b in ((1, True), (1, 1.0), ([1], (1,)), ("1", 1), ({1}, frozenset({1})), (0, False), (None, 0)))
    assert same(math.nan, float("nan"))
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert text_of({"b", "a", "c"}) == "{'a', 'b', 'c'}"


@pytest.mark.parametrize(
    "text",
    ["f(3)", "x", "3 4", "3), g(4", "3) # (", "*[1]", "a=1", "lambda: 3", "[x for x in 'ab']", "__import__('os')", "{**{}}", "...", "2**9",
     "[" * 99 + "]" * 99, "-" * 3000 + "1", "9" * 4200, "{[1]}", "'" + "a" * LONGEST + "'", "\0", "f'{3}'", "set(3)",
     "set([1], [2])", "1; 2"],
)  # fmt: skip
def test_what_is_no_literal_is_none(text: str) -> None:
    assert values_of(text) is None


def test_a_remark_beside_a_literal_is_nothing_else() -> None:
    assert values_of("3,  # three\n 4") == (3, 4)
    assert values_of(" -3 ") == (-3,)


@given(st.text(max_size=60) | st.text("[](){}'\"\\,:#\n 0123456789ef-+*", max_size=60))
def test_no_text_does_harm(text: str) -> None:
    """Whatever is said, it is values or none, and values have one text."""
    found = values_of(text)
    assert found is None or (said := text_of(*found)) is None or same(values_of(said), found)


# What is read of an answer -----------------------------------------------------------------------------------------------------------

F = "def f(n):\n    return n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NO_PROGRAM"),
        ("the program is f(n) = n", "NO_PROGRAM"),
        (block("input", "3"), "NO_PROGRAM"),
        (f"<think>{proposal(F, '3')}</think>", "NO_PROGRAM"),
        (proposal(F, "3") + "\n" + block("python", F), "MANY_PROGRAMS"),
        (block("python", F), "NO_INPUT"),
        (f"{block('python', F)}\n```input\n3", "NO_INPUT"),
        (proposal(F, "3", "4"), "COUNT_OF_INPUTS"),
        (proposal(F, "open('/etc/passwd')"), "NO_LITERAL"),
        (proposal(F, "n"), "NO_LITERAL"),
        (proposal(F, "[0] * 10**9"), "NO_LITERAL"),
        (proposal(F, "'" + "a" * LONGEST + "'"), "NO_LITERAL"),
        (proposal("def f(n):\n    return '" + "a" * 9000 + "'", "3"), "TOO_LONG"),
        ("a" * (1 << 17) + proposal(F, "3"), "NO_PROGRAM"),
    ],
)
def test_parse_refuses(text: str, code: str) -> None:
    assert refusal(text) == ("parse", code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\n".join(block("input", str(n)) for n in range(4)), "NO_MESSAGE"),
        ("\n".join([block("message", "a"), block("message", "b")]), "MANY_MESSAGES"),
        (block("message", "Look."), "NO_INPUT"),
        ("\n".join([*(block("input", str(n)) for n in range(3)), block("message", "Look.")]), "COUNT_OF_INPUTS"),
        ("\n".join([*(block("input", str(n // 2)) for n in range(4)), block("message", "Look.")]), "REPEATED_INPUT"),
        ("\n".join([*(block("input", text) for text in ("1", " 1 # one", "2", "3")), block("message", "Look.")]), "REPEATED_INPUT"),
        ("\n".join([*(block("input", str(n)) for n in range(4)), block("message", "a" * 501)]), "TOO_LONG"),
    ],
)
def test_parse_refuses_inductions(text: str, code: str) -> None:
    assert refusal(text, "induction", [IDENTITY]) == ("parse", code)


def test_proposals_of_one_program_are_one() -> None:
    """Layout and comments are no part of it, and no channel."""
    plain = certified(proposal("def f(n):\n    return n + 1", "3"))
    other = certified("Here:\n" + proposal("def f( n ) : # gives 4\n        return (n+1)", " 3 "))
    assert plain.triple == other.triple == Triple("def f(n):\n    return n + 1", ("3",), ("4",))
    assert plain.proposal == other.proposal == ["def f(n):\n    return n + 1", ["3"], ""]


# What is banned ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", sorted(PAPER))
@pytest.mark.parametrize("form", ["import {}", "import {} as math", "from {} import x", "import {}.x", "def f(n):\n    import {}"])
def test_what_the_paper_bans_is_banned(module: str, form: str) -> None:
    assert refusal(proposal(f"{form.format(module)}\n{F}", "3")) == ("ban", "BANNED_IMPORT")


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os\ndef f(n):\n    return os.sys", "HOST"),
        ("import os\ndef f(n):\n    return os.path.abspath('.')", "HOST"),
        ("import os\ndef f(n):\n    return dict(os.environ)", "HOST"),
        ("import sys\ndef f(n):\n    sys.exit()", "HOST"),
        ("from sys import exit\ndef f(n):\n    exit()", "HOST"),
        ("import sys\ndef f(n):\n    s = sys\n    return s.argv", "HOST"),
        ("import collections\ndef f(n):\n    return collections._sys.argv", "HOST"),
        ("import statistics\ndef f(n):\n    return statistics.random.random()", "IMPORT"),
        ("from statistics import random as r\ndef f(n):\n    return r.random()", "IMPORT"),
        ("from . import wire\ndef f(n):\n    return n", "HIDDEN"),
        ("def f(n):\n    return id(n)", "IDENTITY"),
        ("def f(n):\n    return hash('a') + n", "IDENTITY"),
        ("def f(n):\n    return list(map(id, [n]))", "IDENTITY"),
        ("import gc\ndef f(n):\n    return n", "IDENTITY"),
        ("import secrets\ndef f(n):\n    return secrets.randbelow(2)", "CHANCE"),
        ("def f(n):\n    return open('x').read()", "HOST"),
        ("def f(n):\n    return eval('n')", "HIDDEN"),
        ("def f(n):\n    return __import__('time').time()", "HIDDEN"),
        ("def f(n):\n    return f.__globals__", "HIDDEN"),
        ("def f(n):\n    return getattr(n, 'real')", "HIDDEN"),
        ("def f(n):\n    return (x for x in 'a').gi_frame.f_lineno", "IDENTITY"),
        ("import wire\ndef f(n):\n    return n", "HIDDEN"),
    ],
)
def test_what_else_is_banned(program: str, code: str) -> None:
    """Whatever name it goes by, and before anything of it runs."""
    assert refusal(proposal(program, "3")) == ("ban", f"BANNED_{code}")


@pytest.mark.parametrize(
    "program",
    [
        "import math\nfrom collections import Counter, deque\nimport itertools as it\nimport functools, re, json, string, heapq, bisect",
        "import sys\nsys.setrecursionlimit",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    time: int\n    def __init__(self):\n        self.random = self.time",
        "import operator\nx = operator.add",
    ],
)
def test_what_programs_need_is_not_banned(program: str) -> None:
    tree = parsed(program)
    assert tree is not None
    assert list(banned(tree)) == []


# Its form ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("def f(n:\n    return n", "SYNTAX_ERROR"),
        ("return 3", "SYNTAX_ERROR"),
        ("f = " + "(" * 300 + ")" * 300, "SYNTAX_ERROR"),
        ("def f(n):\n    nonlocal n", "SYNTAX_ERROR"),
        ("def g(n):\n    return n", "NO_FUNCTION"),
        ("f = lambda n: n", "NO_FUNCTION"),
        ("class f:\n    pass", "NO_FUNCTION"),
        ("x = 3", "NO_FUNCTION"),
        (f"{F}\n{F}", "MANY_FUNCTIONS"),
        (f"{F}\ndef g(n):\n    return n", "MANY_FUNCTIONS"),
        (f"async {F}", "ASYNC"),
        (f"import functools\n@functools.cache\n{F}", "DECORATED"),
        (f"{F}\nf = 3", "REBOUND"),
        (f"{F}\ng = f = 3", "REBOUND"),
        (f"{F}\nimport math as f", "REBOUND"),
        (f"{F}\nclass f:\n    pass", "REBOUND"),
        ("def f(n):\n    global f\n    f = 3", "REBOUND"),
        ("def f(f):\n    return f", "REBOUND"),
        ("def f(n):\n    def f():\n        return 3\n    return f()", "REBOUND"),
        (f"{F}\nx = [f := 3]", "REBOUND"),
        ("if True:\n    def f(n):\n        return n", "STATEMENT"),
        (f"{F}\nprint(f(3))", "STATEMENT"),
        (f"while True:\n    pass\n{F}", "STATEMENT"),
        ("def f():\n    return 3", "ARITY"),
        ("def f(a, b):\n    return a", "ARITY"),
        ("def f(n, *, k):\n    return n", "ARITY"),
        ("def f(*, n):\n    return n", "ARITY"),
    ],
)
def test_syntax_refuses(program: str, code: str) -> None:
    assert refusal(proposal(program, "3")) == ("syntax", code)


@pytest.mark.parametrize(("arguments", "counts"), [("n", {1}), ("a, b=1", {1, 2}), ("*a", {0, 1, 2, 9}), ("a, /, *, k=1", {1}), ("", {0})])
def test_arity(arguments: str, counts: set[int]) -> None:
    tree = parsed(f"def f({arguments}):\n    pass")
    assert tree is not None
    assert {n for n in (0, 1, 2, 9) if misshapen(tree, (n,)) is None} == counts


# What runs ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("def f(n):\n    while True:\n        pass", "CPU_LIMIT"),
        ("def f(n):\n    return sum(range(10**12))", "CPU_LIMIT"),
        ("def f(n):\n    return len([0] * 10**12)", "MEMORY"),
        ("def f(n):\n    a = []\n    while True:\n        a.append('x' * 10**7)", "MEMORY"),
        ("def f(n):\n    return f(n)", "EXCEPTION"),
        ("def f(n):\n    return n / 0", "EXCEPTION"),
        ("def f(n):\n    raise SystemExit(0)", "EXCEPTION"),
        ("x = 1 // 0\ndef f(n):\n    return n", "EXCEPTION"),
        ("import no_such_module\ndef f(n):\n    return n", "EXCEPTION"),
        ("def f(n):\n    return 'a' * 10**6", "OUTPUT_LIMIT"),
        ("def f(n):\n    return 'a' * 10**4", "NOT_PLAIN"),
        ("def f(n):\n    yield n", "NOT_PLAIN"),
        ("def f(n):\n    return object()", "NOT_PLAIN"),
        ("def f(n):\n    return [1, {2: f}]", "NOT_PLAIN"),
        ("def f(n):\n    a = []\n    a.append(a)\n    return a", "EXCEPTION"),
        ("def f(n):\n    return 10 ** 5000", "EXCEPTION"),
        ("class A:\n    def __init__(self):\n        self.n = 3\ndef f(n):\n    return A()", "NOT_PLAIN"),
    ],
)
def test_execution_refuses(program: str, code: str) -> None:
    assert refusal(proposal(program, "3")) == ("execute", code)


def test_outputs_are_what_execution_gives() -> None:
    """Not what is printed, said beside it, or claimed by an object of one's own."""
    forged = "class Three(int):\n    def __eq__(self, other):\n        return True\n    def __repr__(self):\n        return '99'\n"
    for program, output in (
        ("def f(n):\n    print('99')\n    return n", "3"),
        (f"{forged}def f(n):\n    return Three(n)", "3"),
        ("def f(n):\n    return float('nan'), -float('inf'), set(), frozenset({'b', 'a'})", "(nan, -inf, set(), frozenset({'a', 'b'}))"),
        ("def f(n):\n    return n == 3, 1, 1.0, None", "(True, 1, 1.0, None)"),
    ):
        found = certified(proposal(program, "3") + "\n" + block("output", "99"))
        assert found.triple is not None, found.gates[-1]
        assert found.triple.outputs == (output,)
        assert [gate.name for gate in found.gates] == ["parse", "ban", "syntax", "execute", "determinism", "split"]


# The trap: determinism in one process ------------------------------------------------------------------------------------------------

LEAKS = {
    "an address chosen as it is loaded": "CHOSEN = str(object())\ndef f(n):\n    return CHOSEN",
    "some digits of one": "CHOSEN = str(lambda: 0)[-9:-4]\ndef f(n):\n    return [CHOSEN, str(object())[-9:-4]]",
    "the order of a set": "def f(n):\n    return list({'north', 'east', 'south', 'west', 'up', 'down'})",
    "the first of a set, chosen as it is loaded": "FIRST = [[*{'a', 'b', c}][0] for c in 'cdefghijklmno']\ndef f(n):\n    return FIRST",
    "a remembered first result": "KNOWN = {}\ndef f(n):\n    return KNOWN.setdefault(n, str(lambda: n))",
    "a default that is remembered": "def f(n, seen=[]):\n    seen.append(str(object()))\n    return seen[0]",
    "the order of objects by address": "class A:\n    pass\nALL = [A() for _ in range(9)]\ndef f(n):\n    return sorted(map(str, ALL))",
}  # fmt: skip
BANNED_LEAKS = {
    "an identity": "CHOSEN = id(object())\ndef f(n):\n    return CHOSEN",
    "a hash": "def f(n):\n    return hash('a') % 1000",
    "chance, once": "import random\nCHOSEN = random.SystemRandom().random()\ndef f(n):\n    return CHOSEN",
    "chance, seeded by the process": "import random\nCHOSEN = random.random()\ndef f(n):\n    return CHOSEN",
    "the clock, once": "import time\nCHOSEN = time.time()\ndef f(n):\n    return CHOSEN",
}


def agrees_in_one_process(program: str) -> bool:
    """The check of the released code: the same call twice in one process."""
    result = done(lambda ctx: ctx.run(job(program, "3", "3")))
    return result.ok and same(*result.values)


@pytest.mark.parametrize("program", LEAKS.values(), ids=LEAKS)
def test_what_one_process_lets_through_is_caught_in_fresh_ones(program: str) -> None:
    """Two calls in one process agree, as they really do here; three fresh interpreters do not."""
    assert agrees_in_one_process(program)
    assert refusal(proposal(program, "3")) == ("determinism", "UNSTABLE")


@pytest.mark.parametrize("program", BANNED_LEAKS.values(), ids=BANNED_LEAKS)
def test_the_gate_needs_no_ban_list(program: str) -> None:
    """What is banned by name would be caught as well, were it written in a way that no list foresees."""
    assert agrees_in_one_process(program)
    assert refusal(proposal(program, "3"))[0] == "ban"
    case = Case("deduction", "", 4, "", (), program, ("3",))
    assert done(lambda ctx: unstable(ctx, case))
    assert case.outputs


async def unstable(ctx: Context, case: Case) -> bool:
    await execute(ctx, case)
    try:
        await determinism(ctx, case)
    except Refused as no:
        return no.code == "UNSTABLE"
    return False


def test_two_jobs_of_one_slot_are_not_fresh_enough() -> None:
    """They are clones of one warm interpreter: what differs between processes is the same in them. So the gate starts cold ones."""
    program = LEAKS["the order of a set"]
    with Sandbox(slots=1) as sandbox:
        first, second = sandbox.run([job(program, "3"), job(program, "3")])
    assert first.ok
    assert same(first.values, second.values)


COUNTER = "CALLS = []\ndef f(n):\n    CALLS.append(n)\n    return len(CALLS)"
REMEMBERS = "def f(n, seen=[]):\n    seen.append(n)\n    return sum(seen)"


@pytest.mark.parametrize(("program", "outputs"), [(COUNTER, ("1", "1", "1", "1")), (REMEMBERS, ("5", "6", "7", "8"))])
def test_no_call_prepares_the_next(program: str, outputs: tuple[str, ...]) -> None:
    """A counter has one value for one call: in one process its calls would depend on each other, and a right answer could be wrong."""
    assert not agrees_in_one_process(program)
    inputs = [str(n) for n in range(5, 9)]
    text = "\n".join([*(block("input", given) for given in inputs), block("message", "How many?")])
    for order in (1, -1):
        found = done(lambda ctx: run(ctx, program, inputs[::order]))  # noqa: B023
        assert tuple(ran.text for ran in found) == outputs[::order]
    triple = certified(text, "induction", [Triple(program, ("5",), (outputs[0],))]).triple
    assert triple is not None
    assert triple.outputs == outputs
    assert checked("induction", triple, block("python", program)) == [True]


# What solvers answer -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "answer", "right"),
    [
        ("3", "3", True), ("3", block("output", " 3 # three"), True), ("3", "3.0", False), ("1", "True", False), ("3", "'3'", False),
        ("[1, 2]", "[1,2]", True), ("[1, 2]", "(1, 2)", False), ("{'a', 'b'}", "{'b', 'a'}", True), ("nan", "nan", True),
        ("0.0", "-0.0", True), ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", True), ("'a'", '"a"', True), ("3", "1 + 2", False),
        ("3", "f(3)", False),
        ("3", "", False), ("3", f"{block('output', '4')}\n{block('output', '3')}", True), ("3", f"3\n{block('python', '3')}", False),
        ("(3, 4)", "3, 4", False),
    ],
)  # fmt: skip
def test_deduction_compares_values(output: str, answer: str, right: bool) -> None:
    triple = Triple("def f(n):\n    return n", ("0",), (output,))
    assert checked("deduction", triple, answer) == [right]


def test_any_preimage_is_right() -> None:
    triple = Triple("def f(a, b=0):\n    return sorted([a, b])", ("2, 1",), ("[1, 2]",))
    answers = ["2, 1", "1, 2", block("input", "1,2"), "1", "[1, 2]", "1, 2, 3", "1, 2.0", "'1', 2", "", "f(1, 2)", "1, None"]
    assert checked("abduction", triple, *answers) == [True] * 3 + [False] * 8


def test_a_coin_at_other_inputs_pays_nobody() -> None:
    """Its gates have seen the program at one input; elsewhere it may toss coins, and what it gives there once is not what it gives."""
    program = "def f(n):\n    return 1 if n == 3 else list({'a', 'b', 'c', 'd', 'e', n})"
    triple = certified(proposal(program, "3"), "abduction").triple
    assert triple is not None
    warm = done(lambda ctx: run(ctx, program, ["'x'"]))[0].text
    assert warm is not None
    coined = triple._replace(outputs=(warm,))
    assert checked("abduction", coined, "'x'") == [False]
    assert checked("abduction", triple, "3", "'x'") == [True, False]


def test_a_hostile_input_loses_and_no_more() -> None:
    """An input on which the program hangs, bursts or raises is wrong; others of the same play are judged all the same."""
    program = "def f(n):\n    x = 1\n    while n < 0:\n        x += 1\n    return [0] * n if n < 10 ** 11 else len([0] * n) // (n - n)"
    triple = Triple(program, ("2",), ("[0, 0]",))
    assert checked("abduction", triple, "-1", "10000000000000", "5", "True", "2") == [False, False, False, False, True]


ADDS = Triple("def f(n):\n    return n + 730158", ("1", "2", "3", "4"), ("730159", "730160", "730161", "730162"), "It adds.")


@pytest.mark.parametrize(
    ("program", "right"),
    [
        ("def f(n):\n    return 730158 + n", True),
        ("def f(n):\n    return {1: 730159, 2: 730160}.get(n)", False),
        ("def f(n):\n    return n + 730158.0", False),
        ("def f(n):\n    while True:\n        pass", False),
        ("def f(n):\n    return n / 0", False),
        ("def f(n):\n    return 'a' * 10 ** 6", False),
        ("import os\ndef f(n):\n    os._exit(0)", False),
        ("class Any(int):\n    def __eq__(self, other):\n        return True\ndef f(n):\n    return Any()", False),
        ("import sys\ndef f(n):\n    return sys._getframe(1).f_locals.get('expected', 0)", False),
        ("def f(n, seen=[3]):\n    seen.append(n)\n    return n + 730158 + (len(seen) > 2)", True),
    ],
)
def test_induction_runs_the_program_on_hidden_inputs(program: str, right: bool) -> None:
    assert checked("induction", ADDS, block("python", program)) == [right]


@pytest.mark.parametrize(
    "program", ["", "x = 3", "def g(n):\n    return n", "async def f(n):\n    return n", f"{F}\n{F}", "def f(n:", "f = 3"]
)
def test_what_is_no_program_is_no_answer(program: str) -> None:
    assert BACKEND.answer("induction", block("python", program)) is None
    assert BACKEND.answer("induction", program) is None


@pytest.mark.parametrize("kind", KINDS)
def test_no_process_is_told_what_should_come_out(kind: Kind) -> None:
    """Of all that a play sends into the sandbox nothing holds an output, nor in an abduction the input it was made of."""
    triple = ADDS if kind == "induction" else Triple("def f(n):\n    return 5 * n + 3", ("145672",), ("728363",))
    texts = {"deduction": "728363", "abduction": "145671", "induction": block("python", "def f(n):\n    return n")}
    answers = [BACKEND.answer(kind, texts[kind])]
    episode, _ = episode_of(lambda ctx: BACKEND.check(ctx, kind, triple, answers))
    sent = [str(call.request) for call in calls(episode.root)]
    assert bool(sent) == (kind != "deduction")
    assert not any(secret in text for text in sent for secret in ("728363", "145672", "730161", "730162"))


def calls(events: Any) -> Iterator[Called]:
    for event in events:
        if isinstance(event, Called):
            yield event
        for branch in getattr(event, "branches", ()):
            yield from calls(branch)


# What is held out --------------------------------------------------------------------------------------------------------------------


def test_no_held_out_behavior_gets_through() -> None:
    """However it is written, for whatever input; not even behind a loop that never ends at other programs' inputs."""
    rewritten = "def f(v):\n    out = []\n    for i, x in enumerate(v[1:]):\n        out.append(x - v[i])\n    return out"
    assert refusal(proposal(rewritten, "[5, 7, 4]")) == ("split", "HELD_OUT")
    hiding = rewritten.replace("    out = []", "    while isinstance(v, str):\n        pass\n    out = []")
    assert refusal(proposal(hiding, "[5]")) == ("split", "HELD_OUT")
    near = rewritten.replace("x - v[i]", "v[i] - x")
    assert refusal(proposal(near, "[5, 7, 4]")) == ("split", "")


def test_seeds_and_held_out_programs_do_different_things() -> None:
    """By their values at every held-out program's inputs; no two programs of any split do the same."""
    programs = {split: list(dict.fromkeys(t.program for t in BACKEND.triples(split, "deduction"))) for split in ("seed", "dev", "test")}
    assert {split: len(found) for split, found in programs.items()} == {"seed": 41, "dev": 8, "test": 17}
    assert BACKEND.triples("seed", "deduction")[0].program.endswith("return value")
    probes = dataset.probes()
    assert {probe.program for probe in probes} == {*programs["dev"], *programs["test"]}
    everything = [program for found in programs.values() for program in found]
    for probe in probes:
        results = shared().run([job(program, *probe.inputs, limits=Limits(cpu_s=0.2, wall_s=30.0)) for program in everything])
        alike = [
            program
            for program, result in zip(everything, results, strict=True)
            if [text_of(case.value) if case.returned else None for case in result.cases] == list(probe.outputs)
        ]
        assert alike == [probe.program]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_what_is_held_out_is_the_same_under_every_seed(split: str) -> None:
    for kind in KINDS:
        assert PythonReasoningBackend(4, 0).triples(split, kind) == PythonReasoningBackend(4, 9).triples(split, kind)
        assert PythonReasoningBackend(4, 0).triples("seed", kind) != PythonReasoningBackend(4, 9).triples("seed", kind)


def test_no_order_of_hashes_is_in_the_dataset() -> None:
    program = (
        "from axion_zoo.selfplay.absolute_zero.python import PythonReasoningBackend; from axion_env import derive\n"
        "backend = PythonReasoningBackend(5, 3)\n"
        "print([derive(0, repr(backend.triples(s, k))) for s in ('seed', 'dev', 'test') for k in ('deduction', 'induction')])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


@pytest.mark.parametrize("split", ["seed", "dev", "test"])
def test_the_dataset_passes_its_own_gates(split: str) -> None:
    """Executed in the sandbox it gives what was computed here; what is held out falls at the last gate, and there alone."""
    for triple in BACKEND.triples(split, "deduction")[:: 5 if split == "seed" else 6]:
        found = certified(proposal(triple.program, *triple.inputs))
        if split == "seed":
            assert found.triple == triple
        else:
            assert [gate.code for gate in found.gates] == [""] * 5 + ["HELD_OUT"]


# Whole plays -------------------------------------------------------------------------------------------------------------------------


def _env(**options: Any) -> Any:
    return load("axion/AbsoluteZero-v0", backend="python", **{"solvers": 3, "pairs": 4, **options})


PROPOSALS: dict[Kind, str] = {
    "deduction": proposal("def f(words):\n    return {w: len(w) for w in words}", "['ab', 'c']"),
    "abduction": proposal("def f(a, b):\n    return a * b", "4, 3"),
    "induction": "\n".join([*(block("input", str(n)) for n in (3, 5, 8, 13)), block("message", "As it is.")]),
}
ANSWERS: dict[Kind, tuple[str, str, str]] = {
    "deduction": ("{'c': 1, 'ab': 2}", "{'ab': 1, 'c': 2}", "two and one"),
    "abduction": ("1, 12", "12, 2", "one and twelve"),
    "induction": (block("python", "def f(x):\n    return +x"), block("python", "def f(x):\n    return {3: 3, 5: 5}.get(x)"), "identity"),
}


def _played(env: Any, kind: Kind, text: str, answers: Sequence[str]) -> tuple[Episode, dict[str, float]]:
    task = Task(
        f"mine/{kind}", {"kind": kind, "references": [IDENTITY.record()]}, {}, tuple(a for a in env.spec.agents if a.startswith(kind))
    )
    said = {f"{kind}_proposer_0": Scripted([text])} | {f"{kind}_solver_{i}": Scripted([answer]) for i, answer in enumerate(answers)}
    episode = play(env, said, task=task)
    return episode, {agent: verdict.reward for agent, verdict in judge(env, episode).items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_play_of_each_kind(kind: Kind) -> None:
    """One of three solves it: the proposer earns what two thirds are worth; it replays byte for byte, and its jobs run again alike."""
    env = _env()
    episode, earned = _played(env, kind, PROPOSALS[kind], ANSWERS[kind])
    facts: Any = episode.facts
    assert [gate["passed"] for gate in facts["gates"]] == [True] * 6
    assert facts["solved"] == [True, False, False]
    assert facts["answers"][2] is None
    assert earned == {
        f"{kind}_proposer_0": pytest.approx(2 / 3), f"{kind}_solver_0": 1.0, f"{kind}_solver_1": -0.5, f"{kind}_solver_2": -1.0
    }  # fmt: skip
    line = encode(episode)
    assert verify(line) is None
    assert encode(replay(episode, env=env)) == line
    assert rerun(episode, {"sandbox": shared()}, env=env) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_is_shown_only_where_it_may_be(kind: Kind) -> None:
    """Abduction hides the input, deduction the output, induction the program and half of the pairs."""
    env = _env()
    episode, _ = _played(env, kind, PROPOSALS[kind], ANSWERS[kind])
    question = episode.turns[1].observation[-1].text
    hidden = {"deduction": "{'ab': 2, 'c': 1}", "abduction": "4, 3", "induction": "13"}
    shown = {"deduction": "['ab', 'c']", "abduction": "\n12\n", "induction": "\n5\n"}
    assert hidden[kind] not in question
    assert shown[kind] in question
    assert ("return" in question) == (kind != "induction")


@pytest.mark.parametrize(
    ("text", "gate", "code"),
    [
        (proposal("def f(n):\n    while True:\n        pass", "3"), "execute", "CPU_LIMIT"),
        (proposal("def f(n):\n    return [0] * 10**12", "3"), "execute", "MEMORY"),
        (proposal(LEAKS["the order of a set"], "3"), "determinism", "UNSTABLE"),
        (proposal("import os\ndef f(n):\n    os._exit(0)", "3"), "ban", "BANNED_HOST"),
        ("\ud800", "parse", "NO_PROGRAM"),
    ],
)
def test_a_refused_proposal_pays_nobody(text: str, gate: str, code: str) -> None:
    """The proposer earns −1, solvers are not asked; the play ends as any other, and the next one finds its slots."""
    env = _env()
    episode, earned = _played(env, "deduction", text, ["3"] * 3)
    facts: Any = episode.facts
    assert facts["gates"][-1] | {"detail": ""} == {"name": gate, "passed": False, "code": code, "detail": ""}
    assert earned == {"deduction_proposer_0": -1.0} | {f"deduction_solver_{i}": 0.0 for i in range(3)}
    assert len(episode.turns) == 1
    assert verify(encode(episode)) is None
    assert _played(env, "deduction", PROPOSALS["deduction"], ANSWERS["deduction"])[1]["deduction_solver_0"] == 1.0


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(KINDS))
def test_warm_up_answers_have_the_form_of_answers(k: int, kind: Kind) -> None:
    stream = Stream(derive(k, "warm-up"))
    known = BACKEND.triples("seed", kind)
    triple = known[stream.below(len(known))]
    assert BACKEND.answer(kind, BACKEND.answered(kind, BACKEND.question(kind, triple), 0.0, stream)) is not None
    gates = certified(BACKEND.proposed(kind, [triple], stream), kind, [triple]).gates
    assert gates[-1].name in ("execute", "determinism", "split")
    assert [gate.code for gate in gates if gate.name in ("parse", "ban", "syntax")] == [""] * 3


def test_a_warm_up_has_as_many_inputs_as_are_asked_for() -> None:
    """Of every program there is, also of one that takes a single number or an empty text."""
    backend = PythonReasoningBackend(10, 0)
    for k, triple in enumerate((*backend.triples("seed", "deduction"), *backend.triples("seed", "induction"))):
        assert backend.proposed("induction", [triple], Stream(derive(k, "warm-up"))).count("```input") == 10


def test_references_are_shown_to_proposers() -> None:
    for kind in KINDS:
        known = BACKEND.triples("seed", kind)[:3]
        text = BACKEND.request(kind, known)
        assert all((t.program in text) == (kind != "induction" or i == 0) for i, t in enumerate(known))
        assert ast.parse(known[0].program)


@pytest.mark.slow
def test_the_python_backend_keeps_every_promise() -> None:
    """What `axion check axion/AbsoluteZero-v0 -o backend=python` looks at."""
    report = check("axion/AbsoluteZero-v0", backend="python", solvers=2, pairs=4)
    assert [
        (result.id, finding.message) for result in report.results for finding in result.findings if finding.severity != "advisory"
    ] == []
