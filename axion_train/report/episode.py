"""Episodes as cards, each agent's side in a column of its own: what it was shown, what it said, what it earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axion_env import Draw, Ending, Env, Episode, Message, Verdict, judge
from axion_env.record.outline import Asked, Attempt, as_text, asked, cut, newest_version
from axion_env.record.transcript import amount
from axion_train.report.markup import Markup, join, tag
from axion_train.report.run_data import Series

_LONGEST = 4000
"""Characters shown of one message or answer."""

_POINTS = 40
"""Of a curve of reward parts, at the least, where there are as many updates."""


SEATS = 6
"""Shown of an episode that has many: three of each of two roles stand one below the other."""


def episode_section(moments: Sequence[Sequence[Episode]], env: Env | None) -> Markup:
    """The card of the longest copy of each of these deals."""
    chosen = [max(copies, key=lambda e: len(e.turns)) for copies in moments if copies]
    return join(
        episode_card(episode, env, stored=len(copies), seats=leading(episode, SEATS))
        for episode, copies in zip(chosen, filter(None, moments), strict=True)
    )


def leading(episode: Episode, most: int, among: Sequence[str] = ()) -> list[str]:
    """Some of an episode's seats: the first ones of every role, as many of each.

    Args:
        episode: Whose seats.
        most: How many at most.
        among: The seats that are chosen from. Default: all.
    """
    by_role: dict[str, list[str]] = {}
    for agent, role in episode.agents.items():
        by_role.setdefault(role, []).extend([agent] if agent in (among or episode.agents) else [])
    turns = sorted((place, agent) for agents in by_role.values() for place, agent in enumerate(agents))
    chosen = {agent for _, agent in turns[:most]}
    return [agent for agent in episode.agents if agent in chosen]


def episode_card(episode: Episode, env: Env | None, *, stored: int = 1, seats: Sequence[str] | None = None, note: str = "") -> Markup:
    """One episode as a card.

    Args:
        episode: What happened.
        env: Judges it. None: no rewards are shown.
        stored: Copies of its deal that there are.
        seats: Whose sides are shown. None: all.
        note: A sentence under its title.
    """
    verdicts = verdicts_of(env, episode)
    shown = list(episode.agents) if seats is None else seats
    update = update_of(episode)
    when = "Episode" if update is None else f"Update {update}"
    seed = "draws chosen" if episode.seed is None else f"deal {episode.seed}"
    facts = [seed, f"copy {episode.copy + 1}" + (f" of {stored}" if stored > 1 else ""), f"task {episode.task.id}", str(episode.ending)]
    if episode.culprits:
        facts.append(f"by {', '.join(episode.culprits)}")
    sides = [_side(episode, agent, episode.agents[agent], verdicts.get(agent)) for agent in shown]
    parts = [tag("h3", when, tag("span", " · ".join(facts), class_="facts")), _hidden(episode)]
    parts += [tag("p", note)] if note else []
    parts.append(tag("div", *sides, class_="sides"))
    if len(shown) < len(episode.agents):
        parts.append(tag("p", f"{len(episode.agents) - len(shown)} more seats are not shown.", class_="note"))
    if episode.error:
        parts.append(tag("p", _cut(episode.error), class_="note"))
    return tag("article", *parts, class_="episode")


def _hidden(episode: Episode) -> Markup:
    """What not every agent saw: the task's content and the draws."""
    items = [f"{event.label}: {as_text(event.value)}" for event in episode.events() if type(event) is Draw]
    items += [f"{name}: {as_text(value)}" for part in (episode.task.public, episode.task.secret) for name, value in part.items()]
    return tag("p", *(tag("span", _cut(item), class_="chip") for item in items), class_="chips") if items else Markup()


def _side(episode: Episode, agent: str, role: str, verdict: Verdict | None) -> Markup:
    bubbles = [piece for turn in episode.turns_of(agent) for piece in _turn(asked(turn))]
    bubbles += [_shown(message) for message in episode.closing.get(agent, ())]
    if not bubbles:
        bubbles = [tag("p", "was asked nothing", class_="note")]
    if verdict is not None:
        parts = ", ".join(f"{p.name} {amount(p.value)}" for p in verdict.parts)
        sign = "gain" if verdict.reward > 0 else "loss" if verdict.reward < 0 else "even"
        bubbles.append(tag("p", tag("b", f"earns {amount(verdict.reward)}", class_=sign), f"  {parts}" if parts else "", class_="earned"))
    return tag("section", tag("h4", agent, tag("span", role, class_="facts") if role != agent else Markup()), *bubbles, class_="side")


def _turn(turn: Asked) -> list[Markup]:
    return [*map(_shown, turn.seen), *map(_said, turn.attempts)]


def _shown(message: Message) -> Markup:
    return tag("div", _cut(message.text), class_="said" if message.author == "assistant" else "shown")


def _said(attempt: Attempt) -> Markup:
    text = attempt.text.strip() or "(nothing)"
    if attempt.refused is not None:
        return tag("div", _cut(text), tag("small", f"refused: {_cut(attempt.refused)}"), class_="said refused")
    read = tag("small", f"= {_cut(attempt.read)}") if attempt.read is not None and attempt.read != text else Markup()
    return tag("div", _cut(text), read, class_="said")


def update_of(episode: Episode) -> int | None:
    """The update in which it was played, by the version of the weights that sampled it. None: no language model did."""
    version = newest_version(episode)
    return None if version is None else version + 1


def reward_parts(deals: Sequence[Sequence[Episode]], env: Env | None) -> dict[str, list[tuple[str, Series]]]:
    """By role, the mean of each part of its reward in the stored episodes, by update.

    Neighboring updates are pooled where there are many. Roles whose rubric has a single reward are left out: the part is the reward.
    """
    if env is None:
        return {}
    played: dict[int, list[Verdict]] = {}
    for episode in (e for copies in deals for e in copies):
        update = update_of(episode)
        if update is not None:
            played.setdefault(update, []).extend(verdicts_of(env, episode).values())
    updates = sorted(played)
    size = max(1, len(updates) // _POINTS)
    pools = [updates[i : i + size] for i in range(0, len(updates), size)]
    found = {}
    for role in env.rubric.roles:
        names = [reward.name for reward in env.rubric[role]]
        if len(names) > 1:
            found[role] = [(name, [point for pool in pools for point in _mean(pool, played, role, name)]) for name in names]
    return found


def _mean(pool: Sequence[int], played: Mapping[int, Sequence[Verdict]], role: str, name: str) -> Series:
    """The one point of a pool of updates; none where the role did not play."""
    verdicts = [v for update in pool for v in played[update] if v.role == role]
    paid = sum(part.value for v in verdicts for part in v.parts if part.name == name)
    return [(sum(pool) / len(pool), paid / len(verdicts))] if verdicts else []


def verdicts_of(env: Env | None, episode: Episode) -> Mapping[str, Verdict]:
    """Its verdicts; empty where it cannot be judged here."""
    if env is None or episode.ending is Ending.FAILED:
        return {}
    try:
        return judge(env, episode)
    except Exception:  # rewards are the author's code; the play can be shown without them
        return {}


def _cut(text: str) -> str:
    return cut(text, _LONGEST)
