"""Rows of known data sets, as drafts of problems. Their code is parsed here, and never run."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from axion_env import UsageError
from axion_env.sandbox import Match
from axion_env.sandbox.inside import wire
from axion_zoo.shared.programs.check import renamed
from axion_zoo.shared.programs.problem import CLOSING, Example

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row, understood but not tried out."""

    id: str
    entry: str
    text: str
    """The statement; the whole prompt where there is no `signature`."""
    signature: str = ""
    preamble: str = ""
    reference: str = ""
    starter: str = ""
    """Source that names the parameters, where there is no reference."""
    test: str = ""
    """Source of `check(candidate)`; empty where `hidden` says all."""
    shown: tuple[Example, ...] = ()
    show: int = 0
    """How many of the test's cases to show."""
    hidden: tuple[Example, ...] = ()
    match: Match = field(default_factory=Match)
    check: str = ""
    """Source of `verdict(arguments, outputs)`."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    split: str | None = None


def axion(row: Row) -> Draft:
    """Axion's own schema: docs/code-synthesis.md."""
    shown, hidden = (tuple(_example(pair) for pair in row.get(name, ())) for name in ("examples", "tests"))
    check = row.get("check") or ""
    if check and "def verdict(" not in check:
        check += _EACH
    return Draft(
        id=str(row["id"]), entry=row["entry"], text=row["statement"], signature=row.get("signature", ""),
        preamble=row.get("preamble", ""), reference=row.get("reference", ""), shown=shown, hidden=hidden, check=check,
        wrong=row.get("wrong", {}), split=row.get("split"), match=Match(**row.get("match", {})),
    )  # fmt: skip


_EACH = """
def verdict(arguments, outputs):
    return all(check(given, output) is True for given, output in zip(arguments, outputs))
"""


def _example(pair: Any) -> Example:
    arguments, *expected = (wire.unpack(part) for part in pair)
    return Example(tuple(arguments), *expected)


def humaneval(row: Row) -> Draft:
    """`task_id`, `prompt`, `entry_point`, `canonical_solution`, `test` (Chen et al., 2021)."""
    prompt, entry, solution = row["prompt"], row["entry_point"], row.get("canonical_solution") or ""
    tree = ast.parse(prompt + (solution or "    pass\n"))
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == entry)
    preamble = "\n".join(prompt.split("\n")[: function.lineno - 1])
    return Draft(
        id=str(row["task_id"]), entry=entry, text=f"Complete this function.\n\n```python\n{prompt.rstrip()}\n```\n\n{CLOSING}",
        preamble=preamble, reference=(prompt + solution).split("\n", function.lineno - 1)[-1] if solution else "",
        test=row["test"], shown=_doctests(function), split=row.get("split"),
    )  # fmt: skip


def mbpp(row: Row) -> Draft:
    """`task_id`, `text` or `prompt`, `code`, `test_list`, and what sets them up (Austin et al., 2021)."""
    tests = [*row["test_list"], *(row.get("challenge_test_list") or ())]
    tree = ast.parse(row["code"])
    called = {n.func.id for t in tests for n in ast.walk(ast.parse(t)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    named = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in called]
    if not named:
        raise UsageError(f"MBPP row {row['task_id']}: its tests call none of its functions")
    setup = "\n".join([row.get("test_setup_code") or "", *(row.get("test_imports") or ())])
    entry = named[-1].name
    return Draft(
        id=str(row["task_id"]), entry=entry, text=row.get("text") or row["prompt"], signature=f"def {entry}({_arguments(named[-1])}):",
        reference=row["code"], test=f"{setup}\n{renamed(tests, entry)}", show=1, split=row.get("split"),
    )  # fmt: skip


def leetcode(row: Row) -> Draft:
    """The `class Solution` form: `task_id`, `problem_description`, `starter_code`, `entry_point`, and `test` or `input_output`."""
    entry = row["entry_point"].replace("Solution().", "Solution.")
    test = row.get("test") or "def check(candidate):\n" + "".join(
        f"    assert candidate({pair['input']}) == {pair['output']}\n" for pair in row["input_output"]
    )
    text = f"{row['problem_description'].strip()}\n\n```python\n{row['starter_code'].rstrip()}\n```\n\n{CLOSING}"
    return Draft(
        id=str(row["task_id"]), entry=entry, text=text, preamble=row.get("prompt", ""), reference=row.get("completion", ""),
        starter=row["starter_code"], test=test, split=row.get("split"),
    )  # fmt: skip


FORMATS: Mapping[str, Callable[[Row], Draft]] = {"axion": axion, "humaneval": humaneval, "mbpp": mbpp, "leetcode": leetcode}


def parameters(source: str, entry: str) -> list[str]:
    """The names of a function's parameters, in order, without a method's first."""
    name, _, method = entry.partition(".")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and method and node.name == name:
            functions = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == method]
            return [a.arg for a in functions[0].args.args[1:]] if functions else []
        if isinstance(node, ast.FunctionDef) and not method and node.name == name:
            return [a.arg for a in node.args.args]
    return []


def _arguments(function: ast.FunctionDef) -> str:
    return ast.unparse(function.args)


def _doctests(function: ast.FunctionDef) -> tuple[Example, ...]:
    """The examples of a docstring that are one call of the function on literals, with a literal for its value."""
    found = []
    try:
        examples = doctest.DocTestParser().get_examples(ast.get_docstring(function) or "")
    except ValueError:
        return ()
    for example in examples:
        try:
            call = ast.parse(example.source.strip(), mode="eval").body
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function.name and not call.keywords:
                found.append(Example(tuple(map(ast.literal_eval, call.args)), ast.literal_eval(example.want.strip())))
        except (SyntaxError, ValueError):
            continue
    return tuple(found)
