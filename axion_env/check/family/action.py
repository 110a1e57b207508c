"""Checks of answers: no text breaks a play, examples are legal, and two answers at once do not pass for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axion_env.check.catalog import Skip, promise
from axion_env.check.finding import Finding
from axion_env.check.hostile import HOSTILE, variations
from axion_env.check.subject import ScriptedAgent, Subject
from axion_env.core.author_frame import with_author_frame
from axion_env.core.demo import Demo
from axion_env.core.driver import play_demo
from axion_env.core.play import Play
from axion_env.core.policy import RandomPolicy
from axion_env.core.request import Ask
from axion_env.core.rng import Stream, derive
from axion_env.error import AxionError
from axion_env.record.episode import Ending

_EXAMPLES = 8
_BABBLES = 4  # plays of random hostile text per deal


@promise(
    "action.robustness",
    needs=("runtime.startup", "term.forfeit", "term.truncation"),
    caught="Fuzzing: unicode, control characters, surrogates, the empty, the huge, numbers that are none, broken tags, injections.",
)
def robustness(subject: Subject) -> Iterator[Finding]:
    """Whatever an agent says, a play never raises: it goes on, or ends in a forfeit, and can be judged."""
    said = set()
    for agent, text, policy, k in _fuzz(subject):
        try:
            episode = subject.play(subject.task(k), k, policy)
        except AxionError:
            raise
        except Exception as problem:
            yield Finding(f"{agent} said {text!r:.80} and the play raised {with_author_frame(problem, subject.env)}", seed=k)
            return
        if episode.ending is Ending.FAILED and episode.error is not None and episode.error.partition(" (while")[0] not in said:
            said.add(episode.error.partition(" (while")[0])
            message = f"{agent} said {text!r:.80} and the play FAILED: {episode.error}; a parser refuses with axion_env.Illegal(reason)"
            yield Finding(message, task=episode.task.id, seed=k)


def _fuzz(subject: Subject) -> Iterator[tuple[str, str, Any, int]]:
    """Yields (agent, what it says, the policy that says it, seed)."""
    for agent in subject.env.seats:
        for i, text in enumerate(HOSTILE):
            yield agent, text, ScriptedAgent(agent, text), i % subject.deals
        for k in range(min(_BABBLES * subject.deals, len(HOSTILE))):
            yield agent, "babble", ScriptedAgent(agent, _Babble(k)), k % subject.deals


class _Babble:
    """Random answers to an ask: legal ones, broken legal ones, and hostile pieces joined together."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, ask: Ask[Any]) -> str:
        stream = Stream(derive(ask.key, "babble", self.seed))
        legal = RandomPolicy(self.seed).act([ask])[0]
        kind = stream.below(3)
        if kind == 0:
            return legal
        if kind == 1:
            broken = variations(legal)
            return broken[stream.below(len(broken))]
        pieces = (*HOSTILE, legal, ask.text, *(ask.choices or ()))
        return " ".join(pieces[stream.below(len(pieces))] for _ in range(1 + stream.below(3)))


@promise(
    "action.examples",
    caught="Every example of some plays is read by the parser of its own ask.",
)
def examples(subject: Subject) -> Iterator[Finding]:
    """`examples(ask)` gives well-formed answers: one for each of the choices, in their order; at least one elsewhere."""
    env = subject.env
    for k in range(min(subject.deals, _EXAMPLES)):
        play = Play(env, subject.task(k), k)
        while play.requests and all(isinstance(request, Ask) for request in play.requests):
            ask: Any = play.requests[0]
            texts = list(env.examples(ask))
            problem = None
            read = [ask.read(text) for text in texts]
            if not texts:
                problem = f"examples() gives nothing for {ask.text!r:.120}; give at least one well-formed answer"
            elif any(error is not None for _, error in read):
                bad = next(i for i, (_, error) in enumerate(read) if error is not None)
                problem = f"the example {texts[bad]!r:.120} is refused: {read[bad][1]}"
            elif ask.choices is not None and [value for value, _ in read] != list(ask.choices):
                problem = (
                    f"examples() gives {[value for value, _ in read]} for the choices {list(ask.choices)}; give one for each, in order"
                )
            if problem is not None:
                yield Finding(problem, line=ask.line, address=ask.address, task=play.task.id, seed=k)
                return
            play.answer(ask, texts[0])


@promise(
    "action.ambiguity",
    caught="A winning demo's answers are given together with a losing demo's, in both orders: one of the two must earn less.",
    needs=("demos.claims",),
)
def ambiguity(subject: Subject) -> Iterator[Finding]:
    """Two different answers at once do not earn what the right one earns."""
    env = subject.env
    tried = False
    for agent in env.seats:
        shown = [(demo, episode) for demo, episode in subject.demos if episode.turns_of(agent) and not demo.name.startswith("cheat")]
        if len(shown) < 2:
            continue
        best, won = max(shown, key=lambda pair: pair[0].rewards.get(agent, 0.0))
        worst, _ = min(shown, key=lambda pair: pair[0].rewards.get(agent, 0.0))
        top = best.rewards.get(agent, 0.0)
        wrong = _earned(subject, _instead(best, agent, [second for _, second in _pairs(best, worst, agent)]), agent)
        if wrong is None or wrong >= top or any(turn.choices is not None for turn in won.turns_of(agent)):
            continue  # where several choices are named, `ask` itself refuses
        tried = True
        texts = (["\n".join(pair[::order]) for pair in _pairs(best, worst, agent)] for order in (1, -1))
        earned = [_earned(subject, _instead(best, agent, both), agent) for both in texts]
        if all(reward is not None and reward >= top for reward in earned):
            yield Finding(
                f"{agent} gives the answers of the demos {best.name!r} and {worst.name!r} at once, in either order, and earns {top:g} "
                f"as for the first alone; refuse answers that disagree (axion_env.tagged_answer does)",
                task=won.task.id,
            )
    if not tried:
        raise Skip("answers are choices, or no two demos of an agent earn differently")


def _pairs(best: Demo, worst: Demo, agent: str) -> list[tuple[str, str]]:
    others = list(worst.actions[agent])
    return [(text, others[min(i, len(others) - 1)]) for i, text in enumerate(best.actions[agent])]


def _instead(demo: Demo, agent: str, texts: list[str]) -> Demo:
    return Demo("instead", {**demo.actions, agent: texts}, {}, demo.draws, demo.task)


def _earned(subject: Subject, demo: Demo, agent: str) -> float | None:
    """The agent's reward when a demo is played; None where the play breaks or its script does not fit."""
    try:
        episode = play_demo(subject.env, demo, services=subject.services)
        return subject.judge(episode)[agent].reward
    except AxionError:
        return None
