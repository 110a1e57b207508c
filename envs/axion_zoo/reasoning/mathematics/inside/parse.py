"""Runs in the sandbox, on the candidate's expressions alone: text in, a tree of lists, strings and ints out."""

from typing import Any

from latex2sympy2_extended.latex2sympy2 import ConversionConfig, latex2sympy  # math-verify's parser


def parse(text: str) -> Any:
    """The expression as a tree, evaluated no further than the parser does."""
    return _tree(latex2sympy(text, normalization_config=None, conversion_config=ConversionConfig(lowercase_symbols=False)))


def _tree(node: Any) -> Any:
    if node.is_Integer:
        return int(node)
    if node.is_Rational:
        return ["Rational", node.p, node.q]
    if node.is_Symbol:
        return ["Symbol", node.name]
    return [type(node).__name__, *map(_tree, node.args)]
