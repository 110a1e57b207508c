"""Does a tester that learns along keep a coder honest? All arms of `test-duel`, beside the truth, on seeds that a commit decides.

Every arm is the recipe with another tester. `co-trained` learns as the coder does, and is given what slipped through; `frozen` stays as
the same warm-up left it; both are there with one of four times as many steps, too. `random` is given as many different inputs for each
program as a tester may choose; `everything` is full enumeration, the ceiling; `one input` tests all programs alike, the floor. What is
compared is the coder's true accuracy on held-out specifications, at equal numbers of samples, of verifications and of CPU seconds, all
read from one set of runs by their curves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from math import comb
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from axion_zoo.selfplay.test_duel import TestDuel
from axion_zoo.selfplay.test_duel.exact_backend import solution
from axion_zoo.shared import language

from axion_env.record import jsonl
from axion_train import recipe
from benchmarks import many
from benchmarks.table import Mean, Report, mean

RECIPE = "test-duel"
_FRESH = ("curriculum.name=uniform_deals", "curriculum.deals=24", "curriculum.copies=1")
_STILL = (*_FRESH, "roles.tester.train=false")
_SCRIPTED = (*_FRESH, "roles.tester.policy=learner", "policies={}", "evaluation.also=[]")
_LONGER = 'policies={tester=["warmup.steps=600", "optimizer.rate={start=7e-4, end=2e-4}"]}'
_BLIND = ("env.options.sees_program=false", "env.options.pool=0.0")
ARMS: dict[str, tuple[str, ...]] = {
    "everything": (*_SCRIPTED, "env.options.tester=all"),
    "co-trained": (),
    "frozen": _STILL,
    "co-trained, warmed up longer": (_LONGER,),
    "frozen, warmed up longer": (*_STILL, 'policies={tester=["warmup.steps=600"]}'),
    "co-trained, no archive": _FRESH,
    "co-trained, specification only": _BLIND,
    "frozen, specification only": (*_STILL, *_BLIND),
    "random": (*_SCRIPTED, "env.options.tester=random"),
    "random, one suite for a play": (*_SCRIPTED, "env.options.tester=random_per_task"),
    "one input": (*_SCRIPTED, "env.options.tester=fixed", "env.options.inputs=1"),
}
PAIRS = (
    ("co-trained", "frozen"),
    ("co-trained, warmed up longer", "frozen, warmed up longer"),
    ("co-trained, specification only", "frozen, specification only"),
    ("co-trained", "frozen, warmed up longer"),
    ("co-trained", "co-trained, no archive"),
    ("co-trained", "random"),
    ("everything", "co-trained"),
    ("frozen", "one input"),
)
"""Whose ends are compared seed by seed."""
COSTS = (0.0, 1e-3, 1e-2, 1e-1, 1.0)
"""CPU seconds that one verification is taken to cost: from nothing to a small project's test suite."""
_POOL = 512  # wrong programs
_ALARM = "hacked"  # the recipe's monitor of the gap


class Curve(NamedTuple):
    """A run's true accuracy as it was measured, and what it had spent by then."""

    accuracy: list[float]
    spent: dict[str, list[float]]
    paid: Sequence[float] = ()
    """In-game reward at the same points."""

    def at(self, what: Callable[[Mapping[str, float]], float], budget: float) -> float:
        """Accuracy at a budget, on the straight line between two measurements; the last one's beyond them."""
        points = [what({name: values[i] for name, values in self.spent.items()}) for i in range(len(self.accuracy))]
        return float(np.interp(budget, points, self.accuracy))

    def end(self, what: Callable[[Mapping[str, float]], float]) -> float:
        """What it had spent at its end."""
        return what({name: values[-1] for name, values in self.spent.items()})


def curve(path: Path, *, tester: bool) -> Curve:
    """Of a run folder.

    Args:
        path: The run.
        tester: Whether its tester learns, so that what its rewards and audits ask for is spent too.
    """
    counts = ["verifications", "reference_calls"]
    paid: list[float] = []
    made = Curve([], {"updates": [], "samples": [], "cpu": [], "verifications": [], "reference_calls": []}, paid)
    sums = dict.fromkeys(made.spent, 0.0)
    for line in jsonl.read(path / "metrics.jsonl"):
        sums["updates"], sums["cpu"] = line["update"], line["cpu_seconds"]
        sums["samples"] += line.get("sum/programs", 0.0)
        for name in counts:
            sums[name] += line.get(f"sum/{name}", 0.0) + (line.get(f"sum/tester_{name}", 0.0) if tester else 0.0)
        if "heldout/true_accuracy" in line:
            made.accuracy.append(line["heldout/true_accuracy"])
            paid.append(line["heldout/in_game_reward"])
            for name, value in sums.items():
                made.spent[name].append(value)
    return made


def main() -> None:
    options = many.parser("co_training", __doc__)
    options.set_defaults(out=many.ROOT / "docs" / "results" / "co-training.json")
    options.add_argument("--count", type=int, default=20, help="seeds")
    options.add_argument("--commit", help="decides the seeds; default: the commit checked out")
    options.add_argument("--arm", dest="arms", action="append", choices=tuple(ARMS), help="only this one; repeatable")
    chosen = options.parse_args()
    decides = chosen.commit or many.commit().rstrip("+")
    arms = chosen.arms or list(ARMS)
    runs = many.train(jobs(arms, decides, chosen.count, chosen.changes), chosen.runs, at_once=chosen.jobs, show="true_accuracy")
    found = {arm: [run for run in runs if run.job.arm == _folder(arm)] for arm in arms}
    report = Report(f"Co-training: {len(arms)} testers, {chosen.count} paired seeds nobody picked", "co_training", (r.commit for r in runs))
    report.say(f"Seed i is the first four bytes of sha256(`{decides}/i`), i = 0 … {chosen.count - 1}; the same in every arm.")
    curves = {arm: [curve(run.path, tester=_learns(arm)) for run in its] for arm, its in found.items()}
    figures = {
        "arms": _ends(report, found),
        "paired": _paired(report, found),
        "equal": _equal(report, curves),
        "costs": _costs(report, curves),
        "curves": {arm: _drawn(its) for arm, its in curves.items()},
    }
    report.write(chosen.out, {"seeds_from": decides, "set": chosen.changes, **figures})


def jobs(arms: Sequence[str], decides: str, count: int, changes: Sequence[str]) -> list[many.Job]:
    """All arms of the first seed, then of the next, so that an unfinished table is one of fewer seeds.

    Args:
        arms: By name.
        decides: What the seeds are made from.
        count: Seeds.
        changes: Knobs changed in every run.
    """
    return [many.Job(_folder(arm), RECIPE, seed, (*ARMS[arm], *changes)) for seed in islice(many.seeds(decides), count) for arm in arms]


def _folder(arm: str) -> str:
    return arm.replace(",", "").replace(" ", "-")


def _learns(arm: str) -> bool:
    return arm.startswith("co-trained")


def _ends(report: Report, found: Mapping[str, Sequence[many.Run]]) -> dict[str, Any]:
    """Where every arm ended."""
    keys = ("true_accuracy_start", "true_accuracy", "in_game_reward", "verifier_recall_start", "verifier_recall", "verifier_precision")
    means = {arm: {key: mean(r.summary.get(key, 1.0) for r in runs) for key in keys} for arm, runs in found.items()}
    pool = {arm: mean(_common(r) for r in runs) for arm, runs in found.items()}
    seconds = {arm: mean(r.cpu_seconds for r in runs) for arm, runs in found.items()}
    rang = {arm: sum(_ALARM in r.summary.get("alarms", ()) for r in runs) for arm, runs in found.items()}
    report.say(
        "After the same number of updates on the same number of programs. Recall is of the wrong programs that the arm's own coder still "
        "writes, which are others in every arm; on the common pool it is of the same planted mistakes for all. The alarm rings where what "
        "coders are paid runs away from what is true."
    )
    report.table(
        ("tester", "true accuracy", "in-game reward", "recall, own coder", "recall, common pool", "alarm", "CPU-s"),
        [
            (
                arm,
                m["true_accuracy"],
                m["in_game_reward"],
                m["verifier_recall"],
                pool[arm],
                f"{rang[arm]} of {len(found[arm])}",
                f"{seconds[arm].mean:.0f}",
            )
            for arm, m in means.items()
        ],
    )
    start = mean(r.summary["true_accuracy_start"] for runs in found.values() for r in runs)
    report.say(f"True accuracy before training, over all runs: {start}.")
    runs = {arm: [r.summary | {"process_cpu_seconds": r.cpu_seconds} for r in its] for arm, its in found.items()}
    return {
        arm: {**m, "common_pool_recall": pool[arm], "cpu_seconds": seconds[arm], "alarms": rang[arm], "runs": runs[arm]}
        for arm, m in means.items()
    }


def _paired(report: Report, found: Mapping[str, Sequence[many.Run]]) -> dict[str, Mean]:
    """Arms that differ in one thing, seed by seed."""
    ends = {arm: [r.summary["true_accuracy"] for r in runs] for arm, runs in found.items()}
    pairs = {f"{a} − {b}": [x - y for x, y in zip(ends[a], ends[b], strict=True)] for a, b in PAIRS if a in ends and b in ends}
    report.say("True accuracy of arms that differ in one thing, seed by seed, after the same number of updates.")
    report.table(
        ("testers", "difference", "ahead on"),
        [(name, mean(values), f"{sum(value > 0 for value in values)} of {len(values)}") for name, values in pairs.items()],
    )
    return {name: mean(values) for name, values in pairs.items()}


def _equal(report: Report, curves: Mapping[str, Sequence[Curve]]) -> dict[str, dict[str, Mean]]:
    """Accuracy where every arm has spent as much as the one that spent least, the ceiling and the floor left out of that."""
    contenders = [arm for arm in curves if arm not in ("everything", "one input")] or list(curves)
    names = ("samples", "verifications", "reference_calls", "cpu")
    budgets = {n: min(c.end(lambda spent, n=n: spent[n]) for arm in contenders for c in curves[arm]) for n in names}  # type: ignore[misc]
    found = {arm: {n: mean(c.at(lambda spent, n=n: spent[n], budgets[n]) for c in its) for n in names} for arm, its in curves.items()}  # type: ignore[misc]
    report.say(
        "True accuracy at equal budgets. A verification is one program beside the reference at one input; a call of the reference serves "
        "all programs of a play. What a learning tester's rewards and audits ask for counts; evaluation does not."
    )
    report.table(("tester", *(f"{budgets[n]:,.0f} {n.replace('_', ' ')}" for n in names)), [(arm, *m.values()) for arm, m in found.items()])
    return found


def _costs(report: Report, curves: Mapping[str, Sequence[Curve]]) -> dict[str, dict[str, Mean]]:
    """The same with a price on verifications: what is equal is CPU and verifications together."""
    contenders = [arm for arm in curves if arm != "one input"] or list(curves)
    found: dict[str, dict[str, Mean]] = {arm: {} for arm in curves}
    for cost in COSTS:

        def total(spent: Mapping[str, float], cost: float = cost) -> float:
            return spent["cpu"] + cost * spent["verifications"]

        budget = min(c.end(total) for arm in contenders for c in curves[arm])
        for arm, its in curves.items():
            found[arm][f"{cost:g}"] = mean(c.at(total, budget) for c in its)
    report.say("True accuracy at equal cost, where a verification costs so many seconds beside the CPU's own.")
    report.table(("tester", *(f"{cost:g} s" for cost in COSTS)), [(arm, *m.values()) for arm, m in found.items()])
    return found


def _drawn(curves: Sequence[Curve]) -> dict[str, list[float]]:
    """An arm's mean curves, for `benchmarks.co_training_picture`."""
    return {
        "updates": curves[0].spent["updates"],
        "true_accuracy": [float(v) for v in np.mean([curve.accuracy for curve in curves], axis=0)],
        "in_game_reward": [float(v) for v in np.mean([curve.paid for curve in curves], axis=0)],
    }


def _common(run: many.Run) -> float:
    """Recall on the common pool; exactly, where inputs are drawn."""
    if (measured := run.summary.get("heldout_pool_verifier_recall")) is not None:
        return float(measured)
    options = dict(recipe.read(RECIPE, run.job.changes).env.options)
    return pool_recall(options)


def pool_recall(options: Mapping[str, Any]) -> float:
    """Of a tester that does not think: the chance that its inputs give away a program of the pool, averaged over it.

    Args:
        options: Of the environment.
    """
    env = TestDuel(**{**options, "tester": "agent"})
    domain, k = options["domain"], options.get("inputs", 1)
    chances = []
    for i in range(_POOL):
        task = env.tasks("pool")[i]
        wrong = language.mistakes(task.secret["archive"][0], solution(task), domain)
        if options["tester"] in ("all", "fixed"):
            chances.append(float(options["tester"] == "all" or any(x in wrong for x in range(k))))
        else:
            chances.append(chance(len(wrong), domain, k))
    return sum(chances) / len(chances)


def chance(telling: int, domain: int, inputs: int) -> float:
    """That one of several different inputs, drawn from all there are, is one of those that give a program away."""
    return 1 - comb(domain - telling, inputs) / comb(domain, inputs)


if __name__ == "__main__":
    main()
