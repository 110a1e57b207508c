"""A run that several tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.train.learner.transplant import trained


@pytest.fixture(scope="session")
def umpired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which umpires are paid for a yes, so that solvers learn what earns one."""
    return trained(tmp_path_factory.mktemp("third"), 'env.options.pay="hacked"')
