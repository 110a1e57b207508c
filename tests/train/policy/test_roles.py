"""Roles with policies of their own, frozen roles, weights and magnets by role: what moves, what stays, and that it resumes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import torch

import axion_env as ax
from axion_env import UsageError
from axion_train import recipe
from axion_train.data.pack import pack
from axion_train.data.tensors import tensors
from axion_train.evaluate.strategy import exact_strategy
from axion_train.loss.divergence import Divergence
from axion_train.recipe.schema import Recipe
from axion_train.run import checkpoint
from axion_train.run.folder import Run
from axion_train.run.policy import load_policy

RECIPE = """
[env]
id = "tests.train.riddle:Riddle"
[model]
layers = 1
hidden = 32
mlp = 64
[warmup]
steps = 30
plays = 64
rate = 1e-2
[curriculum]
name = "uniform_deals"
deals = 4
copies = 4
[advantage]
name = "hierarchical"
across = ["poser"]
[optimizer]
name = "adamw"
rate = 1e-2
[sampling]
max_tokens = 4
[training]
updates = 4
checkpoint_every = 2
[evaluation]
every = 2
episodes = 16
final_episodes = 16
"""
OWN = ('roles.poser.policy="poser"',)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "riddle.toml"
    path.write_text(RECIPE)
    return path


def ended(path: Path, chosen: Recipe) -> Path:
    Run.create(path, chosen).train()
    return path


def cast(path: Path, which: int = -1) -> dict[str, Any]:
    state: dict[str, Any] = checkpoint.read(checkpoint.found(path / "checkpoints")[which])["trainer"]["cast"]
    return state


def weights(path: Path, which: int = -1) -> dict[str, dict[str, torch.Tensor]]:
    return {name: state["model"] for name, state in cast(path, which)["learners"].items()}


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def sampled(episodes: Iterable[ax.Episode]) -> set[tuple[str, str]]:
    """Which policy answered for which agent."""
    return {(turn.agent, turn.action.tokens.policy) for e in episodes for turn in e.turns if turn.action.tokens}


def metrics(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def shared(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One policy in both roles."""
    return ended(tmp_path_factory.mktemp("shared") / "run", recipe.read(str(source)))


@pytest.fixture(scope="module")
def apart(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy for each role."""
    return ended(tmp_path_factory.mktemp("apart") / "run", recipe.read(str(source), OWN))


def test_by_default_one_policy_has_every_role(shared: Path) -> None:
    assert list(weights(shared)) == ["learner"]
    assert cast(shared)["starts"] == {}
    last = metrics(shared)[-1]
    assert {"reward/poser", "reward/guesser", "zero_advantage/poser", "illegal_rate/guesser", "surprise/poser"} <= set(last)
    assert not any(key.startswith("entropy/") for line in metrics(shared) for key in line)


def test_a_policy_of_its_own_has_its_own_weights(apart: Path, shared: Path) -> None:
    """Two learners from other first weights, each with figures and a folder of its own; each answers for its own role alone."""
    found = weights(apart)
    assert list(found) == ["poser", "learner"]
    assert not equal(found["poser"], found["learner"])
    assert {"entropy", "entropy/poser", "gradient_norm/poser", "rows/poser"} <= set().union(*metrics(apart))
    assert (apart / "model" / "poser" / "tokenizer.json").exists()
    assert (apart / "model" / "poser" / "model.safetensors").exists()
    assert sampled(ax.EpisodeStore(apart / "episodes.jsonl")) == {("poser_0", "poser"), ("solver_0", "learner"), ("solver_1", "learner")}


def test_a_trained_ensemble_can_be_loaded_and_played(apart: Path) -> None:
    policy = load_policy(apart)
    assert [member.name for member in policy.members] == ["run", "run"]
    episode = ax.play(ax.load("tests.train.riddle:Riddle"), policy, seed=3)
    assert len(episode.turns) == 3
    assert policy.of("poser_0") is not policy.of("solver_0") is policy.of("solver_1")


class Stop(Exception):
    pass


@pytest.mark.parametrize(
    "changes",
    [
        OWN,
        ("roles.poser.train=false",),
        (*OWN, "roles.poser.train=false", "opponents.name=snapshot_pool", "opponents.every=1"),
        (
            *OWN,
            'policies.poser=["optimizer.name=sgd", "training.entropy=0.01"]',
            "reference_kl.coefficient=0.1",
            "roles.guesser.reference_kl=0.0",
        ),
    ],
)
def test_stopped_and_resumed_equals_never_stopped(source: Path, tmp_path: Path, changes: tuple[str, ...]) -> None:
    """Every policy's weights and every frozen role's, bit for bit; and the stored episodes."""
    chosen = recipe.read(str(source), changes)

    def watch(event: str, measured: dict[str, Any]) -> None:
        if event != "warmup" and measured["update"] == 3:
            raise Stop

    whole, cut = ended(tmp_path / "whole", chosen), tmp_path / "cut"
    with pytest.raises(Stop):
        Run.create(cut, chosen).train(watch)
    Run.open(cut).train()
    for part in ("learners", "starts"):
        mine, other = cast(whole)[part], cast(cut)[part]
        assert list(mine) == list(other)
        for name in mine:
            assert equal(mine[name].get("model", mine[name]), other[name].get("model", other[name]))
    assert (whole / "episodes.jsonl").read_bytes() == (cut / "episodes.jsonl").read_bytes()


@pytest.mark.parametrize("changes", [("roles.poser.train=false",), (*OWN, "roles.poser.train=false")])
def test_a_frozen_role_stays_as_the_warm_up_left_it(source: Path, tmp_path: Path, changes: tuple[str, ...]) -> None:
    """Its weights never move, nothing is learned from it, and its reward is told all the same."""
    path = ended(tmp_path / "run", recipe.read(str(source), changes))
    name = "poser" if len(changes) > 1 else "learner"
    assert equal(cast(path, 0)["starts"][name], cast(path)["starts"][name])
    assert list(weights(path)) == ["learner"]
    episodes = list(ax.EpisodeStore(path / "episodes.jsonl"))
    assert sampled(episodes) == {("poser_0", f"{name}-start"), ("solver_0", "learner"), ("solver_1", "learner")}
    last = metrics(path)[-1]
    assert "reward/poser" in last
    assert last["tokens"] == sum(len(t.action.tokens.completion_ids) for e in episodes[-16:] for t in e.turns[1:] if t.action.tokens)


def test_a_weight_of_zero_teaches_nothing_of_a_role(source: Path, tmp_path: Path) -> None:
    """With plain gradient steps and nothing else to hold it, a policy whose role weighs nothing stays where it was."""
    changes = (*OWN, "roles.poser.weight=0.0", "optimizer.name=sgd")
    path = ended(tmp_path / "run", recipe.read(str(source), changes))
    assert equal(weights(path, 0)["poser"], weights(path)["poser"])
    assert not equal(weights(path, 0)["learner"], weights(path)["learner"])


def test_a_weight_scales_the_gradient(source: Path, tmp_path: Path) -> None:
    """Twice the weight, twice the first step of plain gradient descent."""
    norms = []
    for weight in (1.0, 2.0):
        changes = (*OWN, f"roles.poser.weight={weight}", "optimizer.name=sgd", "training.updates=1")
        norms.append(metrics(ended(tmp_path / str(weight), recipe.read(str(source), changes)))[-1]["gradient_norm/poser"])
    assert norms[0] > 0
    assert norms[1] == pytest.approx(2 * norms[0])


def test_a_magnet_holds_each_role_by_its_own_strength() -> None:
    """A row held three times as firmly weighs three times; equal rows of two roles are held by their mean, one object or several."""
    make = lambda ids: ax.Tokens((4,), ids, (-1.0,) * len(ids), "learner", 0)  # noqa: E731
    turn = lambda tokens: ax.Turn("a", (), None, (ax.Action("", tokens=tokens),))  # noqa: E731
    path = lambda role, tokens: ax.Trajectory("e", role, "t", 0, "a", 0, (turn(tokens),), 0.0, ax.Verdict("a", role, 0.0, ()))  # noqa: E731
    held = lambda played: pack(played, [0.0] * len(played), "learner", {"firm": 3.0, "loose": 1.0})  # noqa: E731
    apart = [path("firm", make((8,))), path("loose", make((8,))), path("loose", make((8,)))]
    one = make((8,))  # a sampler hands out one for equal answers to equal prompts, whoever was asked
    shared = [path("loose", one), path("firm", one), path("loose", one)]
    assert [row.kl_weight for row in held(shared).rows] == [pytest.approx(5 / 3)]
    batch = held([path("firm", make((6,))), path("loose", make((7,))), *apart])
    assert [row.kl_weight for row in batch.rows] == [3.0, 1.0, pytest.approx(5 / 3)]
    logprobs, reference = torch.tensor([[-1.0], [-1.0], [-1.0]], requires_grad=True), torch.tensor([[-2.0]] * 3)
    loss: Any = Divergence("k2")(logprobs, reference, tensors(batch.rows, 0))
    loss.backward()
    assert logprobs.grad is not None
    assert logprobs.grad.flatten().tolist() == pytest.approx([3.0, 1.0, 5.0])


def test_each_seat_of_a_finite_game_may_have_a_policy(tmp_path: Path) -> None:
    """NashConv is exact then too: at each information set the probabilities are those of the policy that is asked there."""
    small = (
        "warmup.steps=60",
        "curriculum.deals=8",
        "curriculum.copies=4",
        "training.updates=2",
        "model.hidden=32",
        "optimizer.agreement=0.0",
    )
    path = ended(tmp_path / "run", recipe.read("kuhn-poker", (*small, 'roles.first.policy="opener"')))
    summary = json.loads((path / "summary.json").read_text())
    assert 0.5 < summary["nash_conv"] < 1.6
    assert len(json.loads((path / "strategy.json").read_text())) == 12
    policy, tree = load_policy(path), ax.GameTree(ax.load("axion/KuhnPoker-v0"), illegal=True)
    together, _ = exact_strategy(policy, tree, 1e-3)
    for seat in ("player_0", "player_1"):
        alone, _ = exact_strategy(policy.of(seat), tree, 1e-3)
        sets = [s.index for s in tree.information_sets if s.agent == seat]
        assert [together[i] for i in sets] == [pytest.approx(alone[i]) for i in sets]


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("roles.posr.train=false", "did you mean 'poser'?"),
        ('advantage.across=["posr"]', "did you mean 'poser'?"),
        ('roles.poser.polcy="x"', "did you mean 'policy'?"),
        ('roles.poser.policy="a-b"', "a policy's name"),
        ("roles.poser.weight=-1", "not be negative: got -1.0 and 1.0"),
        ('evaluation.kind="rewrd"', "did you mean 'reward'?"),
        ("roles={poser={train=false}, guesser={train=false}}", "no role"),
        ('policies.posr=["optimizer.rate=1"]', "did you mean 'poser'?"),
        ('policies.poser=["training.updates=1"]', "the whole run's"),
        ('policies.poser=["optimizer.rte=1"]', "did you mean 'rate'?"),
    ],
)
def test_what_the_environment_or_the_recipe_has_not_is_refused(source: Path, tmp_path: Path, change: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        Run.create(tmp_path / "run", recipe.read(str(source), (*OWN, change)))
    assert hint in str(refused.value)


def test_policies_do_not_answer_for_a_seat_that_they_were_not_trained_for(apart: Path) -> None:
    """Of another environment, or of other options."""
    with pytest.raises(UsageError, match="no agent that these policies were trained as 'posr_0'; did you mean 'poser_0'"):
        load_policy(apart).of("posr_0")
