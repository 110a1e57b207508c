"""The backends `file` and `repository`: bugs in trees of files, with test suites that run in the sandbox.

    tree → injector's artifact → gates → broken tree → K solvers at once → grades → facts

Or from a bank of artifacts that have passed the gates already: then only solvers are seated.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from axion_env import (
    Ask,
    Context,
    Demo,
    Episode,
    Forfeit,
    Illegal,
    NotFound,
    Outcome,
    Patch,
    PatchError,
    Procedural,
    Stream,
    Task,
    UsageError,
    derive,
)
from axion_env.sandbox import Workspace
from axion_env.sandbox.workspace import Delta
from axion_zoo.selfplay.bug_repair import seat
from axion_zoo.selfplay.bug_repair.backend import attempted, refused
from axion_zoo.selfplay.bug_repair.bank import Bug, Tree, Trees
from axion_zoo.selfplay.bug_repair.gate import GateResult, Thresholds, broken, grade, validate
from axion_zoo.selfplay.bug_repair.injector.baseline import oracle
from axion_zoo.selfplay.bug_repair.injector.tamper import conftest
from axion_zoo.selfplay.bug_repair.suite import Artifact, unfenced
from axion_zoo.selfplay.bug_repair.tree import prompt
from axion_zoo.selfplay.bug_repair.tree.workbench import Work, Workbench, work


class TreeBackend:
    """Bugs in trees of files.

    Args:
        trees: Where they come from.
        agent: Whether an agent injects; else bugs come from the bank, and solvers alone are seated.
        solvers: At once.
        injecting: How an injector may work.
        solving: How a solver may.
        strategy: `direct`, `removal` or `history`; `mixed`: drawn from the last two, as the paper does, for trees that have a history.
        gates: What an artifact has to pass.
        seed: Seeds the order of tasks.
    """

    def __init__(
        self,
        trees: Trees,
        *,
        agent: bool,
        solvers: int,
        injecting: Workbench,
        solving: Workbench,
        strategy: str,
        gates: Thresholds,
        seed: int = 0,
    ) -> None:
        if strategy not in (*prompt.STRATEGIES, "mixed"):
            raise NotFound("strategy", strategy, (*prompt.STRATEGIES, "mixed"))
        if agent and strategy == "history":
            without = [name for split in trees.splits for name in trees.names(split) if not trees.tree(name).history]
            if without:
                raise UsageError(f"strategy=history needs trees with a history, and {without[0]!r} has none; prepare a git checkout")
        self.trees = trees
        self.splits = trees.splits
        self.agent = agent
        self.seats = seat.solvers(solvers)
        self.injecting = injecting
        self.solving = solving
        self.strategy = strategy
        self.gates = gates
        self.seed = seed

    def tasks(self, split: str) -> Sequence[Task]:
        """A tree each, to plant a bug in; or a bug each, to mend."""
        order = list(range(len(self.trees.names(split) if self.agent else self.trees.bugs(split))))
        Stream(derive(self.seed, "order of tasks", split)).shuffle(order)
        if self.agent:
            names = self.trees.names(split)
            return Procedural(len(names), lambda k: self._tree_task(split, names[order[k]]))
        bugs = self.trees.bugs(split)
        if not bugs and self.trees.names(split):
            raise UsageError(f"no bugs are known of {', '.join(self.trees.names(split))}; `axion repo breed` makes some, or injector=agent")
        return Procedural(len(bugs), lambda k: self._bug_task(f"{split}/{order[k]}", bugs[order[k]]))

    def _tree_task(self, split: str, name: str) -> Task:
        return Task(f"{split}/{name}", {"tree": name, "workspace": self.trees.tree(name).workspace.id})

    def _bug_task(self, name: str, bug: Bug, failed: str = "") -> Task:
        """What a solver finds, in public; how it came about, in secret."""
        original = self.trees.tree(bug.tree).workspace
        start = broken(original, bug.artifact, Patch.parse(failed) if failed else None)
        public = {"tree": bug.tree, "workspace": bug.workspace, "start": original.delta(start).record(), "spec": _spec(bug)}
        return Task(name, public, {"bug": bug.record()} | ({"failed": failed} if failed else {}), self.seats)

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Has the bug made if the task brings none, then mended by all solvers at once."""
        tree = self._tree(task)
        bug, facts = await self._bug(task, ctx, tree)
        if bug is None:
            return refused(facts, attempts=[])
        failed = Patch.parse(task.secret["failed"]) if "failed" in task.secret else None
        given = tree.workspace.apply(Delta.of(task.public["start"])) if "start" in task.public else broken(tree.workspace, bug.artifact)
        spec = task.public["spec"] if "spec" in task.public else _spec(bug)
        question = prompt.solver(given, spec, tree.code, alone=self.solving.turns == 1)
        seated = [agent for agent in ctx.agents if agent in self.seats]
        attempts = await ctx.gather(*(self._attempt(ctx, agent, question, tree, bug, given, failed) for agent in seated))
        solved = [attempt["solved"] for attempt in attempts]
        return attempted(facts, solved, order=1 if failed is None else 2, bug=bug.record(), attempts=list(attempts))

    def _tree(self, task: Task) -> Tree:
        tree = self.trees.tree(task.public["tree"])
        if tree.workspace.id != task.public["workspace"]:
            raise UsageError(f"the tree {tree.name!r} is {tree.workspace.id[:12]} now, and the task is of {task.public['workspace'][:12]}")
        return tree

    async def _bug(self, task: Task, ctx: Context, tree: Tree) -> tuple[Bug | None, dict[str, Any]]:
        """The task's bug, or the one that the injector makes now, with the facts of its making. None: it is not valid."""
        if "bug" in task.secret:
            bug = Bug.of(task.secret["bug"])
            return bug, {"gates": [], "proposal": bug.artifact.bug_inject}
        injector = next(agent for agent in ctx.agents if agent not in self.seats)
        done = await work(ctx, injector, tree.workspace, self._injector_question(ctx, injector, tree), self.injecting)
        try:
            artifact = Artifact.parse(done.text or "")
        except Illegal as problem:
            return None, {"gates": [GateResult("form", False, "NO_ARTIFACT", str(problem)).record()], "proposal": None}
        found = await validate(ctx.run, tree.workspace, artifact, self.gates, tests=tree.tests, limits=tree.limits, profile=tree.profile)
        facts = {"gates": [gate.record() for gate in found.gates], "proposal": artifact.bug_inject}
        if not found.valid:
            return None, facts
        return Bug(tree.name, tree.workspace.id, injector, artifact, found.fail_to_pass, found.pass_to_pass), facts

    def _injector_question(self, ctx: Context, injector: str, tree: Tree) -> str:
        strategy, commit = self.strategy, ""
        if strategy == "mixed":
            strategy = ctx.draw("strategy", ("removal", "history") if tree.history else ("removal",), visible_to=(injector,))
        if strategy == "history":
            commit = ctx.draw("commit", tree.history, visible_to=(injector,))
        text = prompt.STRATEGIES[strategy].format(commit=commit.rstrip())
        return prompt.injector(tree.workspace, text, tree.code, self.gates, alone=self.injecting.turns == 1)

    async def _attempt(
        self, ctx: Context, agent: str, question: str, tree: Tree, bug: Bug, start: Workspace, failed: Patch | None
    ) -> dict[str, Any]:
        """One solver's work and its grade. A solver that breaks the rules is a failed solver, and nobody else's forfeit."""
        try:
            done = await work(ctx, agent, start, question, self.solving)
        except Forfeit:
            return {"agent": agent, "solved": False, "code": "FORFEIT", "patch": "", "turns": 0}
        patch = _patch(start, done)
        tests = (*bug.fail_to_pass, *bug.pass_to_pass)
        found = await grade(ctx.run, tree.workspace, bug.artifact, patch, tests, failed=failed, limits=tree.limits, profile=tree.profile)
        return {"agent": agent, **found.record(), "patch": patch, "turns": done.turns}

    def derived(self, episode: Episode) -> Sequence[Task]:
        """Bugs of order two: the tree as a solver left it that did not mend it. Of these no others are made (they would overlap)."""
        facts = episode.facts or {}
        if not facts.get("valid") or facts["order"] > 1:
            return ()
        bug = Bug.of(facts["bug"])
        left = {attempt["patch"]: attempt for attempt in facts["attempts"] if attempt["code"] == "FAILED"}
        return [self._bug_task(f"{episode.task.id}+{episode.seed}+{i}", bug, patch) for i, patch in enumerate(left)]

    def examples(self, ask: Ask[Any]) -> Sequence[str]:
        """For a solver, what undoes the bug; for an injector, an artifact of the tree's bank."""
        task = ask.task
        if "bug" in task.secret:
            return (f"<submit>\n{Bug.of(task.secret['bug']).artifact.bug.reverse().text}</submit>",)
        if ask.agent in self.seats:
            return ("<submit/>",)
        banked = (bug for split in self.splits for bug in self.trees.bugs(split) if bug.tree == task.public["tree"])
        return tuple(f"<submit>\n{bug.artifact.render()}\n</submit>" for bug in list(banked)[:1]) or ("<submit/>",)

    def demos(self) -> Sequence[Demo]:
        """The bug taken back, nothing handed in, and a `conftest.py` that calls every test passed."""
        split = next((split for split in self.splits if self.trees.bugs(split)), None)
        if split is None:
            return ()
        bug = self.trees.bugs(split)[0]
        task = self._bug_task("demo", bug)
        demo = partial(seat.demo, task, self.seats)
        start, spec = broken(self.trees.tree(bug.tree).workspace, bug.artifact), Patch.parse(_spec(bug))
        patches = {name: solver(start, spec, Stream(0)).text for name, solver in (("mend", oracle(bug.artifact.bug)), ("cheat", conftest))}
        return (
            demo("mended", f"<submit>\n{patches['mend']}</submit>", 1.0),
            demo("nothing", "<submit/>", -1.0),
            demo("cheat: conftest", f"<submit>\n{patches['cheat']}</submit>", -1.0),
        )


def _spec(bug: Bug) -> str:
    """What a solver is told: the tests as they were, as a patch."""
    return bug.artifact.weaken.reverse().text


def _patch(start: Workspace, done: Work) -> str:
    """What was handed in, out of its code fence; else the difference that the files make, as far as it is text."""
    if done.text is not None:
        return unfenced(done.text.strip("\n") + "\n")
    try:
        return Patch.between(start, done.workspace).text
    except PatchError as problem:
        return f"no patch: {problem}"
