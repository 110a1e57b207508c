"""A run that several tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

from axion_train import recipe
from axion_train.run import Run
from tests.train.transplant import transplanted


@pytest.fixture(scope="session")
def umpired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which umpires are paid for a yes, so that solvers learn what earns one."""
    folder = tmp_path_factory.mktemp("third")
    (folder / "riddle.toml").write_text(tomli_w.dumps(transplanted()))
    chosen = recipe.read(str(folder / "riddle.toml"), ['env.options.pay="hacked"'])
    Run.create(folder / "run", chosen).train()
    return folder / "run"
