"""Who should make the bugs? A random mutator, an injector as its warm-up left it, or one that learns; at equal processor time.

Every arm is the recipe bug-repair with eight solvers to a bug, compared within their bug (`hierarchical`). What differs is where bugs come
from, and what the injector learns from: SSR's reward of it, compared over proposals to one program (`learned`); the same shared among equal
proposals (`shared`); also with weights of its own (`apart`); also held near its start by a KL (`held`). `archive` mixes in bugs that failed
fixes left behind, chosen by learning progress, for the mutator and for the sharing injector.

Processor time is that of self-play, the injector's sampling and its updates counted and measurements left out: a pilot run of each arm says
how many updates that is. Arms with an injector make as many proposals as give about the mutator's number of valid bugs a step. The same
seeds in every arm; differences from the mutator are paired. Warm-ups end where solvers mend about equally much (*before*): a later start
would be labels in place of bugs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from itertools import islice
from statistics import fmean
from typing import Any

from axion_env.record import jsonl
from benchmarks import many
from benchmarks.expert_iteration import learning_seconds
from benchmarks.table import Report, mean

SPLITS = ("test", "orbit", "test_two", "test_swap")
COMMON = ("env.options.solvers=8", 'facts.counts=["valid"]', "evaluation.every=1000000", "controls={}", "curriculum.copies=1")
_COMPARE = ("advantage.name=hierarchical", "advantage.std=true", "advantage.leave_one_out=true")
_WARM = ("warmup.until=0.0", "warmup.steps=220")  # half of whose rows are injectors': solvers then mend about as much as the mutator's
_AGENT = ("env.options.injector=agent", "curriculum.deals=36", "curriculum.copies=4", *_WARM)
_OVER = ('advantage.across=["injector"]', 'advantage.key=["env","role","task"]')
_SHARE = ("advantage.fitness_sharing=true", "advantage.remember=0.9")
_ARCHIVE = ("curriculum.name=endogenous", "curriculum.choose=progress", "curriculum.fresh=0.75", "curriculum.part=solved")
_HELD = ("reference_kl.coefficient=0.5", "roles.solver.reference_kl=0.0", "roles.injector.reference_kl=1.0")
ARMS: dict[str, tuple[str, ...]] = {
    "mutator": _COMPARE,
    "frozen": (*_COMPARE, *_AGENT, "roles.injector.train=false"),
    "learned": (*_COMPARE, *_OVER, *_AGENT),
    "shared": (*_COMPARE, *_OVER, *_SHARE, *_AGENT),
    "shared, apart": (*_COMPARE, *_OVER, *_SHARE, *_AGENT, "roles.injector.policy=injector", "warmup.steps=110"),
    "shared, held": (*_COMPARE, *_OVER, *_SHARE, *_AGENT, *_HELD),
    "mutator, archive": (*_COMPARE, *_ARCHIVE, "curriculum.deals=64", "curriculum.copies=1"),
    "shared, archive": (*_COMPARE, *_OVER, *_SHARE, *_AGENT, *_ARCHIVE, "curriculum.deals=36", "curriculum.copies=4"),
}
_RATE = "heldout_solve_rate"
_PILOT = 40  # updates of the run that says what an update costs


def main() -> None:
    options = many.parser("injectors", __doc__)
    options.set_defaults(out=many.ROOT / "docs" / "results" / "bug-repair-injectors.json")
    options.add_argument("--seeds", type=int, default=10, help="runs per arm")
    options.add_argument("--seconds", type=float, default=40.0, help="of processor time in self-play")
    options.add_argument("--arm", dest="arms", action="append", choices=ARMS, help="this one only; repeatable")
    chosen = options.parse_args()
    arms = ["mutator", *(arm for arm in chosen.arms or ARMS if arm != "mutator")]
    seeds = list(islice(many.seeds("injectors"), chosen.seeds))
    also = f"evaluation.also={json.dumps(SPLITS[1:])}"

    def runs(arm: str, updates: int, of: list[int], *changes: str) -> list[many.Run]:
        changes = (*COMMON, *ARMS[arm], f"training.updates={updates}", *changes, *chosen.changes)
        name = f"injectors-{arm.replace(', ', '-')}"
        jobs = [many.Job(name, "bug-repair", seed, changes) for seed in of]
        return many.train(jobs, chosen.runs, at_once=chosen.jobs, show=_RATE)

    found: dict[str, list[many.Run]] = {}
    for arm in arms:
        (pilot,) = runs(arm, _PILOT, seeds[:1], "evaluation.final_episodes=64")
        updates = max(1, round(_PILOT * chosen.seconds / learning_seconds(pilot.path)[-1]))
        found[arm] = runs(arm, updates, seeds, also)
    report = Report("Who makes the bugs", "injectors", (run.commit for runs in found.values() for run in runs))
    report.say(f"{len(seeds)} seeds; about {chosen.seconds:g} CPU-s of self-play each. Solve rate: of sampled answers, on held-out tables.")
    report.table(
        ("arm", "before", *SPLITS, "gain", "gain minus mutator's", "CPU-s", "updates"),
        [
            (
                arm,
                mean(r.summary[f"{_RATE}_start"] for r in rs),
                *(mean(r.summary[_key(s)] for r in rs) for s in SPLITS),
                mean(map(_gained, rs)),
                _ahead(rs, found["mutator"]),
                _seconds(rs),
                rs[0].summary["updates"],
            )
            for arm, rs in found.items()
        ],
    )
    report.say("How the bugs were, over each run's updates; first and last tenth. Difficulty: the share of solvers that failed.")
    told = {arm: [bugs(run) for run in rs] for arm, rs in found.items()}
    names = list(told["mutator"][0])
    report.table(("arm", *names), [(arm, *(_shown([t[name] for t in ts]) for name in names)) for arm, ts in told.items()])
    every = [
        {"arm": arm, **run.summary, **counted, "cpu_seconds_learning": learning_seconds(run.path)[-1]}
        for arm, rs in found.items()
        for run, counted in zip(rs, told[arm], strict=True)
    ]
    report.write(chosen.out, {"set": chosen.changes, "runs": every})


def _key(split: str) -> str:
    return _RATE if split == "test" else f"heldout_{split}_solve_rate"


def _gained(run: many.Run) -> float:
    return float(run.summary[_RATE] - run.summary[f"{_RATE}_start"])


def _ahead(runs: list[many.Run], mutator: list[many.Run]) -> Any:
    return None if runs is mutator else mean(_gained(a) - _gained(b) for a, b in zip(runs, mutator, strict=True))


def _seconds(runs: list[many.Run]) -> str:
    return f"{fmean(learning_seconds(run.path)[-1] for run in runs):.1f}"


def bugs(run: many.Run) -> dict[str, Any]:
    """Valid bugs in all and as a share of proposals; unlike ones; difficulty; seconds per update, first and last tenth."""
    lines = list(jsonl.read(run.path / "metrics.jsonl"))[1:]
    tenth = max(1, len(lines) // 10)
    ends = (lines[:tenth], lines[-tenth:])
    spent = learning_seconds(run.path)
    return {
        "valid bugs": sum(line["sum/valid"] for line in lines),
        "valid share": [fmean(line["sum/valid"] / line["episodes"] for line in end) for end in ends],
        "unlike": [fmean(line["unique_proposals"] for line in end) if "unique_proposals" in end[0] else 1.0 for end in ends],
        "difficulty": [_mean((1 - line["reward/solver"]) / 2 for line in end if "reward/solver" in line) for end in ends],
        "CPU-s an update": [(spent[tenth] - spent[0]) / tenth, (spent[-1] - spent[-1 - tenth]) / tenth],
    }


def _mean(values: Iterable[float]) -> float:
    """NaN of nothing: no bug was valid."""
    found = list(values)
    return fmean(found) if found else math.nan


def _shown(values: list[Any]) -> str:
    if isinstance(values[0], list):
        return " → ".join(f"{fmean(column):.3f}" for column in zip(*values, strict=True))
    return f"{fmean(values):.0f}"


if __name__ == "__main__":
    main()
