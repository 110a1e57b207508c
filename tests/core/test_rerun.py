"""Executing the jobs of a record again: what still ends as it did, and what does not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from axion_env import Context, Env, EnvSpec, Outcome, Reward, Role, Rubric, Task
from axion_env.command import axion
from axion_env.core.driver import drive
from axion_env.core.play import Play
from axion_env.core.policy import Scripted
from axion_env.core.replay import replay, rerun
from axion_env.record.codec import decode, encode
from axion_env.sandbox import Command, Function, Sandbox, Workspace


class Doubling(Env):
    """A function is asked for, tried by two solvers at once, and run in a workspace."""

    spec = EnvSpec("tests/Doubling-v0", agents={"solver_0": Role("solver")}, max_turns=1)
    rubric = Rubric(solver=[Reward(lambda episode, agent: float(episode.facts["right"]))])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        code = await ctx.ask("solver_0", "Write double(x).")
        first, second = await ctx.gather(ctx.run(Function(code, "double", [(2,)])), ctx.run(Function(code, "double", [({1, 2},)])))
        written = await ctx.run(Command(["python", "-c", "open('out', 'w').write('8')"]), workspace=Workspace({"a.py": code}))
        assert written.workspace is not None
        return Outcome({"right": first.values == (4,), "odd": second.error or "", "files": list(written.workspace.files)})


@pytest.fixture(scope="module")
def recorded() -> str:
    (episode,) = drive([Play(Doubling())], Scripted(["def double(x): return x + x"]))
    assert episode.facts == {
        "right": True,
        "odd": "TypeError: unsupported operand type(s) for +: 'set' and 'set' (line 1)",
        "files": ["a.py", "out"],
    }
    return encode(episode)


def test_the_same_jobs_end_as_they_did(recorded: str) -> None:
    """Jobs in branches, ones that raise and ones in a workspace: executed again, each gives the recorded answer."""
    with Sandbox(slots=1) as sandbox:
        asked: list[Any] = []

        def counting(calls: Sequence[Any]) -> list[Any]:
            asked.extend(calls)
            return sandbox(calls)

        assert rerun(decode(recorded), {"sandbox": counting}, env=Doubling()) == []
    assert len(asked) == 3


def test_another_answer_is_named_and_the_replay_goes_on(recorded: str) -> None:
    """Each differing call is named by its address, and those after it are still made as they were."""

    def lying(calls: Sequence[Any]) -> list[Any]:
        return [{"status": "NO_RESULT"} for _ in calls]

    differences = rerun(decode(recorded), {"sandbox": lying}, env=Doubling())
    assert [line.partition(":")[0] for line in differences] == ["sandbox at ((1, 0), 0)", "sandbox at ((1, 1), 0)", "sandbox at ((), 2)"]


def test_a_replay_needs_no_sandbox(recorded: str) -> None:
    """The recorded results are enough."""
    assert encode(replay(decode(recorded), env=Doubling())) == recorded


def test_the_command_tells_and_exits_with_1(recorded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`axion replay --rerun-jobs` counts the jobs; one that ends otherwise is named with its line."""
    (tmp_path / "doubling_env.py").write_text("from tests.core.test_rerun import Doubling\n")
    monkeypatch.syspath_prepend(tmp_path)
    changed = json.loads(recorded)
    changed["events"][1]["gathered"][0][0]["called"]["response"]["cases"] = [{"value": 5}]
    file = tmp_path / "episodes.jsonl"
    file.write_text(recorded + "\n" + json.dumps(changed) + "\n")
    done = CliRunner().invoke(axion, ["replay", str(file), "--rerun-jobs", "--env", "doubling_env:Doubling"])
    assert done.exit_code == 1, done.output
    assert f"{file} line 2: sandbox at ((1, 0), 0): response.cases[0].value: 5 in one, 4 in the other" in done.stdout
    assert "6 jobs of 2 episodes executed again: 1 ended otherwise" in done.stdout
