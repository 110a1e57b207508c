"""Advantage estimators: worked values, laws, and unbiasedness by enumerating Kuhn poker."""

from __future__ import annotations

import itertools
import math
import random
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

import axion_env as ax
from axion_env import GameTree, Trajectory, UsageError, Verdict, enumerate_plays, trajectories
from axion_train.estimator.fitness_sharing import FitnessSharing
from axion_train.estimator.group_mean import GroupMean
from axion_train.estimator.hierarchical import Hierarchical
from axion_train.estimator.leave_one_out import LeaveOneOut
from axion_train.estimator.permuted_rewards import PermutedRewards
from axion_train.estimator.role_baseline import RoleBaseline
from axion_train.metrics.update import proposal_metrics


def trajectory(
    reward: float, *, role: str = "first", deal: int = 0, copy: int = 0, env: str = "e", task: str = "t", agent: str = "a", proposal=None
) -> Trajectory:
    return Trajectory(env, role, task, deal, agent, copy, (), reward, Verdict(agent, role, reward, ()), {"proposal": proposal})


ESTIMATORS = [
    LeaveOneOut(),
    RoleBaseline(),
    GroupMean(),
    GroupMean(leave_one_out=True),
    GroupMean(std=True),
    Hierarchical(across=["first"]),
]
NAMES = ["LeaveOneOut", "RoleBaseline", "GroupMean", "RLOO", "GRPO", "Hierarchical"]
GROUPED, GROUPED_NAMES = (
    [LeaveOneOut(), GroupMean(), GroupMean(leave_one_out=True), GroupMean(std=True)],
    ["LeaveOneOut", "GroupMean", "RLOO", "GRPO"],
)


def fresh(estimator):
    return type(estimator)(**{k: v for k, v in vars(estimator).items() if not k.startswith("_")})


REMEMBERS = {"across": ["first"], "fitness_sharing": True, "remember": 0.5}

# Two plays of one task: a proposer and two solvers in each.
PROPOSED = [
    trajectory(reward, role=role, agent=agent, copy=copy)
    for copy, role, agent, reward in (
        (0, "proposer", "p", 0.5),
        (0, "solver", "x", 1.0),
        (0, "solver", "y", -1.0),
        (1, "proposer", "p", -1.0),
        (1, "solver", "x", 1.0),
        (1, "solver", "y", 1.0),
    )
]


def test_hierarchical_by_hand():
    """Solvers against those of their own play (0, and 1), proposers against the other play's (mean -.25)."""
    assert Hierarchical(across=["proposer"])(PROPOSED) == [0.75, 1.0, -1.0, -0.75, 0.0, 0.0]
    assert Hierarchical(across=["proposer"], leave_one_out=True)(PROPOSED) == [1.5, 2.0, -2.0, -1.5, 0.0, 0.0]
    unit = [0.75 / 0.7501, 1 / 1.0001]
    assert Hierarchical(across=["proposer"], std=True)(PROPOSED) == pytest.approx([unit[0], unit[1], -unit[1], -unit[0], 0.0, 0.0])


def test_hierarchical_leaves_nothing_of_a_proposals_difficulty():
    """Paying all solvers of one play more changes nobody's advantage: a hard proposal is no fault of theirs."""
    paid = [t._replace(reward=t.reward + 3) if (t.role, t.copy) == ("solver", 1) else t for t in PROPOSED]
    estimator = Hierarchical(across=["proposer"])
    assert estimator(paid) == estimator(PROPOSED)
    assert GroupMean()(paid) != pytest.approx(GroupMean()(PROPOSED))


def test_hierarchical_compares_proposers_by_its_key():
    """By default within a deal; without `deal` in the key, over all plays of a task; never over tasks."""
    rows = [trajectory(r, role="p", task=task, deal=deal) for r, task, deal in ((1.0, "t", 0), (3.0, "t", 1), (9.0, "u", 2))]
    assert Hierarchical(across=["p"])(rows) == [0.0, 0.0, 0.0]
    assert Hierarchical(across=["p"], key=["env", "role", "task"])(rows) == [-1.0, 1.0, 0.0]


def proposals(*pairs: tuple[float, object]) -> list[Trajectory]:
    return [trajectory(reward, role="p", copy=i, proposal=proposal) for i, (reward, proposal) in enumerate(pairs)]


def test_sharing_by_hand():
    """Of four proposals two are equal, and each has half of what it earns; costs are not shared, and what is nothing is no proposal."""
    rows = proposals((0.8, "x"), (0.8, "x"), (0.6, ["y"]), (-1.0, "z"), (-1.0, "z"), (0.2, None), (0.2, None))
    assert [t.reward for t in FitnessSharing()(rows)] == [0.4, 0.4, 0.6, -1.0, -1.0, 0.2, 0.2]
    assert Hierarchical(across=["p"], fitness_sharing=True)(rows[:3]) == pytest.approx([-0.2 / 3, -0.2 / 3, 0.4 / 3])
    assert Hierarchical(across=["p"])(rows[:3]) == pytest.approx([0.2 / 3, 0.2 / 3, -0.4 / 3])


def test_sharing_is_the_proposers_affair():
    """Who answers an often made proposal earns what he earns."""
    rows = [t._replace(facts={"proposal": "x"}) for t in PROPOSED]
    plain, shared = Hierarchical(across=["proposer"])(rows), Hierarchical(across=["proposer"], fitness_sharing=True)(rows)
    assert [b for a, b, t in zip(plain, shared, rows, strict=True) if t.role == "solver"] == [1.0, -1.0, 0.0, 0.0]
    assert shared[0] == 0.625  # .25 and -1: half of what is good, all of what is bad


def test_earlier_proposals_count_less_with_every_batch():
    """Made once two batches ago, and now: 1 + .5 · .5 of it."""
    sharing = FitnessSharing(remember=0.5)
    assert [t.reward for t in sharing(proposals((1.0, "x")))] == [1.0]
    assert [t.reward for t in sharing(proposals((1.0, "y")))] == [1.0]
    assert [t.reward for t in sharing(proposals((1.0, "x"), (1.0, "y")))] == [1 / 1.25, 1 / 1.5]
    for _ in range(8):
        sharing(proposals((1.0, "z")))
    assert list(sharing.state_dict()["earlier"]) == ['p "z"']


def test_unique_proposals_are_counted_by_play():
    """Whatever estimator judges, each play once, however many answered; None is no proposal."""
    rows = proposals((0.0, "x"), (0.0, "x"), (0.0, {"a": 1}), (0.0, None))
    answers = [t._replace(role="solver", agent=f"solver_{i}") for t in rows[2:] for i in range(5)]
    assert proposal_metrics([*rows, *answers]) == {"unique_proposals": 2 / 3}
    assert proposal_metrics(rows[3:]) == proposal_metrics([]) == {}


@pytest.mark.parametrize("remember", [-0.1, 1.0])
def test_memory_fades(remember):
    with pytest.raises(UsageError, match="remember"):
        FitnessSharing(remember)


def test_a_copy_can_be_a_key():
    """Then only seats of one episode are comparable."""
    assert GroupMean(key=["role", "copy"])(PROPOSED) == [0.0, 1.0, -1.0, 0.0, 0.0, 0.0]


batches = st.lists(st.tuples(st.sampled_from(["first", "second"]), st.integers(0, 3), st.integers(-4, 4)), min_size=1, max_size=24).map(
    lambda rows: [trajectory(float(r), role=role, deal=deal, copy=i) for i, (role, deal, r) in enumerate(rows)]
)


def test_leave_one_out_by_hand():
    """Rewards 1, 2, 6 of one deal: each minus the mean of the other two."""
    assert LeaveOneOut()([trajectory(r, copy=c) for c, r in enumerate((1.0, 2.0, 6.0))]) == [-3.0, -1.5, 4.5]


def test_leave_one_out_leaves_out_the_whole_episode():
    """Two exchangeable seats of one episode are no baseline for each other: their returns answer each other's actions."""
    rows = [trajectory(r, copy=c, agent=a) for c, a, r in ((0, "x", 4.0), (0, "y", 2.0), (1, "x", 1.0), (1, "y", 0.0))]
    assert LeaveOneOut()(rows) == [3.5, 1.5, -2.0, -3.0]


def test_role_baseline_reads_before_it_updates():
    """The first batch is judged against 0, the second against what the first left behind: 1 - .95 per trajectory."""
    estimator = RoleBaseline(decay=0.95)
    assert estimator([trajectory(2.0)]) == [2.0]
    assert estimator([trajectory(2.0)]) == [pytest.approx(2.0 - 0.1)]


def test_group_mean_by_hand():
    """Rewards 0, 0, 0, 4: mean 1, standard deviation sqrt(3)."""
    rows = [trajectory(r, copy=c) for c, r in enumerate((0.0, 0.0, 0.0, 4.0))]
    assert GroupMean()(rows) == [-1.0, -1.0, -1.0, 3.0]
    assert GroupMean(leave_one_out=True)(rows) == pytest.approx([-4 / 3, -4 / 3, -4 / 3, 4.0])
    scale = math.sqrt(3) + 1e-4
    assert GroupMean(std=True)(rows) == pytest.approx([-1 / scale, -1 / scale, -1 / scale, 3 / scale])


@pytest.mark.parametrize("estimator", GROUPED, ids=GROUPED_NAMES)
def test_a_singleton_group_teaches_nothing(estimator):
    """With nothing to compare, the advantage is 0, never the raw reward."""
    assert estimator([trajectory(5.0, deal=1), trajectory(-3.0, deal=2)]) == [0.0, 0.0]


@pytest.mark.parametrize("estimator", GROUPED, ids=GROUPED_NAMES)
def test_equal_rewards_teach_nothing(estimator):
    """A group without variance gets zeros, not NaN."""
    assert estimator([trajectory(0.1, copy=c) for c in range(5)]) == pytest.approx([0.0] * 5, abs=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=NAMES)
@given(rows=batches, seed=st.integers(0, 99))
def test_permuting_the_batch_permutes_the_advantages(estimator, rows, seed):
    """The order in which episodes end does not show."""
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    first, second = fresh(estimator), fresh(estimator)
    plain, permuted = first(rows), second([rows[i] for i in order])
    assert permuted == pytest.approx([plain[i] for i in order])
    assert first.state_dict() == second.state_dict()


@pytest.mark.parametrize("estimator", GROUPED, ids=GROUPED_NAMES)
@given(rows=batches, bonus=st.integers(-5, 5))
def test_paying_one_role_more_changes_nobodys_advantage(estimator, rows, bonus):
    """Paying one role more in every game changes nobody's advantage."""
    paid = [t._replace(reward=t.reward + bonus) if t.role == "first" else t for t in rows]
    alone = {(t.role, t.deal) for t in rows if sum((o.role, o.deal) == (t.role, t.deal) for o in rows) == 1}
    for before, after, t in zip(estimator(rows), estimator(paid), rows, strict=True):
        assert after == pytest.approx(before, abs=1e-9) or (t.role, t.deal) in alone


def test_paying_one_role_more_is_forgotten_by_the_role_baseline():
    """After enough batches the moving average has absorbed a bonus for one role, and the other role never noticed."""
    plain, paid = RoleBaseline(), RoleBaseline()
    for _ in range(40):
        rows = [trajectory(float(c % 3), role=role, copy=c) for c in range(32) for role in ("first", "second")]
        a = plain(rows)
        b = paid([t._replace(reward=t.reward + 7) if t.role == "first" else t for t in rows])
    assert b == pytest.approx(a, abs=1e-9)


@pytest.mark.parametrize(
    ("estimator", "options"),
    [(RoleBaseline(), {}), (PermutedRewards(3), {}), (Hierarchical(**REMEMBERS), REMEMBERS)],
    ids=["RoleBaseline", "PermutedRewards", "Hierarchical"],
)
def test_state_survives_a_checkpoint(estimator, options):
    """Stored and loaded, an estimator goes on as if it had never stopped."""
    rows = [trajectory(float(c % 5), role=role, deal=c % 3, copy=c, proposal=c % 4) for c in range(16) for role in ("first", "second")]
    estimator(rows)
    twin = type(estimator)(**options)
    twin.load_state_dict(estimator.state_dict())
    assert twin(rows) == estimator(rows)
    assert twin.state_dict() == estimator.state_dict()


def test_permuted_rewards_stay_within_their_role():
    """The control deals rewards out anew, but never across roles."""
    rows = [trajectory(float(c), role="first", copy=c) for c in range(8)] + [trajectory(100.0, role="second", copy=c) for c in range(8)]
    advantages = PermutedRewards(0)(rows)
    assert advantages[8:] == [0.0] * 8
    assert sorted(advantages[:8]) == pytest.approx(sorted(LeaveOneOut()(rows)[:8]))
    assert advantages[:8] != LeaveOneOut()(rows)[:8]


@pytest.mark.parametrize("key", [[], ["card"], ["env", "rol"]])
def test_an_unknown_key_is_refused(key):
    """A key is made of fields a trajectory has."""
    with pytest.raises(UsageError, match="key is made of"):
        LeaveOneOut(key)


# Unbiasedness, exactly: the expectation of Σ A ∇log π over every deal and every pair of plays is the true gradient.


def _kuhn():
    env = ax.load("axion/KuhnPoker-v0")
    tree = GameTree(env)
    rng = random.Random(5)
    strategy = []
    for s in tree.information_sets:
        p = rng.uniform(0.1, 0.9)
        strategy.append([p, 1 - p])
        assert len(s.actions) == 2
    index = {s.messages: s.index for s in tree.information_sets}
    return env, tree, strategy, index


def _exact_gradient(tree, strategy):
    """d(value of the agent who moves there)/d(logit of its first action), at each information set."""
    out = []
    for s in tree.information_sets:
        h = 1e-6
        values = []
        for sign in (h, -h):
            p = strategy[s.index][0]
            logit = math.log(p / (1 - p)) + sign
            moved = 1 / (1 + math.exp(-logit))
            values.append(tree.values([[moved, 1 - moved] if i == s.index else row for i, row in enumerate(strategy)])[s.agent])
        out.append((values[0] - values[1]) / (2 * h))
    return out


def _plays_by_deal(env, strategy, index):
    """deal → [(episode, its probability given the deal)]."""
    deals = defaultdict(list)
    for one in enumerate_plays(env):
        draws = tuple(d.chosen for d in one.decisions if d.agent is None)
        chance = math.prod(strategy[index[d.messages]][d.chosen] for d in one.decisions if d.agent is not None)
        deals[draws].append((one.episode, chance))
    return deals


def _score(t, advantage, strategy, index, out, weight):
    for turn in t.turns:
        i = index[turn.observation]
        taken = turn.choices.index(turn.action.parsed)
        out[i] += weight * advantage * ((taken == 0) - strategy[i][0])


def _expected(estimator, env, strategy, index, copies):
    """[information sets] E[Σ A ∇log π] per play, over every deal and every tuple of `copies` plays of it."""
    out = [0.0] * len(index)
    deals = _plays_by_deal(env, strategy, index)
    for number, plays in enumerate(deals.values()):
        for chosen in itertools.product(plays, repeat=copies):
            weight = math.prod(p for _, p in chosen) / len(deals) / copies
            batch = [t for c, (e, _) in enumerate(chosen) for t in trajectories(env, e._replace(seed=number, copy=c))]
            for t, advantage in zip(batch, estimator(batch), strict=True):
                _score(t, advantage, strategy, index, out, weight)
    return out


@pytest.mark.parametrize(("estimator", "copies", "scale"), [
    (LeaveOneOut(), 2, 1.0),
    (LeaveOneOut(), 3, 1.0),
    (GroupMean(leave_one_out=True), 2, 1.0),
    (GroupMean(), 3, 2 / 3),
], ids=["loo-2", "loo-3", "rloo-2", "mean-3 shrinks by (n-1)/n"])  # fmt: skip
def test_the_gradient_is_unbiased(estimator, copies, scale):
    """Over all deals and all plays of Kuhn poker, the expected estimate is the exact gradient."""
    env, tree, strategy, index = _kuhn()
    exact = [scale * g for g in _exact_gradient(tree, strategy)]
    assert _expected(estimator, env, strategy, index, copies) == pytest.approx(exact, abs=1e-8)


def test_the_role_baseline_is_unbiased():
    """A baseline read before the update depends on nothing the batch does, whatever its value."""
    env, tree, strategy, index = _kuhn()
    out = [0.0] * len(index)
    deals = _plays_by_deal(env, strategy, index)
    for number, plays in enumerate(deals.values()):
        for episode, p in plays:
            estimator = RoleBaseline()
            estimator.load_state_dict({"average": [[["axion/KuhnPoker-v0", "first"], 0.7], [["axion/KuhnPoker-v0", "second"], -0.3]]})
            batch = trajectories(env, episode._replace(seed=number))
            for t, advantage in zip(batch, estimator(batch), strict=True):
                _score(t, advantage, strategy, index, out, p / len(deals))
    assert out == pytest.approx(_exact_gradient(tree, strategy), abs=1e-8)


def test_dividing_by_the_standard_deviation_is_biased():
    """GRPO's scale re-weights deals: its expected gradient is not even parallel to the exact one."""
    env, tree, strategy, index = _kuhn()
    exact, found = _exact_gradient(tree, strategy), _expected(GroupMean(std=True), env, strategy, index, 3)
    cosine = sum(a * b for a, b in zip(exact, found, strict=True)) / math.sqrt(sum(a * a for a in exact) * sum(b * b for b in found))
    assert cosine < 0.99
