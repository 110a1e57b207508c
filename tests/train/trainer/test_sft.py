"""Supervised fine-tuning: rounds of expert iteration and files of data, stopped and resumed, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from axion_env import EpisodeStore, UsageError, judge, load
from axion_env.command import axion
from axion_env.dataset.filter import solved
from axion_train import recipe
from axion_train.data.pack import demonstration
from axion_train.data.sft import read_rows
from axion_train.learner.learner import Learner
from axion_train.learner.optimizer import Optimizer
from axion_train.learner.schedule import Schedule
from axion_train.model.renderer import Renderer
from axion_train.model.tiny import TinyLlama, WordTokenizer
from axion_train.recipe.schema import Recipe
from axion_train.run.folder import Run
from axion_train.trainer.sft import SFTTrainer
from axion_train.types import Batch
from tests.train.stored import same

ENV = load("axion/Arithmetic-v0", digits=1, scratchpad=False)
SMALL = (
    "env.options.digits=1", "env.options.scratchpad=false", "model.hidden=32", "model.mlp=64", "warmup.steps=120", "warmup.plays=300",
    "warmup.until=0.0", "curriculum.deals=12", "curriculum.copies=8", "sft.steps=4", "training.minibatch=6", "training.updates=12",
    "training.checkpoint_every=3", "training.store_every=1", "evaluation.every=4", "evaluation.episodes=16",
    "evaluation.final_episodes=32", "sft.select.max_tokens=0", "sft.select.per_task=0",
)  # fmt: skip


def small(*changes: str) -> Recipe:
    return recipe.read("arithmetic-sft", (*SMALL, *changes))


def metrics(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module", params=["current", "warm_up"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rounds of four steps, never stopped."""
    path = tmp_path_factory.mktemp("runs") / "whole"
    Run.create(path, small(f"sft.start={request.param}", "sft.keep_rounds=2")).train()
    return path


class Stop(Exception):
    pass


def stop_at(moment: int) -> Any:
    def watch(event: str, measured: dict[str, Any]) -> None:
        if event != "warmup" and measured["update"] == moment:
            raise Stop

    return watch


@pytest.mark.parametrize("moment", [1, 3, 5, 8])
def test_stopped_and_resumed_equals_never_stopped(whole: Path, tmp_path: Path, moment: int) -> None:
    """After playing, in the middle of a round, between rounds: the same weights, episodes and figures."""
    path = tmp_path / "run"
    with pytest.raises(Stop):
        Run.create(path, recipe.read(str(whole / "recipe.toml"))).train(stop_at(moment))
    Run.open(path).train()
    assert same(whole, path)
    assert (whole / "episodes.jsonl").read_bytes() == (path / "episodes.jsonl").read_bytes()
    drop = lambda line: {k: v for k, v in line.items() if k != "cpu_seconds"}  # noqa: E731
    assert list(map(drop, metrics(path))) == list(map(drop, metrics(whole)))


def test_a_round_plays_once_and_steps_on_what_was_right(whole: Path) -> None:
    """Updates 1, 5 and 9 play; the figures of a round agree with its stored episodes, judged again; the rows are of two rounds."""
    lines = metrics(whole)[1:]
    assert [line["update"] for line in lines if "episodes" in line] == [1, 5, 9]
    episodes = list(EpisodeStore(whole / "episodes.jsonl"))
    assert len(episodes) == 3 * 12 * 8
    distinct = []
    for number, line in enumerate(line for line in lines if "episodes" in line):
        played = episodes[number * 96 : number * 96 + 96]
        right = [e for e in played if solved(ENV, judge(ENV, e)["solver_0"], "correct")]
        said: dict[Any, Any] = {}
        for turn in (e.turns[0] for e in right):
            said.setdefault((turn.observation, turn.action.text.strip()), turn.action.tokens)
        assert {tokens.version for tokens in said.values()} == {4 * number}
        assert line["dropped/not correct"] == 96 - len(right)
        assert line["kept"] == len(said)
        distinct.append({(tokens.prompt_ids, tokens.completion_ids) for tokens in said.values()})
    assert [line["rows"] for line in lines if "episodes" in line] == [
        len(distinct[0]), len(distinct[0] | distinct[1]), len(distinct[1] | distinct[2]),
    ]  # fmt: skip


def test_what_is_imitated_gets_likelier() -> None:
    """One step on a demonstration raises its log-probability; its loss is the answer's negative log-probability, by hand."""
    learner = Learner(TinyLlama(layers=1, hidden=16, heads=2, mlp=32).build(9, 0), 0, optimizer=Optimizer("sgd", Schedule(0.05)))
    rows = [demonstration((4, 5), (6, 1)), demonstration((4, 5), (7, 8, 1))]
    mask = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    before = (learner.logprobs(rows) * mask).sum(1)
    gradient = learner.forward_backward(Batch(rows, 2, 5))
    learner.optim_step()
    assert gradient.loss == pytest.approx(-float(before.mean()), rel=1e-5)
    assert ((learner.logprobs(rows) * mask).sum(1) > before).all()


def imitation(run: Run) -> SFTTrainer:
    trainer, _, _ = run._resume()
    assert isinstance(trainer, SFTTrainer)
    return trainer


def test_rounds_from_the_warm_up_start_there(tmp_path: Path) -> None:
    """With no rate to speak of within the round, the weights after three rounds are still the warm-up's; from `current`, they are not."""
    ends = {}
    for start in ("warm_up", "current"):
        path = tmp_path / start
        Run.create(path, small(f"sft.start={start}", "optimizer.rate={start=1e-3, rise=0.0}", "sft.steps=1", "training.updates=3")).train()
        ends[start] = imitation(Run.open(path)).learner.steps
    assert ends == {"warm_up": 1, "current": 3}


def test_every_row_comes_once_before_any_comes_again(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", small("training.updates=1"))
    run.train()
    trainer = imitation(run)
    trainer._rows, trainer._order = [demonstration((3,), (i,)) for i in range(10)], []
    drawn = [row.completion_ids[0] for _ in range(5) for row in trainer._next_rows()]
    assert sorted(drawn[:10]) == sorted(drawn[10:20]) == sorted(drawn[20:30]) == list(range(10))
    assert drawn[:10] != drawn[10:20]


def test_a_model_that_is_never_right_stays_as_it_is(tmp_path: Path) -> None:
    """Nothing is learned from nothing, and the run ends all the same."""
    path = tmp_path / "run"
    Run.create(path, small("sft.select.success=[0.0, 1.0]", "sft.select.reward=2.0", "training.updates=5")).train()
    assert imitation(Run.open(path)).learner.steps == 0
    assert metrics(path)[1]["rows"] == metrics(path)[1]["kept"] == 0


def test_two_agents_of_several_turns_are_imitated_too(tmp_path: Path) -> None:
    """In Kuhn poker the winner's moves are learned, each with what its agent was shown, and nobody else's."""
    changes = [c for c in SMALL if not c.startswith(("env.options", "sft."))]
    changes += ['env.id="axion/KuhnPoker-v0"', "sft.steps=2", "training.updates=2"]
    Run.create(tmp_path / "run", recipe.read("arithmetic-sft", [*changes, "sft.select.reward=1.0", "sft.select.per_task=0"])).train()
    winners = {"player_0": 0, "player_1": 0}
    moves = set()
    for episode in EpisodeStore(tmp_path / "run" / "episodes.jsonl"):
        for agent, verdict in judge(load("axion/KuhnPoker-v0"), episode).items():
            if verdict.reward >= 1 and episode.turns_of(agent):
                winners[agent] += 1
                moves |= {t.action.tokens.completion_ids for t in episode.turns_of(agent) if t.action.legal and t.action.tokens}
    trainer = imitation(Run.open(tmp_path / "run"))
    assert min(winners.values()) > 0
    assert {row.completion_ids for row in trainer._rows} <= moves
    assert metrics(tmp_path / "run")[1]["kept"] + metrics(tmp_path / "run")[1]["dropped/duplicate"] == sum(winners.values())


# A file of data ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same right answers in both forms: sampled by a run, filtered by the command."""
    folder = tmp_path_factory.mktemp("data")
    Run.create(folder / "run", small("training.updates=1")).train()
    sampled, made = folder / "sampled.jsonl", {"run": folder / "run"}
    for arguments in (
        ["sample", "--policy", folder / "run", "-n", 8, "--tasks", 12, "--out", sampled],
        *(["episodes", "filter", sampled, "--form", form, "--out", folder / f"{form}.jsonl"] for form in ("chat", "tokens")),
    ):
        done = CliRunner().invoke(axion, list(map(str, arguments)))
        assert done.exit_code == 0, done.output
    return {**made, **{form: folder / f"{form}.jsonl" for form in ("chat", "tokens")}}


def test_both_forms_are_the_same_rows(files: dict[str, Path]) -> None:
    """Where every sampled answer ended by itself, a chat tokenized again is the ids that were sampled."""
    read = {}
    for form in ("chat", "tokens"):
        model, renderer = Run.open(files["run"]).policy().model, Run.open(files["run"]).policy().renderer
        chosen = small(f'sft.data="{files[form]}"')
        read[form] = SFTTrainer(chosen, ENV, model.requires_grad_(True), renderer)._rows
    whole = [row for row in read["tokens"] if row.completion_ids[-1] == 1]
    assert whole
    assert set(whole) <= set(read["chat"])


def test_however_a_chat_is_written(tmp_path: Path) -> None:
    """Content in parts, a line separator inside of it, a byte order mark and blank lines make no other rows, and no content is an error."""
    renderer = Renderer(WordTokenizer.of(["What is 2+2?\u2028Quick: 4"]))
    said = [("user", "What is 2+2?\u2028Quick:"), ("assistant", "4")]
    plain = json.dumps({"messages": [{"role": role, "content": text} for role, text in said]})
    parts = {"messages": [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in said]}
    (tmp_path / "plain.jsonl").write_text(f"{plain}\n{plain}\n")
    (tmp_path / "odd.jsonl").write_text(f"\ufeff{json.dumps(parts, ensure_ascii=False)}\n\n{plain}", encoding="utf-8")
    (tmp_path / "none.jsonl").write_text(plain.replace('"4"', "null"))
    size = len(renderer.tokenizer)  # type: ignore[arg-type]
    assert read_rows(tmp_path / "odd.jsonl", renderer, size) == read_rows(tmp_path / "plain.jsonl", renderer, size)
    with pytest.raises(UsageError, match=r"line 1 .*content of a message is a text"):
        read_rows(tmp_path / "none.jsonl", renderer, size)


def test_a_file_is_learned_from(files: dict[str, Path], tmp_path: Path) -> None:
    """No episode is played, every update is a step on the file, and stopped and resumed equals never stopped."""
    changes = (f'sft.data="{files["chat"]}"', "training.updates=8")
    Run.create(tmp_path / "whole", small(*changes)).train()
    assert not list(EpisodeStore(tmp_path / "whole" / "episodes.jsonl"))
    lines = metrics(tmp_path / "whole")
    count = len(files["chat"].read_text().splitlines())
    assert [line["epoch"] for line in lines[1:]] == pytest.approx([min(6, count) * u / count for u in range(1, 9)])
    with pytest.raises(Stop):
        Run.create(tmp_path / "cut", small(*changes)).train(stop_at(5))
    Run.open(tmp_path / "cut").train()
    assert same(tmp_path / "whole", tmp_path / "cut")
    Run.create(tmp_path / "all", small(*changes, "training.minibatch=0", "optimizer.rate.start=1e-4")).train()
    first, *losses = [line["loss"] for line in metrics(tmp_path / "all")[1:]]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(
        first, abs=1e-6
    )  # a rate that rises begins at 0: the same weights, their rows summed in another order


def test_changed_data_do_not_go_on_with_a_run(files: dict[str, Path], tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(files["chat"].read_bytes())
    path = tmp_path / "run"
    with pytest.raises(Stop):
        Run.create(path, small(f'sft.data="{data}"')).train(stop_at(4))
    data.write_bytes(b"".join(files["chat"].read_bytes().splitlines(keepends=True)[:-1]))
    done = CliRunner().invoke(axion, ["train", "--resume", str(path)])
    assert done.exit_code == 2
    assert "is not the data this run began with" in done.output


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "is empty"),
        ('{"text": "hello"}\n', "line 1 is neither"),
        ('{"messages": [{"role": "user", "content": "hi"}]}\n', "the last message must be the assistant's"),
        ('{"prompt_ids": [3], "completion_ids": []}\n', "one id or more"),
        ('{"prompt_ids": [3], "completion_ids": [400000]}\n', "another model's"),
        ('{"prompt_ids": [1e999], "completion_ids": [1]}\n', "ids are whole numbers"),
        ('{"prompt_ids": "12", "completion_ids": [1]}\n', "ids are whole numbers"),
        ('{"prompt_ids": [3], "completion_ids": [1.9, true]}\n', "ids are whole numbers"),
        (None, "cannot read"),
    ],
)
def test_bad_data_are_one_line(tmp_path: Path, text: str | None, hint: str) -> None:
    data = tmp_path / "data.jsonl"
    if text is not None:
        data.write_text(text)
    changes = [x for c in (*SMALL, "warmup.steps=1", f'sft.data="{data}"') for x in ("--set", c)]
    done = CliRunner().invoke(axion, ["train", "arithmetic-sft", "--quiet", "--out", str(tmp_path / "run"), *changes])
    (message,) = [line for line in done.output.splitlines() if line.startswith("error: ")]
    assert done.exit_code == 2
    assert hint in message


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        (["learner=stf"], "did you mean 'sft'"),
        (["loss.name=clipped_surrogate"], "does not read 'loss'"),
        (["advantage.name=group_mean"], "does not read 'advantage'"),
        (["training.epochs=2"], "does not read 'training.epochs'"),
        (["learner=policy_gradient"], "does not read 'sft'"),
        (["sft.start=scratch"], "current or warm_up"),
        (["sft.steps=0"], "1 or more"),
        (["sft.select.success=[0.9, 0.1]"], "the least first"),
        (["sft.select.per_tusk=1"], "did you mean 'per_task'"),
    ],
)
def test_knobs_that_are_wrong_or_unread_are_refused(changes: list[str], hint: str) -> None:
    done = CliRunner().invoke(axion, ["train", "arithmetic-sft", *(x for c in changes for x in ("--set", c))])
    assert done.exit_code == 2
    assert hint in done.output.splitlines()[-1]


@pytest.mark.slow
def test_rounds_raise_held_out_accuracy(tmp_path: Path) -> None:
    """Two rounds of the shipped recipe: each is better on held-out pairs than the one before, by a margin."""
    changes = ("training.updates=200", "evaluation.episodes=512", "evaluation.final_episodes=512")
    Run.create(tmp_path / "run", recipe.read("arithmetic-sft", changes)).train()
    start, first, second = (line["heldout/accuracy"] for line in metrics(tmp_path / "run") if "heldout/accuracy" in line)
    assert start <= 0.3
    assert first >= start + 0.2
    assert second >= first + 0.05
