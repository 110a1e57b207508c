"""Every installed environment keeps its spec's promises: a new one is tested the moment it is registered."""

from __future__ import annotations

import pickle
import random
from pathlib import Path

import pytest

from axion_env import Ending, Env, EnvSpec, Play, RandomPolicy, Utility, drive, find, ids, judge, load, play_demo, verify
from axion_env.codec import encode
from axion_env.driver import serve
from axion_env.request import Ask, Call
from axion_env.transcript import transcript

GOLDEN = Path(__file__).parents[1] / "golden"
ENVS = [name for name in ids() if name.startswith("axion/")]
DEMOS = [(name, demo.name) for name in ENVS for demo in load(name).demos()]


def _demo(name: str, demo: str) -> tuple[Env, object]:
    env = load(name)
    return env, next(d for d in env.demos() if d.name == demo)


@pytest.mark.parametrize(("name", "demo"), DEMOS)
def test_demos_earn_what_they_claim(name: str, demo: str) -> None:
    """Each demo ends with the verdict it states, for every seated agent."""
    env, script = _demo(name, demo)
    episode = play_demo(env, script)  # type: ignore[arg-type]
    assert episode.ending in (Ending.FINISHED, Ending.FORFEIT)
    rewards = {agent: verdict.reward for agent, verdict in judge(env, episode).items()}
    assert rewards == pytest.approx(script.rewards)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "demo"), DEMOS)
def test_golden_transcripts(name: str, demo: str, update_golden: bool) -> None:
    """What each agent saw and said is as it was: run with --update-golden, and read the difference, after a change on purpose."""
    env, script = _demo(name, demo)
    episode = play_demo(env, script)  # type: ignore[arg-type]
    text = transcript(episode, judge(env, episode))
    path = GOLDEN / name.replace("/", "-") / f"{''.join(c if c.isalnum() else '_' for c in demo)}.txt"
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), "run pytest --update-golden"
    assert path.read_text() == text


def test_no_golden_transcript_is_left_over() -> None:
    """Every file belongs to a demo."""
    wanted = {(name.replace("/", "-"), "".join(c if c.isalnum() else "_" for c in demo)) for name, demo in DEMOS}
    assert {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.txt")} == wanted


@pytest.mark.parametrize("name", ENVS)
def test_demos_win_lose_and_cheat(name: str) -> None:
    """There is one that reaches the most, and one named a cheat; a cheat earns its role's least."""
    env = load(name)
    demos = env.demos()
    ranges = {agent: env.spec.range_of(role.name) for agent, role in env.spec.agents.items()}
    assert any(reward == ranges[agent][1] for d in demos for agent, reward in d.rewards.items())
    cheats = [d for d in demos if d.name.startswith("cheat")]
    assert cheats
    assert all(any(reward == ranges[agent][0] for agent, reward in d.rewards.items()) for d in cheats)


@pytest.mark.parametrize("name", ENVS)
def test_specs_and_instances_travel(name: str) -> None:
    """The spec survives JSON, the instance survives pickle, and both have the id they are found by."""
    env = load(name)
    assert EnvSpec.from_json(env.spec.to_json()) == env.spec
    twin = pickle.loads(pickle.dumps(env))
    assert (type(twin), twin.spec, twin.options) == (find(name), env.spec, env.options)
    assert env.spec.id == name
    assert set(env.rubric.roles) == {role.name for role in env.spec.agents.values()}
    assert find(name).__doc__
    assert env.spec.description


def _episodes(env: Env, policy: object, count: int = 150):  # type: ignore[no-untyped-def]
    tasks = env.tasks("train")
    plays = (Play(env, tasks[seed % len(tasks)], seed) for seed in range(count))
    return list(drive(plays, policy))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ENVS)
def test_random_play_keeps_the_promises(name: str) -> None:
    """150 random plays: none FAILED, all within max_turns and the reward range, zero-sum where promised, all replayed alike."""
    env = load(name)
    for episode in _episodes(env, RandomPolicy(3)):
        assert episode.ending is Ending.FINISHED
        assert len(episode.turns) <= env.spec.max_turns
        verdicts = judge(env, episode)
        assert set(verdicts) == set(episode.agents)
        for verdict in verdicts.values():
            low, high = env.spec.range_of(verdict.role)
            assert low <= verdict.reward <= high
        if env.spec.utility is Utility.ZERO_SUM:
            assert sum(v.reward for v in verdicts.values()) == 0
        assert verify(encode(episode)) is None


class _Babbling:
    """Answers with anything: legal moves, fragments, nothing, other people's words."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def act(self, asks):  # type: ignore[no-untyped-def]
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask) -> str:  # type: ignore[type-arg]
        examples = list(ask.play.env.examples(ask)) or [""]
        pieces = [
            *examples,
            *(ask.choices or ()),
            ask.text,
            "<answer>",
            "</answer>",
            "[",
            "]",
            "<think>",
            "\\boxed{",
            "}",
            "7",
            "\ud800",
            "\x00",
            "İ",
        ]
        return " ".join(self._chance.choices(pieces, k=self._chance.randrange(4)))


@pytest.mark.parametrize("name", ENVS)
def test_no_answer_breaks_an_environment(name: str) -> None:
    """Whatever is said, a play ends FINISHED or FORFEIT, within its reward range: never an exception."""
    env = load(name)
    for episode in _episodes(env, _Babbling(1), 400):
        assert episode.ending in (Ending.FINISHED, Ending.FORFEIT)
        for verdict in judge(env, episode).values():
            low, high = env.spec.range_of(verdict.role)
            assert low <= verdict.reward <= high


@pytest.mark.parametrize("name", ENVS)
def test_plays_are_deterministic(name: str) -> None:
    """Same options, task, seed and actions: the same bytes, from another instance and in other batches."""
    one = [encode(e) for e in _episodes(load(name), RandomPolicy(5), 60)]
    env = load(name)
    tasks = env.tasks("train")
    two = [encode(e) for e in drive((Play(env, tasks[s % len(tasks)], s) for s in range(60)), RandomPolicy(5), in_flight=7)]
    assert one == two
    assert len(set(one)) > 5


@pytest.mark.parametrize("name", ENVS)
def test_examples_are_legal(name: str) -> None:
    """The environment's own examples parse, one for each legal action."""
    env = load(name)
    for task in env.tasks("train")[:5]:
        play = Play(env, task, 1)
        while play.requests:
            ask = play.requests[0]
            if isinstance(ask, Call):
                serve([ask], {})
                continue
            assert isinstance(ask, Ask)
            read = [ask.read(text) for text in env.examples(ask)]
            assert read
            assert all(error is None for _, error in read)
            if ask.choices is not None:
                assert [value for value, _ in read] == list(ask.choices)
            play.answer(ask, env.examples(ask)[0])
