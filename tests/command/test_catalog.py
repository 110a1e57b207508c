"""`axion list`, `axion info` and `axion doctor`, over everything installed."""

import json

import pytest
from click.testing import CliRunner

from axion_env import Demo, Env, EnvSpec, Outcome, Reward, Role, Rubric, _plugin, ids, load
from axion_env.command import axion
from axion_env.command.describe import option_table
from axion_env.command.doctor import examine


def invoke(*args: str) -> str:
    done = CliRunner().invoke(axion, list(args))
    assert done.exit_code == 0, done.output
    return done.stdout


class Coin(Env):
    """A coin is named.

    Args:
        sides: What can be named;
            a list of words.
        fee (int): What naming costs.
    """

    rubric = Rubric(
        namer=[Reward(lambda episode, agent: 1.0, 0.5, "named"), Reward(lambda episode, turn: 0.0, name="paced", per_turn=True)]
    )

    def __init__(self, sides: list[str], fee: int = 0) -> None:
        self.sides = sides
        self.spec = EnvSpec("test/Coin-v3", agents={"namer_0": Role("namer")}, retries=1)

    async def play(self, task, ctx):  # type: ignore[no-untyped-def]
        await ctx.ask("namer_0", "Name a side.", choices=self.sides)
        return Outcome({})

    def demos(self):  # type: ignore[no-untyped-def]
        return (Demo("honest", {"namer_0": ["h"]}, {"namer_0": 0.5}), Demo("boast", {"namer_0": ["h"]}, {"namer_0": 2.0}))


class Lazy(Env):
    """Its demos claim what they do not earn."""

    spec = EnvSpec("test/Lazy-v0", agents={"a": Role("r")})
    rubric = Rubric(r=[])

    async def play(self, task, ctx):  # type: ignore[no-untyped-def]
        return Outcome({})

    def demos(self):  # type: ignore[no-untyped-def]
        return (Demo("boast", {"a": []}, {"a": 1.0}),)


def test_list_has_a_row_for_every_environment() -> None:
    rows = invoke("list").splitlines()
    assert [row.split()[0] for row in rows] == ["environment", *ids()]
    kuhn = next(row for row in rows if row.startswith("axion/KuhnPoker-v0"))
    assert "player_0 (first), player_1 (second) 3 " in " ".join(kuhn.split())


def test_list_as_json_says_the_same() -> None:
    listed = {entry["id"]: entry for entry in json.loads(invoke("list", "--json"))}
    assert sorted(listed) == ids()
    for name, entry in listed.items():
        assert entry["agents"] == {agent: role.name for agent, role in load(name).spec.agents.items()}


def test_a_broken_package_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point that cannot be imported is a row that says so in `list`, and makes `doctor` exit with 1."""
    entries = (*_plugin.installed("axion.envs"), _plugin.Place("other/Gone-v0", "no_such_module:Gone"))
    monkeypatch.setattr(_plugin, "installed", lambda group: entries if group == "axion.envs" else ())
    rows = {row.split()[0]: row for row in invoke("list").splitlines()}
    assert "cannot be loaded: " in rows["other/Gone-v0"]
    assert "axion/KuhnPoker-v0" in rows
    done = CliRunner().invoke(axion, ["doctor"])
    assert done.exit_code == 1
    assert "broken: other/Gone-v0" in done.stderr


@pytest.mark.parametrize("name", ids())
def test_info_shows_every_environment_in_full(name: str) -> None:
    """Text and JSON both; JSON's spec reads back as the spec, and every demo earns what it claims."""
    env = load(name)
    facts = json.loads(invoke("info", name, "--json"))
    assert EnvSpec.from_json(json.dumps(facts["spec"])) == env.spec
    assert {demo["name"] for demo in facts["demos"]} == {demo.name for demo in env.demos()}
    assert all(demo["claimed"] == pytest.approx(demo["earned"]) for demo in facts["demos"])
    assert facts["splits"]["train"] == len(env.tasks("train"))
    text = invoke("info", name)
    for heading in ("agents", "promises", "options", "splits", "rewards", "demos"):
        assert f"\n{heading}" in text
    assert "claims" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_info_follows_the_options() -> None:
    text = invoke("info", "axion/KuhnPoker-v0", "-o", "ante=2", "-o", 'ranks=["9", "T", "J"]')
    assert "reward        -3 to +3" in text
    assert 'ranks   ["9", "T", "J"]' in text
    assert 'default ["J", "Q", "K"]' in text


def test_info_finds_splits_that_only_the_docstring_names() -> None:
    assert list(json.loads(invoke("info", "axion/Arithmetic-v0", "--json"))["splits"]) == ["train", "test", "shifted"]


def test_options_are_described_by_the_docstring() -> None:
    options = option_table(Coin)
    assert options["sides"] == {
        "default": None,
        "required": True,
        "type": "list[str]",
        "description": "What can be named; a list of words.",
    }
    assert options["fee"] == {"default": 0, "required": False, "type": "int", "description": "What naming costs."}


def test_info_of_a_class_shows_weights_and_a_demo_that_boasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("axion_env.command.environment.find", lambda name: Coin)
    text = invoke("info", "test:Coin", "-o", 'sides=["h", "t"]')
    assert "named   weight 0.5" in text
    assert "per turn" in text
    assert "boast    FINISHED   namer_0 +0.5   but claims namer_0 +2" in text
    assert "retries       1 after an illegal answer, then a forfeit" in text


def test_doctor_finds_every_installed_environment_sound() -> None:
    text = invoke("doctor")
    assert "python " in text
    assert "axion-rl " in text
    for name in ids():
        assert examine(name)[0]
        assert name in text


def test_doctor_names_a_demo_that_does_not_earn_what_it_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("axion_env.command.environment.find", lambda name: Lazy)
    sound, finding = examine("test/Lazy-v0")
    assert not sound
    assert finding == "1 of 1 demos: 'boast' claims {'a': 1.0} and earns {'a': 0.0}"
