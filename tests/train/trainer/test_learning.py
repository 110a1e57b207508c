"""Learning, on exact quantities: what the warm-up leaves, and that self-play and checked answers move it."""

from __future__ import annotations

import json
import math

import pytest

from axion_env import GameTree, load
from axion_env.gametree.enumerate import ILLEGAL
from axion_train import recipe
from axion_train.evaluate.strategy import exact_strategy, legal_part, metrics
from axion_train.run.folder import Run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[0, 1, 2])
def warmed(request, tmp_path_factory):
    """A run of the shipped recipe that stops before its first update."""
    path = tmp_path_factory.mktemp("warm") / "run"
    Run.create(
        path, recipe.read("kuhn-poker", (f"training.seed={request.param}", "training.updates=1", "training.checkpoint_every=5"))
    ).train()
    first = json.loads((path / "metrics.jsonl").read_text().splitlines()[0])
    run = Run.open(path)
    return first, run


def test_the_warm_up_teaches_the_format_and_no_strategy(warmed):
    """After it, every legal move has probability 1/2 within 2 %, so that NashConv is uniform play's .917."""
    first, run = warmed
    policy = run.policy(averaged=False)
    # the first update waits for a signal: the weights are the warm-up's
    tree = GameTree(run.env, illegal=True)
    strategy, unresolved = exact_strategy(policy, tree, 1e-8)
    for infoset, chances in zip(tree.information_sets, legal_part(tree, strategy), strict=True):
        assert all(abs(p - 0.5) <= 0.02 for a, p in zip(infoset.actions, chances, strict=True) if a != ILLEGAL), infoset
    found = metrics(tree, strategy, unresolved)
    assert found.nash_conv_legal == pytest.approx(11 / 12, abs=0.02)
    assert found.illegal_mass <= 0.005
    assert first["nash_conv"] == pytest.approx(found.nash_conv, abs=1e-3)


def test_self_play_lowers_nash_conv(tmp_path):
    """A third of the shipped recipe takes NashConv from .917 below the one-line rule's .111 on a fixed seed, with a margin."""
    summary = Run.create(tmp_path / "run", recipe.read("kuhn-poker", ("training.updates=100", "evaluation.every=50"))).train()
    assert summary["nash_conv_start"] > 0.9
    assert summary["nash_conv"] < 0.1
    assert summary["illegal_mass"] <= 0.002


def test_without_a_signal_nothing_moves(tmp_path):
    """Rewards permuted within their role leave NashConv where it was."""
    changes = ("advantage.name=permuted_rewards", 'advantage.key=["env","role","deal"]', "training.updates=60", "evaluation.every=60")
    summary = Run.create(tmp_path / "run", recipe.read("kuhn-poker", changes)).train()
    assert summary["nash_conv"] >= 0.85


def test_checked_answers_raise_held_out_accuracy(tmp_path):
    """A tenth of the shipped arithmetic recipe doubles the accuracy on operand pairs never trained on."""
    changes = ("training.updates=40", "evaluation.every=40", "evaluation.final_episodes=512")
    summary = Run.create(tmp_path / "run", recipe.read("arithmetic", changes)).train()
    assert summary["heldout_accuracy_start"] <= 0.30
    assert summary["heldout_accuracy"] >= 2 * summary["heldout_accuracy_start"]


def test_what_still_fails_teaches_to_mend(tmp_path):
    """A tenth of the shipped recipe mends half as many bugs again, in programs whose tables were never trained on."""
    changes = ("training.updates=60", "evaluation.every=60", "evaluation.final_episodes=512", "evaluation.also=[]", "controls={}")
    summary = Run.create(tmp_path / "run", recipe.read("bug-repair", changes)).train()
    assert 0.15 <= summary["heldout_solve_rate_start"] <= 0.4
    assert summary["heldout_solve_rate"] >= 1.35 * summary["heldout_solve_rate_start"]


def test_exported_strategies_agree_with_openspiel(tmp_path):
    """NashConv of a trained text policy, recomputed by OpenSpiel from the exported table, agrees to 1e-6."""
    pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")
    from open_spiel.python import policy as tabular
    from open_spiel.python.algorithms import exploitability

    path = tmp_path / "run"
    summary = Run.create(path, recipe.read("kuhn-poker", ("training.updates=30", "evaluation.every=30"))).train()
    table = {}
    for row in json.loads((path / "strategy.json").read_text()):
        question = row["observation"][-1]
        card = "JQK".index(question.removeprefix("You hold ")[0])
        history = question.split("so far: ")[1].split(".")[0]
        key = f"{card}{'' if history == 'none' else ''.join('p' if m == 'check' else 'b' for m in history.split(', '))}"
        total = sum(row["probabilities"])
        table[key] = [p / total for p in row["probabilities"]]
    game = pyspiel.load_game("kuhn_poker")
    oracle = tabular.TabularPolicy(game)
    for key, chances in table.items():
        oracle.policy_for_key(key)[:] = chances
    assert len(table) == 12
    assert exploitability.nash_conv(game, oracle) == pytest.approx(summary["nash_conv_legal"], abs=1e-6)
    assert math.isclose(
        metrics(GameTree(load("axion/KuhnPoker-v0"), illegal=True), _strategy(path)).nash_conv, summary["nash_conv"], abs_tol=1e-6
    )


def _strategy(path):
    rows = {
        (r["agent"], tuple(r["observation"])): [*r["probabilities"], r["illegal"]] for r in json.loads((path / "strategy.json").read_text())
    }
    tree = GameTree(load("axion/KuhnPoker-v0"), illegal=True)
    return [rows[s.agent, tuple(m.text for m in s.messages)] for s in tree.information_sets]
