"""`axion play`: a person, a spectator, a file of what was played."""

import sys
import types
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from axion_env import Episode, EpisodeStore, RandomPolicy, Scripted, load, verify
from axion_env import play as play_task
from axion_env.command import axion

KUHN = "axion/KuhnPoker-v0"


def play(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(axion, ["play", *args], input=typed)


@pytest.fixture(scope="module")
def folded() -> Episode:
    """A game in which `player_0` bets and the random other folds: what the command plays under its seed."""
    env = load(KUHN)
    games = (play_task(env, {"player_0": Scripted(["bet"]), "player_1": RandomPolicy(seed)}, seed=seed) for seed in range(100))
    return next(game for game in games if game.turns[-1].action.parsed == "fold")


def test_a_person_sees_the_question_the_legal_actions_the_end_and_the_reward(folded: Episode) -> None:
    done = play(KUHN, "--seed", str(folded.seed), typed="bet\n")
    assert done.exit_code == 0, done.output
    assert f"axion/KuhnPoker-v0, seed {folded.seed}. You are player_0 (first)." in done.stdout
    assert f"[player_0] (check, bet)\n{folded.turns[0].observation[-1].text}\n> " in done.stdout
    assert f"{folded.closing['player_0'][0].text}\nplayer_0 (you) earns +1; player_1 earns -1" in done.stdout


def test_a_person_is_told_nothing_of_the_others_cards(folded: Episode) -> None:
    """After a fold the other card stays hidden, as the rules say."""
    done = play(KUHN, "--seed", str(folded.seed), typed="bet\n")
    assert "chance" not in done.stdout
    assert folded.turns[1].observation[-1].text not in done.stdout


def test_one_person_may_play_every_seat() -> None:
    done = play(KUHN, "--seat", "player_0", "--seat", "player_1", "--seed", "1", typed="check\ncheck\n")
    assert done.exit_code == 0
    assert "player_0 (you)" in done.stdout
    assert "player_1 (you)" in done.stdout


def test_the_same_seed_is_the_same_game() -> None:
    assert play(KUHN, "--seed", "5", "--seat", "none").output == play(KUHN, "--seed", "5", "--seat", "none").output


def test_an_illegal_answer_is_explained() -> None:
    done = play(KUHN, "--seed", "3", typed="all in\n")
    assert done.exit_code == 0
    assert "player_0 broke the rules: not a legal move" in done.stdout
    assert "player_0 (you) earns -2" in done.stdout


def test_the_end_of_input_ends_the_game_cleanly_and_keeps_what_was_finished(tmp_path: Path) -> None:
    file = tmp_path / "played.jsonl"
    done = play(KUHN, "--seed", "3", "--episodes", "5", "--save", str(file), typed="bet\n")
    assert done.exit_code == 0
    assert "end of input; the episode was left unfinished" in done.stdout
    assert f"1 episode appended to {file}" in done.stdout
    assert len(list(EpisodeStore(file))) == 1


def test_saved_episodes_are_appended_and_verify(tmp_path: Path) -> None:
    file = tmp_path / "new" / "watched.jsonl"
    for _ in range(2):
        done = play(KUHN, "--seat", "none", "--seed", "7", "--episodes", "3", "--save", str(file))
        assert done.exit_code == 0, done.output
    lines = list(EpisodeStore(file).lines())
    assert [episode.seed for episode in EpisodeStore(file)] == [7, 8, 9, 7, 8, 9]
    assert [verify(line.text) for line in lines] == [None] * 6


def test_a_torn_line_is_cut_off_and_reported_before_the_game(tmp_path: Path) -> None:
    file = tmp_path / "played.jsonl"
    file.write_text('{"schema":1,"en')
    done = play(KUHN, "--seat", "none", "--save", str(file))
    assert done.exit_code == 0
    assert done.stderr.startswith(f"warning: {file} ended in a torn line of 15 bytes")
    assert len(list(EpisodeStore(file))) == 1


def test_a_place_that_cannot_be_written_is_found_before_the_game(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = play(KUHN, "--save", str(tmp_path / "file" / "played.jsonl"), typed="bet\n")
    assert done.exit_code == 2
    assert "cannot write" in done.stderr
    assert "You hold" not in done.stdout


def test_hands_and_options_reach_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "played.jsonl"
    done = play(KUHN, "--seat", "none", "--hands", "2", "-o", 'ranks=["9", "T", "J"]', "--save", str(file))
    assert done.exit_code == 0
    (episode,) = EpisodeStore(file)
    assert episode.options == {"ranks": ["9", "T", "J"], "hands": 2}


def test_a_spectator_sees_everything_and_the_mean() -> None:
    done = play(KUHN, "--seat", "none", "--seed", "7", "--episodes", "2")
    assert done.stdout.count("chance: card of player_0") == 2
    assert "mean of 2 episodes: player_0 " in done.stdout


def test_tasks_are_chosen_by_split_and_number(tmp_path: Path) -> None:
    file = tmp_path / "played.jsonl"
    for extra in (["--split", "test", "--task", "5"], ["--seed", "1"], ["--seed", "2"]):
        assert play("axion/Arithmetic-v0", "--save", str(file), *extra, typed="<answer>1</answer>\n").exit_code == 0
    ids = [episode.task.id for episode in EpisodeStore(file)]
    assert ids[0] == "test/0/5"
    assert ids[1] != ids[2]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--seat", "playr_1"], "no agent 'playr_1'; did you mean 'player_1'"),
        (["--seat", "none", "--seat", "player_1"], "--seat none means that nobody plays"),
        (["--task", "9"], "--task 9: the split 'train' has 1 tasks"),
        (["--split", "dev"], "has no split 'dev'"),
        (["-o", "antee=2"], "did you mean 'ante'?"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(args: list[str], message: str) -> None:
    done = play(KUHN, *args)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_environment_that_breaks_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PlayFailed names the author's line; a class in the current folder is found by module:Class."""
    (tmp_path / "axion_test_breaks.py").write_text(
        "from axion_env import Env, EnvSpec, Role, Rubric\n"
        "class Breaks(Env):\n"
        "    spec = EnvSpec('test/Breaks-v0', agents={'a': Role('r')})\n"
        "    rubric = Rubric(r=[])\n"
        "    async def play(self, task, ctx):\n"
        "        return 1 / 0\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    done = play("axion_test_breaks:Breaks")
    assert done.exit_code == 2
    assert "test/Breaks-v0 failed by the author's fault: ZeroDivisionError: division by zero" in done.stderr
    assert "axion_test_breaks.py:6" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_trained_model_plays_the_other_agents(folded: Episode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--against RUN` asks the trainer's `load_policy` for a policy, and only then; without a trainer it says what to install."""
    loaded: list[Path] = []
    trainer = types.ModuleType("axion_train.run.policy")

    def load_policy(run: Path) -> Scripted:
        loaded.append(run)
        return Scripted(lambda ask: ask.choices[-1])

    trainer.load_policy = load_policy  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "axion_train.run.policy", trainer)
    done = play(KUHN, "--seed", str(folded.seed), "--against", str(tmp_path), "--save", str(tmp_path / "played"), typed="bet\n")
    assert done.exit_code == 0, done.output
    assert loaded == [tmp_path]
    (episode,) = EpisodeStore(tmp_path / "played")
    assert [turn.action.text for turn in episode.turns] == ["bet", "call"]
