"""Older names in a policy's changes and in a file that sampling goes on with; and names that are numbers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from axion_env import Env, EpisodeStore, RandomPolicy, UsageError, load
from axion_env.command.environment import Environments
from axion_train import recipe
from axion_train.evaluate.sample import sample_tasks
from axion_train.recipe.table import read_arguments


def test_a_policys_changes_by_an_older_name(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text('[env]\nid = "axion/KuhnPoker-v0"\n[roles.second]\npolicy = "other"\n[policies]\nother = ["magnet.coefficient=0.5"]\n')
    assert recipe.read(str(path)).of_policy("other").reference_kl.coefficient.start == 0.5


def test_sampling_goes_on_with_a_file_of_older_names(tmp_path: Path) -> None:
    """What the file holds is known, though its records call an option otherwise: nothing is played twice."""
    env = load("axion/TestDuel-v0", backend="exact")

    def sample(path: Path) -> dict[str, object]:
        with EpisodeStore(path) as store:
            return sample_tasks(env, RandomPolicy(0), store, split="train", tasks=2, copies=2)

    sample(tmp_path / "new.jsonl")
    with EpisodeStore(tmp_path / "old.jsonl") as old, EpisodeStore(tmp_path / "new.jsonl") as new:
        old.extend(episode._replace(options={"rung": "exact"}) for episode in list(new))
    found = sample(tmp_path / "old.jsonl")
    assert (found["found"], found["played"]) == (4, 0)


def test_a_name_that_is_a_number_is_a_name() -> None:
    """Only `envs` and `evaluations` are lists of tables."""
    assert "1" in recipe.read("kuhn-poker", ['controls.1=["training.updates=1"]']).controls
    assert "0" in recipe.read("kuhn-poker", ["roles.0.train=false"]).roles


class Own(type(load("axion/TestDuel-v0"))):  # type: ignore[misc]
    """Has an option of its own under a name that an older one had."""

    def __init__(self, rung: str = "mine") -> None:
        super().__init__()
        self.mine = rung


def test_a_subclass_may_take_an_older_name_for_itself() -> None:
    env: Env = Own(rung="other")
    assert env.options == {"rung": "other"}


def test_records_of_both_names_are_of_one_environment() -> None:
    """Caps and success rates count over environments: an older name is none of another."""
    known = Environments()
    assert known.of("axion/TestDuel-v0", {"rung": "exact"}) is known.of("axion/TestDuel-v0", {"backend": "exact"})


def test_a_part_whose_arguments_cannot_be_read_is_an_error() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_arguments(partial(Own, rung="x"), {})
