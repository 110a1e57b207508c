"""`axion episodes filter`: from stored episodes to data that other tools read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from axion_env import Action, Ask, EpisodeStore, Play, RandomPolicy, Tokens, drive, load, play
from axion_env.command import axion
from tests.record.episodes import EPISODES

ENV = load("axion/Arithmetic-v0")


class Tenth:
    """Right nine times of ten by copy; every two copies say the same."""

    def act(self, asks: Any) -> list[Action]:
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Ask[Any]) -> Action:
        text = f" {ask.play.copy // 2}: <answer>{ask.task.secret['answer'] + (ask.play.copy == 9)}</answer>"
        return Action(text, tokens=Tokens((5, 6), (7, ask.play.copy, 1), (-0.1, -0.2, 0.0), "learner", 3))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Ten plays of each of eight tasks: per task nine are right, and five of these say something new."""
    path = tmp_path / "episodes.jsonl"
    plays = (Play(ENV, ENV.tasks("train")[k], k, copy=c) for k in range(8) for c in range(10))
    with EpisodeStore(path) as store:
        store.extend(drive(plays, Tenth()))
    return path


def keep(*arguments: str | Path) -> Result:
    return CliRunner().invoke(axion, ["episodes", "filter", *map(str, arguments)])


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def counts(result: Result) -> dict[str, int]:
    """The printed table."""
    lines = (line.rsplit(maxsplit=2) for line in result.stdout.splitlines()[1:-1])
    return {name.strip(): int(count.replace(",", "")) for name, count, _ in lines}


def test_chat_rows(file: Path, tmp_path: Path) -> None:
    """One row per distinct right answer: what was asked, what was said, where it comes from; the table adds up."""
    out = tmp_path / "data" / "chat.jsonl"
    done = keep(file, "--out", out)
    assert done.exit_code == 0, done.output
    assert counts(done) == {"read": 80, "kept": 40, "dropped: duplicate": 32, "dropped: not correct": 8}
    assert done.stdout.splitlines()[-1] == f"40 rows written to {out}"
    task = ENV.tasks("train")[0]
    asked = {"role": "user", "content": f"{task.public['a']}+{task.public['b']}=? Work, then answer in <answer> tags."}
    said = {"role": "assistant", "content": f"0: <answer>{task.secret['answer']}</answer>"}
    about = {"env": "axion/Arithmetic-v0", "task": "train/0/0", "agent": "solver_0", "role": "solver", "reward": 1.0}
    assert rows(out)[0] == {"messages": [asked, said], **about}
    assert [p.name for p in out.parent.iterdir()] == ["chat.jsonl"]


def test_token_rows(file: Path, tmp_path: Path) -> None:
    """The ids as they were sampled."""
    out = tmp_path / "tokens.jsonl"
    assert keep(file, "--out", out, "--form", "tokens").exit_code == 0
    assert rows(out)[1]["prompt_ids"] == [5, 6]
    assert rows(out)[1]["completion_ids"] == [7, 2, 1]


def test_every_bound_has_its_line(file: Path, tmp_path: Path) -> None:
    """Each option of the command reaches the selection."""
    out = tmp_path / "data.jsonl"
    assert counts(keep(file, "--out", out, "--per-task", "2"))["kept"] == 16
    assert counts(keep(file, "--out", out, "--success", "0:0.5"))["dropped: task too easy"] == 72
    assert counts(keep(file, "--out", out, "--max-tokens", "2"))["dropped: longer than 2 tokens"] == 72
    assert counts(keep(file, "--out", out, "--max-chars", "5"))["dropped: longer than 5 characters"] == 72
    assert counts(keep(file, "--out", out, "--min-reward", "0"))["kept"] == 48
    assert counts(keep(file, "--out", out, "--part", "well_formed"))["kept"] == 48
    assert counts(keep(file, file, "--out", out)) == {"read": 160, "kept": 40, "dropped: duplicate": 104, "dropped: not correct": 16}


def test_overlap_with_a_split_or_a_file(file: Path, tmp_path: Path) -> None:
    """Train tasks share nothing with the test split, all with their own; and three of them with a file, in three formats."""
    out, against = tmp_path / "data.jsonl", tmp_path / "benchmark.jsonl"
    assert counts(keep(file, "--out", out, "--against-split", "test"))["kept"] == 40
    wording = "=? Work, then answer in <answer> tags."
    public = [ENV.tasks("train")[k].public for k in range(3)]
    lines: list[dict[str, Any]] = [
        {"question": f"{public[0]['a']}+{public[0]['b']}{wording}"},
        {"messages": [{"role": "user", "content": f"{public[1]['a']}+{public[1]['b']}{wording}"}]},
        {"schema": 1, "task": {"id": "x", "public": public[2]}},
    ]
    against.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = counts(keep(file, "--out", out, "--against", against))
    assert found["dropped: overlaps the evaluation set"] == 27
    assert {row["task"] for row in rows(out)} == {f"train/0/{k}" for k in range(3, 8)}
    # the same, as others write it: a byte order mark, blank lines, a line separator inside a text, content in parts
    lines[0] = {"question": lines[0]["question"].replace(" ", "\u2028")}
    (message,) = lines[1]["messages"]
    lines[1] = {"messages": [{**message, "content": [{"type": "text", "text": text} for text in message["content"].partition("W")]}]}
    against.write_text("\ufeff" + "".join(json.dumps(line, ensure_ascii=False) + "\n\n" for line in lines), encoding="utf-8")
    assert counts(keep(file, "--out", out, "--against", against)) == found


def test_void_episodes_are_counted_and_left_out(tmp_path: Path) -> None:
    """FAILED and TRUNCATED ones cannot be right, whatever reward is asked for."""
    path, out = tmp_path / "episodes.jsonl", tmp_path / "data.jsonl"
    kuhn = load("axion/KuhnPoker-v0")
    whole = play(kuhn, RandomPolicy(), seed=1)
    with EpisodeStore(path) as store:
        store.extend([whole, whole._replace(ending="FAILED", fault="machine"), whole._replace(ending="TRUNCATED")])  # type: ignore[arg-type]
    found = counts(keep(path, "--out", out, "--min-reward", "-9"))
    assert found == {"read": 6, "kept": 2, "dropped: failed or truncated": 4}
    assert len(rows(out)) == len(whole.turns)


def test_mistakes_are_one_line(file: Path, tmp_path: Path) -> None:
    """Exit code 2, what is wrong, and a file that was there stays."""
    kuhn, torn, out = tmp_path / "kuhn.jsonl", tmp_path / "torn.jsonl", tmp_path / "data.jsonl"
    out.write_text("mine")
    with EpisodeStore(kuhn) as store:
        store.append(play(load("axion/KuhnPoker-v0"), RandomPolicy(), seed=1))
    torn.write_text('{"id": 3}\n')
    foreign = tmp_path / "foreign.jsonl"
    with EpisodeStore(foreign) as store:
        store.append(next(e for e in EPISODES if e.ending == "FINISHED"))
    cases = {
        (kuhn, "--out", out): "it has chips_won",
        (kuhn, "--out", out, "--min-reward", "-2", "--form", "tokens"): "--form chat",
        (file, "--out", file): "choose another",
        (file, "--out", out, "--success", "half"): "LOW:HIGH",
        (file, "--out", out, "--success", "0.9:0.1"): "the least first",
        (file, "--out", out, "--against", torn): "line 1 is no evaluation text",
        (file, "--out", out, "--against-split", "tset"): "no split 'tset'",
        (torn, "--out", out): f"{torn} line 1",
        (foreign, "--out", out): f"{foreign} line 1",
    }
    for arguments, hint in cases.items():
        done = keep(*arguments)
        assert done.exit_code == 2, (arguments, done.output)
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert hint in done.stderr, (hint, done.stderr)
    assert out.read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_hugging_face_datasets_reads_both_forms(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset("json")`, offline: the columns are there, with their types."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="datasets is not installed: pip install datasets")
    for form, columns in (("chat", {"messages"}), ("tokens", {"prompt_ids", "completion_ids"})):
        out = tmp_path / f"{form}.jsonl"
        assert keep(file, "--out", out, "--form", form).exit_code == 0
        loaded = datasets.load_dataset("json", data_files=str(out), split="train", cache_dir=str(tmp_path / "cache"))
        assert set(loaded.column_names) == {*columns, "env", "task", "agent", "role", "reward"}
        assert [dict(row) for row in loaded] == rows(out)
