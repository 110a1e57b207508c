"""Rules 18 and 19: from an episode to what each agent's play was worth."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import ContractError, Ending, EnvSpec, Episode, Message, Reward, Role, Rubric, Task, Turn, Utility, judge, trajectories
from axion_env.core.rubric import forfeit_verdicts
from axion_env.record.episode import Action
from tests.core.game import finish, game

finite = st.floats(-1e6, 1e6)


def _episode(ending: Ending = Ending.FINISHED, culprits: tuple[str, ...] = (), turns: str = "ab") -> Episode:
    root = tuple(Turn(a, (Message("user", "?"),), ("x",), (Action("x", "x"),), {"worth": i}) for i, a in enumerate(turns))
    return Episode("t/E-v0", {}, Task(), {"a": "left", "b": "right"}, 1, 0, root, {}, ending, {"n": 3}, culprits)


class _Env:
    """What `judge` needs of an environment."""

    def __init__(self, rubric: Rubric, utility: Utility = Utility.GENERAL_SUM) -> None:
        self.rubric = rubric
        self.spec = EnvSpec("t/E-v0", {"a": Role("left"), "b": Role("right")}, (-2, 3), utility)


def _judge(left: list[Reward], right: list[Reward], episode: Episode | None = None, **options: Any) -> Any:
    return judge(_Env(Rubric(left=left, right=right), **options), episode or _episode())  # type: ignore[arg-type]


def constant(value: Any, weight: float = 1.0, name: str = "") -> Reward:
    return Reward(lambda episode, agent: value, weight, name)


@given(st.lists(st.tuples(finite, finite), max_size=8))
def test_a_reward_is_the_exact_sum_of_its_parts(terms: list[tuple[float, float]]) -> None:
    """Left to right, in the order of the rubric, to the last bit."""
    verdict = _judge([constant(value, weight) for value, weight in terms], [])["a"]
    total = 0.0
    for value, weight in terms:
        total += value * weight
    assert verdict.reward == total
    assert [part.value for part in verdict.parts] == [value * weight for value, weight in terms]


def test_none_is_no_part_at_all() -> None:
    """A reward that does not apply leaves no part; a zero leaves one."""
    verdict = _judge([constant(None, name="absent"), constant(0.0, name="zero"), constant(2, 0.5, "half")], [])["a"]
    assert [tuple(part) for part in verdict.parts] == [("zero", 0.0, None), ("half", 1.0, None)]
    assert type(verdict.parts[1].value) is float


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), "1", [1], 1j])
def test_a_reward_is_a_finite_number(value: Any) -> None:
    """Anything else is refused with the reward's name."""
    with pytest.raises(ContractError, match="reward 'broken' is"):
        _judge([constant(value, name="broken")], [])


def test_weights_cannot_overflow() -> None:
    """Nor may a finite reward become infinite by its weight."""
    with pytest.raises(ContractError, match="finite"):
        _judge([constant(1e200, 1e200, "broken")], [])


def test_rewards_are_by_role() -> None:
    """Each agent is paid by the rewards of its own role, and gets (episode, agent)."""
    seen = []

    def paid(episode: Episode, agent: str) -> float:
        seen.append(agent)
        return 1.0

    verdicts = _judge([Reward(paid)], [constant(5)])
    assert seen == ["a"]
    assert {a: v.reward for a, v in verdicts.items()} == {"a": 1.0, "b": 5.0}
    assert verdicts["a"].parts[0].name == "paid"


def test_per_turn_rewards_see_their_turn() -> None:
    """They are paid at the step after it; the others on the last turn."""

    def worth(episode: Episode, turn: Turn) -> float | None:
        return turn.notes["worth"] or None  # type: ignore[no-any-return]

    episode = _episode(turns="aabaa")
    env = _Env(Rubric(left=[constant(10, name="end"), Reward(worth, per_turn=True)], right=[]))
    verdict = judge(env, episode)["a"]  # type: ignore[arg-type]
    assert [(p.name, p.turn) for p in verdict.parts] == [("end", None), ("worth", 1), ("worth", 2), ("worth", 3)]
    assert verdict.step_rewards(4) == (0.0, 1.0, 3.0, 14.0)
    assert sum(verdict.step_rewards(4)) == verdict.reward == 18.0
    (a, b) = trajectories(env, episode)  # type: ignore[arg-type]
    assert (a.agent, a.role, a.reward, a.step_rewards, len(a.turns)) == ("a", "left", 18.0, (0.0, 1.0, 3.0, 14.0), 4)
    assert (b.agent, b.reward, b.step_rewards) == ("b", 0.0, (0.0,))
    assert (a.env, a.task, a.deal, a.copy) == ("t/E-v0", "0", 1, 0)


@given(st.lists(st.tuples(st.integers(0, 4) | st.none(), finite), max_size=9))
def test_step_rewards_add_up(parts: list[tuple[int | None, float]]) -> None:
    """Step rewards sum to the reward, up to rounding."""
    from axion_env import Part, Verdict

    verdict = Verdict("a", "left", sum(value for _, value in parts), tuple(Part("p", value, turn) for turn, value in parts))
    assert sum(verdict.step_rewards(5)) == pytest.approx(verdict.reward, abs=1e-6)


def test_an_episode_can_be_judged_again() -> None:
    """Another rubric gives another verdict, and the environment's own is unchanged."""
    env = _Env(Rubric(left=[constant(1)], right=[constant(1)]))
    other = Rubric(left=[constant(7)], right=[Reward(lambda e, a: e.facts["n"])])
    episode = _episode()
    assert {a: v.reward for a, v in judge(env, episode, other).items()} == {"a": 7.0, "b": 3.0}  # type: ignore[arg-type]
    assert {a: v.reward for a, v in judge(env, episode).items()} == {"a": 1.0, "b": 1.0}  # type: ignore[arg-type]


def test_a_role_without_rewards_is_named() -> None:
    """A rubric that forgets a role cannot judge it."""
    with pytest.raises(ContractError, match="no rewards for the role 'right'; it has left"):
        judge(_Env(Rubric(left=[])), _episode())  # type: ignore[arg-type]


def test_forfeits_pay_by_the_spec_not_the_rubric() -> None:
    """The culprit gets its role's lower bound; in a general-sum game the other gets nothing."""
    verdicts = _judge([constant(1)], [constant(1)], _episode(Ending.FORFEIT, ("a",)))
    assert {a: v.reward for a, v in verdicts.items()} == {"a": -2.0, "b": 0.0}
    assert [part.name for part in verdicts["a"].parts] == ["forfeit"]


def test_truncation_pays_nothing() -> None:
    """Whatever the rubric says."""
    verdicts = _judge([constant(1)], [constant(1)], _episode(Ending.TRUNCATED))
    assert {a: (v.reward, v.parts) for a, v in verdicts.items()} == {"a": (0.0, ()), "b": (0.0, ())}


@pytest.mark.parametrize(
    ("culprits", "worth"),
    [
        (("a",), {"a": -4.0, "b": 2.0, "c": 2.0}),
        (("c", "a"), {"a": -1.6, "b": 4.0, "c": -2.4}),  # not 10 to b, who is promised 4 at most
        (("a", "b", "c"), {"a": 0.0, "b": 0.0, "c": 0.0}),
        ((), {"a": 0.0, "b": 0.0, "c": 0.0}),
    ],
)
def test_forfeits_of_three_stay_zero_sum(culprits: tuple[str, ...], worth: dict[str, float]) -> None:
    """Culprits their role's lower bound, the others share the opposite as far as their range goes; all culprits, nobody anything."""
    roles = {agent: Role(agent) for agent in "abc"}
    spec = EnvSpec("t/Three-v0", roles, {"a": (-4, 4), "b": (-4, 4), "c": (-6, 6)}, Utility.ZERO_SUM)
    verdicts = forfeit_verdicts(spec, {a: a for a in "abc"}, culprits)
    assert {a: v.reward for a, v in verdicts.items()} == worth
    assert sum(v.reward for v in verdicts.values()) == 0
    assert str(verdicts["b"].reward) != "-0.0"


def test_a_play_that_catches_its_forfeit_is_judged_by_the_rubric() -> None:
    """Facts returned after a caught ending are facts."""
    from axion_env import Context, Forfeit, Outcome

    async def forgiving(task: Task, ctx: Context) -> Outcome:
        with suppress(Forfeit):
            await ctx.ask("a", "?", choices=("x",))
        return Outcome({})

    env = game(forgiving, rewards=[constant(0.25)])
    assert {v.reward for v in judge(env, finish(env, {"a": ["nonsense"]})).values()} == {0.25}
