"""Making a bank: bugs by rule, each noticed by some test and let through by every gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from axion_env import Patch, Stream, derive
from axion_env.sandbox import Sandbox, Workspace
from axion_zoo.selfplay.bug_repair.bank.bug import Bug
from axion_zoo.selfplay.bug_repair.bank.source import Tree
from axion_zoo.selfplay.bug_repair.gate import Thresholds, validate
from axion_zoo.selfplay.bug_repair.injector.across import across
from axion_zoo.selfplay.bug_repair.injector.history import undoing
from axion_zoo.selfplay.bug_repair.injector.mutator import mutate, mutations
from axion_zoo.selfplay.bug_repair.injector.removal import removals
from axion_zoo.selfplay.bug_repair.injector.weaken import weaken
from axion_zoo.selfplay.bug_repair.suite import Artifact, Run, run_suite, together

_MUTATIONS = 3  # to one removal: of these most of a tree's are soon used up
_AT_ONCE = 4  # two slots never wait, and few are made in vain once there are enough


def breed(tree: Tree, patches: Iterable[tuple[str, Patch]], sandbox: Sandbox, *, gates: Thresholds | None = None) -> Iterator[Bug]:
    """The valid bugs among some patches, in their order.

    Args:
        tree: What they are patches of.
        patches: (who made it, the patch), as injectors give them.
        sandbox: Runs the suites.
        gates: What they have to pass.
    """

    async def passing(run: Run, artifact: Artifact, code: Workspace) -> frozenset[str]:
        suite = run_suite(run, code, artifact.test_script, artifact.test_parser, tree.limits, profile=tree.profile)
        return (await suite).passed

    expected: dict[str, frozenset[str]] = {}  # of the tree as it is, by script

    async def bred(run: Run, origin: str, patch: Patch) -> Bug | None:
        bare = tree.artifact(patch, Patch())
        if bare.test_script not in expected:
            expected[bare.test_script] = await passing(run, bare, tree.workspace)
        failing = expected[bare.test_script] - await passing(run, bare, patch.apply(tree.workspace))
        if not failing:
            return None
        artifact = tree.artifact(patch, weaken(tree.workspace, failing))
        found = await validate(run, tree.workspace, artifact, gates, tests=tree.tests, limits=tree.limits, profile=tree.profile)
        return Bug(tree.name, tree.workspace.id, origin, artifact, found.fail_to_pass, found.pass_to_pass) if found.valid else None

    waiting = iter(patches)
    while batch := list(islice(waiting, _AT_ONCE)):
        made = together([lambda run, o=origin, p=patch: bred(run, o, p) for origin, patch in batch], sandbox)  # type: ignore[misc]
        yield from (bug for bug in made if bug is not None)


def by_rule(tree: Tree, seed: int = 0) -> Iterator[tuple[str, Patch]]:
    """Patches of a tree by rules for one place in turn: three mutations, then a removal; equal seeds give equal patches.

    Args:
        tree: The tree.
        seed: Seeds the draws.
    """
    stream = _stream(tree, seed)
    mutated = ((f"mutator/{made.operator}", made.patch) for made in mutations(tree.workspace, tree.code, stream))
    removed = ((f"removal/{made.kind}", made.patch) for made in removals(tree.workspace, tree.code, stream))
    while round_ := [*islice(mutated, _MUTATIONS), *islice(removed, 1)]:
        yield from round_


def in_two_files(tree: Tree, seed: int = 0) -> Iterator[tuple[str, Patch]]:
    """Patches that mutate two files at once."""
    return (("across/mutator", patch) for patch in across(mutate)(tree.workspace, tree.code, _stream(tree, seed)))


def by_history(tree: Tree, seed: int = 0) -> Iterator[tuple[str, Patch]]:
    """Patches that undo what commits changed."""
    return (("history", patch) for patch in undoing(tree.history)(tree.workspace, tree.code, _stream(tree, seed)))


RULES: Mapping[str, Callable[[Tree, int], Iterator[tuple[str, Patch]]]] = {"code": by_rule, "files": in_two_files, "history": by_history}
"""Ways to breed a bank, by name."""


def _stream(tree: Tree, seed: int) -> Stream:
    return Stream(derive(seed, "by rule", tree.workspace.id))
