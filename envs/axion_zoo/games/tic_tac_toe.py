"""Tic-tac-toe as text: a draw under best play, small enough that every board can be checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from axion_env import Context, Demo, Env, EnvSpec, Episode, Memory, Outcome, Reward, Role, Rubric, Task, UsageError, Utility

_MARKS = "XO"


def won(episode: Episode, agent: str) -> float:
    """1 for the winner, -1 for the loser, 0 for a draw."""
    assert episode.facts is not None
    winner = episode.facts["winner"]
    return 0.0 if winner is None else 1.0 if winner == agent else -1.0


class TicTacToe(Env):
    """Two agents mark free cells in turn; a full row, column or diagonal wins.

    Args:
        size: Rows and columns, and marks in a line that wins.
    """

    rubric = Rubric(first=[Reward(won)], second=[Reward(won)])

    def __init__(self, size: int = 3) -> None:
        if not 2 <= size <= 9:
            raise UsageError(f"TicTacToe needs a size from 2 to 9: got {size}")
        self.size = size
        self.lines = _lines(size)
        self._legal = lru_cache(_legal)
        self.spec = EnvSpec(
            "axion/TicTacToe-v0",
            agents={"player_0": Role("first", "marks X", Memory.NONE), "player_1": Role("second", "marks O", Memory.NONE)},
            max_turns=size * size,
            reward_range=(-1, 1),
            utility=Utility.ZERO_SUM,
            information="perfect",
            description="The board is shown at every turn; best play draws.",
        )

    async def play(self, task: Task, ctx: Context) -> Outcome:
        """Mark cells until a line or the board is full."""
        board = "." * self.size**2
        winner = None
        while winner is None and "." in board:
            turn = board.count("X") - board.count("O")
            agent, mark = ctx.agents[turn], _MARKS[turn]
            legal = self._legal(board)
            question = f"You are {mark}. Board:\n{self.show(board)}\nChoose a free cell: {', '.join(legal)}."
            cell = int(await ctx.ask(agent, question, choices=legal)) - 1
            board = board[:cell] + mark + board[cell + 1 :]
            if any(all(board[i] == mark for i in line) for line in self.lines):
                winner = agent
        for agent in ctx.agents:
            result = "A draw" if winner is None else "You won" if winner == agent else "You lost"
            ctx.tell(agent, f"Board:\n{self.show(board)}\n{result}.")
        return Outcome({"winner": winner, "board": board})

    def show(self, board: str) -> str:
        """The board in rows, with the numbers of its free cells."""
        cells = [mark if mark != "." else str(i + 1) for i, mark in enumerate(board)]
        return "\n".join(" ".join(cells[i : i + self.size]) for i in range(0, len(cells), self.size))

    def demos(self) -> Sequence[Demo]:
        """A first row, a column against it, and a cell that is taken."""
        n = self.size
        row, second_row = [str(i + 1) for i in range(n)], [str(n + i + 1) for i in range(n)]
        demos = [
            _demo("first row", row, second_row[:-1], 1),
            _demo("cheat: a cell that is taken", ["1"], ["I want it too. [1]"], 1),
        ]
        if n == 3:  # with two rows the first always wins
            demos.append(_demo("second column", ["1", "3", "Two in a row soon. [4]"], ["2", "5", "8"], -1))
            demos.append(_demo("a draw", ["5", "3", "4", "2", "9"], ["1", "7", "6", "8"], 0))
        return demos


def _demo(name: str, first: Sequence[str], second: Sequence[str], reward: float) -> Demo:
    return Demo(name, {"player_0": first, "player_1": second}, {"player_0": reward, "player_1": -reward})


def _lines(n: int) -> tuple[range, ...]:
    rows = [range(n * i, n * i + n) for i in range(n)]
    columns = [range(i, n * n, n) for i in range(n)]
    return (*rows, *columns, range(0, n * n, n + 1), range(n - 1, n * n - 1, n - 1))


def _legal(board: str) -> tuple[str, ...]:
    return tuple(str(i + 1) for i, mark in enumerate(board) if mark == ".")
