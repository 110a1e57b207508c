"""Every backend is held to the promises that `axion check` names, as the default one is with all other environments."""

from __future__ import annotations

from typing import ClassVar

import pytest

from axion_env.testing import EnvSuite


@pytest.mark.slow
class TestFunctionsInPython(EnvSuite):
    """Small functions, a mutator's bugs."""

    env = "axion/BugRepair-v0"
    options: ClassVar = {"source": "python"}


class TestInjector(EnvSuite):
    """The tiny language, with an injector and two solvers."""

    env = "axion/BugRepair-v0"
    options: ClassVar = {"injector": "agent", "solvers": 2}


@pytest.mark.slow
class TestFiles(EnvSuite):
    """Modules with their tests."""

    env = "axion/BugRepair-v0"
    options: ClassVar = {"backend": "file", "turns": 2}
