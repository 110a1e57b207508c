"""Warms up math-verify's LaTeX parser, which builds its tables as it meets each construct: jobs inherit those built here.

Without it parsing an expression costs a job 70 ms of CPU, with it 20.
"""

from typing import Any

from latex2sympy2_extended.latex2sympy2 import ConversionConfig, latex2sympy

_MET = (
    r"- \frac{3 \cdot \sqrt{3}}{4} + ( x + 1 ) ^ { 2 } \cdot y - 2 / 3 \cdot a ^ { - 1 }", r"\sin 2 x + \ln ( x ) - \log _ { 2 } 8",
    r"| x - 1 | + n ! + \binom{5}{2} + x _ { 1 }", r"\sqrt[3]{2} \cdot \pi", r"\sin ^ { 2 } ( \theta ) \cdot \cos \alpha",
    r"e ^ { x } + 2 \cdot i", r"( \frac{15}{10} ) \cdot x - \frac{1}{x}", r"- \infty", "x", "12", "- 5 \\cdot k ^ { 3 }",
    r"\frac{x + 1}{2} / 3", r"\lfloor x \rfloor + \exp ( 2 )",
)  # fmt: skip
for _text in _MET:
    _parsed: Any = latex2sympy(_text, normalization_config=None, conversion_config=ConversionConfig(lowercase_symbols=False))
    (_parsed - 1).doit().subs(dict.fromkeys(_parsed.free_symbols, 3)).evalf(50)  # arithmetic loads further modules on first use
