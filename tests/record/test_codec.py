"""Rules 3 and 20: an episode is one line of ASCII JSON, and comes back equal."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Action, Ending, Episode, Message, StoreError, Task, Tokens, Turn
from axion_env.record.codec import damage, decode, difference, encode
from axion_env.record.episode import Called, Draw, Gathered, Limit, Reveal, Tell
from axion_env.record.value import joined
from tests.record.episodes import EPISODES
from tests.record.test_value import facts

text = st.text(st.characters(), max_size=6).map(joined)
names = st.sampled_from(["a", "b", "ä\ud800"])
agents = st.lists(names, max_size=2).map(tuple)
ids = st.lists(st.integers(0, 99), max_size=3).map(tuple)
tokens = st.builds(Tokens, ids, ids, st.lists(st.floats(-9, 0), max_size=3).map(tuple), text, st.integers(0, 9))
attempts = st.lists(st.builds(Action, text, facts, st.none() | text, st.none() | tokens), min_size=1, max_size=2).map(tuple)
messages = st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), text), max_size=2).map(tuple)
notes = st.dictionaries(text, facts, max_size=2)
turns = st.builds(Turn, names, messages, st.none() | st.lists(text, min_size=1, max_size=2).map(tuple), attempts, notes)
leaves = st.one_of(
    turns,
    st.builds(Draw, text, st.integers(0, 5), st.integers(1, 6), facts, agents),
    st.builds(Reveal, text, agents),
    st.builds(Tell, agents, text),
    st.builds(Called, text, facts, facts),
    st.builds(Limit, text),
)
branches = st.recursive(
    leaves, lambda inner: st.lists(st.lists(inner, max_size=2).map(tuple), max_size=2).map(tuple).map(Gathered), max_leaves=5
)
tasks = st.builds(Task, text, notes, notes, st.none() | agents)
episodes = st.builds(
    Episode,
    st.just("t/E-v0"),
    notes,
    tasks,
    st.dictionaries(names, text, max_size=2),
    st.none() | st.integers(0, 2**64),
    st.integers(0, 9),
    st.lists(branches, max_size=3).map(tuple),
    st.dictionaries(names, messages, max_size=2),
    st.sampled_from(Ending),
    st.none() | notes,
    agents,
    st.none() | st.sampled_from(["author", "machine"]),
    st.none() | text,
)


@given(episodes)
def test_round_trip(episode: Episode) -> None:
    """Any episode, lone surrogates included, is one ASCII line that decodes to an equal episode and encodes to the same bytes."""
    line = encode(episode)
    assert line.isascii()
    assert "\n" not in line
    assert decode(line) == episode
    assert encode(decode(line)) == line
    assert damage(line) is None


@pytest.mark.parametrize("part", range(8))
def test_played_episodes_round_trip(part: int) -> None:
    """So do the played ones."""
    for episode in EPISODES[50 * part : 50 * part + 50]:
        assert decode(encode(episode)) == episode


def test_the_played_episodes_are_of_every_kind() -> None:
    """The episodes of these tests hold every ending, both faults and every event."""
    endings = Counter((e.ending.value, e.fault) for e in EPISODES)
    assert min(endings[kind] for kind in [("FINISHED", None), ("FORFEIT", None), ("TRUNCATED", None)]) >= 10
    assert min(endings[kind] for kind in [("FAILED", "author"), ("FAILED", "machine")]) >= 5
    kinds = {type(event) for e in EPISODES for event in e.events()}
    assert kinds == {Turn, Draw, Reveal, Tell, Called, Limit}
    assert any(len(t.attempts) > 1 for e in EPISODES for t in e.turns)


@given(episodes, episodes)
def test_difference_is_none_for_equal_episodes_only(a: Episode, b: Episode) -> None:
    """And else it says where."""
    assert difference(a, a) is None
    found = difference(a, b)
    assert (found is None) == (encode(a) == encode(b))
    assert found is None or found.startswith("episode")


def test_difference_names_the_place() -> None:
    """The first place where two episodes differ, and what stands there."""
    one = EPISODES[0]
    assert difference(one, one._replace(copy=one.copy + 1)) == f"episode.copy: {one.copy} in one, {one.copy + 1} in the other"


def test_what_cannot_be_written_is_named_by_its_type() -> None:
    """A parsed value that is no fact is stored as the name of its type: the raw text is there to parse again."""
    turn = Turn("a", (), None, (Action("7", parsed={7}),))
    line = encode(EPISODES[0]._replace(root=(turn,)))
    assert '"parsed":"<set>"' in line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no schema"),
        ("{}", "no schema"),
        ('{"schema":1}', "not an episode"),
        ('{"schema":99}', "schema 99"),
        ('{"schema":1,"events":3,"crc":5}', "not an episode"),
        ('{"schema":1,"events":[],"x":NaN,"crc":"00"}', "not an episode"),
    ],
)
def test_lines_that_are_no_episodes(line: str, said: str) -> None:
    """Each is refused with the reason, by the reader and by the check for damage."""
    with pytest.raises(StoreError, match=said if "NaN" not in line else "not an episode"):
        decode(line)
    assert damage(line) is not None


WRITTEN = {
    "env": (str,), "options": (dict,), "task": (dict,), "agents": (dict,), "seed": (int, type(None)), "copy": (int,), "ending": (str,),
    "facts": (dict, type(None)), "culprits": (list,), "fault": (str, type(None)), "closing": (dict,), "events": (list,),
}  # fmt: skip
"""The types a field is written in."""
FORGED = [(name, value) for name, kinds in WRITTEN.items() for value in ([], {}, "x", 7, 0.5, True, None) if type(value) not in kinds]


@pytest.mark.parametrize(("name", "value"), FORGED)
def test_a_field_of_another_type_is_named(name: str, value: object) -> None:
    """A forged line is refused where it is read, whichever of its fields is of a type that is never written."""
    record = json.loads(encode(EPISODES[0]))
    record[name] = value
    with pytest.raises(StoreError, match=f"not an episode: {name} is "):
        decode(json.dumps(record))
