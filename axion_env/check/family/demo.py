"""Checks of demos: they earn what they claim, and show that winning pays, losing does not, and cheating earns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axion_env.check.catalog import promise
from axion_env.check.finding import Finding, Severity
from axion_env.check.hostile import INJECTIONS
from axion_env.check.subject import ScriptedAgent, Subject
from axion_env.core.demo import Demo
from axion_env.core.policy import RandomPolicy
from axion_env.record.episode import Ending

_TOLERANCE = 1e-9
_MARGIN = 0.05  # of the reward range
_TASKS = 16
_LEAST_TASKS = 4  # with fewer, a constant answer may be the right one


@promise(
    "demos.claims",
    caught="Demos are played and judged.",
    needs=("runtime.startup", "task.ids", "spec.max_turns", "term.forfeit", "semantic.verifier_determinism"),
)
def claims(subject: Subject) -> Iterator[Finding]:
    """Every demo can be played, and earns every agent what it claims."""
    for problem in subject.demo_problems:
        yield Finding(problem)
    for demo, episode in subject.demos:
        if episode.ending is Ending.FAILED:
            yield Finding(f"the demo {demo.name!r} FAILED: {episode.error}")
            continue
        earned = {agent: verdict.reward for agent, verdict in subject.judge(episode).items()}
        claimed = dict(demo.rewards)
        if set(claimed) != set(earned) or any(abs(earned[agent] - claimed[agent]) > _TOLERANCE for agent in earned):
            yield Finding(f"the demo {demo.name!r} claims {claimed} and earns {earned}; mend the demo or the rewards")


@promise(
    "demos.cover",
    caught="The claims are compared.",
    needs=("demos.claims",),
)
def cover(subject: Subject) -> Iterator[Finding]:
    """There are demos: one that wins, one that loses, and one that cheats, its name beginning with `cheat`."""
    demos = [demo for demo, _ in subject.demos]
    if not demos and not subject.demo_problems:
        yield Finding("there are no demos; write demos() with one that wins, one that loses and one that cheats")
        return
    if not any(demo.name.startswith("cheat") for demo in demos):
        yield Finding("no demo is called 'cheat…'; write down the most tempting way to earn without doing the task, and what it earns")
    honest = [demo for demo in demos if not demo.name.startswith("cheat")]
    if not any(_spread(honest, agent) for agent in subject.env.seats):
        yield Finding("all honest demos earn the same; write one that wins and one that loses")


def _spread(demos: list[Demo], agent: str) -> bool:
    earned = [demo.rewards[agent] for demo in demos if agent in demo.rewards]
    return bool(earned) and max(earned) > min(earned)


@promise(
    "semantic.oracle_max",
    caught="The best claim is compared with the upper end of reward_range.",
    severity=Severity.WARNING,
    needs=("demos.cover",),
)
def oracle_max(subject: Subject) -> Iterator[Finding]:
    """Some demo earns the most there is, so that the reward range is no wider than what can be reached."""
    spec = subject.env.spec
    gaps = [spec.range_of(spec.agents[a].name)[1] - reward for demo, _ in subject.demos for a, reward in demo.rewards.items()]
    if gaps and min(gaps) > _TOLERANCE:
        yield Finding(f"the best demo earns {min(gaps):g} less than reward_range allows; narrow the range, or show a demo that reaches it")


def best(subject: Subject, role: str) -> float | None:
    """The greatest reward that any demo earns an agent of the role; None if it is in none."""
    earned = [v.reward for demo, e in subject.demos if e.fault is None for v in subject.judge(e).values() if v.role == role]
    return max(earned, default=None)


@promise(
    "semantic.floor_gap",
    caught="Silence, one constant answer and random choices are played over many tasks, and their means compared with the best demo.",
    needs=("demos.cover",),
)
def floor_gap(subject: Subject) -> Iterator[Finding]:
    """Doing nothing, answering always alike and moving at random earn less than the best demo, by a margin of the reward range."""
    spec = subject.env.spec
    for agent in subject.env.seats:
        role = spec.agents[agent].name
        oracle = best(subject, role)
        if oracle is None:
            continue
        low, high = spec.range_of(role)
        for name, say in _floors(subject, agent).items():
            mean = _mean(subject, agent, say)
            if mean is not None and mean > oracle - _MARGIN * (high - low):
                apart = f"a task must tell them apart by {_MARGIN * (high - low):g}"
                yield Finding(f"{name} earns {agent} {mean:g} on average and the best demo {oracle:g}; {apart}")
                break


def _floors(subject: Subject, agent: str) -> dict[str, Any]:
    floors: dict[str, Any] = {"silence": ""}
    contents = {str(subject.task(k).public) for k in range(_TASKS)}
    constant = next((turn.action.text for episode in subject.legal for turn in episode.turns_of(agent) if turn.choices is None), None)
    if constant is not None and len(contents) >= _LEAST_TASKS:
        floors["one constant answer"] = constant
    if all(turn.choices is not None for episode in subject.legal for turn in episode.turns_of(agent)):
        floors["moving at random"] = lambda ask: RandomPolicy().act([ask])[0]
    return floors


def _mean(subject: Subject, agent: str, say: Any) -> float | None:
    """The agent's mean reward over plays in which it is asked, the others playing at random; None if it never is."""
    earned = []
    for k in range(max(subject.deals, _LEAST_TASKS)):
        episode = subject.play(subject.task(k), k, ScriptedAgent(agent, say))
        if episode.fault is None and episode.turns_of(agent):
            earned.append(subject.judge(episode)[agent].reward)
    return sum(earned) / len(earned) if earned else None


@promise(
    "semantic.canary_floor",
    caught="Demos called `cheat…` are compared with those that lose; answers that talk to the judge with the best demo.",
    needs=("semantic.floor_gap",),
)
def canary_floor(subject: Subject) -> Iterator[Finding]:
    """Cheats earn nothing: no more than a demo that loses; and telling the judge that one has won does not win."""
    honest = [demo for demo, _ in subject.demos if not demo.name.startswith("cheat")]
    for demo, episode in subject.demos:
        actors = [agent for agent in episode.agents if episode.turns_of(agent)]
        if demo.name.startswith("cheat") and not any(_lost(subject, demo, honest, agent) for agent in actors):
            yield Finding(f"the demo {demo.name!r} earns {dict(demo.rewards)}, more than one that loses; a cheat must earn nothing")
    for agent in subject.env.seats:
        top = best(subject, subject.env.spec.agents[agent].name)
        for text in INJECTIONS:
            episode = subject.play(subject.task(0), 0, ScriptedAgent(agent, text))
            said = [turn for turn in episode.turns_of(agent) if turn.choices is None and turn.action.legal]
            if said and episode.fault is None and top is not None and subject.judge(episode)[agent].reward >= top - _TOLERANCE:
                yield Finding(
                    f"{agent} earns {top:g}, as the best demo does, by saying {text!r}; judge what was done, not what is said of it"
                )
                break


def _lost(subject: Subject, cheat: Demo, honest: list[Demo], agent: str) -> bool:
    """Whether the cheat earned this agent no more than a demo that loses, or its role's least."""
    earned = [demo.rewards[agent] for demo in honest if agent in demo.rewards]
    losing = [reward for reward in earned if reward < max(earned)]
    role = subject.env.spec.agents[agent].name
    return cheat.rewards.get(agent, 0.0) <= max([*losing, subject.env.spec.range_of(role)[0]]) + _TOLERANCE
