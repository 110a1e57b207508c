"""The order of a whole run: pure tests on every core, then the serial ones, one at a time on an idle machine.

Serial are the tests that start sandboxes, look at time, or drive a real backend: beside others they would compete for the processor, and
what they say of limits would depend on that. Everybody else's tests share nothing and have one thread each.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

SERIAL = (
    # sandboxes
    "tests/sandbox/",
    "tests/short/",
    "tests/zoo/selfplay/bug_repair/",
    "tests/zoo/selfplay/absolute_zero/test_python.py",
    "tests/zoo/reasoning/code_synthesis/",
    "tests/zoo/test_conformance.py",
    "tests/zoo/reasoning/mathematics/test_checker.py",
    "tests/zoo/reasoning/mathematics/test_hostile.py",
    "tests/zoo/test_reward_hacks.py",
    "tests/zoo/selfplay/test_duel/test_duel.py",
    "tests/command/test_catalog.py",
    "tests/command/test_doctor.py",
    "tests/core/test_rerun.py",
    "tests/test_document.py",
    # time
    "tests/check/test_command.py",
    "tests/command/test_bench.py",
    "tests/command/test_front.py",
    "tests/test_front_door.py",
    "tests/benchmarks/test_benchmarks.py",
    # real backends
    "tests/view/test_view.py",
    "tests/adapter/test_trl.py",
    "tests/adapter/test_verifiers.py",
)
"""How the ids of serial tests begin: a folder, a file."""
_MOST = 8  # workers: each takes half a gigabyte once it has imported torch
_CHUNK = 16  # tests handed out at once: more leave one worker with the longest ones at the end, fewer make a file's fixtures twice


def is_serial(nodeid: str) -> bool:
    """Whether a test is."""
    return nodeid.startswith(SERIAL)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the serial tests, so that `-m serial` chooses them."""
    if is_serial(item.nodeid):
        item.add_marker("serial")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put them last, for a run without workers."""
    items.sort(key=lambda item: is_serial(item.nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One for each core where all tests are asked for; none where files are named, which end sooner than workers start."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return min(_MOST, len(os.sched_getaffinity(0))) if whole else 0


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScheduling:
    """In place of the one that would mix them."""
    return PureFirst(config, log)


class PureFirst(LoadScheduling):
    """Hands out the pure tests as they are wanted; when they are done, all workers but one end, and that one gets the serial tests."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self.serial: list[int] = []
        """Indices of the tests to come when all others are done."""

    def schedule(self) -> None:
        """Begin, or go on with a worker in place of one that crashed."""
        if self.collection is None and self._check_nodes_have_same_collection():
            self.collection = next(iter(self.node2collection.values()))
            self.maxschedchunk = self.maxschedchunk or _CHUNK
            for index, nodeid in enumerate(self.collection):
                (self.serial if is_serial(nodeid) else self.pending).append(index)
        for node in (*self.nodes, *self.nodes[:1]):  # the first one again: it may have been given the last of the pure tests
            self.check_schedule(node)

    def check_schedule(self, node: WorkerController, duration: float = 0) -> None:
        """Give a worker what it is to do next: a worker holds its last test until it is given another or told to end."""
        if self.pending or not self.serial:
            super().check_schedule(node, duration)
        elif node is not self._last:
            node.shutdown()
        elif len(self.nodes) == 1:
            self.pending, self.serial = self.serial, []
            self._send_tests(node, len(self.pending))
            node.shutdown()

    @property
    def _last(self) -> WorkerController | None:
        """The worker that is to run the serial tests: the first that was not told to end. None until one replaces a dead one."""
        return next((node for node in self.nodes if not node.shutting_down), None)

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker has ended; the last one there can begin with the serial tests."""
        crashed = super().remove_node(node)
        if self._last is not None:
            self.check_schedule(self._last)
        return crashed

    @property
    def has_pending(self) -> bool:
        """Whether tests are to be run still."""
        return bool(self.serial) or super().has_pending

    @property
    def tests_finished(self) -> bool:
        """Whether no worker needs to be given anything any more."""
        return not self.serial and super().tests_finished
