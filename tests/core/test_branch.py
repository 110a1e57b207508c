"""Rules 2 to 4 and 9: branches have streams of their own, and no order of answering shows."""

from __future__ import annotations

import random

from axion_env import Context, Draw, Outcome, Play, Task, Turn
from axion_env.record.codec import encode
from axion_env.record.episode import Gathered
from tests.core.game import GRADES, PROPOSE_AND_SOLVE, by_key, finish, game, in_order


def test_200_answer_orders_give_one_record() -> None:
    """One proposer, four solvers with draws, messages, notes and calls: 200 random answer orders, one byte-identical episode."""
    records = {encode(in_order(Play(PROPOSE_AND_SOLVE, None, 5), random.Random(i), by_key, GRADES)) for i in range(200)}
    assert len(records) == 1
    assert '"ending":"FINISHED"' in records.pop()


def test_other_seed_other_record() -> None:
    """The test above could fail: another seed gives other bytes."""
    one, two = (encode(in_order(Play(PROPOSE_AND_SOLVE, None, seed), random.Random(0), by_key, GRADES)) for seed in (5, 6))
    assert one != two


def test_forfeits_do_not_show_the_order_either() -> None:
    """With solvers that forfeit and a play truncated by its turns, 100 orders still give one record."""

    def clumsy(ask):  # type: ignore[no-untyped-def]
        return "nonsense" if ask.agent in ("solver_1", "solver_3") else by_key(ask)

    episodes = [in_order(Play(PROPOSE_AND_SOLVE, None, 5), random.Random(i), clumsy, GRADES) for i in range(100)]
    assert len({encode(e) for e in episodes}) == 1
    assert episodes[0].culprits == ("solver_1", "solver_3")


async def _two_branches(task: Task, ctx: Context) -> Outcome:
    async def branch(count: int) -> list[int]:
        return [ctx.draw("n", range(10**6)) for _ in range(count)]

    results = await ctx.gather(branch(task.public["first"]), branch(2))
    return Outcome({"second": results[1], "after": ctx.draw("after", range(10**6))})


def test_a_branch_draws_from_a_stream_of_its_own() -> None:
    """How much one branch draws changes neither its sibling's draws nor those after the join."""
    env = game(_two_branches)
    few, many = (finish(env, task=Task(public={"first": n})).facts for n in (0, 9))
    assert few == many


def test_sibling_branches_draw_differently() -> None:
    """A branch's stream follows from its path: neither its sibling's nor its parent's over again."""

    async def deals(task: Task, ctx: Context) -> Outcome:
        async def branch() -> int:
            return ctx.draw("n", range(10**6))

        return Outcome({"drawn": [await branch(), *(await ctx.gather(branch(), branch())), *(await ctx.gather(branch(), branch()))]})

    facts = finish(game(deals)).facts
    assert facts is not None
    assert len(set(facts["drawn"])) == 5


def test_copies_share_every_draw() -> None:
    """A deal is its draws: copies differ in their number only."""
    env = game(_two_branches)
    task = Task(public={"first": 3})
    one, two = (finish(env, task=task, copy=copy) for copy in (0, 1))
    assert one._replace(copy=1) == two


def test_copies_sample_differently() -> None:
    """The key by which policies sample differs between copies, deals, attempts and addresses, and is the same for the same ask."""

    async def thrice(task: Task, ctx: Context) -> Outcome:
        for _ in range(3):
            await ctx.ask("a", "?", choices=("x",))
        return Outcome({})

    def keys(seed: int, copy: int) -> list[int]:
        play = Play(game(thrice, retries=1), None, seed, copy=copy)
        found = []
        for answer in ("no", "x", "x", "no", "x"):
            found.append(play.requests[0].key)  # type: ignore[union-attr]
            play.answer(play.requests[0], answer)
        return found

    every = [key for seed in range(3) for copy in range(3) for key in keys(seed, copy)]
    assert len(set(every)) == len(every) == 45
    assert keys(1, 2) == keys(1, 2)


def test_addresses_find_the_turns() -> None:
    """The address of an open request is where its answer stands in the episode's tree."""
    asked = {}

    def note_address(ask):  # type: ignore[no-untyped-def]
        asked[ask.address] = ask.agent, ask.text
        return by_key(ask)

    episode = in_order(Play(PROPOSE_AND_SOLVE, None, 5), random.Random(0), note_address, GRADES)
    assert len(asked) == 10
    for (path, position), (agent, text) in asked.items():
        events = episode.root
        for place, index in zip(path[::2], path[1::2], strict=True):
            gathered = events[place]
            assert isinstance(gathered, Gathered)
            events = gathered.branches[index]
        turn = events[position]
        assert isinstance(turn, Turn)
        assert (turn.agent, turn.observation[-1].text) == (agent, text)


def test_branches_stand_in_index_order() -> None:
    """The record holds branch i at index i, and its draws are labelled as that branch made them."""
    episode = in_order(Play(PROPOSE_AND_SOLVE, None, 5), random.Random(9), by_key, GRADES)
    (gathered,) = [e for e in episode.root if isinstance(e, Gathered)]
    labels = [branch[0].label for branch in gathered.branches if isinstance(branch[0], Draw)]
    assert labels == [f"card of solver_{i}" for i in range(4)]


def test_tells_reach_others_at_the_join_in_branch_order() -> None:
    """What branches tell an agent outside them comes after the join, branch by branch, whoever ended first."""
    episode = in_order(Play(PROPOSE_AND_SOLVE, None, 5), random.Random(4), by_key, GRADES)
    last = episode.turns_of("proposer")[-1].observation
    told = [m.text.split()[:2] for m in last[:-1]]
    assert told == [[f"solver_{i}", verb] for i in range(4) for verb in ("begins", "ends")]
