"""Monitors: each triggers on a run built to fail in its way and is quiet on a healthy one; an alarm warns, stops or rolls back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from axion_env import UsageError
from axion_env.command import axion
from axion_train import recipe
from axion_train.monitor.entropy_collapse import EntropyCollapse
from axion_train.monitor.gap import Gap
from axion_train.monitor.no_signal import NoSignal
from axion_train.monitor.role_dominance import RoleDominance
from axion_train.monitor.threshold import Threshold
from axion_train.report import write_report
from axion_train.run import checkpoint
from axion_train.run.folder import Run
from tests.train.policy.test_roles import RECIPE, Stop

WATCHED = (
    'monitors.gap={metric="reward/guesser", truth="fact/solve_rate", level=0.3}', "monitors.role_dominance.level=0.9",
    'monitors.poser={name="entropy_collapse", metric="surprise/poser", level=0.2}', "monitors.diversity_collapse.level=0.1",
    'monitors.poor={name="threshold", metric="reward/poser", level=-0.5, below=true, window=1}',
    *(f"monitors.{name}.window=5" for name in ("gap", "role_dominance", "poser", "too_easy", "too_hard", "invalid", "no_signal")),
    "monitors.diversity_collapse.window=5", "training.updates=24", "curriculum.copies=8", "training.store_every=1000",
    "evaluation.every=100", "optimizer.clip=5.0",
)  # fmt: skip
HACKED = ('env.options.pay="hacked"',)
HEALTHY = ("optimizer.rate=1e-3",)
FAILING = {
    "a verifier that pays for one answer, and a proposer paid for one proposal": (
        HACKED,
        {"gap", "role_dominance", "poser", "poor", "diversity_collapse"},
    ),
    "a riddle that any answer solves": (('env.options.numbers="7"',), {"too_easy", "no_signal"}),
    "riddles that nobody can solve, and no gate lets through": (('env.options.numbers="89"',), {"too_hard", "invalid"}),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "riddle.toml"
    path.write_text(RECIPE)
    return path


def run(source: Path, path: Path, *changes: str) -> list[dict[str, Any]]:
    """The lines of a run's metrics."""
    Run.create(path, recipe.read(str(source), (*WATCHED, *changes))).train()
    return metrics(path)


def metrics(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]


def triggered(lines: list[dict[str, Any]]) -> set[str]:
    return {alarm["monitor"] for line in lines for alarm in line.get("alarms", ())}


def test_a_healthy_run_is_quiet(source: Path, tmp_path: Path) -> None:
    """None of them triggers; the report shows the metric of each beside its level."""
    lines = run(source, tmp_path / "run", *HEALTHY)
    assert triggered(lines) == set()
    watching = {key.removeprefix("monitor/") for key in lines[-1] if key.startswith("monitor/")}
    assert watching == set(recipe.read(str(source), WATCHED).monitors)
    assert "alarms" not in json.loads((tmp_path / "run" / "summary.json").read_text())
    page = write_report(tmp_path / "run").read_text()
    assert "No monitor triggered." in page
    assert "role dominance" in page


@pytest.mark.parametrize("story", list(FAILING))
def test_a_run_built_to_fail_rings(source: Path, tmp_path: Path, story: str) -> None:
    changes, expected = FAILING[story]
    lines = run(source, tmp_path / "run", *changes)
    assert expected <= triggered(lines)
    assert set(json.loads((tmp_path / "run" / "summary.json").read_text())["alarms"]) == triggered(lines)
    page = write_report(tmp_path / "run").read_text()
    assert "No monitor triggered." not in page
    assert all(f"<td>{name}</td>" in page for name in expected)


def test_every_monitor_is_shown_to_ring(source: Path) -> None:
    """No built-in one without a run that fires it, and all of them watch the healthy run, in which none does."""
    from axion_train.recipe.build import KINDS

    made = {name: str(table.get("name", name)) for name, table in recipe.read(str(source), WATCHED).monitors.items()}
    shown = {made[name] for _, expected in FAILING.values() for name in expected}
    assert shown == set(made.values()) == set(KINDS["monitors"].names())


def test_an_alarm_can_stop_a_run(source: Path, tmp_path: Path) -> None:
    """At the update in which it triggers, as a run that has ended: measured, saved, told; and --resume does not go on."""
    path = tmp_path / "run"
    lines = run(source, path, *HACKED, "monitors.gap.action=stop")
    last = lines[-1]
    assert [alarm["action"] for alarm in last["alarms"] if alarm["monitor"] == "gap"] == ["stop"]
    assert last["update"] < 24
    assert "heldout/accuracy" in last
    summary = json.loads((path / "summary.json").read_text())
    assert (summary["stopped_by"], summary["updates"]) == ("gap", last["update"])
    Run.open(path).train()
    assert metrics(path) == lines


ROLLS = (*HACKED, "monitors.gap.action=roll_back", "training.checkpoint_every=1", "training.updates=40")


def cast(path: Path, update: int | None = None) -> dict[str, Any]:
    found = checkpoint.found(path / "checkpoints")
    state = checkpoint.read(found[-1] if update is None else next(f for f in found if int(f.stem) == update))
    trainer: dict[str, Any] = state["trainer"]
    return trainer


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    first, second = (state["learners"]["learner"]["model"] for state in (a, b))
    return all(torch.equal(first[k], second[k]) for k in first)


def test_an_alarm_can_roll_back(source: Path, tmp_path: Path) -> None:
    """Three times, and then it gives up; stopped at the first time and resumed, it ends in the same weights as never stopped."""
    path = tmp_path / "run"

    def watch(event: str, measured: dict[str, Any]) -> None:
        if measured.get("alarms"):
            raise Stop

    chosen = recipe.read(str(source), (*WATCHED, *ROLLS))
    with pytest.raises(Stop):
        Run.create(path, chosen).train(watch)
    Run.open(path).train()
    lines = metrics(path)
    actions = [alarm["action"] for line in lines for alarm in line.get("alarms", ()) if alarm["monitor"] == "gap"]
    assert actions == ["roll_back"] * 3 + ["stop"]
    assert lines[-1]["update"] < 40
    Run.create(tmp_path / "whole", chosen).train()
    assert same(cast(tmp_path / "whole")["cast"], cast(path)["cast"])
    assert (tmp_path / "whole" / "episodes.jsonl").read_bytes() == (path / "episodes.jsonl").read_bytes()


def test_what_is_put_back_are_the_good_weights(source: Path, tmp_path: Path) -> None:
    """After the update in which it triggered, weights, averages and optimizer are the kept ones, and the count of updates goes on."""
    path = tmp_path / "run"
    lines = run(source, path, *ROLLS, "training.updates=5")
    triggered = [line["update"] for line in lines if line.get("alarms") and any(a["action"] == "roll_back" for a in line["alarms"])]
    assert triggered == [5]
    state = cast(path)
    assert state["updates"] == 5
    assert same(state["cast"], state["guard"]["good"])
    assert not same(state["cast"], cast(path, 4)["cast"])


def test_what_rings_together_sends_the_run_back_once(source: Path, tmp_path: Path) -> None:
    """So that two monitors of one failure do not spend two of the three times."""
    path = tmp_path / "run"
    lines = run(source, path, *ROLLS, "monitors.role_dominance.action=roll_back", "training.updates=5")
    (together,) = (line["alarms"] for line in lines if "roll_back" in {alarm["action"] for alarm in line.get("alarms", ())})
    assert {alarm["monitor"] for alarm in together if alarm["action"] == "roll_back"} == {"gap", "role_dominance"}
    assert cast(path)["guard"]["returns"] == 1


def test_the_command_says_it(source: Path, tmp_path: Path) -> None:
    arguments = ["train", str(source), "--out", str(tmp_path / "run")]
    arguments += [x for change in (*WATCHED, *HACKED, "monitors.gap.action=stop") for x in ("--set", change)]
    done = CliRunner().invoke(axion, arguments)
    assert done.exit_code == 0, done.output
    assert "alarm gap: " in done.output
    assert ", level 0.3: stop" in done.output


# By hand ----------------------------------------------------------------------------------------------------------------------------------


def test_a_threshold_waits_for_its_window() -> None:
    """Means of three: .9 and .9 are too few, then .7, then .5; above .6 it triggers."""
    monitor = Threshold("x", 0.6, window=3)
    assert [monitor.observe({"x": x}) for x in (0.9, 0.9, 0.3, 0.3)] == [False, False, True, False]
    assert monitor.value == pytest.approx(0.5)
    assert not monitor.wrong
    assert not monitor.observe({"y": 1.0})
    assert monitor.value == pytest.approx(0.5)


def test_below_is_the_other_side() -> None:
    monitor = Threshold("x", 0.2, below=True, window=1)
    assert [monitor.observe({"x": x}) for x in (0.3, 0.1, 0.2)] == [False, True, False]


def test_a_gap_is_what_is_paid_beyond_what_is_true() -> None:
    monitor = Gap("reward/a", "fact/true", 0.25, window=1)
    assert monitor.observe({"reward/a": 0.9, "fact/true": 0.5})
    assert not monitor.observe({"reward/a": 0.5, "fact/true": 0.9})
    assert not monitor.observe({"reward/a": 0.9})


def test_entropy_is_held_against_the_first() -> None:
    """Of .8 nats at first, .1 are an eighth."""
    monitor = EntropyCollapse(level=0.2, window=1)
    assert [monitor.observe({"entropy": x}) for x in (0.8, 0.4, 0.1)] == [False, False, True]
    twin = EntropyCollapse(level=0.2, window=1)
    twin.load_state_dict(monitor.state_dict())
    assert twin.value == pytest.approx(0.125)
    assert twin.observe({"entropy": 0.15})


def test_dominance_is_the_widest_difference() -> None:
    measured = {"reward/a": 0.5, "reward/b": -0.5, "reward/c": 1.5}
    assert RoleDominance(1.9, window=1).observe(measured)
    assert not RoleDominance(1.9, roles=("a", "b"), window=1).observe(measured)
    assert not NoSignal(window=1).observe(measured)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("monitors.too_eesy.level=1", "did you mean 'too_easy'"),
        ('monitors.mine={name="too_easy", levl=1}', "unknown recipe key 'monitors.mine.levl'; did you mean 'level'?"),
        ("monitors.too_easy.action=halt", "warn, roll_back, stop"),
        ("monitors.role_dominance={}", "the recipe lacks 'monitors.role_dominance.level'"),
        ('monitors.gap={metric="a"}', "the recipe lacks 'monitors.gap.truth'"),
    ],
)
def test_a_monitor_that_cannot_be_made_is_refused(source: Path, change: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        recipe.read(str(source), [change])
    assert hint in str(refused.value)
