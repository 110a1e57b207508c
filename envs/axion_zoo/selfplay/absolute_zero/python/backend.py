"""The backend `python`: small programs that a sandbox runs. Inputs and outputs are literals, as text.

No process that runs a program is told what should come out, and no answer is believed to be what a program gives: outputs are those of the
executor, and all comparing is done here, of values and not of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axion_env import Context, Stream, strip_thinking
from axion_zoo.selfplay.absolute_zero.backend import Certified, Kind, Script, Triple
from axion_zoo.selfplay.absolute_zero.python import dataset
from axion_zoo.selfplay.absolute_zero.python.answer import blocks, last_of
from axion_zoo.selfplay.absolute_zero.python.ban import LONGEST, misshapen, parsed
from axion_zoo.selfplay.absolute_zero.python.case import Case
from axion_zoo.selfplay.absolute_zero.python.certify import certify, is_value, repeated
from axion_zoo.selfplay.absolute_zero.python.executor import run
from axion_zoo.selfplay.absolute_zero.python.literal import text_of, values_of
from axion_zoo.selfplay.absolute_zero.python.prompt import asked, block, references_in, requested
from axion_zoo.selfplay.absolute_zero.python.static import normal
from axion_zoo.selfplay.absolute_zero.python.vary import varied

_TRIES = 20  # for each input of a warm-up's proposal


class PythonReasoningBackend:
    """Python programs. To certify one takes a tier of the sandbox that runs commands: fresh interpreters are no functions.

    Args:
        pairs: Pairs of input and output in an induction.
        seed: Seeds the inputs of the seed buffer. What is held out is the same under every seed.
    """

    def __init__(self, pairs: int, seed: int) -> None:
        self.pairs = pairs
        self.seed = seed

    def triples(self, split: str, kind: Kind) -> Sequence[Triple]:
        """The triples of `seed`, `dev` or `test`: programs of this project (`dataset.py`), at inputs that are drawn."""
        return dataset.triples(split, kind, self.pairs, self.seed if split == "seed" else 0)

    def request(self, kind: Kind, references: Sequence[Triple]) -> str:
        """What a proposer is asked."""
        return requested(kind, references, self.pairs)

    async def certify(self, ctx: Context, kind: Kind, text: str, references: Sequence[Triple]) -> Certified:
        """Ask the gates (`certify.py`)."""
        return await certify(ctx, Case(kind, text, self.pairs, references[0].program if references else "", dataset.probes()))

    def question(self, kind: Kind, triple: Triple) -> str:
        """What a solver is asked."""
        return asked(kind, triple)

    def answer(self, kind: Kind, text: str) -> str | None:
        """The last block of the kind that was asked for: a literal, a call's arguments, or a program with one function `f`."""
        if kind == "induction":
            return _program(last_of(text, "python"))
        said = last_of(text, "output" if kind == "deduction" else "input")
        if said is None and not blocks(text):
            said = strip_thinking(text)
        values = None if said is None else values_of(said.strip())
        if values is None or (kind == "deduction" and len(values) != 1):
            return None
        return text_of(*values)

    async def check(self, ctx: Context, kind: Kind, triple: Triple, answers: Sequence[Any | None]) -> Sequence[bool]:
        """Compares, runs the triple's program, or runs the answer; each answer is run once, however many gave it."""
        said = list(dict.fromkeys(answer for answer in answers if answer is not None))
        if kind == "deduction":
            right = [is_value(answer, triple.outputs[0]) for answer in said]
        elif kind == "abduction":
            right = await self._preimages(ctx, triple, said)
        else:
            right = list(await ctx.gather(*(self._reproduces(ctx, program, triple) for program in said))) if said else []
        verdicts = dict(zip(said, right, strict=True))
        return [answer is not None and verdicts[answer] for answer in answers]

    async def _preimages(self, ctx: Context, triple: Triple, inputs: Sequence[str]) -> list[bool]:
        """Which inputs give the triple's output, in every process: a coin tossed at other inputs than its own pays nobody."""
        (output,) = triple.outputs
        found = [is_value(ran.text, output) for ran in await run(ctx, triple.program, inputs)]
        new = [given for given, is_right in zip(inputs, found, strict=True) if is_right and given != triple.inputs[0]]
        stays = dict(zip(new, await repeated(ctx, triple.program, [(given, output) for given in new]), strict=True))
        return [is_right and stays.get(given, True) for given, is_right in zip(inputs, found, strict=True)]

    async def _reproduces(self, ctx: Context, program: str, triple: Triple) -> bool:
        """Whether a program gives all hidden outputs, each call in a process of its own."""
        found = await run(ctx, program, [given for given, _ in triple.hidden])
        return all(is_value(ran.text, output) for ran, (_, output) in zip(found, triple.hidden, strict=True))

    def proposed(self, kind: Kind, references: Sequence[Triple], stream: Stream) -> str:
        """A program of the seed buffer at another input; inputs like those of the reference."""
        if kind == "induction":
            inputs: dict[str, None] = {}
            for _ in range(_TRIES * self.pairs):
                if len(inputs) < self.pairs:
                    inputs[varied(references[0].inputs[0], stream)] = None
            return _listed(list(inputs), "See the pairs.")
        known = self.triples("seed", "deduction")
        base = known[stream.below(len(known))]
        return f"{block('python', base.program)}\n{block('input', base.inputs[0])}"

    def answered(self, kind: Kind, question: str, noise: float, stream: Stream) -> str:
        """The literal in the question, or a table of the shown pairs."""
        shown = references_in(question)
        if kind == "induction":
            table = ", ".join(f"{given!r}: {output}" for given, output in shown)
            return block("python", f"def f(*arguments):\n    return {{{table}}}.get(repr(arguments)[1:-1].rstrip(','))")
        ((text,),) = shown
        if kind == "abduction":
            return block("input", text)
        values = values_of(text) or ("",)
        return block("output", text_of(values[stream.below(len(values))]) or "")

    def script(self, kind: Kind) -> Script:
        """About one short program."""
        return _scripts(self, kind)


def _program(said: str | None) -> str | None:
    tree = parsed(said) if said is not None and len(said) <= LONGEST else None
    return normal(said) if said is not None and tree is not None and misshapen(tree, ()) is None else None


_PROPOSED = "def f(a, b):\n    return sorted(set(a) | {b})"
_UNSTABLE = "def f(n):\n    return list({'north', 'east', 'south', 'west', n})"


def _listed(inputs: Sequence[str], message: str) -> str:
    return "\n".join([*(block("input", text) for text in inputs), block("message", message)])


def _scripts(backend: PythonReasoningBackend, kind: Kind) -> Script:
    references = backend.triples("seed", kind)[:1] if kind == "induction" else backend.triples("seed", kind)[:2]
    if kind == "induction":
        proposal = _listed([str(k * k + 1) for k in range(backend.pairs)], "What goes in comes out.")
        refused = _listed(["1"] * backend.pairs, "What goes in comes out.")
        right, wrong = (block("python", f"def f(n):\n    return {value}") for value in ("n + 0", "0"))
        return Script(tuple(references), proposal, refused, right, wrong, "no program")
    proposal = f"{block('python', _PROPOSED)}\n{block('input', '[3, 1, 3], 2')}"
    refused = f"{block('python', _UNSTABLE)}\n{block('input', repr('up'))}"
    answers = ("[1, 2, 3]", "[3, 1, 2]") if kind == "deduction" else ("[2, 1], 3", "[], 3")
    right, wrong = (block("output" if kind == "deduction" else "input", text) for text in answers)
    return Script(tuple(references), proposal, refused, right, wrong, "it is not said")
