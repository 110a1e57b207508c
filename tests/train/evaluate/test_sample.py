"""`axion sample`: files that go on where they stopped, figures over all of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from axion_env import Context, EpisodeStore, Outcome, PlayFailed, RandomPolicy, Task, verify
from axion_env.command import axion
from axion_train import recipe
from axion_train.evaluate.sample import sample_tasks
from axion_train.run.folder import Run
from tests.core.game import game

TINY = (
    "warmup.steps=20", "warmup.plays=200", "warmup.until=0.0", "model.hidden=32", "model.mlp=64", "curriculum.deals=4",
    "curriculum.copies=2", "training.updates=1", "evaluation.final_episodes=16",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "tiny"
    Run.create(path, recipe.read("arithmetic", TINY)).train()
    return path


def sample(*arguments: str | Path) -> Result:
    return CliRunner().invoke(axion, ["sample", *map(str, arguments)])


def metrics(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def whole(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six tasks, four plays each, in batches of two tasks; never stopped."""
    path = tmp_path_factory.mktemp("sampled") / "whole.jsonl"
    found = metrics(sample("--policy", run, "-n", 4, "--tasks", 6, "--batch", 8, "--json", "--out", path))
    assert (found["played"], found["found"], found["failed"]) == (24, 0, 0)
    assert {"reward/solver", "accuracy", "pass@1", "pass@4", "maj@4", "best@4/solver"} <= set(found)
    return path


def test_every_play_is_kept_and_replays(whole: Path) -> None:
    """Each task in every copy once, with its tokens."""
    episodes = list(EpisodeStore(whole))
    assert [(e.task.id, e.copy) for e in episodes] == [(f"train/0/{k}", c) for k in range(6) for c in range(4)]
    assert all(e.turns[0].action.tokens is not None for e in episodes)
    assert [verify(line.text) for line in EpisodeStore(whole).lines()] == [None] * 24


@pytest.mark.parametrize("lines", [0, 1, 8, 11, 23, 24])
def test_stopped_anywhere_it_goes_on_to_the_same_file(run: Path, whole: Path, tmp_path: Path, lines: int) -> None:
    """Nothing is lost, nothing is there twice, and the figures are those of all plays; a torn line is played again."""
    path = tmp_path / "cut.jsonl"
    text = whole.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(text[:lines]) + (text[lines][:50] if lines < 24 else b""))
    found = metrics(sample("--policy", run, "-n", 4, "--tasks", 6, "--batch", 8, "--json", "--out", path))
    assert (found["played"], found["found"]) == (24 - lines, lines)
    assert path.read_bytes() == whole.read_bytes()
    again = metrics(sample("--policy", run, "-n", 4, "--tasks", 6, "--batch", 8, "--json", "--out", path))
    assert again == {**found, "played": 0, "found": 24}


def test_more_copies_and_more_tasks_are_added(run: Path, whole: Path, tmp_path: Path) -> None:
    """What is there stays where it is; the new copies are no copies of the old answers' random numbers."""
    path = tmp_path / "more.jsonl"
    shutil.copy(whole, path)
    found = metrics(sample("--policy", run, "-n", 8, "--tasks", 7, "--batch", 8, "--json", "--out", path))
    assert (found["played"], found["found"]) == (56 - 24, 24)
    assert path.read_bytes().startswith(whole.read_bytes())
    episodes = list(EpisodeStore(path))
    assert len({(e.task.id, e.copy) for e in episodes}) == len(episodes) == 56
    text = {(e.task.id, e.copy): e.turns[0].action.text for e in episodes}
    assert any(text[task, c] != text[task, c + 4] for task, c in text if c < 4 and (task, c + 4) in text)
    less = metrics(sample("--policy", run, "-n", 2, "--tasks", 3, "--json", "--out", path))
    assert (less["played"], less["found"]) == (0, 6)


def test_another_policy_does_not_go_on_with_the_file(run: Path, whole: Path) -> None:
    before = whole.read_bytes()
    done = sample("axion/Arithmetic-v0", "--policy", "random", "-n", 4, "--tasks", 6, "--out", whole)
    assert done.exit_code == 2
    assert "holds plays of these deals by tiny (version 1)" in done.stderr
    done = sample("--policy", run, "-n", 4, "--tasks", 6, "--temperature", 0.5, "--out", whole)
    assert done.exit_code == 2
    assert "this is tiny at temperature 0.5 (version 1)" in done.stderr
    assert whole.read_bytes() == before
    assert sample("axion/Arithmetic-v0", "--policy", "random", "--seed", 1, "-n", 1, "--tasks", 1, "--out", whole).exit_code == 0
    whole.write_bytes(before)


def test_temperature_length_and_options_are_used(run: Path, tmp_path: Path) -> None:
    """Cold copies all say the same, in no more tokens than asked for; and the run's environment takes options."""
    path = tmp_path / "cold.jsonl"
    arguments = ("--policy", run, "-n", 4, "--tasks", 2, "-o", "digits=3", "--temperature", "0.001", "--max-tokens", 5, "--out", path)
    assert sample(*arguments).exit_code == 0
    episodes = list(EpisodeStore(path))
    assert all(e.options == {"digits": 3} for e in episodes)
    ids = [e.turns[0].action.tokens.completion_ids for e in episodes]  # type: ignore[union-attr]
    assert len(set(ids[:4])) == 1
    assert all(len(i) <= 5 for i in ids)


def test_a_folder_with_a_model_is_a_policy(run: Path, tmp_path: Path) -> None:
    found = metrics(
        sample("axion/Arithmetic-v0", "--policy", run / "model", "-n", 2, "--tasks", 2, "--json", "--out", tmp_path / "model.jsonl")
    )
    assert found["played"] == 4


async def ask_the_oracle(task: Task, ctx: Context) -> Outcome:
    """One answer, and one call of a service."""
    said = await ctx.ask("a", "Well?", choices=("yes", "no"))
    return Outcome({"answer": said, "oracle": await ctx.call("oracle", said)})


def test_plays_that_the_machine_broke_are_played_again(tmp_path: Path) -> None:
    """They are counted and not stored; the next call plays just them. One task alone is played as often as is asked for."""
    env = game(ask_the_oracle, ("a",))

    def moody(requests: Sequence[Any]) -> list[str]:
        if "no" in requests:
            raise OSError("no is no answer")
        return ["fine"] * len(requests)

    def go(oracle: Any) -> dict[str, Any]:
        settings = {"split": "train", "tasks": 6, "copies": 2, "batch": 2, "services": {"oracle": oracle}}
        with EpisodeStore(tmp_path / "fragile.jsonl") as store:
            return sample_tasks(env, RandomPolicy(), store, **settings)

    first = go(moody)
    assert first["played"] + first["failed"] == 12
    assert first["failed"] > 0
    second = go(lambda requests: ["fine"] * len(requests))
    assert (second["played"], second["found"], second["failed"]) == (first["failed"], first["played"], 0)
    there = [(e.seed, e.copy) for e in EpisodeStore(tmp_path / "fragile.jsonl")]
    assert len(set(there)) == len(there) == 12


def test_an_environment_that_breaks_is_the_author_s_to_mend(tmp_path: Path) -> None:
    async def broken(task: Task, ctx: Context) -> Outcome:
        raise ValueError("planted")

    with EpisodeStore(tmp_path / "none.jsonl") as store, pytest.raises(PlayFailed, match="planted"):
        sample_tasks(game(broken), RandomPolicy(), store, split="train", copies=1)


def test_mistakes_are_one_line(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    cases = {
        ("--policy", "random", "--out", out): "ENV must be given",
        ("axion/Arithmetic-v1", "--policy", "random", "--out", out): "did you mean",
        ("axion/Arithmetic-v0", "--policy", "random", "--temperature", 2, "--out", out): "leave them out",
        ("axion/KuhnPoker-v0", "--policy", "./nowhere", "--tasks", 1, "--out", out): "no model folder",
        ("--policy", run, "--split", "tset", "--out", out): "no split",
        ("--policy", run, "-o", "digit=3", "--out", out): "did you mean 'digits'",
    }
    for arguments, hint in cases.items():
        done = sample(*arguments)
        assert done.exit_code == 2, (arguments, done.output)
        assert hint in done.stderr.splitlines()[-1], done.stderr
    assert not out.exists()
