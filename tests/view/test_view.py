"""`axion view`: one file that loads nothing, holds every episode, and shows hostile text as text; looked at through a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from axion_env import Context, Env, EnvSpec, EpisodeStore, Outcome, Play, RandomPolicy, Reward, Role, Rubric, Task, _plugin, drive, load
from axion_env.command import axion
from axion_env.sandbox import Case, Function, JobResult, JobStatus
from tests.view import browser

HOSTILE = (
    '</script><script>window.owned = 1</script><img src="http://x.invalid/p" onerror="window.owned = 2"> \u202e evil \x1b[2J \ud800 \x00'
)
needs_browser = pytest.mark.skipif(browser.installed() is None, reason="no browser is installed: apt install chromium")


class Everything(Env):
    """Draws, branches, a job, a refused answer, thinking, notes and closings, all with hostile text in them."""

    spec = EnvSpec(
        "test/Everything-v0",
        agents={"writer_0": Role("writer"), "solver_0": Role("solver"), "solver_1": Role("solver")},
        symmetric=True,
        retries=1,
        reward_range=(-1, 1),
    )
    rubric = Rubric(
        writer=[Reward(lambda episode, agent: 0.25, name=f"style {HOSTILE[:9]}"), Reward(lambda e, turn: 0.5, name="pace", per_turn=True)],
        solver=[Reward(lambda episode, agent: -1.0 if episode.facts["word"] == "bet" else 1.0, name="solved")],
    )

    def tasks(self, split: str = "train") -> Sequence[Task]:
        return [Task(f"{split}/{k}", public={"note": HOSTILE, "k": k}, secret={"answer": 12345678901234567891}) for k in range(4)]

    async def play(self, task: Task, ctx: Context) -> Outcome:
        ctx.draw(f"coin {HOSTILE}", ("heads", "tails"), visible_to=("writer_0",))
        word = await ctx.ask("writer_0", f"Write.\n{HOSTILE}", choices=("check", "bet"))
        ctx.note("writer_0", pace=HOSTILE)
        result = await ctx.run(Function("def f(x):\n    return 1 / x  # </script>", "f", [(1,), (0,)]))
        texts = await ctx.gather(ctx.ask("solver_0", "One?"), ctx.ask("solver_1", "Two?"))
        ctx.tell(ctx.agents, f"The end. {HOSTILE}")
        return Outcome({"word": word, "texts": list(texts), "status": str(result.status), "big": 12345678901234567891})


class Talker:
    """First an illegal answer, then a legal one after some thinking."""

    def __init__(self) -> None:
        self.refused: set[int] = set()

    def act(self, asks: Sequence[Any]) -> list[str]:
        return [self._one(ask) for ask in asks]

    def _one(self, ask: Any) -> str:
        if ask.choices is None:
            return f"Yes. {HOSTILE}"
        if not ask.attempts:
            return f"neither {HOSTILE}"
        return f"<think>Hm. {HOSTILE}</think> [{ask.choices[int(ask.task.id[-1]) // 2]}]"


def sandbox(requests: Sequence[Any]) -> list[Any]:
    """Stands in for the sandbox; one case raises."""
    result = JobResult(JobStatus.EXCEPTION, (Case(12345678901234567891), Case(error=f"ZeroDivisionError: {HOSTILE}")), stdout=HOSTILE)
    return [result.record() for _ in requests]


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight episodes of it, stored."""
    entries = (*_plugin.installed("axion.envs"), _plugin.Place("test/Everything-v0", f"{__name__}:Everything"))
    monkeypatch.setattr(_plugin, "installed", lambda group: entries)
    env = Everything()
    plays = (Play(env, env.tasks()[seed % 4], seed) for seed in range(8))
    file = tmp_path / "hostile.jsonl"
    with EpisodeStore(file) as store:
        store.extend(drive(plays, Talker(), services={"sandbox": sandbox}))
    return file


@pytest.fixture
def kuhn(games: bytes, tmp_path: Path) -> Path:
    """5,000 games of Kuhn poker, in a folder as a run leaves it."""
    file = tmp_path / "run" / "episodes.jsonl"
    file.parent.mkdir()
    file.write_bytes(games)
    return file


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    env = load("axion/KuhnPoker-v0")
    file = tmp_path_factory.mktemp("games") / "episodes.jsonl"
    with EpisodeStore(file) as store:
        store.extend(drive((Play(env, env.first_task, seed) for seed in range(5000)), RandomPolicy(3)))
    return file.read_bytes()


@pytest.fixture
def window(tmp_path: Path) -> Iterator[browser.Browser]:
    opened = browser.Browser(tmp_path / "profile")
    yield opened
    opened.close()


def view(*args: object) -> Result:
    return CliRunner().invoke(axion, ["view", *map(str, args)])


def made(source: Path, *args: object) -> Path:
    page = source.parent / "page.html"
    done = view(source, "--out", page, *args)
    assert done.exit_code == 0, done.output
    return page


def test_the_page_stands_alone(everything: Path) -> None:
    """No address, no element that loads, a policy that forbids all but its own script, and no text of an episode in the open."""
    text = made(everything).read_text(encoding="utf-8")
    code = re.sub(r"(?m)^ *//.*$|(?<=[;{}]) // .*$", "", re.sub(r"(?<=>)[A-Za-z0-9+/=]{100,}(?=</script>)", "", text))  # episodes: base64
    assert len(code) < len(text) - 1000
    assert not re.search(r"(https?:)?//\w|@import|url\(|<(link|img|iframe|object)\b", code)
    assert "default-src 'none'" in text
    assert text.count("<script") == text.count("</script>") == 2
    assert "owned" not in text


def test_where_the_page_goes(kuhn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the episodes, of a run or of a file; --open opens it; a part of them is spread evenly from the first to the last."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    done = view(kuhn.parent, "--most", 3, "--open")
    assert done.exit_code == 0, done.output
    assert done.output == f"3 of 5,000 episodes, spread evenly → {kuhn.with_suffix('.html')}\n"
    assert opened == [kuhn.with_suffix(".html").as_uri()]
    assert not list(kuhn.parent.glob(".*"))


@pytest.mark.parametrize("content", [b"", b'{"schema": 1', b"not JSON\n"], ids=["empty", "torn", "foreign"])
def test_odd_files(tmp_path: Path, content: bytes) -> None:
    """Empty and torn files are shown as far as they go; what is no episode is named with its line."""
    file = tmp_path / "odd.jsonl"
    file.write_bytes(content)
    done = view(file)
    if content.endswith(b"\n"):
        assert done.exit_code == 2
        assert re.fullmatch(rf"error: {re.escape(str(file))} line 1: not JSON.*\n", done.stderr)
    else:
        assert done.exit_code == 0, done.output
        assert done.stdout.startswith("0 episodes")


@pytest.mark.parametrize("value", ["5", "[1]", "null", '"x"', "{}", '[{"turn":{}}]', '{"a":[[1,2]]}', "[[1,2,3]]"])
@pytest.mark.parametrize("field", ["options", "task", "agents", "facts", "closing", "events", "culprits", "error", "ending"])
def test_records_of_odd_types(kuhn: Path, tmp_path: Path, field: str, value: str) -> None:
    """A forged record is shown or refused in one line, never a traceback."""
    record = json.loads(next(iter(EpisodeStore(kuhn).lines())).text) | {field: json.loads(value)}
    file = tmp_path / "forged.jsonl"
    file.write_text(json.dumps(record) + "\n")
    done = view(file)
    assert done.exit_code in (0, 2), done.output
    assert done.exit_code == 0 or re.fullmatch(r"error: .* line 1: not an episode.*\n", done.stderr)


def test_blank_lines_hide_no_episode(kuhn: Path, tmp_path: Path) -> None:
    """Wherever they are, all episodes are on the page."""
    blank = tmp_path / "blank.jsonl"
    blank.write_bytes(b"\n\n\n" + kuhn.read_bytes().replace(b"\n", b"\n\n"))
    told = [CliRunner().invoke(axion, ["view", str(file)]).output.partition(" →")[0] for file in (kuhn, blank)]
    assert told[0] == told[1]
    assert "evenly" not in told[1]


def test_wrong_sources_and_targets(tmp_path: Path, kuhn: Path) -> None:
    for args, why in (
        ((tmp_path,), "holds no episodes.jsonl"),
        ((kuhn, "--out", kuhn), "would overwrite the episodes themselves"),
        ((kuhn, "--most", 1, "--out", tmp_path / "no" / "page.html"), "cannot write"),
    ):
        done = view(*args)
        assert done.exit_code == 2
        assert why in done.stderr


def test_without_the_environment_rewards_are_left_out(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One warning in all, and the page."""
    monkeypatch.undo()
    done = view(everything)
    assert done.exit_code == 0, done.output
    assert done.stderr.count("warning: some rewards are not shown: no environment 'test/Everything-v0'") == 1


@needs_browser
def test_hostile_text_is_shown_and_does_nothing(everything: Path, window: browser.Browser) -> None:
    """Nothing runs, nothing is asked for, and every part of an episode can be read, what does not print as its escape."""
    window.open(made(everything))
    assert window.run("window.owned") is None
    assert [address.partition(":")[0] for address in window.requests] == ["file"]
    assert window.complaints == []
    assert window.run("document.querySelectorAll('img, iframe, script').length") == 2  # the data and the page's own script
    text = window.run("document.getElementById('episode').textContent")
    assert text.count('</script><script>window.owned = 1</script><img src="http://x.invalid/p"') >= 12
    assert "\\u{202e} evil \\x1b[2J \\u{d800} \\x00" in text
    assert not re.search("[\u202e\x1b\x00]", text)
    for part in (
        "FINISHED", "seen by writer_0", "drawn, hidden from here: coin", "refused: not a legal move", "thinking, ", "= check", "noted: ",
        "sandbox job f · 2 cases, 1 raised", "EXCEPTION", "return 1 / x", "(0)", "ZeroDivisionError", "stdout", "branch 2 of 2", "The end.",
        "earns +0.75", "pace turn 1", "earns +1", "solved", "answer: 12345678901234567891", "big: 12345678901234567891",
    ):  # fmt: skip
        assert part in text, part


@needs_browser
def test_filters(everything: Path, window: browser.Browser) -> None:
    """Each narrows the list to what fits, and Escape lifts them all."""
    window.open(made(everything))

    def left(changes: str) -> list[int]:
        window.run(f"byId('filters').reset(); {changes}; byId('filters').dispatchEvent(new Event('input'))")
        return list(window.run("list.shown.map((episode) => episode.line)"))

    everybody = list(range(1, 9))
    assert left("") == everybody
    assert left("byId('task').value = 'TRAIN/0'") == [1, 5]
    assert left("byId('search').value = 'ZERODIVISION'") == everybody
    assert left("byId('search').value = 'no such words'") == []
    assert window.run("byId('episode').textContent") == "No episode passes these filters."
    assert left("byId('refused').checked = true") == everybody
    bets = left("byId('fact').value = 'word = bet'")
    assert bets == [3, 4, 7, 8]
    assert left("byId('fact').value = 'word = check'") == [1, 2, 5, 6]
    assert left("byId('role').value = 'solver'; byId('most').value = '-1'") == bets
    assert left("byId('role').value = 'writer'; byId('least').value = '0.75'") == everybody
    assert left("byId('role').value = 'writer'; byId('least').value = '0.76'") == []
    assert left("document.querySelector('#endings input').checked = true") == everybody
    left("byId('task').value = 'train/0'")
    window.press("Escape")
    assert window.run("list.shown.length") == 8


@needs_browser
def test_keys(kuhn: Path, window: browser.Browser) -> None:
    """Episodes by j, k and arrows; the address says which one is open; a digit shows one side; a letter typed into a field is a letter."""
    page = made(kuhn, "--most", 100)
    window.open(page)
    line = "Number(location.hash.slice(1))"
    lines = window.run("list.episodes.map((episode) => episode.line)")
    assert (len(lines), lines[0], lines[-1]) == (100, 1, 5000)
    for keys, place in ((["j", "ArrowDown"], 2), (["k"], 1), (["PageDown"], 11), (["End"], 99), (["j"], 99), (["Home", "k"], 0)):
        window.press(*keys)
        assert window.run(line) == lines[place]
        assert window.run("document.querySelector('.row.at b').textContent") == str(lines[place])
    assert window.run("document.querySelectorAll('.lanes > h3').length") == 2
    window.press("2")
    assert window.run("[...document.querySelectorAll('.lanes > h3')].map((node) => node.textContent)") == ["player_1 second"]
    window.press("0", "/", "j")
    assert window.run("byId('search').value") == "j"
    assert window.run(line) == lines[0]
    window.press("Escape", "?")
    assert window.run("byId('help').open") is True
    window.open(page, at=f"#{lines[50]}")
    assert window.run("document.querySelector('#episode h2').textContent").startswith(f"Episode {lines[50]} ")


@needs_browser
def test_five_thousand_episodes(kuhn: Path, window: browser.Browser) -> None:
    """A page of them is small, and holds few rows however many there are; all can be reached and searched."""
    page = made(kuhn)
    assert page.stat().st_size < 1_000_000 < kuhn.stat().st_size
    window.open(page)
    assert window.run("list.shown.length") == 5000
    window.press("End")
    assert window.run("document.querySelector('#episode h2').textContent").startswith("Episode 5000 ")
    assert window.run("document.querySelectorAll('.row').length") < 60
    window.run("byId('search').value = 'you hold k. betting so far: check, bet'; byId('filters').dispatchEvent(new Event('input'))")
    assert 100 < window.run("list.shown.length") < 2000
    assert window.complaints == []
