"""Names that nothing answers to are refused: before the run where the environment knows, at the first update where only plays do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from axion_env import UsageError
from axion_env.command import axion
from axion_train import recipe
from axion_train.run.folder import Run
from tests.train.policy.test_roles import RECIPE

ENDOGENOUS = ("curriculum.name=endogenous", "curriculum.deals=4", "curriculum.copies=4")
TINY = ("warmup.steps=2", "warmup.plays=4", "training.updates=1", "evaluation.final_episodes=2", "evaluation.episodes=2")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "riddle.toml"
    path.write_text(RECIPE)
    return path


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        (("evaluation.part=corect",), "'evaluation.part': no part of a reward of test/Riddle-v0 named 'corect'; did you mean 'correct'"),
        (("env.options.umpires=true", "evaluation.label=solve_rate"), "'evaluation.part': no part of a reward"),
        (("env.options.umpires=true", "warmup.until=0.5"), "'evaluation.part': no part of a reward"),
        ((*ENDOGENOUS, "curriculum.part=puzled"), "'curriculum.part': no part of a reward of test/Riddle-v0 named 'puzled'; did you mean"),
        ((*ENDOGENOUS, "env.options.umpires=true", "curriculum.choose=progress"), "'curriculum.part': no part of a reward"),
        ((*ENDOGENOUS, "env.options.umpires=true", "curriculum.band=[0.1, 0.9]"), "'curriculum.part': no part of a reward"),
        (("roles.umpire.train=false",), "no role of test/Riddle-v0 named 'umpire'"),
    ],
)
def test_a_part_or_role_that_there_is_not(source: Path, tmp_path: Path, changes: tuple[str, ...], hint: str) -> None:
    """Before anything is trained, and nothing is written."""
    with pytest.raises(UsageError) as refused:
        Run.create(tmp_path / "run", recipe.read(str(source), changes))
    assert hint in str(refused.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("changes", [("env.options.umpires=true",), (*ENDOGENOUS, "env.options.umpires=true")])
def test_a_part_that_nobody_asked_about_may_be_missing(source: Path, tmp_path: Path, changes: tuple[str, ...]) -> None:
    """The default is no knob that somebody turned."""
    run = Run.create(tmp_path / "run", recipe.read(str(source), changes))
    assert (run.path / "recipe.toml").is_file()


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        (('monitors.gap={metric="reward/gueser", truth="fact/solve_rate"}',), "'monitors.gap': no metric of an update named 'reward/gues"),
        (('monitors.gap={metric="reward/gueser", truth="fact/solve_rate"}',), "did you mean 'reward/guesser'"),
        (('monitors.gap={metric="reward/guesser", truth="fact/solverate"}',), "did you mean 'fact/solve_rate'"),
        ((*ENDOGENOUS, 'monitors.gap={metric="reward/guesser", truth="fact/solverate"}'), "did you mean 'fact/solve_rate'"),
        (('monitors.no_signal.metric="zero_advantage/posr"',), "did you mean 'zero_advantage/poser'"),
        (('monitors.mine={name="threshold", metric="heldout/accuracy", level=1.0}',), "'heldout/accuracy'"),
        (('monitors.mine={name="threshold", metric="sum/solved", level=1.0}',), "'sum/solved'"),
        (('monitors.mine={name="threshold", metric="entropy/learner", level=1.0}',), "did you mean 'entropy'"),
        (('monitors.role_dominance={level=0.5, roles=["poser", "gueser"]}',), "did you mean 'reward/guesser'"),
        (('facts.counts=["vaild"]',), "'facts.counts': no fact in plays of test/Riddle-v0 named 'vaild'; did you mean 'valid'"),
        (('facts.ratios.good=["valid", "validd"]',), "'facts.ratios.good': no fact"),
        ((*ENDOGENOUS, 'facts.counts=["vallid"]'), "did you mean 'valid'"),
    ],
)  # fmt: skip
def test_a_fact_or_metric_that_does_not_come(source: Path, tmp_path: Path, changes: tuple[str, ...], hint: str) -> None:
    """The first update shows it, and the nearest name."""
    run = Run.create(tmp_path / "run", recipe.read(str(source), (*TINY, *changes)))
    with pytest.raises(UsageError) as refused:
        run.train()
    assert hint in str(refused.value)


def test_what_may_come_later_is_waited_for(source: Path, tmp_path: Path) -> None:
    """An archive has no solve rate before a task of it was played; a fact may be of tasks that training makes. What never came is told."""
    changes = (
        *TINY, *ENDOGENOUS, "training.updates=2",
        'monitors.stale={name="threshold", metric="archive/solve_rate", level=2.0}',
        'monitors.nothing={name="threshold", metric="fact/of_another_world", level=2.0}',
    )  # fmt: skip
    done = CliRunner().invoke(axion, ["train", str(source), "--out", str(tmp_path / "run"), *(x for c in changes for x in ("--set", c))])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["unseen"] == ["monitors.nothing"]
    assert "warning: recipe key 'monitors.nothing' did nothing" in done.output


def test_the_command_ends_with_2(source: Path, tmp_path: Path) -> None:
    changes = (*TINY, 'facts.counts=["vaild"]')
    done = CliRunner().invoke(axion, ["train", str(source), "--out", str(tmp_path / "run"), *(x for c in changes for x in ("--set", c))])
    assert done.exit_code == 2
    assert done.output.splitlines()[-1].startswith("error: recipe key 'facts.counts': no fact")


def test_the_usual_monitors_are_quiet_where_there_is_nothing_to_see(source: Path, tmp_path: Path) -> None:
    """Without proposals, validity or solve rates; a recipe that names none has them all the same."""
    tiny = (*TINY, "model.layers=1", "model.hidden=32", "model.mlp=64", "warmup.until=0", "curriculum.deals=2", "curriculum.copies=2")
    summary = Run.create(tmp_path / "run", recipe.read("arithmetic", tiny)).train()
    assert "unseen" not in summary
