"""A curriculum that mixes fresh tasks with an archive of tasks derived from earlier plays."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axion_env import ContractError, Ending, Env, Episode, Stream, Task, UsageError, derive, judge
from axion_env.dataset.filter import solved
from axion_env.record.value import plain
from axion_train.curriculum.uniform_deals import UniformDeals
from axion_train.types import Deal

_FAST, _SLOW = 0.5, 0.1  # steps of the two averages of a task's solve rate, per update in which it is played
_LEAST = 0.05  # weight of a task whose solve rate does not move, so that it is still played now and then
_CHOICES = ("newest", "uniform", "progress")


@dataclass
class Entry:
    """A task of the archive, and its solve rates."""

    task: Task
    born: int
    """The update after which it was derived."""
    rates: tuple[float, float] | None = None
    """Moving averages of its solve rate, a fast and a slow one. None: not played yet."""
    last: float | None = None
    """Its solve rate when it was last played."""

    @property
    def weight(self) -> float:
        """How fast its solve rate is changing; 1 for a task that was not played yet.

        The absolute difference of a fast and a slow average (Kanitscheider et al., "Multi-task curriculum learning in a complex, visual,
        hard-exploration domain", arXiv 2106.14876, section 3): up or down, something is being learned there, or forgotten.
        """
        return 1.0 if self.rates is None else max(_LEAST, abs(self.rates[0] - self.rates[1]))

    def played(self, rate: float) -> None:
        """Record a solve rate."""
        fast, slow = self.rates or (0.0, 0.0)  # a task derived from a failure was not solved before
        self.rates = fast + _FAST * (rate - fast), slow + _SLOW * (rate - slow)
        self.last = rate


class Endogenous:
    """Fresh deals, as `UniformDeals` draws them, and among them deals of tasks that the environment derived from earlier plays.

    Args:
        deals: Per update.
        copies: Of each deal.
        split: Of the environment's tasks, for fresh deals.
        fresh: Least share of fresh deals, to the nearest deal. The others are of the archive, each task of it once at most, and fresh
            where it has not enough.
        capacity: Tasks kept; the oldest goes first.
        choose: `newest`, `uniform`, or `progress`: by how far a task's solve rate is moving.
        band: A task leaves the archive when its solve rate, whenever it is played, is outside: too hard, or mastered.
        max_age: Updates after which a task leaves it; 0: none.
        part: The reward part that counts as solved, in `band` and `progress`.
    """

    def __init__(
        self,
        deals: int = 256,
        copies: int = 8,
        split: str = "train",
        fresh: float = 0.5,
        capacity: int = 1024,
        choose: str = "newest",
        band: tuple[float, float] = (0.0, 1.0),
        max_age: int = 0,
        part: str = "correct",
    ) -> None:
        if not 0 <= fresh <= 1 or capacity < 1 or max_age < 0 or len(band) != 2 or not 0 <= band[0] <= band[1] <= 1:
            raise UsageError(
                "curriculum.fresh is a share, .capacity 1 or more, .max_age not negative and .band two shares, the least first: "
                f"got {fresh}, {capacity}, {max_age} and {list(band)}"
            )
        if choose not in _CHOICES:
            raise UsageError(f"curriculum.choose is {', '.join(_CHOICES)}: got {choose!r}")
        self.copies = copies
        self.deals = deals
        self.fresh = fresh
        self.capacity = capacity
        self.choose = choose
        self.band = band
        self.max_age = max_age
        self.part = part
        self._source = UniformDeals(deals, copies, split)
        self._updates = 0
        self._archive: dict[str, Entry] = {}  # by content, oldest first

    def draw(self, env: Env, seed: int) -> list[Deal]:
        """The next batch of deals; deals of the archive are spread evenly over it."""
        most = min(len(self._archive), self.deals - round(self.fresh * self.deals))
        chosen = iter(self._chosen(most, Stream(derive(seed, "archive", self._updates))))
        places = [(i + 1) * most // self.deals > i * most // self.deals for i in range(self.deals)]
        return [self._source.next(env, seed, next(chosen).task if archived else None) for archived in places]

    def _chosen(self, count: int, stream: Stream) -> list[Entry]:
        entries = list(self._archive.values())
        if self.choose == "newest":
            return entries[::-1][:count]
        weigh = (lambda entry: entry.weight) if self.choose == "progress" else (lambda entry: 1.0)
        # without replacement, by weight: the largest u^(1/w) (Efraimidis & Spirakis, "Weighted random sampling with a reservoir", 2006)
        keys = [stream.uniform() ** (1 / weigh(entry)) for entry in entries]
        order = sorted(range(len(entries)), key=lambda i: keys[i], reverse=True)
        return [entries[i] for i in order[:count]]

    def observe(self, env: Env, episodes: Sequence[Episode]) -> Mapping[str, float]:
        """Records solve rates of archived tasks, adds tasks derived from the plays, and removes those too easy, too hard or too old.

        Returns:
            `archive/size`, `archive/new` and, where tasks of it were played, `archive/solve_rate`.
        """
        self._updates += 1
        finished = [episode for episode in episodes if episode.ending not in (Ending.FAILED, Ending.TRUNCATED)]
        rates = self._rates(env, finished)
        for key, rate in rates.items():
            self._archive[key].played(rate)
        before = len(self._archive)
        for task in (task for episode in finished if episode.facts is not None for task in env.derived(episode)):
            self._add(task)
        new = len(self._archive) - before
        self._remove()
        metrics = {"archive/size": float(len(self._archive)), "archive/new": float(new)}
        return metrics | ({"archive/solve_rate": sum(rates.values()) / len(rates)} if rates else {})

    def _add(self, task: Task) -> None:
        made = Task(task.id, plain(task.public, f"{task.id!r} public"), plain(task.secret, f"{task.id!r} secret"), task.agents)
        content = _content(made)
        if content in self._archive:
            return
        if any(entry.task.id == task.id for entry in self._archive.values()):
            raise ContractError(f"two different tasks were derived under the id {task.id!r}; an id is a task's own")
        self._archive[content] = Entry(made, self._updates)

    def _rates(self, env: Env, episodes: Sequence[Episode]) -> dict[str, float]:
        """The solve rates of archived tasks in these plays, over all seats that can solve."""
        names = {entry.task.id for entry in self._archive.values()}
        found: dict[str, list[bool]] = defaultdict(list)
        for episode in episodes:
            if episode.task.id in names and (key := _content(episode.task)) in self._archive:
                for verdict in judge(env, episode).values():
                    if any(reward.name == self.part for reward in env.rubric[verdict.role]):
                        found[key].append(solved(env, verdict, self.part))
        return {key: sum(values) / len(values) for key, values in found.items()}

    def _remove(self) -> None:
        """Removes tasks outside the band, beyond the age, and above the capacity."""
        low, high = self.band
        for key, entry in list(self._archive.items()):
            old = self.max_age and self._updates - entry.born >= self.max_age
            if old or (entry.last is not None and not low <= entry.last <= high):
                del self._archive[key]
        for key in list(self._archive)[: -self.capacity]:
            del self._archive[key]

    def state_dict(self) -> dict[str, Any]:
        """The archive, and the state of the fresh deals."""
        archive = [
            {"id": e.task.id, "said": key, "born": e.born, "rates": None if e.rates is None else list(e.rates), "last": e.last}
            for key, e in self._archive.items()
        ]
        return {"source": self._source.state_dict(), "updates": self._updates, "archive": archive}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state."""
        self._source.load_state_dict(state["source"])
        self._updates = state["updates"]
        self._archive = {}
        for entry in state["archive"]:
            public, secret, agents = json.loads(entry["said"])
            task = Task(entry["id"], public, secret, None if agents is None else tuple(agents))
            rates = None if entry["rates"] is None else (entry["rates"][0], entry["rates"][1])
            self._archive[entry["said"]] = Entry(task, entry["born"], rates, entry["last"])


def _content(task: Task) -> str:
    """The content of a task without its id: equal tasks may be derived from many plays, and are one in the archive."""
    return json.dumps([task.public, task.secret, task.agents])
