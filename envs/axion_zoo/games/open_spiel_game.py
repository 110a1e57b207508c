"""axion/OpenSpiel-v0: any turn-based or simultaneous game that OpenSpiel registers, as text.

    axion play axion/OpenSpiel-v0 -o game=leduc_poker
    axion_env.load("axion/OpenSpiel-v0", game="goofspiel", settings={"num_cards": 4})

OpenSpiel says what each player sees, in its own notation, and is the oracle of what everything pays. Where everybody sees everything, a
player is shown the observation: the board. Elsewhere it is shown its information state, so that its information sets are OpenSpiel's; in
neither case does it need its past. Games that have no text of that kind show observations, and players remember.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from math import lcm
from typing import Any, overload

from axion_env import (
    Context,
    Demo,
    Draw,
    Env,
    EnvSpec,
    Episode,
    Memory,
    NotFound,
    Outcome,
    RandomPolicy,
    Reward,
    Role,
    Rubric,
    Scripted,
    Task,
    UsageError,
    Utility,
    judge,
    play,
)

_UTILITY = {
    "ZERO_SUM": Utility.ZERO_SUM,
    "CONSTANT_SUM": Utility.GENERAL_SUM,
    "GENERAL_SUM": Utility.GENERAL_SUM,
    "IDENTICAL": Utility.IDENTICAL,
}
_SHORT, _PLAYS = 60, 40  # longest game that is searched for demos, and plays searched
_DENOMINATOR = 10**9  # chances are kept as fractions with at most this below the line: far closer than a float of a probability is meant


def returned(episode: Episode, agent: str) -> float:
    """What the game pays the agent."""
    assert episode.facts is not None
    value: float = episode.facts["returns"][int(agent.removeprefix("player_"))]
    return value


class OpenSpielGame(Env):
    """One of OpenSpiel's games.

    Args:
        game: Its short name.
        settings: Parameters of the game, as OpenSpiel names them.

    Raises:
        UsageError: OpenSpiel is not installed, or the game has neither turns nor simultaneous moves.
        NotFound: no such game.
    """

    def __init__(self, game: str = "tic_tac_toe", settings: Mapping[str, Any] | None = None) -> None:
        pyspiel = _pyspiel()
        if game not in pyspiel.registered_names():
            raise NotFound("OpenSpiel game", game, pyspiel.registered_names())
        try:
            self._game = pyspiel.load_game(game, dict(settings or {}))
        except pyspiel.SpielError as problem:
            raise UsageError(f"OpenSpiel does not load {game} with {dict(settings or {})}: {problem}") from None
        kind = self._game.get_type()
        if kind.dynamics not in (pyspiel.GameType.Dynamics.SEQUENTIAL, pyspiel.GameType.Dynamics.SIMULTANEOUS):
            raise UsageError(f"{game} is a {kind.dynamics.name.lower()} game; those with turns or simultaneous moves can be played")
        if kind.chance_mode == pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
            raise UsageError(f"{game} draws from a generator of its own, so that a play could not be replayed")
        if not (kind.provides_information_state_string or kind.provides_observation_string):
            raise UsageError(f"{game} has no text for its players to see")
        perfect = kind.information == pyspiel.GameType.Information.PERFECT_INFORMATION
        self._recalls = kind.provides_information_state_string and not (perfect and kind.provides_observation_string)
        memory = Memory.NONE if perfect or self._recalls else Memory.DIALOGUE
        roles = {f"player_{i}": Role(f"player_{i}", f"Player {i} of {kind.long_name}.", memory) for i in range(self._game.num_players())}
        self.spec = EnvSpec(
            "axion/OpenSpiel-v0",
            agents=roles,
            reward_range=(self._game.min_utility(), self._game.max_utility()),
            utility=_UTILITY.get(kind.utility.name, Utility.GENERAL_SUM),
            information="perfect" if perfect else "imperfect",
            max_turns=self._game.max_game_length() * len(roles),
            max_requests=max(10_000, 4 * self._game.max_game_length()),
            description=f"{kind.long_name}, as OpenSpiel has it.",
        )
        self.rubric = Rubric(**{role: [Reward(returned)] for role in roles})

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Follow OpenSpiel's state, asking and drawing where it does."""
        state = self._game.new_initial_state()
        while not state.is_terminal():
            if state.is_chance_node():
                outcomes = _Weighted(state.chance_outcomes())
                state.apply_action(ctx.draw(f"chance {len(state.history())}", outcomes, visible_to=self._informed(state, outcomes.items)))
            elif state.is_simultaneous_node():
                movers = [player for player in range(self._game.num_players()) if state.legal_actions(player)]
                said = dict(zip(movers, await ctx.gather(*(self._ask(ctx, state, player) for player in movers)), strict=True))
                state.apply_actions([said.get(player, 0) for player in range(self._game.num_players())])
            else:
                state.apply_action(await self._ask(ctx, state, state.current_player()))
        return Outcome({"returns": [float(value) for value in state.returns()], "history": [int(action) for action in state.history()]})

    def demos(self) -> Sequence[Demo]:
        """The best and the worst of some random plays for player 0, where they reach its bounds, and an answer that names two moves."""
        if self._game.max_game_length() > _SHORT:
            return ()
        played = [self._scripted(seed) for seed in range(_PLAYS)]
        low, high = self.spec.range_of("player_0")
        won = next((demo for demo in played if demo.rewards["player_0"] == high), None)
        lost = next((demo for demo in played if demo.rewards["player_0"] == low), None)
        named = [replace(demo, name=name) for name, demo in (("best", won), ("worst", lost)) if demo is not None]
        return (*named, *self._cheat())

    def _scripted(self, seed: int) -> Demo:
        """A random play, as a demo."""
        episode = play(self, RandomPolicy(seed), seed=seed)
        actions = {agent: [turn.action.text for turn in episode.turns_of(agent)] for agent in episode.agents}
        draws = {event.label: event.value for event in episode.events() if isinstance(event, Draw)}
        return Demo(f"seed {seed}", actions, {agent: verdict.reward for agent, verdict in judge(self, episode).items()}, draws)

    def _cheat(self) -> Sequence[Demo]:
        """Everything at once, in the place of the first move: a forfeit."""
        scripted = self._scripted(0)
        episode = play(self, {agent: Scripted(["all of them", *actions]) for agent, actions in scripted.actions.items()}, seed=0)
        rewards = {agent: verdict.reward for agent, verdict in judge(self, episode).items()}
        return (Demo("cheat: all of them", {agent: ["all of them"] for agent in scripted.actions}, rewards, scripted.draws),)

    async def _ask(self, ctx: Context, state: Any, player: int) -> int:
        legal = state.legal_actions(player)
        names = [state.action_to_string(player, action) for action in legal]
        if len({name.casefold().strip() for name in names}) < len(names):
            names = [f"{name} #{action}" for name, action in zip(names, legal, strict=True)]
        seen = _seen(state, player, self._recalls)
        said = await ctx.ask(f"player_{player}", f"You are player {player}.\n{seen}\nChoose: {' or '.join(names)}.", choices=names)
        action: int = legal[names.index(said)]
        return action

    def _informed(self, state: Any, outcomes: Sequence[int]) -> tuple[str, ...]:
        """The players who see at once which outcome it was."""
        texts = []
        for outcome in outcomes[:2]:
            after = state.child(outcome)
            texts.append([_seen(after, player, self._recalls) for player in range(self._game.num_players())])
        return tuple(f"player_{i}" for i, seen in enumerate(zip(*texts, strict=True)) if len(set(seen)) > 1)


def _seen(state: Any, player: int, recalls: bool) -> str:
    text: str = state.information_state_string(player) if recalls else state.observation_string(player)
    return text


class _Weighted(Sequence[int]):
    """Outcomes with chances of their own, as a population whose items are equally likely."""

    def __init__(self, outcomes: Sequence[tuple[int, float]]) -> None:
        self.items = [action for action, _ in outcomes]
        chances = [Fraction(chance).limit_denominator(_DENOMINATOR) for _, chance in outcomes]
        below = lcm(*(chance.denominator for chance in chances))
        self._ends = list(accumulate(int(chance * below) for chance in chances))

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self.items[bisect_right(self._ends, index)]


def _pyspiel() -> Any:
    try:
        import pyspiel
    except ImportError:
        raise UsageError("axion/OpenSpiel-v0 needs OpenSpiel, which is not installed: pip install open-spiel") from None
    return pyspiel
