"""The short suite: every command and entry point, one small training, one check, one view of each kind, one job of each kind.

It needs nothing but the installed package and pytest, so that it can be copied out of the checkout and run against a wheel, another Python
or the lowest versions of what Axion depends on: `python -m pytest tests/short`. What is not installed is skipped, and said.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import axion_env as ax
from axion_env.record.codec import encode
from axion_env.sandbox import Command, Function, Sandbox, SandboxUnavailable, shared

KUHN = "axion/KuhnPoker-v0"
SMALL = (
    "warmup.steps=120", "sampling.max_tokens=2", "curriculum.deals=16", "curriculum.copies=4", "training.updates=4",
    "training.checkpoint_every=2",
    "training.store_every=1", "evaluation.every=2", "model.hidden=32", "model.mlp=64", "optimizer.agreement=0.0",
)  # fmt: skip
SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\n',
    "shop/__init__.py": "def total(prices, off=0):\n    return sum(prices) * (100 - off) // 100\n\n\n"
    "def cheapest(prices, most):\n    return [price for price in sorted(prices) if price < most]\n",
    "tests/test_shop.py": "import pytest\nfrom shop import cheapest, total\n\n\n"
    "@pytest.mark.parametrize('off, paid', [(0, 300), (10, 270), (50, 150), (100, 0)])\n"
    "def test_total(off, paid):\n    assert total([100, 200], off) == paid\n\n\n"
    "@pytest.mark.parametrize('most, kept', [(0, []), (2, [1]), (3, [1, 2]), (9, [1, 2, 3])])\n"
    "def test_cheapest(most, kept):\n    assert cheapest([3, 1, 2], most) == kept\n",
}
"""A package with a suite."""
OWN = {
    group: sorted(e.name for e in entry_points(group=f"axion.{group}") if e.value.startswith("axion_")) for group in ("envs", "commands")
}


def axion(*arguments: object, code: int = 0, cwd: Path | None = None) -> str:
    """What the command as it was installed prints; it must end with the code."""
    words = [str(Path(sys.executable).with_name("axion")), *map(str, arguments)]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def needs(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{package} is not installed: pip install {package}")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox that runs functions and commands."""
    with Sandbox(slots=1) as sandbox:
        try:
            sandbox.tier("repo")
        except SandboxUnavailable:
            pytest.skip("no sandbox runs commands here: pip install 'axion-rl[sandbox]', or apt install bubblewrap")
        yield sandbox


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small training."""
    needs("torch", "'axion-rl[train]'")
    path = tmp_path_factory.mktemp("runs") / "kuhn"
    told = axion("train", "kuhn-poker", "--out", path, *(part for change in SMALL for part in ("--set", change)))
    assert '"nash_conv"' in told
    return path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of twenty episodes."""
    path = tmp_path_factory.mktemp("played") / "played.jsonl"
    axion("play", KUHN, "--seat", "none", "--seed", 1, "--episodes", 20, "--save", path)
    return path


# Entry points ------------------------------------------------------------------------------------------------------------------------


def test_there_are_entry_points() -> None:
    """As many as the package registers: an installation without them is an empty one."""
    assert len(OWN["envs"]) >= 15
    assert OWN["commands"] == ["eval", "recipe", "repo", "sample", "train"]


@pytest.mark.parametrize("name", OWN["envs"])
def test_an_environment_plays(name: str) -> None:
    """Its first demo is played and judged, and replays byte for byte."""
    if name == "axion/OpenSpiel-v0":
        needs("pyspiel", "open-spiel")
    if name == "axion/Math-v0":
        needs("math_verify", "'axion-rl[math]'")
    env = ax.load(name)
    try:
        episode = ax.play_demo(env, env.demos()[0], services={"sandbox": shared()})
    except SandboxUnavailable:
        pytest.skip("no sandbox here: pip install 'axion-rl[sandbox]', or apt install bubblewrap")
    assert ax.judge(env, episode)
    assert ax.verify(encode(episode)) is None


# Commands ----------------------------------------------------------------------------------------------------------------------------

GROUPS = {"episodes": ["filter"], "recipe": ["schema"], "repo": ["breed", "info", "list", "prepare"]}
COMMANDS = ["bench", "check", "doctor", "eval", "info", "list", "new", "play", "replay", "sample", "train", "view", *GROUPS]


def test_every_command_explains_itself() -> None:
    """And the list of them is whole."""
    told = axion("--help")
    assert all(f"\n  {name}" in told for name in COMMANDS)
    assert axion("--version").startswith("axion, version ")
    for words in [[name] for name in COMMANDS] + [[group, name] for group, names in GROUPS.items() for name in names]:
        assert axion(*words, "--help").startswith(f"Usage: axion {' '.join(words)}")


def test_what_is_there_is_told() -> None:
    """Lists, one environment, this machine; and a wrong name is one line and exit code 2."""
    assert {env["id"] for env in json.loads(axion("list", "--json"))} >= set(OWN["envs"])
    assert json.loads(axion("info", KUHN, "--json"))["spec"]["id"] == KUHN
    assert "axion-rl" in axion("doctor", code=0 if importlib.util.find_spec("pyspiel") else 1)  # a registered environment that needs it
    assert axion("info", "axion/KuhnPokr-v0", code=2).startswith("error: no environment 'axion/KuhnPokr-v0'; did you mean")


def test_episodes_are_played_replayed_and_shown(played: Path, tmp_path: Path) -> None:
    assert "20 episodes verified" in axion("replay", played, "--verify")
    assert "player_0" in axion("replay", played, "--index", -1)
    axion("view", played, "--out", tmp_path / "page.html")
    assert "<html" in (tmp_path / "page.html").read_text()
    assert "written to" in axion("episodes", "filter", played, "--min-reward", 0, "--out", tmp_path / "data.jsonl")


def test_an_environment_is_checked() -> None:
    report = json.loads(axion("check", KUHN, "--json"))
    assert report["passed"]
    assert len(report["reports"][0]["results"]) >= 40


def test_an_environment_is_begun(tmp_path: Path) -> None:
    """What `new` writes is a class that plays."""
    axion("new", "acme/Trick-v0", "--players", 2, "--out", tmp_path / "trick")
    told = axion("play", "trick:Trick", "--seat", "none", "--seed", 1, cwd=tmp_path / "trick")
    assert "acme/Trick-v0, seed 1" in told


def test_a_package_is_prepared_and_broken(box: Sandbox, tmp_path: Path) -> None:
    needs("pytest", "pytest")
    for name, text in SHOP.items():
        (tmp_path / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / name).write_text(text)
    prepared = tmp_path / "repositories" / "shop"
    assert "8 tests" in axion("repo", "prepare", tmp_path / "shop", "--out", prepared, "--runs", 2)
    assert "1 bug" in axion("repo", "breed", prepared, "--bugs", 1)
    assert "8 tests of 1 code files" in axion("repo", "info", prepared)
    assert "shop" in axion("repo", "list", tmp_path / "repositories")


# A training --------------------------------------------------------------------------------------------------------------------------


def test_a_run_is_whole(run: Path) -> None:
    """Its files are there, its episodes replay, and to go on with it changes nothing."""
    before = (run / "summary.json").read_bytes()
    assert (run / "report.html").exists()
    assert "256 episodes verified" in axion("replay", run / "episodes.jsonl", "--verify")
    assert '"updates": 4' in axion("train", "--resume", run, "--quiet")
    assert json.loads((run / "summary.json").read_text())["nash_conv"] == json.loads(before)["nash_conv"]


def test_a_run_is_measured_and_sampled(run: Path, tmp_path: Path) -> None:
    assert json.loads(axion("eval", run, "--json"))["nash_conv"] > 0
    assert json.loads(axion("eval", run, "--opponents", "random", "--tasks", 8, "--json"))["random"]
    axion("sample", "--policy", run, "-n", 2, "--tasks", 4, "--part", "chips_won", "--out", tmp_path / "sampled.jsonl")
    assert "8 episodes verified" in axion("replay", tmp_path / "sampled.jsonl", "--verify")
    axion("play", KUHN, "--seat", "none", "--seed", 1, "--against", run)


def test_every_recipe_is_read() -> None:
    """Each names parts and knobs that exist."""
    needs("torch", "'axion-rl[train]'")
    from axion_train import recipe

    assert len(recipe.shipped()) >= 6
    for name in recipe.shipped():
        recipe.read(name, [])


# Views -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")  # what the suites say of every environment whose observations are texts
def test_gymnasium() -> None:
    import gymnasium
    from gymnasium.utils.env_checker import check_env

    import axion_env.gymnasium  # noqa: F401

    check_env(gymnasium.make(KUHN, seat="player_1").unwrapped, skip_render_check=True)


@pytest.mark.filterwarnings("ignore")
def test_pettingzoo() -> None:
    from pettingzoo.test import api_test, parallel_api_test

    from axion_env.pettingzoo import aec_env, parallel_env

    api_test(aec_env(KUHN), num_cycles=20)
    parallel_api_test(parallel_env(KUHN), num_cycles=20)


def test_trl() -> None:
    from axion_env.trl import environment_factory

    tools = environment_factory(KUHN, seat="player_1")()
    told = tools.reset(seed=3)
    tools.act("call" if "call" in told else "check")
    assert tools.get_reward() is not None


def test_steppable() -> None:
    game = ax.make(KUHN)
    _, infos = game.reset(seed=7)
    rewards: dict[str, float] = {}
    while game.acting:
        _, rewards, _, _, infos = game.step({agent: game.legal_actions(agent)[0] for agent in game.acting})
    assert set(infos) == {"player_0", "player_1"}
    assert sum(rewards.values()) == 0


# Jobs --------------------------------------------------------------------------------------------------------------------------------


def test_jobs(box: Sandbox) -> None:
    """A function and a command, each apart from us."""
    added, said = box.run([Function("def add(a, b): return a + b", "add", [(1, 2)]), Command(["python", "-c", "print(6 * 7)"])])
    assert (added.values, said.stdout) == ((3,), "42\n")
