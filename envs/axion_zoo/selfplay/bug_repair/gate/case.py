"""One artifact under examination: what its trees are, and what their suites say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NoReturn

from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.suite import Artifact, Report, Run, SuiteLimits, must_fail, roomy, run_suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The thresholds. The paper names its three and gives none; these are what replications chose, or weaker."""

    min_passing_tests: int = 5
    """More than these pass on the original code."""
    min_changed_files: int = 1
    """Code files that the bug changes."""
    min_failing_tests: int = 1
    """Tests that the bug makes fail."""
    regrades: int = 2
    """Further runs of the original and of the broken code, in fresh processes under hash seeds 1, 2, …; a coin that decides
    a test of either gets by with probability 2^-n."""
    min_changed_tests: int = 1
    """Specified tests, at the end of all, that fail with the bug."""
    min_same_tests: int = 1
    """Specified tests that pass with the bug as without it."""
    off: Collection[str] = ()
    """Names of gates that are not asked."""


class Rejected(Exception):
    """A gate says no."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail[:400]


def reject(code: str, detail: str) -> NoReturn:
    """Say no.

    Args:
        code: Code of the failure.
        detail: What failed, for people.
    """
    raise Rejected(code, detail)


@dataclass
class Case:
    """An artifact, and all that its examination needs."""

    run: Run
    original: Workspace
    artifact: Artifact
    gates: Thresholds
    known: Collection[str]
    limits: SuiteLimits
    profile: str
    reports: dict[tuple[str, int | None], Report] = field(default_factory=dict)

    @cached_property
    def buggy(self) -> Workspace:
        """The original with the bug."""
        return self.artifact.bug.apply(self.original)

    @cached_property
    def weakened(self) -> Workspace:
        """The original with the bug and with weakened tests."""
        return self.artifact.weaken.apply(self.buggy)

    async def report(self, tree: Workspace, hash_seed: int | None = None, limits: SuiteLimits | None = None) -> Report:
        """What a tree's suite says; each tree's is run once."""
        asked = tree.id, hash_seed
        if asked not in self.reports:
            script, parser = self.artifact.test_script, self.artifact.test_parser
            run = run_suite(self.run, tree, script, parser, limits or self.limits, profile=self.profile, hash_seed=hash_seed)
            self.reports[asked] = await run
        return self.reports[asked]

    async def passing(self, tree: Workspace, who: str, hash_seed: int | None = None, limits: SuiteLimits | None = None) -> frozenset[str]:
        """Tests that pass in a tree."""
        report = await self.report(tree, hash_seed, limits)
        if report.tests is None and report.failure != "NO_TESTS":  # all that fail to load, say
            reject(report.failure or "", f"{who}: {report.detail}")
        return report.passed

    async def failing(self) -> frozenset[str]:
        """Tests that pass on the original code and do not with the bug: they fail, or are not even reported."""
        return await self.passing(self.original, "the original code") - await self.passing(self.buggy, "the bug")

    async def same(self) -> frozenset[str]:
        """Tests that pass both with the bug and without it."""
        return await self.passing(self.original, "the original code") & await self.passing(self.buggy, "the bug")

    async def fail_to_pass(self) -> frozenset[str]:
        """The failing tests that are specified."""
        return await self._specified(await self.failing())

    async def pass_to_pass(self) -> frozenset[str]:
        """The tests that pass all along and are specified."""
        return await self._specified(await self.same())

    async def _specified(self, tests: frozenset[str]) -> frozenset[str]:
        """The tests that fail once they are made false."""
        if "twin" in self.gates.off:
            return tests
        return tests - await self.passing(
            must_fail(self.original, self.artifact.oracle_paths), "the tests made false", limits=roomy(self.limits)
        )

    def variant(self, tree: Workspace, number: int) -> Workspace:
        """The program in another text: a comment at the end of each file that the bug changes."""
        paths = [path for path in self.artifact.bug.paths if path in tree.files and path.endswith(".py")]
        remark = f"\n# {number}\n".encode()
        return tree.write({path: replace(tree.files[path], data=tree.files[path].data + remark) for path in paths})
