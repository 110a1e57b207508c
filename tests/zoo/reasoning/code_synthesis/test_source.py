"""Problems from files: every format, every way of judging, and what is refused."""

from __future__ import annotations

import gzip
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from axion_zoo.reasoning.code_synthesis import CodeSynthesis
from axion_zoo.reasoning.code_synthesis.row import FORMATS
from axion_zoo.reasoning.code_synthesis.source import build, split_rows
from axion_zoo.reasoning.code_synthesis.strengthen import row, strengthen
from axion_zoo.reasoning.code_synthesis.vary import vary
from axion_zoo.shared.programs.problem import Problem, key

from axion_env import Play, Scripted, Stream, UsageError, drive, judge


def _paid(problem: Problem, code: str, seed: int = 0) -> float:
    env = CodeSynthesis()
    (episode,) = drive([Play(env, problem.task(), seed)], Scripted([f"```python\n{code}\n```"]))
    return judge(env, episode)["solver_0"].reward


def _made(form: str, extra: int = 0, **fields: Any) -> Problem:
    return build(FORMATS[form]({**ROWS[form], **fields}), extra=extra)


_CHECK = """
def check(candidate):
    base = [3, 1]
    assert candidate(base, 2) == [6, 2], "twice"
    assert candidate([], 5) == []
    for i in range(3):
        assert candidate([i], i) == [i * i]
    assert [4] == candidate([2], 2)
    assert True
"""
ROWS: dict[str, dict[str, Any]] = {
    "axion": {
        "id": "scale", "statement": "Multiply each number.", "entry": "scale", "signature": "def scale(xs, k):",
        "examples": [[[[1, 2], 3], [3, 6]]], "tests": [[[[], 2], []], [[[4], 2], [8]], [[[5, 5], -1], [-5, -5]]],
        "reference": "def scale(xs, k):\n    return [x * k for x in xs]",
    },
    "humaneval": {
        "task_id": "HE/0", "entry_point": "scale", "test": _CHECK,
        "prompt": "import math\n\ndef helper(x, k):\n    return x * k\n\n"
                  'def scale(xs, k):\n    """Scale.\n\n    >>> scale([1, 2], 3)\n    [3, 6]\n    >>> scale([0], 1)\n    {0}\n    """\n',
        "canonical_solution": "    return [helper(x, k) for x in xs]\n",
    },
    "mbpp": {
        "task_id": 7, "text": "Write a function to scale numbers.",
        "code": "def unused():\n    pass\ndef scale(xs, k):\n    return [x * k for x in xs]",
        "test_list": ["assert scale([1, 2], 3) == [3, 6]", "assert scale([], 2) == []", "assert scale(xs=[2, 2], k=2) == [4, 4]"],
        "challenge_test_list": ["assert scale([9], 0) == [0]"],
    },
    "leetcode": {
        "task_id": "scale-list", "problem_description": "Scale.", "entry_point": "Solution().scale", "prompt": "from typing import *",
        "starter_code": "class Solution:\n    def scale(self, xs: List[int], k: int) -> List[int]:\n        ",
        "completion": "class Solution:\n    def scale(self, xs: List[int], k: int) -> List[int]:\n        return [x * k for x in xs]",
        "input_output": [{"input": "xs = [1, 2], k = 3", "output": "[3, 6]"}, {"input": "xs = [], k = 1", "output": "[]"},
                         {"input": "k = 2, xs = [7]", "output": "[14]"}],
    },
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_makes_a_problem(form: str) -> None:
    """Its reference earns 1; a stub, the first example by heart and a near miss earn 0."""
    problem = _made(form)
    assert problem.hidden
    assert not problem.check
    assert not problem.must_fail
    assert _paid(problem, problem.reference) == 1.0
    head, method = ("class Solution:\n    def scale(self, xs, k):", "        ") if "." in problem.entry else ("def scale(xs, k):", "    ")
    for body in ("pass", "return [3, 6]", "return [x + k for x in xs]", "return [x * k for x in xs] or None"):
        assert _paid(problem, f"{head}\n{method}{body}") == 0.0
    assert _paid(problem, f"{head}\n{method}return list(map(lambda x: k * x, xs))") == 1.0


def test_humaneval_promises_its_helpers() -> None:
    """What the prompt defines before the function stands before an answer too; docstring examples the reference meets are shown."""
    problem = _made("humaneval")
    assert "def helper" in problem.preamble
    assert problem.reference.startswith("def scale")
    assert [e.arguments for e in problem.shown] == [([1, 2], 3)]
    assert len(problem.hidden) == 5
    assert _paid(problem, "def scale(xs, k):\n    return [helper(x, k) for x in xs]") == 1.0


def test_keywords_become_positions() -> None:
    """In the order of the signature, in whatever order they were given."""
    assert [e.arguments for e in _made("leetcode").hidden] == [([1, 2], 3), ([], 1), ([7], 2)]
    assert [e.arguments for e in _made("mbpp").hidden] == [([], 2), ([2, 2], 2), ([9], 0)]


@pytest.mark.parametrize(
    ("assertion", "right", "wrong"),
    [
        ("abs(candidate([i], 1)[0] - i) < 1e-6", None, None),
        ("abs(candidate(i) - i / 3) < 1e-6", "return i * (1 / 3)", "return i * 0.3333"),
        ("tuple(candidate(i)) == (i, i + 1)", "return [i, i + 1]", "return [i + 1, i]"),
        ("sorted(candidate(i)) == [i, i + 1]", "return [i + 1, i]", "return [i, i]"),
        ("not candidate(i) if i else candidate(i)", None, None),
        ("candidate(i) is (i > 1)", "return i > 1", "return i > 0"),
    ],
)  # fmt: skip
def test_assertions_become_matches(assertion: str, right: str | None, wrong: str | None) -> None:
    """Near, as a tuple, sorted: what the assertion allows is allowed, and no more; others are not compared."""
    from axion_zoo.shared.programs.check import compared

    test = f"def check(candidate):\n    for i in range(3):\n        assert {assertion}"
    if right is None:
        assert compared(test) is None
        return
    prompt = "def f(i):\n    '''Do.'''\n"
    problem = _made("humaneval", entry_point="f", prompt=prompt, canonical_solution=f"    {right}\n", test=test)
    assert not problem.check
    assert _paid(problem, f"def f(i):\n    {right}") == 1.0
    assert _paid(problem, f"def f(i):\n    {wrong}") == 0.0


# Many right answers --------------------------------------------------------------------------------------------------

_ROOT = """
def check(candidate):
    for a in range(1, 9):
        root = candidate(a)
        assert abs(root * root - a) < 1e-6
"""


def _root() -> Problem:
    prompt = "def root(a):\n    '''Any square root.'''\n"
    return _made("humaneval", entry_point="root", prompt=prompt, canonical_solution="    return a ** 0.5\n", test=_ROOT)


def test_a_check_judges_outputs_without_the_candidate() -> None:
    """Either root is right; an object that is equal to, less than and multiplied to everything is not."""
    problem = _root()
    assert problem.check
    assert _paid(problem, "def root(a):\n    return -(a ** 0.5)") == 1.0
    everything = "class E(float):\n    def __mul__(s, o): return s\n    def __sub__(s, o): return s\n    def __abs__(s): return s\n"
    everything += "    def __lt__(s, o): return True"
    for code in (
        "def root(a):\n    return a / 2", f"{everything}\ndef root(a):\n    return E(1)", "import os\nos._exit(0)",
        "import builtins\nbuiltins.abs = lambda x: 0\ndef root(a):\n    return 1", "def root(a):\n    return object()",
        "def verdict(*a): return True\ndef check(*a): pass\ndef root(a):\n    return 0.0",
    ):  # fmt: skip
        assert _paid(problem, code) == 0.0


def test_a_row_may_bring_its_check() -> None:
    """Axion's own schema: `check(arguments, output)`, and tests without expected values."""
    fields = {
        "id": "split", "statement": "Two numbers with this sum.", "entry": "split", "examples": [],
        "tests": [[[5]], [[0]], [[-3]]],
        "check": "def check(arguments, output):\n    return isinstance(output, list) and sum(output) == arguments[0]",
    }  # fmt: skip
    problem = build(FORMATS["axion"](fields))
    assert _paid(problem, "def split(n):\n    return [n - 1, 1]") == 1.0
    assert _paid(problem, "def split(n):\n    return [n, 1]") == 0.0


# Must-fail tests -----------------------------------------------------------------------------------------------------

_NODES = """
class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next
def chain(values):
    head = None
    for value in reversed(values):
        head = Node(value, head)
    return head
def values_of(node):
    return [] if node is None else [node.value] + values_of(node.next)
"""


def _linked() -> Problem:
    tests = [([1, 2, 3], [3, 2, 1]), ([5, 6], [6, 5]), ([7, 7, 8], [8, 7, 7]), ([4], [4])]
    body = "".join(f"    assert values_of(candidate(chain({a}))) == {b}\n" for a, b in tests)
    return _made(
        "leetcode", prompt=_NODES, entry_point="Solution().turn", test=f"def check(candidate):\n{body}",
        starter_code="class Solution:\n    def turn(self, head: Node) -> Node:",
        completion="class Solution:\n    def turn(self, head):\n        done = None\n        while head:\n"
                   "            done, head.next, head = head, done, head.next\n        return done",
    )  # fmt: skip


def test_linked_nodes_are_judged_by_must_fail_tests() -> None:
    """The reference gives the exact map of outcomes; equality that always holds, early exits and patches do not."""
    problem = _linked()
    kinds = [true for _, true in problem.must_fail]
    assert (kinds.count(True), kinds.count(False)) == (4, 11)
    assert _paid(problem, problem.reference) == 1.0
    other = "class Solution:\n    def turn(self, head):\n        return chain(values_of(head)[::-1])"
    assert _paid(problem, other) == 1.0
    equal = "class E(list):\n    def __eq__(s, o): return True\n    def __radd__(s, o): return s\n"
    for code in (
        "class Solution:\n    def turn(self, head):\n        return head",
        f"{equal}def values_of(node): return E()\nclass Solution:\n    def turn(self, head):\n        return head",
        "import os\nclass Solution:\n    def turn(self, head):\n        os._exit(0)",
        "class Solution:\n    def turn(self, head):\n        raise AssertionError",
        "import sys\nclass Solution:\n    def turn(self, head):\n        sys.exit(0)",
        f"{problem.reference}\naxion_outcome = lambda k: True",
        "def axion_outcome(k): return True\ndef axion_test_0(): pass",
    ):
        assert _paid(problem, code) == (1.0 if code.startswith(problem.reference) else 0.0), code


def test_no_answer_can_learn_the_order_of_must_fail_tests() -> None:
    """An order per episode: a map that is right under one seed is wrong under others."""
    problem = _linked()
    env = CodeSynthesis()
    orders = set()
    for seed in range(6):
        (episode,) = drive([Play(env, problem.task(), seed)], Scripted(["x = 1"]))
        (draw,) = [event for event in episode.root if getattr(event, "label", "") == "order of the twins"]
        orders.add(draw.index)  # type: ignore[union-attr]
    assert len(orders) == 6


# Refused -------------------------------------------------------------------------------------------------------------


def _refusal(form: str, **fields: Any) -> str:
    with pytest.raises(UsageError) as caught:
        _made(form, **fields)
    return str(caught.value)


def test_tests_that_a_constant_passes_are_refused() -> None:
    """Also where the one other value stands among the examples."""
    assert "a constant passes" in _refusal("axion", tests=[[[[], 2], []], [[[], 3], []]])
    assert "a constant passes" in _refusal(
        "mbpp", test_list=["assert scale([], 1) == []", "assert scale([], 2) == []"], challenge_test_list=[]
    )
    assert "its reference fails" in _refusal("axion", tests=[[[[1], 2], [3]], [[[1], 3], [3]]])
    assert "call none of its functions" in _refusal("mbpp", test_list=["assert 1 == 1"], challenge_test_list=[])


def test_rows_left_out_are_named() -> None:
    """A warning says which and why; a file with nothing else is an error."""
    good = [{**ROWS["axion"], "id": f"p{i}", "statement": f"Case {i}."} for i in range(8)]
    bad = {**ROWS["axion"], "id": "flat", "tests": [[[[], 2], []]]}
    with pytest.warns(UserWarning, match="1 rows are left out: flat: .* a constant passes"):
        train, test = split_rows([*good, bad], "axion")
    assert len(train) + len(test) == 8
    assert not {p.prompt for p in train} & {p.prompt for p in test}
    with pytest.raises(UsageError, match="no row for training"), pytest.warns(UserWarning, match="left out"):
        split_rows([bad], "axion")
    with pytest.raises(UsageError, match="a second row with the id 'p0'"):
        split_rows([good[0], good[0]], "axion")
    with pytest.raises(UsageError, match=r"row 1: the format humaneval needs the field 'prompt'"):
        split_rows([good[0]], "humaneval")
    with pytest.raises(UsageError, match="did you mean 'mbpp'"):
        split_rows(good, "mbp")


def test_a_row_says_its_split() -> None:
    """Else a hash of its text does, and equal texts stay on one side."""
    rows = [{**ROWS["axion"], "id": f"{split}{i}", "split": split} for i in range(3) for split in ("train", "test")]
    train, test = split_rows(rows, "axion")
    assert [p.id for p in train] == ["train0", "train1", "train2"]
    assert [p.id for p in test] == ["test0", "test1", "test2"]


# Files ---------------------------------------------------------------------------------------------------------------


def _file(path: Path, rows: list[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(r) + "\n" for r in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_files_packed_or_not(tmp_path: Path, name: str) -> None:
    """An environment over a file plays its problems, by its demos too."""
    path = _file(tmp_path / name, [{**ROWS["axion"], "split": "train"}])
    env = CodeSynthesis(source=str(path))
    assert [len(env.tasks(split)) for split in ("train", "test")] == [1, 0]
    for demo in env.demos():
        (episode,) = drive([Play(env, demo.task)], {a: Scripted(said) for a, said in demo.actions.items()})
        assert judge(env, episode)["solver_0"].reward == demo.rewards["solver_0"]


def test_bad_lines_are_named(tmp_path: Path) -> None:
    """With their number."""
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": 1}\n[1, 2]\n')
    with pytest.raises(UsageError, match="needs the field"):
        CodeSynthesis(source=str(path))
    path.write_text("\n[1, 2]\n")
    with pytest.raises(UsageError, match="line 2: a row is an object, not a list"):
        CodeSynthesis(source=str(path))
    path.write_text("{")
    with pytest.raises(UsageError, match="line 1"):
        CodeSynthesis(source=str(path))


def test_data_sets_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of Hugging Face's library, from a folder here; without the library, or the data set, a clear error."""
    pytest.importorskip("datasets", reason="datasets is not installed: pip install datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    _file(folder / "train.jsonl", [ROWS["mbpp"], {**ROWS["mbpp"], "task_id": 8, "text": "Scale again."}])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own
        env = CodeSynthesis(source=f"datasets:{folder}", format="mbpp")
        assert [len(env.tasks(split)) for split in ("train", "test")] == [2, 0]
        with pytest.raises(UsageError, match="datasets cannot load"):
            CodeSynthesis(source=f"datasets:{tmp_path / 'none'}", format="mbpp")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UsageError, match="needs the package datasets"):
        CodeSynthesis(source="datasets:mbpp", format="mbpp")


# More cases ----------------------------------------------------------------------------------------------------------


def test_variations_are_made_of_what_was_seen() -> None:
    """Same types, numbers between the least and the greatest, known characters; new ones, and always the same."""
    seen = [([1, 5], "ab", True, 2.5), ([9], "c", False, 4.0)]
    made = vary(seen, Stream(1), 60)
    assert made == vary(seen, Stream(1), 60)
    assert len({key(list(a)) for a in (*made, *seen)}) == 62
    for numbers, text, flag, real in made:
        assert all(type(n) is int and 1 <= n <= 9 for n in numbers)
        assert set(text) <= set("abc")
        assert type(flag) is bool
        assert 2.5 <= real <= 4.0
    assert vary([], Stream(1), 5) == []
    assert len(vary([(True,)], Stream(1), 5)) == 1


def test_extra_cases_catch_what_tests_miss() -> None:
    """Cases made by asking the reference; inputs it fails on, takes long for, or answers by chance are left out."""
    weak = {"tests": [[[[4], 2], [8]], [[[5], 1], [5]]]}
    few, many = _made("axion", **weak), _made("axion", extra=30, **weak)
    assert len(many.hidden) == len(few.hidden) + 30
    assert many == _made("axion", extra=30, **weak)
    lazy = "def scale(xs, k):\n    return [x * k for x in (xs if len(xs) < 3 else xs[:2])]"
    assert (_paid(few, lazy), _paid(many, lazy)) == (1.0, 0.0)
    assert _paid(many, many.reference) == 1.0
    chance = "import random\ndef scale(xs, k):\n    return [x * k for x in xs] if len(xs) < 2 else [random.random()]"
    assert len(_made("axion", extra=30, reference=chance, tests=[[[[4], 2], [8]], [[[5], 1], [5]]], examples=[]).hidden) < 32


def test_stronger_rows_are_read_again() -> None:
    """A mutant the tests missed is noticed afterwards; the problem survives being written down."""
    problem = _made("axion", reference="def scale(xs, k):\n    return [x * k for x in xs if x >= 4 or k < 3]",
                    tests=[[[[1, 7], 2], [2, 14]], [[[2, 5], 4], [20]]], examples=[])  # fmt: skip
    stronger, strength = strengthen(problem, inputs=100)
    assert 0 < strength.missed < len(strength.different) <= strength.made
    assert len(stronger.hidden) > len(problem.hidden)
    again = build(FORMATS["axion"](json.loads(json.dumps(row(stronger)))))
    assert (again.hidden, again.prompt, again.match) == (stronger.hidden, stronger.prompt, stronger.match)
    assert [_paid(problem, m.source) for m in strength.different].count(1.0) == strength.missed
    assert [m for m in strength.different if _paid(again, m.source)] == []
