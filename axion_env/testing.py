"""Helpers for testing an environment: a class of tests in one line, and Hypothesis strategies.

    from axion_env.testing import EnvSuite

    class TestGuess(EnvSuite):
        env = "me/Guess-v0"

runs every check of `axion check` as a test of its own. `pytest -p axion_env.testing --axion-report report.json` writes what they found.
Needs pytest, and the strategies need Hypothesis. A play that never ends hangs the test: only `axion check` has a watchdog.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from axion_env.check import Inspection, Severity, Status, Subject, catalog
from axion_env.check.hostile import HOSTILE, variations
from axion_env.core.driver import serve
from axion_env.core.env import Env
from axion_env.core.play import Play
from axion_env.core.registry import load
from axion_env.core.request import Ask, Call
from axion_env.record.episode import Episode
from axion_env.record.task import Task
from axion_env.service import Service

if TYPE_CHECKING:
    import pytest
    from hypothesis.strategies import SearchStrategy

_SEEDS = 1 << 32
_inspected: list[Inspection] = []


class CheckWarning(UserWarning):
    """A finding that fails no check."""


class EnvSuite:
    """Every check of one environment as a test: derive a class whose name begins with `Test`, and say which environment."""

    env: ClassVar[str | Env | type[Env]]
    """Its id, its class or an instance."""
    options: ClassVar[Mapping[str, Any]] = {}
    """Options of the environment, where an id or a class is given."""
    services: ClassVar[Mapping[str, Service]] = {}
    """Outside services by name, where plays call any but the sandbox."""
    seeds: ClassVar[int | None] = None
    """Plays that a check makes of each kind. None: 32, or 4 where plays call services."""
    _inspection: ClassVar[Inspection | None] = None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Makes one test for each check."""
        if "check_id" in metafunc.fixturenames:
            metafunc.parametrize("check_id", list(catalog()))

    def test_check(self, check_id: str) -> None:
        """Asserts that the promise is kept."""
        import pytest

        result = self._inspected().result(check_id)
        if result.status is Status.SKIPPED:
            pytest.skip(result.reason)
        if result.errors:
            pytest.fail("\n".join([f"{check_id}: {catalog()[check_id].holds}", *map(str, result.errors)]), pytrace=False)
        for finding in result.findings:
            if finding.severity is Severity.WARNING:
                warnings.warn(f"{check_id}: {finding}", CheckWarning, stacklevel=1)

    @classmethod
    def _inspected(cls) -> Inspection:
        """The environment, built once for all tests of the class."""
        if "_inspection" not in vars(cls):
            env = (
                load(cls.env, **cls.options)
                if isinstance(cls.env, str)
                else cls.env
                if isinstance(cls.env, Env)
                else cls.env(**cls.options)
            )
            cls._inspection = Inspection(Subject(env, deals=cls.seeds, services=cls.services))
            _inspected.append(cls._inspection)
        assert cls._inspection is not None
        return cls._inspection


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option `--axion-report`, under `-p axion_env.testing`."""
    parser.addoption("--axion-report", metavar="FILE", help="write what the checks of every EnvSuite found, as `axion check --json` does")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the report."""
    path = session.config.getoption("--axion-report")
    if path:
        reports = [inspection.report(inspection.ran) for inspection in _inspected]
        passed = all(report.passed for report in reports)
        Path(path).write_text(json.dumps({"passed": passed, "reports": [json.loads(report.to_json()) for report in reports]}))


def tasks(env: Env, split: str = "train") -> SearchStrategy[Task]:
    """Generates any task of a split."""
    from hypothesis import strategies

    known = env.tasks(split)
    return strategies.integers(0, len(known) - 1).map(lambda k: known[k])


def actions(ask: Ask[Any]) -> SearchStrategy[str]:
    """Generates anything an agent might answer: well-formed answers, the same broken, what attackers say, any text at all."""
    from hypothesis import strategies

    legal = list(ask.play.env.examples(ask)) or [""]
    broken = [variation for text in legal for variation in variations(text)]
    kinds = (strategies.sampled_from(legal), strategies.sampled_from(broken), strategies.sampled_from(HOSTILE), strategies.text())
    return strategies.one_of(*kinds)


def plays(env: Env, *, legal: bool = False, services: Mapping[str, Service] | None = None) -> SearchStrategy[Episode]:
    """Generates episodes of any play: any task, seed, answers, and order of answering.

    Args:
        env: The rules.
        legal: Only well-formed answers.
        services: Outside services by name.
    """
    from hypothesis import strategies

    @strategies.composite
    def played(draw: Any) -> Episode:
        play = Play(env, draw(tasks(env)), draw(strategies.integers(0, _SEEDS - 1)))
        while play.requests:
            request = draw(strategies.sampled_from(play.requests)) if len(play.requests) > 1 else play.requests[0]
            if isinstance(request, Call):
                serve([request], services or {})
            else:
                play.answer(request, draw(_legal(request) if legal else actions(request)))
        assert play.episode is not None
        return play.episode

    return played()


def _legal(ask: Ask[Any]) -> SearchStrategy[str]:
    from hypothesis import strategies

    texts: Sequence[str] = list(ask.play.env.examples(ask)) or [""]
    return strategies.sampled_from(texts)
