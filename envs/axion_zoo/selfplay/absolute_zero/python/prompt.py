"""What proposers and solvers of the Python backend are asked, after the templates of Absolute Zero (arXiv 2505.03335, appendix)."""

from __future__ import annotations

from collections.abc import Sequence

from axion_zoo.selfplay.absolute_zero.backend import Kind, Triple
from axion_zoo.selfplay.absolute_zero.python.answer import blocks

_RULES = """The program is one function `f`; what it needs to import stands before it. It gives plain values, the same for the same input
every time: no chance, no clock, no files, no `id` or `hash`. The input is a list of literals, as they stand in the brackets of a call."""
_REQUEST = {
    "deduction": "Write a Python program and an input to it, such that it takes thought to say its output.",
    "abduction": "Write a Python program and an input to it, such that it takes thought to find an input from the program and its output.",
    "induction": "Write {pairs} different inputs to this program, and a message about it. Others see the message and half of the inputs "
    "with their outputs, and have to write the program: choose what tells enough, and not too much.",
}
_FORM = {
    "deduction": "Answer with one ```python block and one ```input block.",
    "abduction": "Answer with one ```python block and one ```input block.",
    "induction": "Answer with {pairs} blocks ```input and one block ```message.",
}
_QUESTION = {
    "deduction": "What does this program give for this input?\n\n{program}\n{input}\n\nAnswer with a literal in one ```output block.",
    "abduction": "For what input does this program give this output? Any such input will do.\n\n{program}\n{output}\n\n"
    "Answer with the arguments of the call, as literals, in one ```input block.",
    "induction": "Write a Python function `f` that gives these outputs, and the right ones for other inputs too.\n\n{message}\n{pairs}\n\n"
    "Answer with the program in one ```python block.",
}


def block(word: str, text: str) -> str:
    """A fenced block."""
    return f"```{word}\n{text}\n```"


def requested(kind: Kind, references: Sequence[Triple], pairs: int) -> str:
    """What a proposer is asked, beside references to be unlike."""
    parts = [_REQUEST[kind].format(pairs=pairs)]
    if kind == "induction":
        parts += [block("python", triple.program) for triple in references[:1]]
        parts += [block("input", text) for triple in references[:1] for text in triple.inputs[:1]]
    else:
        parts += [_RULES, *(["Be unlike these:"] if references else [])]
        parts += [f"{block('python', t.program)}\n{block('input', t.inputs[0])}\n{block('output', t.outputs[0])}" for t in references]
    return "\n\n".join([*parts, _FORM[kind].format(pairs=pairs)])


def asked(kind: Kind, triple: Triple) -> str:
    """What a solver is asked."""
    shown = "\n".join(f"{block('input', given)}\n{block('output', output)}" for given, output in triple.shown)
    return _QUESTION[kind].format(
        program=block("python", triple.program),
        input=block("input", triple.inputs[0]),
        output=block("output", triple.outputs[0]),
        message=block("message", triple.message),
        pairs=shown,
    )


def references_in(question: str) -> list[tuple[str, ...]]:
    """The literals that a question shows: pairs of an induction, one alone of any other."""
    found = [(word, text) for word, text in blocks(question) if word in ("input", "output")]
    if {word for word, _ in found} == {"input", "output"}:
        return list(zip((t for w, t in found if w == "input"), (t for w, t in found if w == "output"), strict=True))
    return [(text,) for _, text in found]
