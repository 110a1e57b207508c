"""Tic-tac-toe is tic-tac-toe: every board held against OpenSpiel, and solved."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from axion_env import Env, Play, judge, load

pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed: pip install open-spiel")


class Board(NamedTuple):
    value: float
    """To the first seat, under best play."""
    games: int
    """Ways to play on to an end."""


class Walk:
    """Every board the environment can reach, each visited once, in lock-step with OpenSpiel's states."""

    def __init__(self, env: Env, *, oracle: bool = True) -> None:
        self.env = env
        self.oracle = oracle
        self.boards: dict[str, Board] = {}
        self.root = self.visit(())

    def visit(self, moves: tuple[str, ...]) -> Board:
        play = Play(self.env)
        state = pyspiel.load_game("tic_tac_toe").new_initial_state() if self.oracle else None
        for move in moves:
            play.answer(play.requests[0], move)
            if state is not None:
                state.apply_action(int(move) - 1)
        return self.end(play, state) if play.episode is not None else self.go_on(play, state, moves)

    def end(self, play: Play, state: Any) -> Board:
        assert play.episode is not None
        facts = play.episode.facts
        assert facts is not None
        rewards = [verdict.reward for verdict in judge(self.env, play.episode).values()]
        if state is not None:
            assert state.is_terminal()
            assert rewards == state.returns()
            assert facts["board"] == str(state).replace("\n", "").upper()
        return self.boards.setdefault(facts["board"], Board(rewards[0], 1))

    def go_on(self, play: Play, state: Any, moves: tuple[str, ...]) -> Board:
        ask = play.requests[0]
        key = ask.text
        if key not in self.boards:
            if state is not None:
                assert [int(c) - 1 for c in ask.choices] == state.legal_actions()
                assert ask.agent == f"player_{state.current_player()}"
                assert _cells(ask.text) == str(state).replace("\n", "").upper()
            after = [self.visit((*moves, move)) for move in ask.choices]
            best = (max, min)[len(moves) % 2](board.value for board in after)
            self.boards[key] = Board(best, sum(board.games for board in after))
        return self.boards[key]


def _cells(text: str) -> str:
    rows = text.split("\n")[1:-1]
    return "".join("." if cell.isdigit() else cell for row in rows for cell in row.split())


def test_every_board_is_openspiels_and_best_play_draws() -> None:
    """5,478 boards, 255,168 games and the value 0, as is known; the moves, boards and returns of OpenSpiel at every one."""
    walk = Walk(load("axion/TicTacToe-v0"))
    assert len(walk.boards) == 5478
    assert walk.root == Board(0.0, 255168)


def test_on_four_cells_the_first_always_wins() -> None:
    """Any two cells of two by two are a line: the third move ends every game. The rows, columns and diagonals follow the size."""
    walk = Walk(load("axion/TicTacToe-v0", size=2), oracle=False)
    assert walk.root == Board(1.0, 4 * 3 * 2)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_lines(size: int) -> None:
    """Rows, columns and two diagonals, told apart from their definition by coordinates."""
    env: Any = load("axion/TicTacToe-v0", size=size)
    cells = {(r, c): r * size + c for r in range(size) for c in range(size)}
    wanted = [{i for (r, c), i in cells.items() if r == k} for k in range(size)]
    wanted += [{i for (r, c), i in cells.items() if c == k} for k in range(size)]
    wanted += [{i for (r, c), i in cells.items() if r == c}, {i for (r, c), i in cells.items() if r + c == size - 1}]
    assert [set(line) for line in env.lines] == wanted
