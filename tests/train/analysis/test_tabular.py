"""The exact dynamics: the flat arrays say what the tree says, the gradients are those of the value, and the known figures come out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from axion_env import Context, Env, EnvSpec, Episode, GameTree, Memory, Outcome, Reward, Role, Rubric, Task, UsageError, load
from axion_train.analysis import tabular as dynamics
from axion_train.analysis.tabular import FlatGame, Numbers, divergence_gradient, flatten, gradient, softmax, standardized
from axion_train.learner.schedule import Schedule


def chips(episode: Episode, agent: str) -> float:
    assert episode.facts is not None
    return float(episode.facts[agent])


class Auction(Env):
    """Three agents, two or three actions each, and a coin tossed after the first has acted."""

    rubric = Rubric(bidder=[Reward(chips)], rival=[Reward(chips)], host=[Reward(chips)])
    spec = EnvSpec(
        "test/Auction-v0",
        agents={"a": Role("bidder", "", Memory.NONE), "b": Role("rival", "", Memory.NONE), "c": Role("host", "", Memory.NONE)},
        max_turns=3,
        reward_range=(-9, 9),
        utility="general_sum",  # type: ignore[arg-type]
        information="imperfect",
    )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        bid = await ctx.ask("a", "Bid.", choices=("1", "2", "3"))
        coin = ctx.draw("coin", (0, 1, 2), visible_to=("b",))
        answer = await ctx.ask("b", f"The coin shows {coin}.", choices=("stay", "go"))
        fee = await ctx.ask("c", f"{answer}. Fee?", choices=("1", "2", "3"))
        paid = int(fee) * int(bid) if answer == "stay" else -coin
        return Outcome({"a": paid - int(bid), "b": coin * int(bid) - int(fee), "c": -paid})


GAMES = {"kuhn": load("axion/KuhnPoker-v0"), "auction": Auction()}


@pytest.fixture(params=GAMES)
def env(request: pytest.FixtureRequest) -> Env:
    return GAMES[request.param]


def some_policy(game: FlatGame) -> tuple[Numbers, Numbers]:
    logits = np.random.default_rng(5).normal(size=game.legal.shape)
    return logits, softmax(game, logits)


def rows(game: FlatGame, policy: Numbers) -> list[list[float]]:
    return [row[legal].tolist() for row, legal in zip(policy, game.legal, strict=True)]


def slopes(function: object, logits: Numbers, game: FlatGame) -> Numbers:
    """[I, A] Central differences; 0 where there is no such action."""
    out = np.zeros_like(logits)
    for place in zip(*np.nonzero(game.legal), strict=True):
        ends = []
        for step in (1e-5, -1e-5):
            moved = logits.copy()
            moved[place] += step
            ends.append(function(moved))  # type: ignore[operator]
        out[place] = (ends[0] - ends[1]) / 2e-5
    return out


def test_flat_game_is_the_tree(env: Env) -> None:
    """Leaves, information sets in the tree's order, values and visits are those of the tree."""
    game, tree = flatten(env), GameTree(env)
    _, policy = some_policy(game)
    reach = game.reach(policy)
    assert len(game.chance) == tree.leaves
    assert [game.agents[o] for o in game.owner] == [s.agent for s in tree.information_sets]
    assert game.legal.sum(axis=1).tolist() == [len(s.actions) for s in tree.information_sets]
    assert reach.sum() == pytest.approx(1)
    values = tree.values(rows(game, policy))
    assert (reach @ game.payoffs).tolist() == pytest.approx([values[a] for a in game.agents])
    visits = game.taken(np.repeat(reach[:, None], game.paths.shape[1], axis=1)).sum(axis=1)
    assert visits.tolist() == pytest.approx(tree.reach(rows(game, policy)))


def test_gradient_is_that_of_the_value(env: Env) -> None:
    """At each information set it is the slope of its own agent's value."""
    game = flatten(env)
    logits, policy = some_policy(game)
    by_agent = [
        slopes(lambda x, g=g: float(game.reach(softmax(game, x)) @ game.payoffs[:, g]), logits, game) for g in range(len(game.agents))
    ]
    wanted = np.stack([by_agent[owner][i] for i, owner in enumerate(game.owner)])
    assert np.allclose(gradient(game, policy), wanted, atol=1e-8)


def test_scores_sum_to_the_gradient(env: Env) -> None:
    """Reach · worth · score over leaves is the gradient, and reach · score is nothing."""
    game = flatten(env)
    _, policy = some_policy(game)
    reach, scores = game.reach(policy), game.scores(policy)
    assert np.allclose(np.einsum("l,lg,lgia->ia", reach, game.payoffs, scores), gradient(game, policy))
    assert np.allclose(np.einsum("l,lgia->gia", reach, scores), 0)


def test_divergence_gradient_charges_each_answer_for_itself(env: Env) -> None:
    """It is the slope of the visited information sets' KL from uniform, with the visits held fixed."""
    game = flatten(env)
    logits, policy = some_policy(game)
    visits = game.taken(np.repeat(game.reach(policy)[:, None], game.paths.shape[1], axis=1)).sum(axis=1)
    counts = game.legal.sum(axis=1, keepdims=True)

    def kl(x: Numbers) -> float:
        p = softmax(game, x)
        return float(visits @ (p * np.log(np.where(p > 0, p * counts, 1.0))).sum(axis=1))

    assert np.allclose(divergence_gradient(game, policy), slopes(kl, logits, game), atol=1e-8)


def test_a_baseline_by_deal_changes_nothing() -> None:
    """What is subtracted from all plays of a deal, and from either seat, is not in the mean."""
    game = flatten(GAMES["kuhn"])
    _, policy = some_policy(game)
    assert game.deals is not None
    baseline = np.random.default_rng(1).normal(size=(6, 2))[game.deals]
    assert np.allclose(gradient(game, policy, game.payoffs - baseline), gradient(game, policy))


def test_standardized_has_mean_0_and_deviation_1_within_each_deal() -> None:
    game = flatten(GAMES["kuhn"])
    _, policy = some_policy(game)
    assert game.deals is not None
    reach, scaled = game.reach(policy), standardized(game, policy)
    for deal in range(6):
        here = game.deals == deal
        share = reach[here] / reach[here].sum()
        assert share.sum() == pytest.approx(1)
        assert np.allclose(share @ scaled[here], 0)
        assert np.allclose(share @ scaled[here] ** 2, 1)


def test_no_deal_where_chance_follows_an_action() -> None:
    game = flatten(GAMES["auction"])
    assert game.deals is None
    with pytest.raises(UsageError, match="draws before anybody acts"):
        standardized(game, some_policy(game)[1])


def kuhn(updates: int, reference_kl: Schedule, **settings: object) -> list[dynamics.Point]:
    return list(dynamics.dynamics(GAMES["kuhn"], updates=updates, reference_kl=reference_kl, **settings))  # type: ignore[arg-type]


def test_starts_uniform() -> None:
    (start,) = kuhn(1, Schedule(0.1), at=[0])
    assert start.nash_conv == start.averaged == pytest.approx(11 / 12)


def test_known_figure_after_100_steps() -> None:
    """tau .1, eta 3: NashConv .043 (a separate implementation's figure)."""
    assert kuhn(100, Schedule(0.1), at=[100])[0].nash_conv == pytest.approx(0.043, abs=5e-4)


@pytest.mark.parametrize(("tau", "floor"), [(0.5, 0.225), (0.3, 0.138), (0.2, 0.087), (0.1, 0.038), (0.05, 0.0148), (0.03, 0.0081)])
def test_rests_at_the_quantal_response_equilibrium(tau: float, floor: float) -> None:
    """The last policy of a constant magnet ends as far from equilibrium as tau says, and no nearer."""
    (end,) = kuhn(2500, Schedule(tau), optimism=2.0, at=[2500])
    assert end.nash_conv == pytest.approx(floor, abs=1e-3)
    assert end.averaged == pytest.approx(floor, abs=1e-3)


def test_the_recipe_s_schedule_falls_all_the_way() -> None:
    """tau .2 to .03 with a falling optimistic step: down at every tenth of the run, and below .04 at its end."""
    points = kuhn(300, Schedule(0.2, 0.03, "exponential"), rate=Schedule(1e-3, 1e-5), optimism=2.0)
    assert [p.update for p in points] == list(range(0, 301, 30))
    assert all(a.nash_conv > b.nash_conv for a, b in pairwise(points))
    assert points[-1].nash_conv < 0.04


@pytest.mark.parametrize("tau", [Schedule(0.05), Schedule(0.1), Schedule(0.2, 0.03, "exponential")])
def test_dividing_by_the_deviation_plays_another_game(tau: Schedule) -> None:
    """However long it trains, NashConv stays above .3, where the plain form goes below .1."""
    (plain,), (divided,) = (kuhn(1000, tau, scale=scale, at=[1000]) for scale in ("none", "std"))
    assert plain.nash_conv < 0.06
    assert divided.nash_conv > 0.3


def test_no_magnet_cycles() -> None:
    """Without the penalty the last policy does not converge."""
    assert min(p.nash_conv for p in kuhn(2000, Schedule(0.0), at=range(200, 2001, 50))) > 0.1


def test_says_what_it_cannot_do() -> None:
    with pytest.raises(UsageError, match="none or std"):
        kuhn(1, Schedule(0.1), scale="mean")
    with pytest.raises(UsageError, match="more than 29 leaves"):
        flatten(GAMES["kuhn"], most=29)
    assert len(flatten(GAMES["kuhn"], most=30).chance) == 30
