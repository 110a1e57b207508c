"""Kuhn poker as an author writes it is short, and is the bundled one."""

import ast
import importlib.util
import io
import tokenize
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from axion_env import Env, RandomPolicy, Scripted, load, play
from axion_env.record.codec import encode

FILE = Path(__file__).parents[3] / "examples" / "kuhn_poker.py"
_LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def code_lines(source: str) -> int:
    """Lines that hold code: no blank lines, no comments, no docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(lines)


def written() -> Env:
    spec = importlib.util.spec_from_file_location("kuhn_poker_example", FILE)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    env: Env = module.KuhnPoker()
    return env


def test_what_counts_as_a_line_of_code() -> None:
    """Every line of a statement does; what is said about it does not."""
    assert code_lines('"""A module."""\n\n# of\ndef f(\n    x,  # many\n):\n    """A function."""\n    return """two\nlines"""\n') == 5


def test_it_is_no_longer_than_forty_lines_of_code() -> None:
    """Rules, spec, rewards and imports; options and demos are what the bundled one has besides."""
    assert code_lines(FILE.read_text()) <= 40


@pytest.mark.parametrize("seed", range(60))
def test_it_plays_as_the_bundled_one(seed: int) -> None:
    """Byte for byte: draws, words, facts, what is revealed and told."""
    policy = RandomPolicy(seed)
    assert encode(play(written(), policy, seed=seed)) == encode(play(load("axion/KuhnPoker-v0"), policy, seed=seed))


def test_every_line_of_betting_is_the_same() -> None:
    """With words that are no move among them."""
    for seed, words in product(range(6), product(("check", "bet", "fold", "call", "hm"), repeat=3)):
        ours, theirs = (play(env, Scripted([*words]), seed=seed) for env in (written(), load("axion/KuhnPoker-v0")))
        assert encode(ours) == encode(theirs)
