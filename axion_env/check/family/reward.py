"""Checks of rewards: numbers within their range that add up, and that depend on the episode alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import isfinite, sqrt
from typing import TypeAlias

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding, Severity
from axion_env.check.subject import Subject
from axion_env.check.watch import watching
from axion_env.core.author_frame import first_line, with_author_frame
from axion_env.core.rubric import Reward
from axion_env.core.spec import Utility
from axion_env.core.steppable import Steppable
from axion_env.error import AxionError
from axion_env.record.codec import decode, encode
from axion_env.record.episode import Episode
from axion_env.record.verdict import Verdict

Verdicts: TypeAlias = dict[str, Verdict]

_TOLERANCE = 1e-9
_SIGMAS = 5.0  # about one false alarm in a million comparisons
_MOST = 6  # episodes judged in several ways


@promise(
    "runtime.reward_well_formed",
    caught="Random plays and demos are judged.",
)
def well_formed(subject: Subject) -> Iterator[Finding]:
    """Every reward is a finite number within the role's range, and judging never raises."""
    said = set()
    for episode in subject.episodes:
        try:
            verdicts = subject.judge(episode)
        except AxionError as problem:
            yield Finding(str(problem), line=_named_line(subject, str(problem)), task=episode.task.id, seed=episode.seed)
            return
        except Exception as problem:
            raised = with_author_frame(problem, subject.env)
            message = f"judging raised {raised}; a reward reads facts that every FINISHED play has, or returns None"
            yield Finding(message, task=episode.task.id, seed=episode.seed)
            return
        for agent, verdict in verdicts.items():
            low, high = subject.env.spec.range_of(verdict.role)
            if not (isfinite(verdict.reward) and low - _TOLERANCE <= verdict.reward <= high + _TOLERANCE) and verdict.role not in said:
                said.add(verdict.role)
                parts = ", ".join(f"{part.name} {part.value:g}" for part in verdict.parts)
                message = f"{agent} earns {verdict.reward:g} ({parts}), and reward_range of {verdict.role} is {low:g} to {high:g}"
                yield Finding(f"{message}; mend one of the two", line=_line(subject, verdict), task=episode.task.id, seed=episode.seed)


def _line(subject: Subject, verdict: Verdict) -> str | None:
    """The line of the reward function that paid the largest part."""
    paid = {part.name: abs(part.value) for part in verdict.parts}
    rewards = sorted(subject.env.rubric[verdict.role], key=lambda reward: -paid.get(reward.name, 0.0))
    return _source(rewards[0]) if rewards else None


def _named_line(subject: Subject, message: str) -> str | None:
    rewards = [reward for role in subject.env.rubric.roles for reward in subject.env.rubric[role] if repr(reward.name) in message]
    return _source(rewards[0]) if rewards else None


def _source(reward: Reward) -> str:
    return first_line(reward.function)


@promise(
    "spec.utility_sum",
    caught="The verdicts of random plays and demos, forfeits among them, are added up.",
    needs=("runtime.startup", "runtime.reward_well_formed"),
)
def utility_sum(subject: Subject) -> Iterator[Finding]:
    """Rewards add up as spec.utility says: to 0 in zero-sum games, all alike where it is `identical`."""
    utility = subject.env.spec.utility
    if utility is Utility.GENERAL_SUM:
        raise Skip("spec.utility promises no sum")
    for episode in subject.episodes:
        earned = {agent: verdict.reward for agent, verdict in subject.judge(episode).items()}
        off = abs(sum(earned.values())) if utility is Utility.ZERO_SUM else max(earned.values()) - min(earned.values())
        if off > _TOLERANCE:
            message = f"{earned} in a game that is {utility}; say utility='general_sum', or mend the rewards"
            yield Finding(message, task=episode.task.id, seed=episode.seed)
            return


@promise(
    "runtime.reward_attribution",
    caught="Parts are added up, per turn and in the steppable form; names are compared.",
    needs=("runtime.startup", "semantic.verifier_determinism"),
)
def attribution(subject: Subject) -> Iterator[Finding]:
    """A verdict is the sum of its parts, paid turn by turn to the same sum, and each part of a role has a name of its own."""
    for role in subject.env.rubric.roles:
        names = Counter(reward.name for reward in subject.env.rubric[role])
        for name, number in names.items():
            if number > 1:
                yield Finding(
                    f"{number} rewards of {role} are called {name!r}, and a report would mix them up; give each Reward a name of its own"
                )
        if names["<lambda>"] == 1:
            yield Finding(f"a reward of {role} is called '<lambda>' in reports; write Reward(…, name=…)", Severity.WARNING)
    for episode in subject.episodes:
        for agent, verdict in subject.judge(episode).items():
            total = 0.0
            for part in verdict.parts:
                total += part.value
            steps = sum(verdict.step_rewards(len(episode.turns_of(agent))))
            if total != verdict.reward or abs(steps - total) > _TOLERANCE * max(1.0, abs(total)):
                message = f"{agent} earns {verdict.reward!r}, its parts add up to {total!r} and its turns to {steps!r}"
                yield Finding(message, task=episode.task.id, seed=episode.seed)
                return
    yield from _stepped(subject)


def _stepped(subject: Subject) -> Iterator[Finding]:
    """Findings of plays whose steppable form pays other rewards than judging does."""
    form = Steppable(subject.env, services=subject.services)
    for episode in subject.legal[:_MOST]:
        answers = {agent: [turn.action.text for turn in episode.turns_of(agent)] for agent in episode.agents}
        form.reset(seed=episode.seed, options={"task": episode.task})
        paid = dict.fromkeys(episode.agents, 0.0)
        while form.acting:
            rewards = form.step({agent: answers[agent].pop(0) for agent in form.acting})[1]
            paid = {agent: paid[agent] + rewards[agent] for agent in paid}
        earned = {agent: verdict.reward for agent, verdict in subject.judge(episode).items()}
        if any(abs(paid[agent] - earned[agent]) > _TOLERANCE * max(1.0, abs(earned[agent])) for agent in paid):
            yield Finding(f"stepped, the agents are paid {paid}; judged, they earn {earned}", task=episode.task.id, seed=episode.seed)
            return


@promise(
    "semantic.verifier_determinism",
    caught="Episodes are judged twice, in both orders, and once more after being written and read.",
    needs=("runtime.startup", "runtime.reward_well_formed"),
)
def verifier_determinism(subject: Subject) -> Iterator[Finding]:
    """Judging is a function of the record: again, in another order, and from what a file holds, it gives the same verdicts."""
    episodes = list(subject.episodes)
    once = [subject.judge(episode) for episode in episodes]
    yield from _judged_otherwise("a second time", episodes, once, [subject.judge(episode) for episode in episodes])
    yield from _judged_otherwise("in another order", episodes, once, [subject.judge(episode) for episode in reversed(episodes)][::-1])
    try:
        stored = [subject.judge(decode(encode(episode))) for episode in episodes]
    except Exception as problem:
        yield Finding(f"judging an episode from its record raised {with_author_frame(problem, subject.env)}; {_PLAIN}")
        return
    yield from _judged_otherwise("from its record", episodes, once, stored)


_PLAIN = "a reward reads plain facts, texts and parsed values, and keeps nothing"


def _judged_otherwise(way: str, episodes: list[Episode], once: list[Verdicts], again: list[Verdicts]) -> Iterator[Finding]:
    for episode, one, other in zip(episodes, once, again, strict=True):
        if one != other:
            earned, then = ({agent: verdict.reward for agent, verdict in verdicts.items()} for verdicts in (one, other))
            yield Finding(f"judged {way}, {earned} became {then}; {_PLAIN}", task=episode.task.id, seed=episode.seed)
            return


@promise(
    "reward.from_record",
    caught="Rewards are watched at work by an audit hook and a profile hook.",
    needs=("runtime.startup", "runtime.reward_well_formed"),
)
def from_record(subject: Subject) -> Iterator[Finding]:
    """A reward reads the episode and nothing else: no file, no clock, no generator. What a candidate can write decides nothing."""
    with watching() as seen:
        for episode in list(subject.episodes)[:_MOST]:
            subject.judge(episode)
    for access in {access.line: access for access in seen}.values():
        yield Finding(f"a reward reaches for {access.resource.value}: {access.what}; put what it needs into the facts", line=access.line)


@promise(
    "spec.symmetric",
    caught="The mean rewards of agents of one role are compared over random plays; more than five standard errors apart is no accident.",
    needs=("runtime.startup", "runtime.reward_well_formed"),
)
def symmetric(subject: Subject) -> Iterator[Finding]:
    """Agents that share a role are exchangeable: under the same policy they earn the same on average."""
    spec = subject.env.spec
    shared = [role for role, number in Counter(role.name for role in spec.agents.values()).items() if number > 1]
    if not shared:
        raise Skip("no two agents share a role")
    count = 16 * subject.deals
    judged = [subject.judge(episode) for k in range(count) if (episode := subject.play(subject.task(k), k)).fault is None]
    for role in shared:
        first, *others = (agent for agent, r in spec.agents.items() if r.name == role)
        for other in others:
            gaps = [v[first].reward - v[other].reward for v in judged if first in v and other in v]
            if len(gaps) < 8:
                continue
            mean = sum(gaps) / len(gaps)
            error = sqrt(sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) / len(gaps))
            if abs(mean) > _SIGMAS * error + _TOLERANCE:
                message = f"{first} earns {mean:+.3g} more than {other} on average (standard error {error:.2g}) and both are {role}"
                yield Finding(f"{message}; give them roles of their own")
                break
