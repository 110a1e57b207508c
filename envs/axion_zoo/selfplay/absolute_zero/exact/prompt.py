"""What is asked with the exact backend.

The rules are left out for a model made from scratch. Programs stand after a space, so that a tokenizer of words sees the first letter of
one as it sees the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from axion_zoo.selfplay.absolute_zero.backend import Kind, Triple

RULES = """A program gives letters by bounds, and a last letter without: b<12+3 d<40+5 a is b below 15, d below 45, a from 45 on.
Inputs are whole numbers from 0 to {last}, with two digits.
"""
SOLVERS = {
    "deduction": "Which letter does the program give for the input? End with the letter.\n",
    "abduction": "For which input does the program give the letter? Any will do. End with it.\n",
    "induction": "Write a program that gives these letters for these numbers, with its sums done, as in: b15 d45 a\n",
}
PROPOSERS = {
    "deduction": "Propose a program of up to {pieces} pieces and an input; others will have to say the letter. Be unlike these examples.\n",
    "abduction": "Propose a program of up to {pieces} pieces and an input; others see the letter and find an input. Be unlike these.\n",
    "induction": "Write {pairs} inputs for the program, then a message of letters. Others see half of the values and write it.\n",
}


def request(kind: Kind, references: Sequence[Triple]) -> str:
    """What a proposer is asked."""
    shown = [t.program if kind == "induction" else f"{t.program} {t.inputs[0]:02d}" for t in references]
    return f"Propose {kind}: {'; '.join(shown)}"


def question(kind: Kind, triple: Triple) -> str:
    """What a solver is asked. The pairs of an induction are told in the order of their inputs."""
    if kind == "deduction":
        return f"Value of {triple.program} at {triple.inputs[0]:02d}"
    if kind == "abduction":
        return f"Input of {triple.program} for {triple.outputs[0]}"
    return f"Program of {triple.message} with {' '.join(f'{x:02d} {y}' for x, y in sorted(triple.shown))}"
