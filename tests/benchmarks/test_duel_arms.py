"""The arms of the co-training table: each is a recipe that trains, and its curves say what was spent."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scipy", reason="scipy is not installed: pip install scipy")

from axion_zoo.selfplay.test_duel import TestDuel
from axion_zoo.selfplay.test_duel.exact_backend import solution
from axion_zoo.shared import language

from axion_env import load
from axion_train import recipe
from axion_train.recipe.policy import role_settings
from axion_train.run.folder import Run
from benchmarks import co_training, co_training_picture, drift, many
from benchmarks.co_training import ARMS, RECIPE, Curve
from benchmarks.table import Report

_SMALL = (
    "training.updates=2", "evaluation.every=1", "warmup.steps=4", "warmup.plays=20", "policies={}", "model.layers=1", "curriculum.deals=3",
    "evaluation.episodes=3", "evaluation.final_episodes=4", "env.options.coders=3",
)  # fmt: skip


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_is_the_recipe_with_another_tester(arm: str) -> None:
    """It seats who its name says, and its tester learns where it says so."""
    chosen = recipe.read(RECIPE, ARMS[arm])
    cast = role_settings(chosen, chosen.env.load())
    env = chosen.env.load()
    scripted = chosen.env.options.get("tester", "agent") != "agent"
    seated = env.tasks("train")[0].agents or tuple(env.spec.agents)
    assert scripted == all(agent.startswith("coder") for agent in seated)
    assert not scripted or cast["tester"].policy == cast["coder"].policy  # no model is made and warmed up that nobody asks
    assert scripted or cast["tester"].policy != cast["coder"].policy
    assert cast["tester"].train == (not arm.startswith("frozen"))
    assert co_training._learns(arm) == (not scripted and cast["tester"].train)
    assert cast["coder"].train


@pytest.mark.parametrize("arm", ["co-trained", "frozen", "random"])
def test_a_run_tells_what_it_spent(arm: str, tmp_path: Path) -> None:
    """The curve's sums are those of the updates, evaluation left out; a tester's own calls are spent where it learns."""
    run = Run.create(tmp_path / "run", recipe.read(RECIPE, [*ARMS[arm], *_SMALL]))
    summary = run.train()
    lines: list[dict[str, Any]] = [json.loads(line) for line in (run.path / "metrics.jsonl").read_text().splitlines()]
    learns = co_training._learns(arm)
    found = co_training.curve(run.path, tester=learns)
    assert found.accuracy == [line["heldout/true_accuracy"] for line in lines]
    assert found.accuracy[0] == summary["true_accuracy_start"]
    assert found.accuracy[-1] == summary["true_accuracy"]
    assert found.spent["samples"] == [0.0, 9.0, lines[1]["sum/programs"] + lines[2]["sum/programs"]]
    asked = [line["sum/verifications"] + learns * line["sum/tester_verifications"] for line in lines[1:]]
    assert found.spent["verifications"] == [0.0, asked[0], sum(asked)]
    assert {"in_game_reward", "verifier_recall_start", "cpu_seconds"} <= set(summary)
    weights = sorted(path.parent.name for path in run.path.glob("model/**/model.safetensors"))
    assert weights == (["model", "tester"] if learns else ["model"])  # what does not move is not kept


def test_a_curve_is_read_between_its_points() -> None:
    """At a budget before its start it is what it began with, beyond its end what it ended with."""
    found = Curve([0.2, 0.4, 0.8], {"cpu": [0.0, 1.0, 3.0], "verifications": [0.0, 10.0, 20.0]})
    assert [found.at(lambda spent: spent["cpu"], budget) for budget in (-1.0, 0.5, 2.0, 9.0)] == pytest.approx([0.2, 0.3, 0.6, 0.8])
    assert found.end(lambda spent: spent["cpu"] + 0.1 * spent["verifications"]) == 5.0
    assert found.at(lambda spent: spent["cpu"] + 0.1 * spent["verifications"], 3.5) == pytest.approx(0.6)


@pytest.mark.parametrize("k", [1, 2])
def test_recall_of_drawn_inputs_is_that_of_all_draws(k: int) -> None:
    """The closed form against an enumeration of every suite."""
    options = {"domain": 8, "pieces": 2, "inputs": k, "tester": "random"}
    env = load("axion/TestDuel-v0", domain=8, pieces=2)
    shares = []
    for i in range(co_training._POOL):
        task = env.tasks("pool")[i]
        wrong = language.mistakes(task.secret["archive"][0], solution(task), 8)
        suites = list(combinations(range(8), k))
        shares.append(sum(bool(wrong.intersection(suite)) for suite in suites) / len(suites))
    assert co_training.pool_recall(options) == pytest.approx(sum(shares) / len(shares))
    assert co_training.pool_recall({**options, "tester": "all"}) == 1.0
    assert 0 < co_training.pool_recall({**options, "tester": "fixed"}) < 1


def _made(folder: Path, arm: str, seed: int, accuracies: list[float], *, cpu: float, asked: int) -> many.Run:
    """A run's folder as `axion train` leaves it, with figures chosen."""
    path = folder / f"{arm}-{seed}"
    path.mkdir()
    lines = [{"update": 0, "cpu_seconds": 0.0, "heldout/true_accuracy": accuracies[0], "heldout/in_game_reward": 0.9}]
    for i, accuracy in enumerate(accuracies[1:], 1):
        sums = {"sum/programs": 10, "sum/verifications": asked, "sum/tester_verifications": 1000, "sum/reference_calls": asked}
        measured = {"heldout/true_accuracy": accuracy, "heldout/in_game_reward": 0.9}
        lines.append({"update": i, "cpu_seconds": cpu * i, **measured, **sums, "sum/tester_reference_calls": 0})
    (path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary: dict[str, Any] = {
        "true_accuracy_start": accuracies[0],
        "true_accuracy": accuracies[-1],
        "in_game_reward": 0.9,
        "heldout_pool_verifier_recall": 0.5,
    }
    summary |= {"verifier_recall_start": 0.1, "verifier_recall": 0.2}
    summary |= {"alarms": ["hacked"]} if arm == "one-input" else {}
    return many.Run(many.Job(arm, RECIPE, seed), path, summary, cpu, "0" * 40)


def test_the_tables_compare_what_they_say(tmp_path: Path) -> None:
    """Paired by seed; at equal verifications the arm that asks less has come further; a price on verifications turns the order around."""
    accuracy = {"co-trained": [0.2, 0.5, 0.9], "random": [0.2, 0.4, 0.6], "one input": [0.2, 0.2, 0.1]}
    asked = {"co-trained": 50, "random": 100, "one input": 10}
    found = {
        arm: [
            _made(
                tmp_path,
                co_training._folder(arm),
                seed,
                [a + 0.01 * seed for a in values],
                cpu=1.0 + (arm == "co-trained"),
                asked=asked[arm],
            )
            for seed in (0, 1, 2)
        ]
        for arm, values in accuracy.items()
    }
    report = Report("Made up", "co_training")
    ends = co_training._ends(report, found)
    assert ends["co-trained"]["true_accuracy"].mean == pytest.approx(0.91)
    assert [ends[arm]["alarms"] for arm in found] == [0, 0, 3]
    differences = co_training._paired(report, found)
    assert differences["co-trained − random"].mean == pytest.approx(0.3)
    assert differences["co-trained − random"].half == pytest.approx(0.0, abs=1e-9)
    curves = {arm: [co_training.curve(run.path, tester=co_training._learns(arm)) for run in runs] for arm, runs in found.items()}
    equal = co_training._equal(report, curves)
    assert equal["co-trained"]["samples"].mean == pytest.approx(0.91)
    assert equal["co-trained"]["verifications"].mean == pytest.approx(0.21 + 0.3 * 200 / 1050)
    assert equal["co-trained"]["reference_calls"].mean == pytest.approx(0.91)
    assert equal["random"]["reference_calls"].mean == pytest.approx(0.41)  # half of what it asks for in all
    assert equal["co-trained"]["cpu"].mean == pytest.approx(0.51)  # 2 of its 4 seconds
    costs = co_training._costs(report, curves)
    assert costs["random"]["0"].mean == pytest.approx(0.61)
    assert costs["co-trained"]["0"].mean > costs["co-trained"]["1"].mean
    assert costs["random"]["1"].mean == pytest.approx(0.61)
    report.write(tmp_path / "made.json", {"equal": equal})
    text = (tmp_path / "made.md").read_text()
    assert "| one input | 0.1100 ± 0.0248 |" in text
    assert "| 3 of 3 |" in text
    assert json.loads((tmp_path / "made.json").read_text())["equal"]["random"]["cpu"]["n"] == 3


def test_the_picture_is_of_the_results() -> None:
    """Drawn again from the stored figures it is the one on the page."""
    figures = json.loads((many.ROOT / "docs" / "results" / "co-training.json").read_text())
    assert co_training_picture.picture(figures["curves"]) == (many.ROOT / "docs" / "images" / "co-training.svg").read_text()


@pytest.mark.slow
def test_testers_are_held_against_wrong_programs_of_others(tmp_path: Path) -> None:
    """What a pool holds is wrong, from the window asked for, each once; all testers are asked about the same."""
    small = [*_SMALL, "training.store_every=1"]
    jobs = {arm: many.Job(arm, RECIPE, 0, (*ARMS[arm], *small)) for arm in ("co-trained", "frozen", "random")}
    runs = {}
    for arm, job in jobs.items():
        path = tmp_path / arm
        runs[arm] = many.Run(job, path, Run.create(path, recipe.read(RECIPE, job.changes)).train(), 0.0, "0" * 40)
    env = load(recipe.read(RECIPE, ()).env.id, **recipe.read(RECIPE, small).env.options)
    assert isinstance(env, TestDuel)
    wrong = list(drift.wrong_programs(runs["random"].path, range(1, 2)))
    assert wrong
    assert len({(w.task.id, w.program) for w in wrong}) == len(wrong)
    assert all(language.mistakes(w.program, solution(w.task), 64) for w in wrong)
    every = [w for w in wrong if len(language.mistakes(w.program, solution(w.task), 64)) == 64]
    assert not every or drift.drawn(env, every) == 1.0
    found = drift.recalls(runs)
    assert set(found) == {"as it started", "co-trained", "random inputs"}
    assert len({tuple(pools) for pools in found.values()}) == 1
    assert all(0 <= value <= 1 for pools in found.values() for value in pools.values())
