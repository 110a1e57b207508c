"""axion/Math-v0 as an environment: families with exact answers, splits that never overlap, sources, replies."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from axion_zoo.reasoning.mathematics.family import FAMILIES, LEVELS
from axion_zoo.reasoning.mathematics.form import read
from axion_zoo.reasoning.mathematics.lexer import Unreadable
from axion_zoo.reasoning.mathematics.reply import final_answer
from axion_zoo.reasoning.mathematics.source import held_out
from hypothesis import given, settings
from hypothesis import strategies as st

from axion_env import Env, Episode, RandomPolicy, Scripted, Task, UsageError, judge, load, play
from tests.zoo.reasoning.mathematics.math_check import DATA

ENV = load("axion/Math-v0")


def _load(**options: Any) -> Env:
    return load("axion/Math-v0", **options)


# Families --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("family", FAMILIES)
def test_gold_answers_are_what_sympy_finds(family: str, level: int) -> None:
    """Read from the question alone, and solved by sympy."""
    sympy = pytest.importorskip("sympy", reason="sympy is not installed: pip install 'axion-rl[math]'")
    for task in _load(family=family, level=level).tasks("train")[:25]:
        question, answer = task.public["question"], task.secret["answer"]
        assert _plain(sympy, answer) == _solve(sympy, family, question), question


def _expression(sympy: Any, text: str) -> Any:
    """Of the plain LaTeX that families write."""
    text = re.sub(r"\\frac\{(-?\d+)\}\{(\d+)\}", r"(Rational(\1,\2))", text).replace(r"\times", "*").replace("^", "**")
    text = re.sub(r"\*\*\{(\d+)\}", r"**\1", text)
    return sympy.sympify(re.sub(r"(?<=[\d)])\s*(?=[x-y(])", "*", text))


def _plain(sympy: Any, answer: str) -> Any:
    parts = answer.strip("()").split(", ")
    values = [_expression(sympy, part).expand() for part in parts]
    return values[0] if len(values) == 1 else set(values) if answer[0] != "(" else tuple(values)


def _solve(sympy: Any, family: str, question: str) -> Any:
    x, y = sympy.symbols("x y")
    math = re.findall(r"\$([^$]+)\$", question)
    numbers = [int(n) for n in re.findall(r"\d+", question)]
    if family in ("linear_equation", "quadratic", "linear_system"):
        sides = [[_expression(sympy, side) for side in text.split("=")] for text in math if "=" in text]
        found = sympy.solve([a - b for a, b in sides], [x, y] if family == "linear_system" else [x], dict=True)
        roots = [solution[x] for solution in found]
        return (found[0][x], found[0][y]) if family == "linear_system" else roots[0] if len(roots) == 1 else set(roots)
    if family == "remainder":
        return _expression(sympy, math[0]) % int(math[1])
    if family == "divisors":
        return (sympy.igcd if "greatest" in question else sympy.ilcm)(*map(int, math))
    if family == "polynomial_value":
        at = _expression(sympy, math[1].removeprefix("p(").removesuffix(")"))
        return _expression(sympy, math[0].partition("= ")[2]).subs(x, at)
    if family == "sequence":
        terms, n = [int(t) for t in math[0].split(", ")], numbers[-1]
        if "geometric" in question:
            return terms[0] * (terms[1] // terms[0]) ** (n - 1)
        return sympy.interpolate(list(enumerate(terms, 1)), x).subs(x, n)
    if family == "percentage":
        value = sympy.Integer(numbers[0])
        for move, percent in re.findall(r"(rises|falls) by (\d+) percent", question):
            value *= 1 + sympy.Rational(int(percent) * (1 if move == "rises" else -1), 100)
        return value
    return _expression(sympy, math[0]).expand()  # fractions, expansion


@pytest.mark.parametrize("level", LEVELS)
def test_splits_share_no_question(level: int) -> None:
    """Whatever the seeds: a hash of the question decides."""
    train = {task.public["question"] for task in _load(level=level).tasks("train")[:1500]}
    test = {task.public["question"] for seed in (0, 7) for task in _load(level=level, seed=seed).tasks("test")[:500]}
    assert not train & test
    assert all(map(held_out, test))


def test_item_k_is_addressable() -> None:
    """Task k depends on the options and k alone, and a million cost nothing until one is read."""
    tasks = ENV.tasks("train")
    assert len(tasks) == 1 << 20
    assert tasks[77_777] == _load().tasks("train")[77_777]
    assert tasks[77_777].id == f"train/{[*FAMILIES][7]}-1/0/77777"
    assert tasks[5] != _load(seed=1).tasks("train")[5]
    assert tasks[5] != _load(level=2).tasks("train")[5]
    assert {task.id.split("/")[1] for task in tasks[:10]} == {f"{name}-1" for name in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("answer", ["boxed", "answer_tags"])
def test_examples_are_right_without_a_job(family: str, answer: str) -> None:
    """At every level, in both places an answer may be asked for."""
    for level in LEVELS:
        env = _load(family=family, level=level, answer=answer)
        for task in env.tasks("test")[:5]:
            episode = play(env, RandomPolicy(), task=task)
            assert judge(env, episode)["solver_0"].reward == 1.0
            assert episode.facts is not None
            assert episode.facts["why"] == "exact"


@pytest.mark.parametrize("family", FAMILIES)
def test_levels_get_harder(family: str) -> None:
    """The numbers of a question's text grow from the first level to the last."""

    def size(level: int) -> float:
        tasks = _load(family=family, level=level).tasks("train")[:60]
        return sum(len(re.findall(r"\d", t.public["question"])) + len(t.secret["answer"]) for t in tasks) / len(tasks)

    assert size(5) > size(1)


# Replies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "style", "answer"),
    [
        (r"So \boxed{5}.", "boxed", "5"), (r"\boxed{\frac{1}{2}}", "boxed", r"\frac{1}{2}"), (r"\boxed{5} … \boxed{5.0}", "boxed", "5.0"),
        (r"<think>\boxed{4}</think> \boxed{5}", "boxed", "5"), (r"\boxed{4} \boxed{5}", "boxed", None), ("5", "boxed", None),
        (r"\boxed{}", "boxed", None), (r"\boxed{5", "boxed", None), ("<answer>5</answer>", "boxed", None),
        ("<answer> 5 </answer>", "answer_tags", "5"), ("<answer>5</answer><answer>6</answer>", "answer_tags", None),
        (r"<answer>\boxed{5}</answer>", "answer_tags", r"\boxed{5}"), (r"\boxed{5}", "answer_tags", None),
    ],
)  # fmt: skip
def test_one_answer_in_its_place(reply: str, style: str, answer: str | None) -> None:
    """The last word is the one answer in the place asked for, or there is none."""
    found, why = final_answer(reply, style)
    assert (found is None) == (answer is None) == bool(why)
    assert found is None or str(read(found)) == str(read(answer or ""))


PIECES = [
    "12", "5", ".", "-", "+", "=", "<", ">", r"\le", r"\ne", r"\in", r"\cup", ",", ";", "and", "or", ":", "(", ")", "[", "]", "{", "}",
    r"\{", r"\}", "|", "&", r"\\", "^", "_", "/", "!", "'", "~", "%", r"\%", "$", r"\$", r"\circ", r"\pm", r"\infty", r"\frac", r"\sqrt",
    r"\boxed", r"\sin", "log", "x", "e", "cm", "dozen", "apples", r"\text{cm}", r"\text{ not }", r"\begin{pmatrix}", r"\end{pmatrix}",
    r"\overline", "the answer is", "10",
]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.text(max_size=80) | st.builds(str.join, st.sampled_from(["", " "]), st.lists(st.sampled_from(PIECES), max_size=8)))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never another exception; and what is read has one normal form, which is text that can be stored."""
    try:
        form = read(text)
    except Unreadable:
        return
    assert read(text) == form
    assert len(str(form)) < 5000
    json.dumps(str(form))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.75", r"\frac{3}{4}"),
        ("18 dollars", r"\$18"),
        ("x = 5", "5.0"),
        ("2, 1", "1 and 2"),
        ("(1, 0.5)", r"\left(1,\frac12\right)"),
        ("1,000", "1000"),
    ],
)
def test_equal_answers_vote_together(one: str, other: str) -> None:
    """The fact `answer` is one string for answers that are told equal without a job."""
    said = [_facts(answer)["answer"] for answer in (one, other)]
    assert said[0] == said[1]


def _facts(answer: str, gold: str = "7") -> Any:
    episode: Episode = play(ENV, Scripted([rf"\boxed{{{answer}}}"]), task=Task("t", public={"question": "?"}, secret={"answer": gold}))
    return episode.facts


def test_facts() -> None:
    """What was answered, whether it is right and in its place, and why."""
    assert _facts("14/2") == {"answer": "7", "well_formed": True, "correct": True, "why": "exact"}
    assert _facts("8") == {"answer": "8", "well_formed": True, "correct": False, "why": "exact"}
    assert play(ENV, Scripted(["8"])).facts == {"answer": None, "well_formed": False, "correct": False, "why": "no answer"}


def test_format_weight() -> None:
    """A wrong answer in its place earns the format's share, a right one all."""
    env = _load(format_weight=0.2)
    demos = {demo.name: demo.rewards["solver_0"] for demo in env.demos()}
    assert (demos["right"], demos["wrong"], demos["no place"]) == (1.0, 0.2, 0.0)
    for demo in env.demos():
        episode = play(env, Scripted(demo.actions["solver_0"]), task=demo.task)
        assert judge(env, episode)["solver_0"].reward == pytest.approx(demo.rewards["solver_0"])


# Sources ---------------------------------------------------------------------------------------------------------

GSM8K = [{"question": f"What is {k} + 1?", "answer": f"It is one more.\n#### {k + 1:,}"} for k in range(990, 1040)]
MATH = [{"problem": f"Solve ${k}x = 1$.", "solution": rf"So \boxed{{\frac{{1}}{{{k}}}}}.", "level": "Level 1"} for k in range(2, 42)]


@pytest.mark.parametrize(("layout", "rows"), [("gsm8k", GSM8K), ("math", MATH)])
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_a_file(tmp_path: Path, layout: str, rows: list[dict[str, str]], suffix: str) -> None:
    """All rows in `all`, each in one of the other splits; gold answers as they stand."""
    path = tmp_path / f"problems{suffix}"
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    env = _load(source=str(path), format=layout)
    train, test, everything = (list(env.tasks(split)) for split in ("train", "test", "all"))
    assert len(everything) == len(rows) == len(train) + len(test)
    assert sorted(t.id for t in train + test) == sorted(t.id for t in everything)
    assert train
    assert test
    assert [t.secret["answer"] for t in everything[:2]] == (["991", "992"] if layout == "gsm8k" else [r"\frac{1}{2}", r"\frac{1}{3}"])
    assert all(judge(env, play(env, RandomPolicy(), task=t))["solver_0"].reward == 1.0 for t in everything)


@pytest.mark.parametrize(
    ("text", "layout", "said"),
    [
        ("{}\n", "gsm8k", "row 0 of p.jsonl is no problem in the format 'gsm8k'"), ("not JSON\n", "gsm8k", "line 1 is not JSON"),
        ('{"question": "?", "answer": "5"}\n', "gsm8k", "no #### in its answer"), ('{"problem": "?", "answer": ""}\n', "math", "row 0"),
        ("", "math", "no problems"),
        ('{"problem": "?", "answer": "1"}\n', "maht", "did you mean 'math'"), ("[1]\n", "math", "row 0"),
        ('{"problem": "?", "solution": "none"}\n', "math", "row 0"),
    ],
)  # fmt: skip
def test_files_that_hold_no_problems(tmp_path: Path, text: str, layout: str, said: str) -> None:
    """Are refused when the environment is built, by row."""
    path = tmp_path / "p.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        _load(source=str(path), format=layout)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"source": "nowhere.jsonl"}, "cannot read nowhere.jsonl"), ({"source": "gsm8k"}, "no source 'gsm8k'; give procedural"),
        ({"family": "linear_equations"}, "did you mean 'linear_equation'"), ({"level": 6}, "levels 1 to 5"),
        ({"answer": "box"}, "boxed or answer_tags"), ({"format_weight": 1.0}, "format_weight"),
        ({"source": "x.jsonl", "level": 2}, "family and level are of procedural problems"),
    ],
)  # fmt: skip
def test_options_that_make_no_task(options: dict[str, Any], said: str) -> None:
    """Refused when the environment is built, with what to do."""
    with pytest.raises(UsageError, match=re.escape(said)):
        _load(**options)


def test_unknown_splits_are_named() -> None:
    """Together with those there are."""
    with pytest.raises(UsageError, match="no split 'all'; it has train, test"):
        ENV.tasks("all")


def test_gsm8k_itself() -> None:
    """Every gold answer of the test set is a number, told right without a job."""
    path = DATA / "gsm8k_test.jsonl.gz"
    if not path.exists():
        pytest.skip("gsm8k_test.jsonl.gz is not part of the project")
    env = _load(source=str(path))
    tasks = env.tasks("all")
    assert len(tasks) == 1319
    assert all(read(task.secret["answer"]).number is not None for task in tasks)
    assert 0.15 < len(env.tasks("test")) / len(tasks) < 0.25


def test_the_datasets_package(tmp_path: Path) -> None:
    """A data set by name, here a folder of its own: its splits are those of the data set."""
    pytest.importorskip("datasets", reason="datasets is not installed: pip install datasets")
    for split, rows in (("train", GSM8K[:40]), ("test", GSM8K[40:])):
        (tmp_path / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    env = _load(source=f"datasets:{tmp_path}")
    assert [len(env.tasks(split)) for split in ("train", "test")] == [40, 10]
    assert env.tasks("test")[0].secret["answer"] == "1,031"
    with pytest.raises(UsageError, match="cannot be loaded"):
        _load(source=f"datasets:{tmp_path}:no-such-configuration")


@pytest.mark.skipif(importlib.util.find_spec("reasoning_gym") is None, reason="reasoning-gym is not installed: pip install reasoning-gym")
def test_reasoning_gym() -> None:
    """Its generators by name: item k is addressable, splits share no question, gold answers are told right."""
    env = _load(source="reasoning_gym:fraction_simplification")
    tasks = env.tasks("train")
    assert tasks[12_345] == _load(source="reasoning_gym:fraction_simplification").tasks("train")[12_345]
    assert tasks[3] != _load(source="reasoning_gym:fraction_simplification", seed=10**6).tasks("train")[3]
    train, test = ({task.public["question"] for task in env.tasks(split)[:200]} for split in ("train", "test"))
    assert not train & test
    assert all(judge(env, play(env, RandomPolicy(), task=task))["solver_0"].reward == 1.0 for task in tasks[:50])
    with pytest.raises(UsageError, match="reasoning_gym:no_such cannot be made"):
        _load(source="reasoning_gym:no_such")


@pytest.mark.parametrize(("source", "package"), [("reasoning_gym:gcd", "reasoning-gym"), ("datasets:x", "datasets")])
def test_a_source_whose_package_is_absent(source: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what to install."""
    monkeypatch.setitem(sys.modules, source.partition(":")[0], None)
    with pytest.raises(UsageError, match=f"pip install {package}"):
        _load(source=source)
