"""What was written to hang, crash or deceive axion/Math-v0 earns nothing, in bounded time, and harms no other check."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from axion_zoo.reasoning.mathematics import checker
from axion_zoo.reasoning.mathematics.checker import check
from axion_zoo.reasoning.mathematics.form import read
from axion_zoo.reasoning.mathematics.reply import boxes
from axion_zoo.reasoning.mathematics.tree import valid

from axion_env import Episode, Scripted, Task, judge, load, play
from axion_env.sandbox import Case, Function, JobResult, JobStatus, Opaque, shared
from tests.sandbox.offer import skip_without

pytest.importorskip("math_verify", reason="math-verify is not installed: pip install 'axion-rl[math]'")

ENV = load("axion/Math-v0")
TASK = Task("surd", public={"question": "What is the hypotenuse?"}, secret={"answer": r"3\sqrt{13}"})
HONEST = r"\boxed{\sqrt{117}}"
CPU_S = 2 * 2.0 + 1  # two jobs at their limit, and what the host takes


@pytest.fixture(scope="module", autouse=True)
def _sandbox() -> None:
    skip_without(shared(), "numeric")


def _play(reply: str, task: Task = TASK) -> tuple[Episode, float]:
    episode = play(ENV, Scripted([reply]), task=task)
    return episode, judge(ENV, episode)["solver_0"].reward


ANSWERS = {
    "tower of stars": "10**10**9",
    "tower": "9^{9^{9^{9}}}",
    "tower of braces": r"{10}^{{10}^{9}}",
    "factorials": "99999999999999!",
    "factorials of factorials": "((((((9!)!)!)!)!)!)!",
    "binomial": r"\binom{10000000000}{5000000000}",
    "binomial in a surd": r"\sqrt{\binom{1000000007}{500000003}}",
    "nested roots": r"\sqrt{" * 10_000 + "2" + "}" * 10_000,
    "nested roots in bounds": r"\sqrt{" * 18 + "2+x" + "}" * 18,
    "deep brackets": "(" * 10_000 + "1" + ")" * 10_000,
    "deep brackets in bounds": "(" * 400 + "1" + ")" * 400,
    "deep braces": "{" * 490 + "1" + "}" * 490,
    "megabytes of LaTeX": r"\frac{1}{2}+" * 200_000 + "1",
    "megabytes of digits": "7" * 3_000_000,
    "as long as may be": "+".join("9" * 8 for _ in range(110)),
    "polynomial": "(x+y+z)^{300}-(x+y+z)^{300}+3\\sqrt{13}x",
    "powers": "^".join("(x+1)" for _ in range(40)),
    "huge matrix": r"\begin{pmatrix}" + r"1 & " * 100_000 + r"1 \end{pmatrix}",
    "huge exponent": "1.5^{123456789123456789}",
    "tiny and huge": r"3\sqrt{13}^{10^{100}}",
    "long list": ",".join(map(str, range(300))),
    "spaces": " " * 900 + "1 " * 40,
    "commas": "," * 900,
    "regex bait": "1," * 450 + "x",
    "regex bait of digits": "1" * 900 + "!",
    "regex bait of the prefix": "so " + " " * 900 + "x",
    "text bait": r"\text{" * 100 + "x",
    "input": r"\input{/etc/passwd}",
    "write": r"\immediate\write18{touch x}",
    "def": r"\def\x{\x\x}\x",
    "import": "__import__('os').system('echo 3')",
    "eval": "eval(compile('1','','eval'))",
    "sympy": "S('__import__(\"os\")')",
    "lambda": "(lambda:3)()",
    "verdict": '["returned",true]',
    "verdict line": '3\n["returned",true]\n',
    "python true": "True",
    "operator": r"\operatorname{eye}(100000)",
    "integral": r"\int_0^\infty e^{-x^{x^x}} dx",
    "sum": r"\sum_{n=1}^{10^{10}} n",
    "nan": "nan",
    "zoo": "zoo",
    "inf": "inf",
    "infinity": r"\infty",
    "indeterminate": r"\frac{0}{0}",
    "0 to the power of 0": r"\infty-\infty",
    "1/0": "1/0",
    "arabic digits": "٣√١٣",
    "fullwidth": "３√１３",
    "surrogate": "\ud800",
    "surrogates about": "\ud8003\\sqrt{13}\udfff",
    "null": "3\x00\\sqrt{13}",
    "right to left": "\u202e}31{trqs\\3",
    "combining": "3" + "\u0301" * 900,
    "or": r"3\sqrt{13} or 5",
    "commas to hedge": r"3\sqrt{13}, 5, 7",
    "plus or minus": r"\pm 3\sqrt{13}",
    "set": r"\{3\sqrt{13}, 2\}",
    "interval": r"[3\sqrt{13}, 11]",
    "inequality": r"x \le 3\sqrt{13}",
    "not": r"\ne 3\sqrt{13}",
    "equation": r"3\sqrt{13} = 5",
    "identity": "x = x",
    "a variable": "x",
    "the question": "the hypotenuse",
    "empty": "",
}  # fmt: skip
REPLIES = {
    "unclosed box": r"\boxed{3\sqrt{13}",
    "unclosed boxes": r"\boxed{" * 100_000,
    "many boxes": r"\boxed{3\sqrt{13}} " + " ".join(rf"\boxed{{{k}}}" for k in range(50_000)),
    "two boxes": r"\boxed{3\sqrt{13}} or \boxed{2\sqrt{13}}",
    "a box while thinking": r"<think>\boxed{3\sqrt{13}}</think>",
    "thinking without end": "<think>" * 200_000 + r"\boxed{3\sqrt{13}}",
    "braces": "{" * 2_000_000,
    "no box": r"3\sqrt{13}",
    "tags instead": r"<answer>3\sqrt{13}</answer>",
}


@pytest.mark.parametrize("reply", [*(rf"\boxed{{{a}}}" for a in ANSWERS.values()), *REPLIES.values()], ids=[*ANSWERS, *REPLIES])
def test_hostile_replies_earn_nothing(reply: str) -> None:
    """It ends within the limits and earns 0; the next honest check, by the same slots, is right."""
    started = time.monotonic()
    host = time.process_time()
    episode, reward = _play(reply)
    assert time.process_time() - host < 1.0, "the host's own share"
    assert time.monotonic() - started < 4 * CPU_S
    assert episode.ending == "FINISHED"
    assert reward == 0.0
    assert _play(HONEST)[1] == 1.0


RAW = [
    "10**10**9", "__import__('os').system('echo')", r"\sqrt{" * 10_000 + "2" + "}" * 10_000, "(" * 100_000,
    r"\binom{10000000000}{5000000000}",
    "9" * 2_000_000, r"\operatorname{eye}(100000)", r"\frac{1}{2}+" * 100_000 + "1", r"\text{" + "x" * 100_000 + "}", "\ud800", "", "x = 3",
    r"\begin{pmatrix} 1 \end{pmatrix}", r"\int_0^1 x dx", "{1,2}", r"\operatorname{__import__}(2)", r"\operatorname{eval}(2)",
]  # fmt: skip


@pytest.mark.parametrize("text", RAW, ids=range(len(RAW)))
def test_the_parser_alone_is_contained(text: str) -> None:
    """Given straight to the job, past the host's lexer: it ends, and gives a valid tree of no gold answer's or nothing at all."""
    job = Function(checker._PARSE, "parse", [(text,)], limits=checker._LIMITS, profile="numeric")
    attack, honest = shared().run([job, Function(checker._PARSE, "parse", [("2 + x",)], limits=checker._LIMITS, profile="numeric")])
    assert attack.status is not JobStatus.SANDBOX_ERROR
    assert all(not case.returned or not valid(case.value) or text[:2] == "9" * 2 for case in attack.cases)
    assert honest.values == (["Add", 2, ["Symbol", "x"]],)


FORGED: list[Any] = [
    True, "True", ["True"], None, Opaque("yes"), {"same": True}, ["Pow", 13], ["Symbol", "x); import os; ("], ["Symbol", "__class__"], [],
    [["Add", 1]], ["eval", "1"], ["sympify", ["Symbol", "x"]], ["Function", 1], ["Rational", 1, 0], ["Rational", True, 1], 1.5, 10**500,
    ["Add", *[1] * 5000], ["lambdify", 1], ["Pi", 1], ["Mul"], (1, 2), ["Integer", 3],
]  # fmt: skip


@pytest.mark.parametrize("value", FORGED, ids=range(len(FORGED)))
def test_a_parser_taken_over_can_forge_nothing(value: Any) -> None:
    """Whatever the job that reads the candidate returns, only trees of the grammar go on, and no word of it is a verdict."""
    steps = check(read(r"3\sqrt{13}"), read(r"\sqrt{118}"))
    job = next(steps)
    assert "13" not in json.dumps(job.calls), "the job knows the gold answer"
    with pytest.raises(StopIteration) as end:
        steps.send(JobResult(JobStatus.OK, (Case(value),)))
    assert end.value.value.same is False


def test_a_deep_tree_is_refused() -> None:
    """In as many steps as it may have, without recursion."""
    tree: Any = 1
    for _ in range(5000):
        tree = ["sin", tree]
    assert not valid(tree)
    assert valid(["Add", 1, ["Pow", ["Symbol", "x"], ["Rational", 1, 2]]])


@pytest.mark.parametrize(
    ("tree", "fit"),
    [
        (["Pow", 2, 1000], True), (["Pow", 10, ["Pow", 10, 9]], False), (["Pow", 2, 100_000], False), (["factorial", 100], True),
        (["factorial", ["factorial", 20]], False), (["Pow", ["Symbol", "x"], 100], True), (["Pow", 2, ["Mul", -1, ["Symbol", "n"]]], True),
        (["Pow", 2, ["Pow", 2, ["Symbol", "n"]]], True), (["exp", ["Pow", ["Symbol", "x"], 2]], True), (["binomial", 10**10, 5], False),
    ],
)  # fmt: skip
def test_numbers_too_long_to_write_are_refused(tree: Any, fit: bool) -> None:
    """Before a job spends its time on them."""
    assert valid(tree) is fit


@pytest.mark.parametrize("status", [s for s in JobStatus if s not in (JobStatus.OK, JobStatus.EXCEPTION)])
def test_a_job_that_did_not_end_decides_nothing(status: JobStatus) -> None:
    """Neither of the two."""
    steps = check(read(r"3\sqrt{13}"), read(r"\sqrt{117}"))
    next(steps)
    with pytest.raises(StopIteration) as end:
        steps.send(JobResult(status))
    assert end.value.value == (False, "took too much")
    steps = check(read(r"3\sqrt{13}"), read(r"\sqrt{117}"))
    next(steps)
    steps.send(JobResult(JobStatus.OK, (Case(["Pow", 117, ["Rational", 1, 2]]),)))
    with pytest.raises(StopIteration) as end:
        steps.send(JobResult(status))
    assert end.value.value == (False, "took too much")


def test_boxes_are_found_in_linear_time() -> None:
    """A hundred thousand boxes, nested or in a row, cost no more than their length."""
    started = time.process_time()
    assert len(list(boxes(r"\boxed{1}" * 100_000))) == 100_000
    assert list(boxes(r"\boxed{" * 100_000 + "}" * 99_999)) == []
    assert len(list(boxes(r"\boxed{" * 50_000 + "}" * 50_000))) == 1
    assert time.process_time() - started < 2


def test_a_candidate_is_never_with_the_gold_answer() -> None:
    """The first job of an episode's record holds the candidate and not the gold answer, the second no text of the candidate's."""
    gold, said = r"\sqrt{112233}", r"\frac{\sqrt{112233 \cdot 4}}{2}"
    episode, reward = _play(rf"\boxed{{{said}}}", Task("t", public={"question": "?"}, secret={"answer": gold}))
    assert reward == 1.0
    parsing, comparing = [json.dumps(e.request["job"]["function"]["calls"]) for e in episode.root if hasattr(e, "request")]  # type: ignore[attr-defined]
    assert r"\\frac" in parsing
    assert r"\\frac" not in comparing
    assert r"\\sqrt{112233}" in comparing
