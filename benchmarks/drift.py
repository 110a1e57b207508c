"""Do yesterday's tests catch today's mistakes? Testers of `test-duel` against the wrong programs of coders that learned from others.

Recall on the wrong programs that one's own coder still writes cannot be compared: each arm leaves others over. Here all testers are given
the same ones, from stored plays of every arm: mistakes planted by rule, those of the first updates, and those that are left in the last.
The runs are those of `benchmarks.co_training`, and are made if they are not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from axion_zoo.selfplay.test_duel import TestDuel
from axion_zoo.selfplay.test_duel.exact_backend import solution
from axion_zoo.shared import language

from axion_env import Play, Task, derive, drive
from axion_env.record.store import EpisodeStore
from axion_train import recipe
from axion_train.run.folder import Run
from axion_train.run.policy import open_policy
from benchmarks import co_training, many
from benchmarks.table import Mean, Report, mean

_CODERS = ("co-trained", "frozen", "random")
_WINDOW = 50  # updates at either end of a run
_MOST = 200  # wrong programs of a pool
PLANTED = "planted by rule"


class Wrong(NamedTuple):
    """A wrong program, and what it was meant to be."""

    task: Task
    program: str

    def posed(self, env: TestDuel) -> Task:
        """A task for testers alone."""
        name = f"{self.task.id}/{derive(0, self.program):016x}"
        return Task(name, self.task.public, {**self.task.secret, "archive": [self.program]}, env.seats_of("tester"))


def main() -> None:
    options = many.parser("drift", __doc__)
    options.add_argument("--count", type=int, default=20, help="seeds")
    options.add_argument("--commit", help="decides the seeds; default: the commit checked out")
    chosen = options.parse_args()
    decides = chosen.commit or many.commit().rstrip("+")
    jobs = co_training.jobs(_CODERS, decides, chosen.count, chosen.changes)
    runs = many.train(jobs, chosen.runs, at_once=chosen.jobs, show="true_accuracy")
    found = [recalls(dict(zip(_CODERS, of_seed, strict=True))) for of_seed in zip(*[iter(runs)] * len(_CODERS), strict=True)]
    report = Report(f"Drift: three testers, the same wrong programs, {chosen.count} seeds", "drift", (run.commit for run in runs))
    figures = {who: {pool: mean(one[who][pool] for one in found) for pool in found[0][who]} for who in found[0]}
    _say(report, figures)
    report.write(chosen.out, {"seeds_from": decides, "set": chosen.changes, "recall": figures})


def _say(report: Report, figures: Mapping[str, Mapping[str, Mean]]) -> None:
    report.say(
        f"Recall: the share of wrong programs that a suite gives away, on up to {_MOST} different ones a pool and eight suites each. Rows "
        "are whose programs, columns are whose tests. The tester as it started is that of the arm `frozen`, which never moved; random "
        f"inputs are counted exactly. First and last are {_WINDOW} updates at either end of training, beside the tester that names the row."
    )
    pools = list(next(iter(figures.values())))
    report.table(("wrong programs of", *figures), [(pool, *(column[pool] for column in figures.values())) for pool in pools])


def recalls(runs: Mapping[str, many.Run]) -> dict[str, dict[str, float]]:
    """By tester and pool, of one seed.

    Args:
        runs: By arm.
    """
    env = TestDuel(**recipe.read(co_training.RECIPE, runs["co-trained"].job.changes).env.options)
    pools = {PLANTED: [Wrong(task, task.secret["archive"][0]) for task in islice(env.tasks("pool"), _MOST)]}
    for arm, run in runs.items():
        last = Run.open(run.path).recipe.training.updates
        for name, window in (("first", range(_WINDOW)), ("last", range(last - _WINDOW, last))):
            pools[f"{arm}, {name}"] = list(islice(wrong_programs(run.path, window), _MOST))
    testers = {"as it started": runs["frozen"].path, "co-trained": runs["co-trained"].path}
    found = {name: {pool: recall(env, path, wrong) for pool, wrong in pools.items()} for name, path in testers.items()}
    return found | {"random inputs": {pool: drawn(env, wrong) for pool, wrong in pools.items()}}


def wrong_programs(path: Path, window: range) -> Iterator[Wrong]:
    """Those that coders of a run wrote in some of its updates, each once."""
    seen: set[tuple[str, str]] = set()
    for episode in EpisodeStore(path / "episodes.jsonl"):
        for turn in episode.turns:
            program, tokens = turn.action.parsed, turn.action.tokens
            written = turn.agent.startswith("coder") and isinstance(program, str) and tokens is not None and tokens.version in window
            if written and not (episode.facts or {})["right"][turn.agent] and (episode.task.id, program) not in seen:
                seen.add((episode.task.id, program))
                yield Wrong(episode.task, program)


def recall(env: TestDuel, path: Path, pool: Sequence[Wrong]) -> float:
    """Of a run's tester."""
    plays = (Play(env, wrong.posed(env), derive(0, "drift", i) >> 1) for i, wrong in enumerate(pool))
    facts: list[Mapping[str, Any]] = [
        e.facts or {} for e in drive(plays, open_policy(str(path), seed=0, temperature=None, max_tokens=None))
    ]
    return float(sum(f["wrong_rejected"] for f in facts) / sum(f["wrong"] for f in facts))


def drawn(env: TestDuel, pool: Sequence[Wrong]) -> float:
    """Of as many different inputs as a tester may choose, drawn without a thought."""
    domain = len(env.backend.population(pool[0].task))
    telling = [len(language.mistakes(wrong.program, solution(wrong.task), domain)) for wrong in pool]
    return sum(co_training.chance(n, domain, env.inputs) for n in telling) / len(pool)


if __name__ == "__main__":
    main()
