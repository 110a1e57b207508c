"""The tables' arithmetic: exact variances against sampling, Kuhn poker judged by strangers, intervals, seeds, runs that are kept."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("scipy", reason="scipy is not installed: pip install scipy")

from axion_env import EpisodeStore, GameTree, load
from axion_env.gametree.enumerate import ILLEGAL
from axion_train import recipe
from axion_train.analysis.tabular import FlatGame, Numbers, flatten, gradient, softmax
from axion_train.estimator.group_mean import GroupMean
from axion_train.estimator.leave_one_out import LeaveOneOut
from axion_train.estimator.role_baseline import RoleBaseline
from axion_train.recipe.policy import role_settings
from axion_train.run.folder import Run
from axion_train.run.policy import load_policy
from benchmarks import (
    arithmetic,
    controls,
    estimators,
    expert_iteration,
    few_labels,
    injectors,
    kuhn,
    many,
    supervised,
    table,
    variance,
    variants,
)
from benchmarks.blind import BlindKuhnPoker

KUHN = load("axion/KuhnPoker-v0")


@pytest.fixture(scope="module")
def game() -> FlatGame:
    return flatten(KUHN)


@pytest.fixture(scope="module")
def policy(game: FlatGame) -> Numbers:
    return softmax(game, np.random.default_rng(0).normal(size=game.legal.shape))


def rows(tree: GameTree, strategy: list[list[float]]) -> list[dict[str, object]]:
    """As `strategy.json` holds them."""
    return [
        {
            "agent": s.agent,
            "observation": [m.text for m in s.messages],
            "actions": [a for a in s.actions if a != ILLEGAL],
            "probabilities": [p for a, p in zip(s.actions, chances, strict=True) if a != ILLEGAL],
            "illegal": sum(p for a, p in zip(s.actions, chances, strict=True) if a == ILLEGAL),
        }
        for s, chances in zip(tree.information_sets, strategy, strict=True)
    ]


# Variance ---------------------------------------------------------------------------------------------------------------------------------


def drawn(game: FlatGame, policy: Numbers, copies: int, deals: int, rng: np.random.Generator) -> list[variance.Group]:
    assert game.deals is not None
    reach, batch = game.reach(policy), []
    for _ in range(deals):
        deal = int(rng.integers(6))
        here = np.flatnonzero(game.deals == deal)
        batch.append(variance.Group(0.0, deal, tuple(rng.choice(here, size=copies, p=reach[here] / reach[here].sum()).tolist())))
    return batch


@pytest.mark.parametrize(
    ("name", "copies", "deals"), [("deal", 3, 2), ("std", 3, 2), ("role baseline", 2, 2), ("role", 2, 2), ("role", 1, 4), ("role", 3, 1)]
)
def test_exact_variance_is_what_sampling_finds(game: FlatGame, policy: Numbers, name: str, copies: int, deals: int) -> None:
    """Batches of several deals, sampled and given to the estimator whole, have the mean and the variance per game that enumeration says."""
    rng = np.random.default_rng(3)
    made = {
        "deal": LeaveOneOut,
        "std": lambda: GroupMean(std=True),
        "role baseline": variance.role_baseline(game, np.array([0.3, -0.2])),
        "role": lambda: LeaveOneOut(("env", "role")),
    }[name]
    exact = variance.leave_one_out_by_role(game, policy, copies, deals) if name == "role" else variance.moments(game, policy, made, copies)
    scores, n = game.scores(policy), 6000
    found = np.stack([variance.estimate(game, scores, made(), drawn(game, policy, copies, deals, rng)) for _ in range(n)])
    deviation = np.maximum(found.std(axis=0), 1e-12)
    assert np.abs((found.mean(axis=0) - exact.mean) / deviation).max() < 4.5 / math.sqrt(n)
    squares = copies * deals * ((found - exact.mean) ** 2).sum(axis=(1, 2))
    assert squares.mean() == pytest.approx(exact.variance, abs=4 * squares.std() / math.sqrt(n))


def test_unbiased_estimators_have_the_gradient_as_their_mean(game: FlatGame, policy: Numbers) -> None:
    """Every baseline that leaves the own play out points the right way; Dr.GRPO is 7/8 of it; a standard deviation turns it aside."""
    true = gradient(game, policy)
    for (name, copies), found in estimators.rows(game, policy, copies=(2, 8)).items():
        if name.endswith("(GRPO)"):
            assert found.cosine(true) < 0.95
        else:
            assert np.allclose(found.mean, true * (7 / 8 if name.endswith("(Dr.GRPO)") else 1), atol=1e-12), (name, copies)


def test_groups_are_all_there_is(game: FlatGame, policy: Numbers) -> None:
    """Six deals, five plays each: C(12, 4) multisets of eight, whose probabilities sum to 1."""
    found = list(variance.groups(game, policy, 8))
    assert len(found) == 6 * 495
    assert sum(group.weight for group in found) == pytest.approx(1)


def test_without_a_baseline_variance_is_that_of_one_play(game: FlatGame, policy: Numbers) -> None:
    """One copy of each deal, no baseline: E|r · score|² - |gradient|², summed over leaves by hand."""
    single = np.einsum("lg,lgia->lia", game.payoffs, game.scores(policy))
    wanted = game.reach(policy) @ (single**2).sum(axis=(1, 2)) - (gradient(game, policy) ** 2).sum()
    assert variance.moments(game, policy, RoleBaseline, 1).variance == pytest.approx(wanted)


# Kuhn poker, judged by strangers ----------------------------------------------------------------------------------------------------------


def test_three_judges_agree() -> None:
    """Our tree, OpenSpiel and the rules written down in the benchmark: one NashConv, illegal answers included where there are any."""
    pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")
    tree, legal = GameTree(KUHN, illegal=True), GameTree(KUHN)
    strategy = np.random.default_rng(1).dirichlet((1, 1, 0.2), size=12)
    ours = [chances[: len(s.actions)].tolist() for s, chances in zip(tree.information_sets, strategy, strict=True)]
    play = kuhn.read(json.loads(json.dumps(rows(tree, ours))))
    assert kuhn.nash_conv(play) == pytest.approx(tree.nash_conv(ours), abs=1e-12)
    kept = {(s.agent, s.messages): (np.array(c[:2]) / sum(c[:2])).tolist() for s, c in zip(tree.information_sets, ours, strict=True)}
    assert kuhn.openspiel_nash_conv(play) == pytest.approx(
        legal.nash_conv([kept[s.agent, s.messages] for s in legal.information_sets]), abs=1e-12
    )


def test_known_values() -> None:
    """Uniform play 11/12; an equilibrium of the family (alpha 1/3) 0."""
    uniform = {(c, b): (0.5, 0.5, 0.0) for c in "JQK" for b in ("", "p", "b", "pb")}
    assert kuhn.nash_conv(uniform) == pytest.approx(11 / 12)
    bets = {
        ("J", ""): 1 / 3, ("Q", ""): 0, ("K", ""): 1, ("J", "pb"): 0, ("Q", "pb"): 2 / 3, ("K", "pb"): 1,
        ("J", "p"): 1 / 3, ("Q", "p"): 0, ("K", "p"): 1, ("J", "b"): 0, ("Q", "b"): 1 / 3, ("K", "b"): 1,
    }  # fmt: skip
    assert kuhn.nash_conv({at: (1 - p, p, 0.0) for at, p in bets.items()}) == pytest.approx(0, abs=1e-12)


def test_a_stranger_s_game_is_refused() -> None:
    """Other words, or a game that asks something else, are no Kuhn poker to OpenSpiel."""
    tree = GameTree(load("axion/KuhnPoker-v0", moves=["blick", "zork", "fep", "toma"]))
    with pytest.raises(ValueError, match="not a question of Kuhn poker"):
        kuhn.read(rows(tree, tree.uniform()))  # type: ignore[arg-type]


def test_no_card_is_shown_in_the_dark() -> None:
    """Four questions, the same for every card, and examples that name none; the deal and the payoffs are Kuhn's."""
    tree = GameTree(BlindKuhnPoker())
    assert [s.messages[0].text.split(".")[0] for s in tree.information_sets] == ["You hold ?"] * 4
    assert tree.leaves == 30
    play = kuhn.read(rows(tree, tree.uniform()))  # type: ignore[arg-type]
    assert kuhn.nash_conv(kuhn.seeing(play)) == pytest.approx(11 / 12)


def test_best_card_blind_play() -> None:
    """2/3, and no card-blind strategy on a grid is below it."""
    best = kuhn.best_card_blind()
    assert best == pytest.approx(2 / 3, abs=1e-5)
    rng = np.random.default_rng(0)
    for _ in range(100):
        blind = {("?", b): (1 - p, p, 0.0) for b, p in zip(("", "p", "b", "pb"), rng.integers(0, 5, 4) / 4, strict=True)}
        assert kuhn.nash_conv(kuhn.seeing(blind)) >= best - 1e-5


# Tables -----------------------------------------------------------------------------------------------------------------------------------


def test_interval_by_hand() -> None:
    """1, 2, 3: half is 4.3027 · 1 / √3. One run has no interval."""
    assert table.mean([1.0, 2.0, 3.0]).half == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)
    assert str(table.mean([1.0, 2.0, 3.0])) == "2.0000 ± 2.4841"
    assert table.mean([0.5]).figures == {"mean": 0.5, "interval": None, "n": 1}


def test_markdown() -> None:
    made = table.Table(("a", "b"), [(1, 0.25), ("x", None)])
    assert made.markdown() == "| a | b |\n| --- | --- |\n| 1 | 0.2500 |\n| x | – |"
    assert made.plain() == "a  b\n1  0.2500\nx  –"


def test_pairs_are_compared_seed_by_seed() -> None:
    found = estimators.paired({"a": [1.0, 2.0, 4.0], "b": [1.5, 2.5, 4.5]})
    assert (found["b"].mean, found["b"].half) == (0.5, 0.0)


def test_seeds_follow_from_the_label() -> None:
    first = list(islice(many.seeds("x"), 50))
    assert first == list(islice(many.seeds("x"), 50))
    assert len(set(first)) == 50
    assert set(first).isdisjoint(islice(many.seeds("y"), 50))
    assert first[1] == int(hashlib.sha256(b"x/1").hexdigest()[:8], 16)


def test_a_changed_knob_is_another_run() -> None:
    """The folder's name follows the whole recipe: shipped defaults too, and not the seed."""
    plain = many.Job("a", "kuhn-poker", 1)
    assert plain.digest == many.Job("a", "kuhn-poker", 2).digest == many.Job("a", "kuhn-poker", 1, ("curriculum.copies=8",)).digest
    assert plain.digest != many.Job("a", "kuhn-poker", 1, ("curriculum.copies=4",)).digest
    assert plain.name != many.Job("a", "kuhn-poker", 2).name


@pytest.mark.parametrize("changes", [*controls.ARMS.values(), *variants.VARIANTS.values(), *estimators.ARMS.values()])
def test_arms_are_recipes(changes: tuple[str, ...]) -> None:
    assert many.Job("a", "kuhn-poker", 0, changes).digest
    assert variants.uniform_nash_conv(changes) > 0.5


def test_arithmetic_s_arms_are_recipes() -> None:
    digests = {many.Job("a", "arithmetic", 0, changes).digest for changes in ((), arithmetic.PERMUTED, arithmetic.QUIET)}
    assert len(digests) == 3


def test_injectors_arms_are_recipes() -> None:
    """Each is another run, can be cast, and names only knobs that are read."""
    arms = {arm: (*injectors.COMMON, *changes) for arm, changes in injectors.ARMS.items()}
    assert len({many.Job("a", "bug-repair", 0, changes).digest for changes in arms.values()}) == len(arms)
    for changes in arms.values():
        knobs = recipe.read("bug-repair", changes)
        assert role_settings(knobs, knobs.env.load())["solver"].train


@pytest.mark.parametrize("arm", ["mutator, archive", "shared, held"])
def test_bugs_of_an_injector_are_counted(tmp_path: Path, arm: str) -> None:
    """What the table says of a run is what its episodes say."""
    small = ["model.hidden=16", "model.mlp=16", "warmup.steps=30", "warmup.plays=200", "warmup.until=0.0", "training.updates=2"]
    few = ["evaluation.final_episodes=4", "evaluation.also=[]", "curriculum.deals=8", "training.store_every=1"]
    Run.create(tmp_path / "run", recipe.read("bug-repair", [*injectors.COMMON, *injectors.ARMS[arm], *small, *few])).train()
    job = many.Job(arm, "bug-repair", 0)
    found = injectors.bugs(many.Run(job, tmp_path / "run", {}, 0.0, ""))
    episodes = list(EpisodeStore(tmp_path / "run" / "episodes.jsonl"))
    assert found["valid bugs"] == sum(e.facts["valid"] for e in episodes if e.facts)
    assert len(episodes) == 2 * 8 * (1 if "mutator" in arm else 4)
    assert all(0 <= value <= 1 for name in ("valid share", "unlike") for value in found[name])


def test_labels_are_used_up_before_self_play() -> None:
    knobs = [recipe.read("bug-repair", ["warmup.plays=1000", *few_labels.PLAIN, *few_labels.supervised(n)]) for n in few_labels.STEPS]
    assert all(k.training.updates == 0 and k.warmup.until == 0 and not k.controls for k in knobs)
    assert [k.warmup.steps for k in knobs] == list(few_labels.STEPS)


@pytest.mark.parametrize("first", [0, 1])
def test_seconds_of_the_updates_alone(tmp_path: Path, first: int) -> None:
    """Five updates at one second each, whether or not the start has a line; the last line's measurement does not count."""
    lines = [{"update": u, "cpu_seconds": 9.0 + u} for u in range(first, 5)] + [{"update": 5, "cpu_seconds": 60.0}]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert arithmetic.updates_seconds(tmp_path) == 5.0


def test_rounds_are_read_without_the_seconds_of_measuring_them(tmp_path: Path) -> None:
    """Two rounds of three steps: three seconds where it plays, one elsewhere, nine more where it measures."""
    lines: list[dict[str, float]] = [{"update": 0, "cpu_seconds": 20.0, "heldout/accuracy": 0.2}]
    for update in range(1, 7):
        plays, measures = update % 3 == 1, update % 3 == 0
        seconds = lines[-1]["cpu_seconds"] + (3 if plays else 1) + 9 * measures
        extra = {"heldout/accuracy": update / 10} if measures else {"episodes": 8} if plays else {}
        lines.append({"update": update, "cpu_seconds": seconds, **extra})
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert expert_iteration.learning_seconds(tmp_path) == [0, 3, 4, 5, 8, 9, 10]
    assert expert_iteration.curve(tmp_path, 2) == [(0, 0.2), (5, 0.3), (10, 0.6)]


def test_the_continued_warm_up_starts_where_the_run_does(tmp_path: Path) -> None:
    """Equal weights before: a run of no self-play, warmed up the same way, has the very same; and then it moves, within its time."""
    changes = ["warmup.steps=4", "warmup.plays=20", "warmup.batch=8", "warmup.until=0.0", "evaluation.final_episodes=8", "training.seed=7"]
    knobs = recipe.read("arithmetic", [*changes, "model.hidden=32", "model.mlp=32", "training.updates=1", "curriculum.deals=2"])
    found = supervised.train_on(knobs, tmp_path / "supervised", 0.2)
    run = Run.create(tmp_path / "run", knobs)
    trainer, _, start = run._begin(lambda event, figures: None)
    before, after = (load_policy(tmp_path / "supervised" / name).model.state_dict() for name in ("before", "after"))
    assert found["start"] == start
    assert all(torch.equal(before[name], weight) for name, weight in trainer.learner.model.state_dict().items())
    assert not all(torch.equal(before[name], after[name]) for name in before)
    assert 0 < found["cpu_seconds"] < 1.0


def test_finished_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second table makes no run the first has made, and an interrupted one is made anew."""
    made = []

    def run(argv: list[str]) -> many.Ended:
        path = Path(argv[argv.index("--out") + 1])
        assert not path.exists()
        path.mkdir(parents=True)
        (path / "summary.json").write_text('{"nash_conv": 0.5}')
        made.append(path.name)
        return many.Ended("", 3.0)

    monkeypatch.setattr(many, "run", run)
    jobs = [many.Job("a", "kuhn-poker", seed) for seed in (1, 2, 3)]
    (tmp_path / jobs[1].name).mkdir()
    first = many.train(jobs, tmp_path)
    assert sorted(made) == sorted(job.name for job in jobs)
    assert many.train(jobs, tmp_path) == first
    assert len(made) == 3
    assert [r.job.seed for r in first] == [1, 2, 3]
    assert first[0].cpu_seconds == 3.0


def test_processor_seconds_are_the_child_s() -> None:
    """A child that works for a while has used processor time, one that sleeps has not; one that fails says why."""
    busy = many.run([sys.executable, "-S", "-c", "import time\nwhile time.process_time() < .3: pass"])
    idle = many.run([sys.executable, "-S", "-c", "import time; time.sleep(.3); print('up')"])
    assert busy.cpu_seconds >= 0.3 > idle.cpu_seconds
    assert idle.output == "up\n"
    with pytest.raises(RuntimeError, match="out of cheese"):
        many.run([sys.executable, "-S", "-c", "raise SystemExit('out of cheese')"])


def test_the_comparison_shares_no_seed_with_the_sweep() -> None:
    """The step size is chosen on seeds that the comparison does not use."""
    sweep, compared = (set(islice(many.seeds(label), 100)) for label in ("estimators: step size", "estimators: paired"))
    assert sweep.isdisjoint(compared)
