"""Addition with a verifiable answer: one turn, tasks made on demand, three splits.

`train` and `test` never share an operand pair, in either order: a hash of the pair decides, whatever the seed. `shifted` has operands of
one digit more, to see what carries over.
"""

from __future__ import annotations

from collections.abc import Sequence

from axion_env import (
    Ask,
    Context,
    Demo,
    Env,
    EnvSpec,
    Episode,
    Illegal,
    Memory,
    Outcome,
    Procedural,
    Reward,
    Role,
    Rubric,
    Stream,
    Task,
    UsageError,
    derive,
    tagged_answer,
)

_HELD_OUT_SHARE = 5  # one pair in five
_LONGEST_ANSWER = 1000  # digits; Python itself refuses to read more than 4,300
_LENGTHS = {"train": 1 << 20, "test": 1 << 14, "shifted": 1 << 14}


def correct(episode: Episode, agent: str) -> float:
    """1 for the right number, else 0."""
    return float(episode.facts is not None and episode.facts["correct"])


def well_formed(episode: Episode, agent: str) -> float:
    """1 for a whole number in one pair of `<answer>` tags, else 0."""
    return float(episode.facts is not None and episode.facts["well_formed"])


class Arithmetic(Env):
    """Add two numbers and give the sum in `<answer>` tags.

    Args:
        digits: Digits of each operand.
        scratchpad: Ask for the work to be shown before the answer.
        seed: Seeds the sequence of tasks; task k of a split depends on (seed, k) only.
        format_weight: Share of the reward that a well-formed answer earns, right or wrong.
    """

    splits = tuple(_LENGTHS)

    def __init__(self, digits: int = 2, scratchpad: bool = True, seed: int = 0, format_weight: float = 0.1) -> None:
        if not 1 <= digits < _LONGEST_ANSWER - 1 or not 0 <= format_weight < 1:
            raise UsageError(f"Arithmetic needs digits from 1 to 998 and a format_weight in [0, 1): got {digits}, {format_weight}")
        self.digits = digits
        self.scratchpad = scratchpad
        self.seed = seed
        self.rubric = Rubric(solver=[Reward(correct, 1 - format_weight), Reward(well_formed, format_weight)])
        self.spec = EnvSpec(
            "axion/Arithmetic-v0",
            agents={"solver_0": Role("solver", "adds", Memory.NONE)},
            max_turns=1,
            reward_range=(0.0, 1.0),
            information="perfect",
            description="Two-digit addition with a checked answer, held-out pairs and a shifted test.",
        )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        """`train`, `test` (operand pairs that never occur in `train`) or `shifted` (one digit more)."""
        if split not in _LENGTHS:
            raise UsageError(f"Arithmetic has no split {split!r}; it has {', '.join(_LENGTHS)}")
        return Procedural(_LENGTHS[split], lambda k: self._task(split, k))

    def _task(self, split: str, k: int) -> Task:
        stream = Stream(derive(self.seed, split, k))
        low = 10 ** (self.digits if split == "shifted" else self.digits - 1)
        while True:
            a, b = low + stream.below(9 * low), low + stream.below(9 * low)
            if split == "shifted" or held_out(a, b) == (split == "test"):
                return Task(f"{split}/{self.seed}/{k}", public={"a": a, "b": b}, secret={"answer": a + b})

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Ask once and compare."""
        (solver,) = ctx.agents
        work = " Work, then answer" if self.scratchpad else " Answer"
        said = await ctx.ask(solver, f"{task.public['a']}+{task.public['b']}=?{work} in <answer> tags.", parse=_answer)
        return Outcome({"answer": said, "well_formed": said is not None, "correct": said == task.secret["answer"]})

    def examples(self, ask: Ask[int | None]) -> Sequence[str]:
        """The sum, worked digit by digit from the right with its carry where a scratchpad is wanted."""
        a, b = ask.task.public["a"], ask.task.public["b"]
        answer = f"<answer>{a + b}</answer>"
        return (f"{_work(a, b)} {answer}" if self.scratchpad else answer,)

    def demos(self) -> Sequence[Demo]:
        """A right answer, a wrong one, and a reply that names many numbers."""
        task = self.tasks("train")[0]
        right = task.secret["answer"]
        form = next(r.weight for r in self.rubric["solver"] if r.name == "well_formed")
        return (
            Demo("right", {"solver_0": [f"<answer>{right}</answer>"]}, {"solver_0": 1.0}, task=task),
            Demo("wrong", {"solver_0": [f"<answer>{right + 1}</answer>"]}, {"solver_0": form}, task=task),
            Demo(
                "cheat: every answer",
                {"solver_0": ["".join(f"<answer>{n}</answer>" for n in range(right - 4, right + 5))]},
                {"solver_0": 0.0},
                task=task,
            ),
        )


def held_out(a: int, b: int) -> bool:
    """Whether a pair belongs to the test split, in either order."""
    return derive(0, "held out", min(a, b), max(a, b)) % _HELD_OUT_SHARE == 0


def _answer(text: str) -> int | None:
    """The number in the tags; None if there is none, which is an answer too: a bad one."""
    try:
        said = tagged_answer(text)
    except Illegal:
        return None
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _LONGEST_ANSWER else None


def _work(a: int, b: int) -> str:
    """Column sums from the right: 27+15 is worked as `7+5=12 2+1+1=04`."""
    steps, carry = [], 0
    for i, (x, y) in enumerate(zip(reversed(str(a)), reversed(str(b)), strict=True)):
        total = int(x) + int(y) + carry
        steps.append(f"{x}+{y}{f'+{carry}' if i else ''}={total:02d}")
        carry = total // 10
    return " ".join(steps)
