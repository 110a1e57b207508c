"""The exact tree of a finite game: best responses and NashConv.

NashConv (Lanctot et al., "A unified game-theoretic approach to multiagent reinforcement learning", 2017) is the sum over
agents of what each could gain by switching to a best response while the others stay: 0 exactly at a Nash equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from axion_env.core.env import Env
from axion_env.core.rubric import judge
from axion_env.error import ContractError
from axion_env.gametree.enumerate import ILLEGAL, Decision, enumerate_plays
from axion_env.record.episode import Message
from axion_env.record.task import Task


@dataclass(frozen=True)
class InformationSet:
    """An information set: all the states that one agent cannot tell apart."""

    index: int
    agent: str
    messages: tuple[Message, ...]
    """The messages shown to the agent there."""
    actions: tuple[str, ...]


@dataclass(frozen=True)
class _Leaf:
    payoffs: Mapping[str, float]


@dataclass(frozen=True)
class _Node:
    """A draw (information set None) or a decision."""

    infoset: int | None
    agent: str | None
    children: list[_Node | _Leaf] = field(default_factory=list)


Strategy: TypeAlias = Sequence[Sequence[float]]
"""[information sets][actions] Probabilities, in the order of `GameTree.information_sets`."""


class GameTree:
    """The exact tree of a finite environment.

    >>> from axion_env import load
    >>> tree = GameTree(load("axion/KuhnPoker-v0"))
    >>> round(tree.nash_conv(tree.uniform()) * 12, 9)
    11.0

    Args:
        env: A finite environment.
        task: Default: the first of the train split.
        illegal: Give every information set the further action `ILLEGAL`, which forfeits as the spec says.
    """

    def __init__(self, env: Env, *, task: Task | None = None, illegal: bool = False) -> None:
        self.information_sets: list[InformationSet] = []
        self.leaves = 0
        self._nodes: list[list[_Node]] = []  # by information set
        self._index: dict[tuple[str, tuple[tuple[Message, ...], ...]], int] = {}
        self.agents = task.agents if task is not None and task.agents else env.seats
        root: _Node | None = None
        for one in enumerate_plays(env, task=task, illegal=illegal):
            payoffs = {agent: verdict.reward for agent, verdict in judge(env, one.episode).items()}
            root = root or self._node(one.decisions[0])
            self._insert(root, one.decisions, _Leaf(payoffs))
            self.leaves += 1
        assert root is not None
        self._root: _Node = root

    def _insert(self, node: _Node, decisions: tuple[Decision, ...], leaf: _Leaf) -> None:
        for i, decision in enumerate(decisions):
            if decision.chosen == len(node.children):
                node.children.append(leaf if i + 1 == len(decisions) else self._node(decisions[i + 1]))
            child = node.children[decision.chosen]
            if isinstance(child, _Node):
                node = child

    def _node(self, decision: Decision) -> _Node:
        if decision.agent is None:
            return _Node(None, None)
        key = (decision.agent, decision.seen)
        index = self._index.setdefault(key, len(self.information_sets))
        if index == len(self.information_sets):
            self.information_sets.append(InformationSet(index, decision.agent, decision.messages, decision.options))
            self._nodes.append([])
        node = _Node(index, decision.agent)
        if self.information_sets[index].actions != decision.options:
            raise ContractError(f"{decision.agent} can tell two states apart by its legal actions alone: {decision.messages}")
        self._nodes[index].append(node)
        return node

    def uniform(self) -> list[list[float]]:
        """The strategy that takes every action with equal probability, and never `ILLEGAL`."""
        return [[0.0 if a == ILLEGAL else 1 / (len(s.actions) - (ILLEGAL in s.actions)) for a in s.actions] for s in self.information_sets]

    def values(self, strategy: Strategy) -> dict[str, float]:
        """Expected payoff of each agent when all follow `strategy`."""
        return {agent: self._value(self._root, agent, strategy, None) for agent in self.agents}

    def best_response_value(self, agent: str, strategy: Strategy) -> float:
        """Expected payoff of `agent` when it plays a best response to the others' `strategy`."""
        reach: dict[int, float] = {}
        self._reach(self._root, agent, strategy, 1.0, reach)
        return self._value(self._root, agent, strategy, _BestResponse(self, agent, strategy, reach))

    def nash_conv(self, strategy: Strategy) -> float:
        """NashConv: the sum over agents of what each would gain by a best response."""
        values = self.values(strategy)
        return sum(self.best_response_value(agent, strategy) - values[agent] for agent in self.agents)

    def action_values(self, agent: str, strategy: Strategy) -> dict[int, list[float]]:
        """Counterfactual value of each action at each of the agent's information sets.

        Weighted by the probability that chance and the others lead there; the agent's own earlier actions count as certain.
        """
        reach: dict[int, float] = {}
        self._reach(self._root, agent, strategy, 1.0, reach)
        values: dict[int, list[float]] = {}
        for infoset in self.information_sets:
            if infoset.agent == agent:
                nodes = self._nodes[infoset.index]
                values[infoset.index] = [
                    sum(reach[id(node)] * self._value(node.children[a], agent, strategy, None) for node in nodes)
                    for a in range(len(infoset.actions))
                ]
        return values

    def reach(self, strategy: Strategy) -> list[float]:
        """[information sets] Expected number of visits to each in one play when all follow `strategy`."""
        visits = [0.0] * len(self.information_sets)

        def walk(node: _Node | _Leaf, reach: float) -> None:
            if isinstance(node, _Leaf):
                return
            if node.infoset is not None:
                visits[node.infoset] += reach
            for i, child in enumerate(node.children):
                walk(child, reach * (1 / len(node.children) if node.infoset is None else strategy[node.infoset][i]))

        walk(self._root, 1.0)
        return visits

    def _value(self, node: _Node | _Leaf, agent: str, strategy: Strategy, response: _BestResponse | None) -> float:
        if isinstance(node, _Leaf):
            return node.payoffs[agent]
        if node.infoset is None:
            return sum(self._value(child, agent, strategy, response) for child in node.children) / len(node.children)
        if response is not None and node.agent == agent:
            return self._value(node.children[response.action(node.infoset)], agent, strategy, response)
        chances = strategy[node.infoset]
        return sum(p * self._value(c, agent, strategy, response) for p, c in zip(chances, node.children, strict=True) if p)

    def _reach(self, node: _Node | _Leaf, agent: str, strategy: Strategy, reach: float, found: dict[int, float]) -> None:
        """Probability of reaching each node by chance and the other agents, the agent's own actions taken as certain."""
        if isinstance(node, _Leaf):
            return
        found[id(node)] = reach
        for i, child in enumerate(node.children):
            weight = 1 / len(node.children) if node.infoset is None else 1.0 if node.agent == agent else strategy[node.infoset][i]
            self._reach(child, agent, strategy, reach * weight, found)


class _BestResponse:
    """The best action at each information set of one agent, found when first needed: later sets before earlier ones."""

    def __init__(self, tree: GameTree, agent: str, strategy: Strategy, reach: Mapping[int, float]) -> None:
        self._tree = tree
        self._agent = agent
        self._strategy = strategy
        self._reach = reach
        self._best: dict[int, int] = {}

    def action(self, infoset: int) -> int:
        if infoset not in self._best:
            nodes: Sequence[Any] = self._tree._nodes[infoset]
            worth = [
                sum(self._reach[id(n)] * self._tree._value(n.children[a], self._agent, self._strategy, self) for n in nodes)
                for a in range(len(self._tree.information_sets[infoset].actions))
            ]
            self._best[infoset] = worth.index(max(worth))
        return self._best[infoset]
