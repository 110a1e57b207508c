"""A running play can be put away and taken up again: its pickle is its log of answers."""

from __future__ import annotations

import pickle

import pytest

import axion_env as ax
from axion_env.record.codec import encode


def finish(play: ax.Play) -> ax.Episode:
    policy = ax.RandomPolicy(3)
    while play.requests:
        play.answer(play.requests[0], policy.act(play.requests[:1])[0])
    assert play.episode is not None
    return play.episode


@pytest.mark.parametrize("answers", range(3))
def test_a_running_play_survives_pickling(answers):
    """Stored after any answer, a play goes on to the same bytes."""
    play = ax.Play(ax.load("axion/KuhnPoker-v0"), seed=5, copy=2)
    for _ in range(answers):
        if play.requests:
            play.answer(play.requests[0], play.requests[0].choices[0])
    twin = pickle.loads(pickle.dumps(play))
    assert [(r.agent, r.messages, r.key) for r in twin.requests] == [(r.agent, r.messages, r.key) for r in play.requests]
    assert encode(finish(twin)) == encode(finish(play))


def test_a_play_with_chosen_draws_says_that_it_cannot():
    """Draws answered from outside cannot be stored."""
    play = ax.Play(ax.load("axion/KuhnPoker-v0"), seed=None, chance=lambda address, label, items: 0)
    with pytest.raises(TypeError, match="seed it instead"):
        pickle.dumps(play)
