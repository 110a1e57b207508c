"""Gathers: a play splits into concurrent branches, which are joined when all have ended.

No branch sees what another drew, was told or answered before all have ended, so that the order of answering never shows.
"""

from __future__ import annotations

from math import inf
from typing import Any

from axion_env.core.branch import Branch
from axion_env.core.request import Forfeit, Gather, Request, Truncated
from axion_env.record.episode import Gathered, Message


def split(branch: Branch, gather: Gather[Any]) -> None:
    """Gives each part of a gather a branch of its own."""
    gather.branch = branch
    branch.gather = gather
    place = len(branch.events)
    for i, part in enumerate(gather.parts):
        coroutine = None if isinstance(part, Request) else part
        gather.branches.append(Branch(branch.play, branch, (*branch.path, place, i), coroutine))


def claim(branch: Branch, agent: str) -> tuple[Message, ...] | None:
    """Takes the messages the agent has not seen on the path to `branch`; None if a sibling branch has asked it already."""
    told: tuple[Message, ...] = ()
    at: Branch | None = branch
    while at is not None:
        told = at.inbox.pop(agent, ()) + told
        parent = at.parent
        if parent is not None:
            assert parent.gather is not None
            if parent.gather.owners.setdefault(agent, at.path[-1]) != at.path[-1]:
                return None
        at = parent
    return told


def join(branch: Branch, gather: Gather[Any]) -> tuple[tuple[Any, ...], Forfeit | Truncated | None]:
    """Merges the ended branches of a gather. Returns their results, and the forfeit or limit to raise instead, if any."""
    children = gather.branches
    branch.gather = None
    branch.events.append(Gathered(tuple(tuple(child.events) for child in children)))
    base = branch.turns
    culprits: tuple[str, ...] = ()
    limit: Truncated | None = None
    for child in children:
        branch.turns = inf if child.turns == inf else branch.turns + child.turns - base
        for agent, messages in child.inbox.items():
            branch.inbox[agent] = branch.inbox.get(agent, ()) + messages
        if isinstance(child.ended, Forfeit):
            culprits += child.ended.culprits
        elif child.ended is not None:
            limit = limit or child.ended
    return tuple(child.result for child in children), Forfeit(*culprits) if culprits else limit
