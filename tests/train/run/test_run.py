"""Runs: stopped and resumed equals never stopped; what a run leaves behind; bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

import axion_env as ax
from axion_env.command import axion
from axion_env.record import jsonl
from axion_train import recipe
from axion_train.recipe.schema import Recipe
from axion_train.run import checkpoint
from axion_train.run.folder import Run
from axion_train.run.summary import summarize
from tests.train.stored import same, weights

SMALL = (
    "warmup.steps=60", "curriculum.deals=16", "curriculum.copies=4", "training.updates=8", "training.checkpoint_every=2",
    "training.store_every=4", "evaluation.every=4", "model.hidden=32", "model.mlp=64", "optimizer.agreement=0.0",
)  # fmt: skip


def small(*changes: str) -> Recipe:
    return recipe.read("kuhn-poker", (*SMALL, *changes))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A small run that was never stopped."""
    path = tmp_path_factory.mktemp("runs") / "whole"
    Run.create(path, small()).train()
    return path


def test_same_recipe_same_weights(whole, tmp_path):
    """Two runs of one recipe and seed agree in every bit, and another seed does not."""
    Run.create(tmp_path / "again", small()).train()
    Run.create(tmp_path / "other", small("training.seed=1")).train()
    assert same(whole, tmp_path / "again")
    assert not same(whole, tmp_path / "other")
    assert (whole / "episodes.jsonl").read_bytes() == (tmp_path / "again" / "episodes.jsonl").read_bytes()


class Stop(Exception):
    pass


@pytest.mark.parametrize("moment", range(1, 8))
def test_stopped_and_resumed_equals_never_stopped(whole, tmp_path, moment):
    """Stopped after any update, between checkpoints or at one, a run ends in the same weights and the same stored episodes."""

    def watch(event, metrics):
        if event != "warmup" and metrics["update"] == moment:
            raise Stop

    path = tmp_path / "run"
    with pytest.raises(Stop):
        Run.create(path, small()).train(watch)
    Run.open(path).train()
    assert same(whole, path)
    assert (whole / "episodes.jsonl").read_bytes() == (path / "episodes.jsonl").read_bytes()
    assert [line["update"] for line in map(json.loads, (path / "metrics.jsonl").read_text().splitlines())] == list(range(9))


@pytest.mark.parametrize("advantage", ["role_baseline", "permuted_rewards"])
def test_stateful_parts_resume_too(tmp_path, advantage):
    """Baselines, permutations and snapshots of opponents are part of the checkpoint."""
    chosen = small(
        f"advantage.name={advantage}",
        "opponents.name=snapshot_pool",
        "opponents.every=2",
        "training.updates=5",
        "optimizer.agreement=0.001",
    )

    def watch(event, metrics):
        if event != "warmup" and metrics["update"] == 3:
            raise Stop

    Run.create(tmp_path / "whole", chosen).train()
    with pytest.raises(Stop):
        Run.create(tmp_path / "cut", chosen).train(watch)
    Run.open(tmp_path / "cut").train()
    assert same(tmp_path / "whole", tmp_path / "cut")


@pytest.mark.slow
def test_killed_at_any_moment(whole, tmp_path):
    """SIGKILL in the warm-up, while updating, while writing: --resume ends in the weights of a run that was never killed."""
    path = tmp_path / "killed"
    command = [sys.executable, "-c", "from axion_env.command import main; main()", "train"]
    start = [*command, "kuhn-poker", "--out", str(path), *(x for change in SMALL for x in ("--set", change))]
    resume = [*command, "--resume", str(path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    lines = lambda: len((path / "metrics.jsonl").read_bytes().splitlines()) if (path / "metrics.jsonl").exists() else 0  # noqa: E731
    for i, until in enumerate([lambda: (path / "model").exists(), lambda: lines() >= 1, lambda: lines() >= 3, lambda: lines() >= 6]):
        process = subprocess.Popen(start if i == 0 else resume, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while not until() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(resume, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert same(whole, path)
    assert (whole / "episodes.jsonl").read_bytes() == (path / "episodes.jsonl").read_bytes()
    assert (path / "report.html").exists()


def test_every_stored_episode_replays(whole):
    """What a run stores is verified byte for byte, and its tokens say what the text says."""
    lines = list(ax.EpisodeStore(whole / "episodes.jsonl").lines())
    assert len(lines) == 8 * 4 * 4
    assert [ax.verify(line.text) for line in lines] == [None] * len(lines)
    action = next(iter(ax.EpisodeStore(whole / "episodes.jsonl"))).turns[0].action
    tokenizer = Run.open(whole).policy().renderer
    assert tokenizer.text(action.tokens.completion_ids) == action.text
    assert action.tokens.policy == "learner"


def test_all_episodes_can_be_kept(tmp_path):
    """With store_every=1 nothing is left out."""
    Run.create(tmp_path / "run", small("training.store_every=1", "training.updates=2")).train()
    assert len(list(ax.EpisodeStore(tmp_path / "run" / "episodes.jsonl"))) == 2 * 16 * 4


def test_a_finished_run_is_complete(whole):
    """Summary, recipe, model and strategy are there, and a finished run resumes to itself."""
    summary = json.loads((whole / "summary.json").read_text())
    assert summary["nash_conv_start"] > summary["nash_conv"] > 0
    assert recipe.read(str(whole / "recipe.toml")) == small()
    table = json.loads((whole / "strategy.json").read_text())
    assert len(table) == 12
    assert all(sum(row["probabilities"]) + row["illegal"] == pytest.approx(1) for row in table)
    before = weights(whole)
    Run.open(whole).train()
    assert all(torch.equal(before[k], v) for k, v in weights(whole).items())


def test_a_run_is_a_model_for_another(whole, tmp_path):
    """--model takes any folder with a causal language model; this one was trained a moment ago."""
    chosen = small(f'pretrained="{whole / "model"}"', "warmup.steps=0", "training.updates=2")
    summary = Run.create(tmp_path / "second", chosen).train()
    assert summary["nash_conv_start"] == pytest.approx(json.loads((whole / "summary.json").read_text())["nash_conv"], abs=1e-4)
    Run.open(tmp_path / "second").train()


def test_frozen_opponents_get_no_gradient(tmp_path):
    """With every play against a snapshot, the learner's tokens alone are trained: half the seats."""
    chosen = small("opponents.name=snapshot_pool", "opponents.every=1", "opponents.probability=1.0", "training.updates=2")
    Run.create(tmp_path / "run", chosen).train()
    last = json.loads((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()[-1])
    episodes = list(ax.EpisodeStore(tmp_path / "run" / "episodes.jsonl"))[-16:]
    names = {turn.action.tokens.policy for e in episodes for turn in e.turns}
    assert names == {"learner", "snapshot-1"}
    assert last["tokens"] < 16 * 4 * 1.5 * 4


def cli(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(axion, ["train", *arguments])
    return result.exit_code, result.output


def test_bad_input_is_one_line_and_exit_code_2(whole, tmp_path):
    """What, why, what to do; and nothing already written is lost."""
    before = {p.name: p.stat().st_mtime_ns for p in whole.rglob("*")}
    cases = {
        ("kuhn-pokr",): "did you mean 'kuhn-poker'",
        ("kuhn-poker", "--set", "curriculum.deels=3"): "did you mean 'deals'",
        ("kuhn-poker", "--set", "training.updates=many"): "must be a whole number",
        ("kuhn-poker", "--set", "trainig.updates=3"): "did you mean 'training'",
        ("kuhn-poker", "--set", "updates"): "key=value",
        ("kuhn-poker", "--set", "advantage.name=grpo"): "group_mean",
        ("kuhn-poker", "--set", 'env.id="axion/KuhnPokr-v0"', "--out", str(tmp_path / "a")): "did you mean 'axion/KuhnPoker-v0'",
        ("kuhn-poker", "--set", "env.options.antes=3", "--out", str(tmp_path / "b")): "did you mean 'ante'",
        ("kuhn-poker", "--model", str(tmp_path / "nowhere"), "--out", str(tmp_path / "c")): "no model folder",
        ("kuhn-poker", "--out", str(whole)): "--resume",
        ("--resume", str(tmp_path / "nothing")): "holds no run",
        ("--resume", str(whole), "--seed", "3"): "stands alone",
        (): "kuhn-poker",
    }
    for arguments, hint in cases.items():
        code, output = cli(*arguments)
        message = [line for line in output.splitlines() if line.startswith("error: ")]
        assert (code, len(message)) == (2, 1), (arguments, output)
        assert hint in message[0], (arguments, message)
    assert {p.name: p.stat().st_mtime_ns for p in whole.rglob("*")} == before


def test_an_unreadable_checkpoint_is_named(whole, tmp_path):
    """A torn checkpoint is refused with its path and what to do; without it the run goes on from the one before."""
    import shutil

    path = tmp_path / "run"
    shutil.copytree(whole, path)
    newest = checkpoint.found(path / "checkpoints")[-1]
    newest.write_bytes(newest.read_bytes()[:2000])
    code, output = cli("--resume", str(path))
    assert code == 2
    assert newest.name in output
    newest.unlink()
    Run.open(path).train()
    assert same(whole, path)


def test_a_full_disk_ends_the_run_with_one_line(whole, tmp_path, monkeypatch):
    """No space for the checkpoint: exit code 2, and the run resumes from the one before when there is space again."""
    path = tmp_path / "run"

    def full(state, file):
        raise OSError(28, "No space left on device")

    Run.create(path, small())
    with monkeypatch.context() as patch:
        real = torch.save
        calls = []
        patch.setattr(torch, "save", lambda state, file: (calls.append(1), real(state, file) if len(calls) < 3 else full(state, file)))
        code, output = cli("--resume", str(path))
    assert code == 2
    assert "No space left on device" in output
    Run.open(path).train()
    assert same(whole, path)


BROKEN = """
from axion_env import Env, EnvSpec, Outcome, Reward, Role, Rubric, Memory

class Raises(Env):
    spec = EnvSpec("test/Raises-v0", agents={"a_0": Role("a", memory=Memory.NONE)}, max_turns=2, reward_range=(0, 1))
    rubric = Rubric(a=[Reward(lambda episode, agent: 1.0, name="one")])

    async def play(self, task, ctx):
        move = await ctx.ask("a_0", "Say yes or no.", choices=("yes", "no"))
        await self.then(ctx, move)
        return Outcome({})

    async def then(self, ctx, move):
        if ctx.draw("bad luck", range(2)):
            raise ValueError("the author's mistake")

class Elsewhere:
    def __await__(self):
        yield "not a request"

class Foreign(Raises):
    async def then(self, ctx, move):
        await Elsewhere()
"""


@pytest.mark.parametrize(("name", "hint"), [("Raises", "the author's mistake"), ("Foreign", "foreign")])
def test_an_environment_that_breaks_is_one_line(tmp_path, monkeypatch, name, hint):
    """An exception in `play`, or an await of something foreign, ends training with the author's line and exit code 2."""
    (tmp_path / "broken_env.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(str(tmp_path))
    changes = [x for c in (*SMALL, f'env.id="broken_env:{name}"', 'evaluation.kind="reward"') for x in ("--set", c)]
    code, output = cli("kuhn-poker", "--out", str(tmp_path / "run"), *changes)
    message = [line for line in output.splitlines() if line.startswith("error: ")]
    assert code == 2
    assert len(message) == 1
    assert hint in message[0]
    assert "broken_env.py:" in message[0]


def test_a_summary_tells_an_estimate_where_nothing_is_exact():
    """Of a policy that thinks too freely to be enumerated; controls are compared by it too."""
    told = summarize(recipe.read("kuhn-poker"), {"nash_conv_estimate": 1.0}, {"nash_conv_estimate": 0.5}, 1.0)
    assert (told["nash_conv_estimate_start"], told["nash_conv_estimate"]) == (1.0, 0.5)
    assert "nash_conv" not in told


def test_a_run_in_progress_is_not_trained_a_second_time(tmp_path):
    """--resume of a run that another process trains is refused, names run and process, and changes nothing; the first ends as if alone."""
    path = tmp_path / "run"
    command = [sys.executable, "-c", "from axion_env.command import main; main()", "train"]
    argv = [*command, "kuhn-poker", "--out", str(path), *(x for change in (*SMALL, "training.updates=40") for x in ("--set", change))]
    with subprocess.Popen(argv, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL) as first:
        deadline = time.monotonic() + 120
        while not checkpoint.found(path / "checkpoints"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(first.pid, signal.SIGSTOP)  # in the middle of whatever it does
        before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
        refused = CliRunner().invoke(axion, ["train", "--resume", str(path)])
        assert refused.exit_code == 2
        assert f"run is being written by process {first.pid}; wait until that ends" in " ".join(refused.output.split())
        assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
        os.kill(first.pid, signal.SIGCONT)
        assert first.wait() == 0
    assert [line["update"] for line in jsonl.read(path / "metrics.jsonl")] == list(range(41))


def test_of_two_that_begin_in_one_folder_one_is_refused(tmp_path, monkeypatch):
    """Whatever happens between the first look at the folder and the recipe's writing, a run keeps its own recipe."""
    path, mine, other = tmp_path / "run", small(), small("training.seed=1")
    there = Run.__init__

    def later(self, *arguments):
        there(self, *arguments)
        monkeypatch.undo()
        Run.create(path, other)  # begun while the first is on its way

    monkeypatch.setattr(Run, "__init__", later)
    with pytest.raises(ax.UsageError, match="holds another run"):
        Run.create(path, mine)
    assert Run.open(path).recipe == other


def test_metrics_that_lost_lines_are_not_gone_on_with(tmp_path):
    """A file shorter than its checkpoint says is refused before anything is written, as episodes are."""
    path = tmp_path / "run"
    Run.create(path, small()).train()
    checkpoint.found(path / "checkpoints")[-1].unlink()
    lines = (path / "metrics.jsonl").read_bytes()
    (path / "metrics.jsonl").write_bytes(lines[: len(lines) // 2])
    done = CliRunner().invoke(axion, ["train", "--resume", str(path)])
    assert done.exit_code == 2
    assert "metrics.jsonl has" in done.output
    assert (path / "metrics.jsonl").read_bytes() == lines[: len(lines) // 2]
