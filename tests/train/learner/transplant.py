"""A shipped recipe, and in it an environment that it was not written for."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomli_w

from axion_train import recipe
from axion_train.run.folder import Run


def transplanted() -> dict[str, Any]:
    """The recipe of coders and testers with every name of theirs replaced by one of posers, guessers and umpires, and no other key."""
    table = tomllib.loads(files("axion_train").joinpath("recipes", "test-duel.toml").read_text())
    table["envs"] = [{"id": "tests.train.riddle:Riddle", "options": {"umpires": True}}]
    table["roles"] = {"umpire": {"policy": "umpire"}}
    table["policies"] = {"umpire": ["warmup.steps=20"]}
    table["curriculum"] |= {"part": "sharp", "deals": 6, "copies": 4, "fresh": 0.5, "capacity": 16}
    table["facts"] = {
        "counts": ["answers", "wrong"],
        "ratios": {
            "true_accuracy": ["right_answers", "answers"],
            "in_game_reward": ["accepted", "answers"],
            "verifier_recall": ["wrong_rejected", "wrong"],
            "verifier_precision": ["wrong_rejected", "rejected"],
        },
    }
    table["monitors"]["hacked"] |= {"metric": "reward/guesser", "truth": "fact/true_accuracy", "level": 0.3, "window": 4}
    table["evaluations"][0] |= {"part": "accepted", "also": ["far"], "every": 6, "episodes": 16, "final_episodes": 16}
    table["model"] |= {"layers": 1, "hidden": 32, "mlp": 64, "heads": 2}
    table["warmup"] |= {"steps": 20, "plays": 64, "rate": 1e-2}
    table["optimizer"]["rate"] = 1e-2
    table["training"] |= {"updates": 24, "store_every": 1, "checkpoint_every": 12}
    return table


def trained(folder: Path, *changes: str) -> Path:
    """A run of the transplanted recipe."""
    (folder / "riddle.toml").write_text(tomli_w.dumps(transplanted()))
    Run.create(folder / "run", recipe.read(str(folder / "riddle.toml"), changes)).train()
    return folder / "run"
