"""`axion replay`: what is shown, and that `--verify` finds what was changed."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from axion_env import EpisodeStore, RandomPolicy, load, play
from axion_env.command import axion
from axion_env.record.codec import encode


def replay(*args: object) -> Result:
    return CliRunner().invoke(axion, ["replay", *map(str, args)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    env = load("axion/KuhnPoker-v0", hands=2)
    path = tmp_path / "episodes.jsonl"
    with EpisodeStore(path) as store:
        store.extend(play(env, RandomPolicy(1), seed=seed) for seed in range(5))
    return path


def test_every_episode_is_shown_with_its_line_and_rewards(file: Path) -> None:
    done = replay(file)
    assert done.exit_code == 0
    assert [line for line in done.stdout.splitlines() if line.startswith("-- ")] == [f"-- {file}, line {n} --" for n in range(1, 6)]
    assert done.stdout.count("player_0 earns ") == 5
    assert "chance: hand 2: card of player_1 is " in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(("index", "line"), [(0, 1), (4, 5), (-1, 5), (-5, 1), (-2, 4)])
def test_one_episode_is_chosen_by_its_index(file: Path, index: int, line: int) -> None:
    done = replay(file, "--index", index)
    assert [row for row in done.stdout.splitlines() if row.startswith("-- ")] == [f"-- {file}, line {line} --"]


@pytest.mark.parametrize("index", [5, -6])
def test_an_index_outside_the_file_says_what_is_there(file: Path, index: int) -> None:
    done = replay(file, "--index", index)
    assert done.exit_code == 2
    assert f"--index {index}: {file} holds 5 episodes, 0 to 4" in done.stderr


def test_one_agents_view_holds_nothing_of_the_others(file: Path) -> None:
    done = replay(file, "--index", 0, "--agent", "player_1")
    assert "player_1 is asked" in done.stdout
    for word in ("player_0 is asked", "player_0 is told", "player_0 earns", "chance", "chips"):
        assert word not in done.stdout.replace("chips_won", "")


def test_an_unknown_agent_names_the_nearest(file: Path) -> None:
    done = replay(file, "--agent", "player_2")
    assert done.exit_code == 2
    assert "no agent 'player_2'; did you mean" in done.stderr


def test_an_unchanged_file_verifies(file: Path) -> None:
    done = replay(file, "--verify")
    assert done.exit_code == 0
    assert done.stdout == "5 episodes verified: every replay is equal to its record, byte for byte\n"


def test_a_changed_byte_is_found_and_its_place_named(file: Path) -> None:
    """One letter of one observation in line 3: exit code 1, the file, the line, and the event."""
    lines = file.read_text().splitlines()
    lines[2] = lines[2].replace("You hold", "You hald", 1)
    file.write_text("\n".join(lines) + "\n")
    done = replay(file, "--verify")
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{file} line 3: events[")
    assert "does not match its checksum" in done.stdout


@pytest.mark.parametrize("field", ['"env":"axion/', '"options":{"ha'], ids=["env", "options"])
def test_a_changed_name_is_found_as_a_change_and_not_as_a_missing_environment(file: Path, field: str) -> None:
    file.write_text(file.read_text().replace(field, field[:-1] + "x", 1))
    done = replay(file, "--verify")
    assert done.exit_code == 1
    assert f"{file} line 1: {field[1:].partition(chr(34))[0]} does not match its checksum" in done.stdout


def test_a_forged_episode_with_fresh_checksums_is_found_by_its_replay(file: Path) -> None:
    """Whoever can compute checksums still cannot invent chips: the replay pays what the rules pay."""
    lines = file.read_text().splitlines()
    episode = next(iter(EpisodeStore(file)))
    assert episode.facts is not None
    lines[0] = encode(episode._replace(facts={**episode.facts, "winner": "player_9"}))
    file.write_text("\n".join(lines) + "\n")
    done = replay(file, "--verify")
    assert done.exit_code == 1
    assert 'line 1: episode.facts.winner: "player_9" in one' in done.stdout


def test_garbage_is_a_difference_when_verifying_and_an_error_when_showing(file: Path) -> None:
    file.write_text("not an episode\n")
    assert replay(file, "--verify").exit_code == 1
    done = replay(file)
    assert done.exit_code == 2
    assert f"{file} line 1: not JSON" in done.stderr


@pytest.mark.parametrize("extra", [[], ["--verify"]], ids=["show", "verify"])
def test_a_torn_last_line_is_reported_and_skipped(file: Path, extra: list[str]) -> None:
    file.write_bytes(file.read_bytes()[:-10])
    done = replay(file, *extra)
    assert done.exit_code == 0
    assert done.stderr.startswith(f"warning: {file} line 5 is torn")
    assert ("4 episodes verified" in done.stdout) == bool(extra)


def test_an_empty_file_says_so(file: Path) -> None:
    file.write_text("")
    assert "holds no whole episode" in replay(file).stderr
    assert replay(file, "--verify").stdout.startswith("0 episodes verified")
    assert "holds 0 episodes" in replay(file, "--index", "0").stderr


def test_another_class_can_stand_in_for_the_recorded_one(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--env` replays under a changed environment: the first difference is what the change did."""
    (tmp_path / "axion_test_louder.py").write_text(
        "from axion_zoo.games.kuhn_poker import KuhnPoker\n"
        "class Louder(KuhnPoker):\n"
        "    async def play(self, task, ctx):\n"
        "        outcome = await super().play(task, ctx)\n"
        "        return outcome._replace(facts={**outcome.facts, 'winner': 'nobody'})\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    done = replay(file, "--verify", "--env", "axion_test_louder:Louder")
    assert done.exit_code == 1
    assert f"{file} line 1: episode.facts.winner: " in done.stdout
    assert replay(file, "--verify", "--env", "axion_zoo.games.kuhn_poker:KuhnPoker").exit_code == 0


def test_a_record_of_an_environment_that_is_not_installed_can_be_read_but_not_verified(file: Path) -> None:
    episode = next(iter(EpisodeStore(file)))
    file.write_text(encode(episode._replace(env="other/Game-v0")) + "\n")
    shown = replay(file)
    assert shown.exit_code == 0
    assert "warning: rewards are not shown: no environment 'other/Game-v0'" in shown.stderr
    assert "player_0 is asked" in shown.stdout
    done = replay(file, "--verify")
    assert done.exit_code == 2
    assert "line 1 cannot be verified: no environment 'other/Game-v0'" in done.stderr
    assert "--env module:Class" in done.stderr
    assert replay(file, "--verify", "--env", "axion_zoo.games.kuhn_poker:KuhnPoker").exit_code == 1


def test_options_that_no_longer_exist_are_named(file: Path) -> None:
    line = json.loads(file.read_text().splitlines()[0])
    episode = next(iter(EpisodeStore(file)))
    assert line["options"] == {"hands": 2}
    file.write_text(encode(episode._replace(options={"hand": 2})) + "\n")
    done = replay(file, "--verify")
    assert done.exit_code == 2
    assert "did you mean 'hands'" in done.stderr


def test_a_missing_file_is_a_usage_error() -> None:
    assert replay("/nowhere/episodes.jsonl").exit_code == 2
