"""The exact strategy of a text policy: its probability of each legal action at each information set of a finite game.

Probabilities are summed over *all* completions that parse to an action: every prefix is followed while its probability is above a cut,
and what is left unfollowed is reported and counted as illegal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from axion_env import GameTree
from axion_env.core.parse import match_choice
from axion_env.gametree.enumerate import ILLEGAL
from axion_env.gametree.tree import InformationSet
from axion_train.engine.exact import Stepper, sample
from axion_train.evaluate.stats import bootstrap
from axion_train.policy.language import LanguagePolicy
from axion_train.policy.multi import Seated

_MOST_ROWS = 1 << 14  # prefixes followed at once; past this the policy thinks too freely to be enumerated


class TooFree(Exception):
    """The policy's completions are too many to enumerate; sample it instead."""


@dataclass(frozen=True)
class GameMetrics:
    """Exact metrics of a strategy in a finite game."""

    nash_conv: float
    """Of the game as it is played: illegal answers forfeit."""
    nash_conv_legal: float
    """With probabilities renormalised over legal actions."""
    illegal_mass: float
    """Probability of an illegal answer, averaged over the information sets as self-play visits them."""
    unresolved: float
    """Largest probability at any information set of completions not followed; counted as illegal."""


def exact_strategy(policy: Seated, tree: GameTree, cut: float = 1e-6) -> tuple[list[list[float]], float]:
    """Action probabilities at each information set of a tree built with `illegal=True`, and the largest unresolved mass.

    Raises:
        TooFree: more prefixes than can be followed.
    """
    strategy: dict[int, list[float]] = {}
    unresolved = 0.0
    for member in policy.members:
        sets = [s for s in tree.information_sets if policy.of(s.agent) is member]
        prompts = {member.renderer.prompt_ids(s.messages): None for s in sets}
        found, open_mass = _completions(member, list(prompts), cut)
        number = {prompt: i for i, prompt in enumerate(prompts)}
        strategy |= {s.index: _actions(s, found[number[member.renderer.prompt_ids(s.messages)]]) for s in sets}
        unresolved = max(unresolved, open_mass)
    return [strategy[s.index] for s in tree.information_sets], unresolved


def _actions(infoset: InformationSet, completions: dict[str, float]) -> list[float]:
    legal = tuple(a for a in infoset.actions if a != ILLEGAL)
    mass = dict.fromkeys(legal, 0.0)
    for text, probability in completions.items():
        choice, _ = match_choice(text, legal)
        if choice is not None:
            mass[choice] += probability
    return [mass[a] if a != ILLEGAL else max(0.0, 1.0 - sum(mass.values())) for a in infoset.actions]


@torch.inference_mode()
def _completions(policy: LanguagePolicy, prompts: list[tuple[int, ...]], cut: float) -> tuple[list[dict[str, float]], float]:
    """For each prompt, the probability of every completion above the cut, by its text."""
    tokenizer = policy.renderer.tokenizer
    found: list[dict[str, float]] = [{} for _ in prompts]
    lost = np.zeros(len(prompts))
    step = Stepper(policy.model, prompts, tokenizer.pad_id, policy.max_tokens)
    prompt = np.arange(len(prompts))
    reach = np.ones(len(prompts))
    prefixes: list[tuple[int, ...]] = [() for _ in prompts]
    for t in range(policy.max_tokens):
        logp = torch.log_softmax(step.logits.double() / policy.temperature, dim=-1).numpy()
        mass = reach[:, None] * np.exp(logp)
        followed = mass >= cut
        np.add.at(lost, prompt, np.where(followed, 0.0, mass).sum(1))
        parents, tokens = np.nonzero(followed)
        ends = (tokens == tokenizer.eos_id) | (t + 1 == policy.max_tokens)
        for parent, token, p in zip(parents[ends].tolist(), tokens[ends].tolist(), mass[parents[ends], tokens[ends]].tolist(), strict=True):
            text = policy.renderer.text((*prefixes[parent], token))
            found[prompt[parent]][text] = found[prompt[parent]].get(text, 0.0) + p
        parents, tokens = parents[~ends], tokens[~ends]
        if not len(parents):
            break
        if len(parents) > _MOST_ROWS:
            raise TooFree
        prefixes = [(*prefixes[parent], token) for parent, token in zip(parents.tolist(), tokens.tolist(), strict=True)]
        reach = mass[parents, tokens]
        prompt = prompt[parents]
        step.descend(parents, tokens)
    return found, float(lost.max())


def legal_part(tree: GameTree, strategy: Sequence[Sequence[float]]) -> list[list[float]]:
    """The strategy renormalised over legal actions; uniform where no legal action has any mass."""
    out = []
    for infoset, chances in zip(tree.information_sets, strategy, strict=True):
        legal = [0.0 if a == ILLEGAL else p for a, p in zip(infoset.actions, chances, strict=True)]
        total = sum(legal)
        count = sum(a != ILLEGAL for a in infoset.actions)
        out.append([p / total if total else (a != ILLEGAL) / count for a, p in zip(infoset.actions, legal, strict=True)])
    return out


def metrics(tree: GameTree, strategy: Sequence[Sequence[float]], unresolved: float = 0.0) -> GameMetrics:
    """NashConv raw and legal, and illegal mass, of a strategy on a tree built with `illegal=True`."""
    visits = tree.reach(strategy)
    illegal = [
        p
        for s, chances in zip(tree.information_sets, strategy, strict=True)
        for a, p in zip(s.actions, chances, strict=True)
        if a == ILLEGAL
    ]
    mean = sum(v * p for v, p in zip(visits, illegal, strict=True)) / sum(visits)
    return GameMetrics(tree.nash_conv(strategy), tree.nash_conv(legal_part(tree, strategy)), mean, unresolved)


def sampled_strategy(policy: Seated, tree: GameTree, samples: int) -> list[list[list[int]]]:
    """For policies that think freely, the actions they took: [information sets][samples][actions], each sample one-hot."""
    out: dict[int, list[list[int]]] = {}
    for member in policy.members:
        sets = [s for s in tree.information_sets if policy.of(s.agent) is member]
        tokenizer = member.renderer.tokenizer
        prompts = [member.renderer.prompt_ids(s.messages) for s in sets for _ in range(samples)]
        drawn = sample(
            member.model, prompts, member.rng,
            max_tokens=member.max_tokens, eos_id=tokenizer.eos_id, pad_id=tokenizer.pad_id, temperature=member.temperature,
        )  # fmt: skip
        texts = [member.renderer.text(ids) for ids in drawn.completion_ids]
        for i, infoset in enumerate(sets):
            legal = tuple(a for a in infoset.actions if a != ILLEGAL)
            taken = [match_choice(texts[n], legal)[0] or ILLEGAL for n in drawn.answer[i * samples : (i + 1) * samples]]
            out[infoset.index] = [[int(a == t) for a in infoset.actions] for t in taken]
    return [out[s.index] for s in tree.information_sets]


def estimate(tree: GameTree, counts: list[list[list[int]]], rng: np.random.Generator, resamples: int = 200) -> dict[str, Any]:
    """NashConv of the sampled strategy with a 95 % bootstrap interval: an estimate, biased upwards by sampling, and named so."""
    tables = [np.array(c, dtype=float) for c in counts]
    value = tree.nash_conv([t.mean(0).tolist() for t in tables])
    low, high = bootstrap(lambda: tree.nash_conv([t[rng.integers(len(t), size=len(t))].mean(0).tolist() for t in tables]), resamples)
    return {"nash_conv_estimate": value, "nash_conv_interval": [low, high], "samples": len(counts[0])}
