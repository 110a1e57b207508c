"""The report: whatever a run's folder holds, one page that stands alone, with exact references and every text escaped."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from axion_env import EpisodeStore, GameTree, Play, RandomPolicy, Tokens, Turn, UsageError, derive, drive, load
from axion_train import recipe
from axion_train.analysis.kuhn import Kuhn, Spot, fit, recognize
from axion_train.report import curve_svg, write_report
from axion_train.report.chart import Line, chart, spread
from axion_train.report.markup import Markup, join, tag
from axion_train.report.reference import references
from axion_train.report.run_data import read
from axion_train.report.statement import statement

UPDATES = 6


@pytest.fixture(scope="module")
def kuhn_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `Run` leaves it: a real recipe, real episodes, the tree's own information sets."""
    run = tmp_path_factory.mktemp("runs") / "kuhn"
    run.mkdir()
    chosen = recipe.read("kuhn-poker", [f"training.updates={UPDATES}", "curriculum.deals=2", "curriculum.copies=4"])
    chosen.dump(run / "recipe.toml")
    fill(run, "axion/KuhnPoker-v0", copies=4)
    tree = GameTree(load("axion/KuhnPoker-v0"))
    metrics = [line(update, ("first", "second")) for update in range(1, UPDATES + 1)]
    for update in (2, 4, 6):
        metrics[update - 1] |= {
            "nash_conv": 0.6 / update,
            "last/nash_conv": 0.9 / update,
            "nash_conv_legal": 0.5 / update,
            "illegal_mass": 0.001,
        }
    write_lines(run / "metrics.jsonl", metrics)
    write(
        run / "summary.json",
        {"nash_conv_start": 0.919, "nash_conv": 0.1, "nash_conv_last": 0.15, "illegal_mass": 0.001, "cpu_seconds": 12.0},
    )
    table = [
        {"agent": s.agent, "observation": [m.text for m in s.messages], "actions": s.actions, "probabilities": [0.7, 0.2], "illegal": 0.1}
        for s in tree.information_sets
    ]
    write(run / "strategy.json", table)
    return run


@pytest.fixture(scope="module")
def arithmetic_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "arithmetic"
    run.mkdir()
    recipe.read("arithmetic", [f"training.updates={UPDATES}"]).dump(run / "recipe.toml")
    fill(run, "axion/Arithmetic-v0", copies=8)
    metrics = [line(update, ("solver",)) for update in range(1, UPDATES + 1)]
    metrics[-1] |= {"heldout/accuracy": 0.62, "heldout/accuracy_error": 0.011, "heldout/illegal_rate": 0.0, "last/heldout/accuracy": 0.6}
    write_lines(run / "metrics.jsonl", metrics)
    return run


def fill(run: Path, env_id: str, copies: int) -> None:
    """Two stored deals per update, as played by a model of that version."""
    env = load(env_id)
    pool = env.tasks("train")
    with EpisodeStore(run / "episodes.jsonl") as store:
        for update in range(UPDATES):
            seeds = [derive(7, update, deal) >> 1 for deal in range(2)]
            plays = [Play(env, pool[seed % len(pool)], seed, copy=c) for seed in seeds for c in range(copies)]
            for episode in drive(plays, RandomPolicy(update) if env_id.startswith("axion/Kuhn") else Answer()):
                store.append(episode._replace(root=tuple(sampled(e, update) if isinstance(e, Turn) else e for e in episode.root)))


class Answer:
    """Answers an addition, with markup and a character that turns the reading direction round."""

    def act(self, asks: Any) -> list[str]:
        return ["<b>hm</b> \u202e <answer>7</answer>" for _ in asks]


def sampled(turn: Turn, version: int) -> Turn:
    return turn._replace(attempts=tuple(a._replace(tokens=Tokens((1,), (2,), (-0.5,), "learner", version)) for a in turn.attempts))


def line(update: int, roles: tuple[str, ...]) -> dict[str, Any]:
    rewards = {f"reward/{role}": 0.1 * update * (-1) ** i for i, role in enumerate(roles)}
    return {"update": update, "cpu_seconds": 2.0 * update, "episodes": 8, "illegal_rate": 0.01, "entropy": 0.2, "kl": 0.1, **rewards}


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value))


def write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in lines))


class Page(HTMLParser):
    """Checks that every element is closed where it must be, and collects text and what would be loaded."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [f"{k}={v}" for k, v in attributes if k in ("src", "href", "srcset", "xlink:href") or k.startswith("on")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data + "\n"


def test_a_whole_run_on_kuhn(kuhn_run: Path) -> None:
    """Figures, references, strategy beside equilibrium, curves, episodes and recipe are all there."""
    written = write_report(kuhn_run)
    assert written == kuhn_run / "report.html"
    page = Page(written)
    for expected in (
        "0.100",
        "uniform play .917",
        "one-line rule .111",
        "exact tabular dynamics",
        "averaged weights .100",
        "last weights .150",
    ):
        assert expected in page.text
    for expected in (
        "first, to open",
        "1/3 – 2/3",
        "Reward by role",
        "Update 1\n",
        "Update 6\n",
        "chips_won",
        "You hold",
        "leave_one_out",
        "no larger claim",
    ):
        assert expected in page.text
    assert not list(kuhn_run.glob(".*"))


def test_stands_alone(kuhn_run: Path, arithmetic_run: Path) -> None:
    """Nothing is loaded from anywhere and nothing runs."""
    for run in (kuhn_run, arithmetic_run):
        page = Page(write_report(run))
        assert page.loads == []
        assert not page.tags & {"script", "link", "img", "iframe", "object"}
        text = (run / "report.html").read_text(encoding="utf-8")
        assert "url(" not in text
        assert "@import" not in text


def test_a_whole_run_on_checked_answers(arithmetic_run: Path) -> None:
    """Accuracy, parts of the reward and what was said, escaped: markup is text and what turns the reading direction is spelled out."""
    page = Page(write_report(arithmetic_run))
    for expected in (
        "62.0%",
        "standard error 1.1%",
        "averaged weights .620",
        "Parts of solver's reward",
        "well_formed",
        "<b>hm</b>",
        "\\u202e",
    ):
        assert expected in page.text
    for unexpected in ("NashConv", "Roles", "What slipped through"):
        assert unexpected not in page.text
    assert "<b>hm" not in (arithmetic_run / "report.html").read_text(encoding="utf-8")
    assert "\u202e" not in page.text


@pytest.mark.parametrize(
    "missing",
    [
        ("summary.json", "strategy.json"),
        ("metrics.jsonl",),
        ("episodes.jsonl",),
        ("recipe.toml",),
        ("recipe.toml", "metrics.jsonl", "summary.json", "strategy.json", "episodes.jsonl"),
    ],
)
def test_a_run_that_lacks_files(kuhn_run: Path, tmp_path: Path, missing: tuple[str, ...]) -> None:
    """Is shown as far as it goes."""
    for file in kuhn_run.glob("*.*"):
        if file.name not in missing:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    page = write_report(tmp_path)
    Page(page)
    assert "</html>" in page.read_text()


@pytest.mark.parametrize("name", ["recipe.toml", "metrics.jsonl", "summary.json", "strategy.json", "episodes.jsonl"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1, 2]", b'{"update": "x", "nash_conv": null}\n[]\n{"upd', b"\xff\x00", b'[{"agent": 3}]']
)
def test_a_file_that_is_not_what_it_should_be(kuhn_run: Path, tmp_path: Path, name: str, content: bytes) -> None:
    """A torn or foreign file never stops the page."""
    for file in kuhn_run.glob("*.*"):
        (tmp_path / file.name).write_bytes(content if file.name == name else file.read_bytes())
    page = write_report(tmp_path)
    Page(page)
    assert "</html>" in page.read_text()


OLDER = (("[[envs]]", "[env]"), ("[envs.options]", "[env.options]"), ("[[evaluations]]", "[evaluation]"), ("reference_kl", "magnet"))


def test_an_older_recipe_is_read_as_it_was_meant(kuhn_run: Path, tmp_path: Path) -> None:
    """Under the names that tables had then, the page says the same, but for the recipe's own text."""
    texts = []
    for folder, pairs in (("new", ()), ("old", OLDER)):
        shutil.copytree(kuhn_run, tmp_path / folder / "run", ignore=shutil.ignore_patterns("*.html"))
        recipe_file = tmp_path / folder / "run" / "recipe.toml"
        for new, old in pairs:
            assert new in recipe_file.read_text()
            recipe_file.write_text(recipe_file.read_text().replace(new, old))
        texts.append(Page(write_report(tmp_path / folder / "run")).text.split("\nRecipe\n")[0])
    assert texts[0] == texts[1]
    assert "held near its start by a KL penalty" in texts[0]


def test_what_a_recipe_leaves_out_has_its_default(tmp_path: Path) -> None:
    """The one that training takes; and what is no recipe at all claims none."""
    (tmp_path / "recipe.toml").write_text('[[envs]]\nid = "axion/KuhnPoker-v0"\n[training]\nseed = 3\nunknown = 4\n')
    run = read(tmp_path)
    assert (run.name, run.planned, run.label, run.recipe.training.seed) == ("axion/KuhnPoker-v0", 300, "accuracy", 3)
    assert "taught the legal format" in statement(run, references(run))[0]
    (tmp_path / "recipe.toml").write_text("{")
    assert (read(tmp_path).name, read(tmp_path).planned) == (tmp_path.name, 0)
    assert len(statement(read(tmp_path), references(read(tmp_path)))) == 1


def test_an_unfinished_run_says_so(kuhn_run: Path, tmp_path: Path) -> None:
    """A run stopped in the middle of a line is shown up to there."""
    for name in ("recipe.toml", "episodes.jsonl"):
        (tmp_path / name).write_bytes((kuhn_run / name).read_bytes()[: -20 if name == "episodes.jsonl" else None])
    (tmp_path / "metrics.jsonl").write_text(
        "".join((kuhn_run / "metrics.jsonl").read_text().splitlines(keepends=True)[:3]) + '{"update": 4'
    )
    page = Page(write_report(tmp_path))
    assert "unfinished: 3 of 6 updates" in page.text
    assert "averaged weights .300" in page.text
    assert "Update 6\n" in page.text


def test_no_folder() -> None:
    with pytest.raises(UsageError, match="no folder of a run"):
        write_report(Path("/no/such/run"))


def test_the_curve_alone_is_a_picture(kuhn_run: Path, tmp_path: Path) -> None:
    """Well-formed XML with its style inside, and nothing else."""
    root = ElementTree.parse(curve_svg(kuhn_run, tmp_path / "images" / "curve.svg")).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme: dark" in str(root[0].text)
    with pytest.raises(UsageError, match="nothing has been measured"):
        curve_svg(tmp_path, tmp_path / "none.svg")


def game() -> Kuhn:
    found = recognize(load("axion/KuhnPoker-v0"))
    assert found is not None
    return found


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.25, 1 / 3])
def test_every_member_of_the_family_is_an_equilibrium(alpha: float) -> None:
    assert game().nash_conv(lambda spot: spot.equilibrium(alpha)) == pytest.approx(0, abs=1e-12)


def test_the_one_line_rule_is_a_ninth_from_equilibrium() -> None:
    assert game().nash_conv(lambda spot: spot.rule) == pytest.approx(1 / 9)


def test_fit_finds_alpha() -> None:
    """Of an equilibrium its own, of play beyond the family its nearer end."""
    spots = game().spots
    for alpha in (0.0, 0.2, 1 / 3):
        assert fit({s: s.equilibrium(alpha) for s in spots}) == pytest.approx(alpha)
    assert fit(dict.fromkeys(spots, 1.0)) == pytest.approx(1 / 3)
    assert fit({}) == 0


def test_recognizes_kuhn_under_other_words_and_nothing_else() -> None:
    """Three cards in one hand with equal stakes, whatever they are called; other decks, stakes and games are not it."""
    renamed = recognize(load("axion/KuhnPoker-v0", ranks=["low.", "mid?", "top"], moves=["wait", "raise", "leave", "pay"]))
    assert renamed is not None
    assert set(renamed.spots) == {
        Spot(card, place) for card in (0, 1, 2) for place in ("open", "after check and bet", "after a check", "after a bet")
    }
    assert recognize(load("axion/KuhnPoker-v0", ante=2, bet=2)) is not None
    for other in ({"ranks": ["J", "Q"]}, {"ranks": ["T", "J", "Q", "K"]}, {"bet": 2}):
        assert recognize(load("axion/KuhnPoker-v0", **other)) is None
    assert recognize(load("axion/Arithmetic-v0")) is None


def test_references_of_other_games(tmp_path: Path) -> None:
    """A finite game that is not Kuhn's own has uniform play and the dynamics; one that is not finite has nothing."""
    recipe.read("kuhn-poker", ["training.updates=20", "env.options.bet=2"]).dump(tmp_path / "recipe.toml")
    known = references(read(tmp_path))
    assert known.kuhn is None
    assert known.rule is None
    assert known.uniform is not None
    assert known.tabular[0].nash_conv == pytest.approx(known.uniform)
    assert known.tabular[-1].update == 20
    recipe.read("arithmetic").dump(tmp_path / "recipe.toml")
    known = references(read(tmp_path))
    assert known.uniform is None
    assert known.tabular == ()


def test_markup_escapes_all_but_markup() -> None:
    assert tag("p", "<i>", Markup("<i></i>"), class_='"') == '<p class="&quot;">&lt;i&gt;<i></i></p>'
    assert join(("a\x1b[2J&", "\ud800\n")) == "a\\x1b[2J&amp;\\ud800\n"


@pytest.mark.parametrize("heights", [[], [5.0], [1.0, 1.0, 1.0], [98.0, 99.0, 99.5], [10.0, 40.0, 41.0, 90.0], [0.0] * 5])
def test_labels_never_overlap_nor_leave(heights: list[float]) -> None:
    moved = spread(heights, 10, 0, 100)
    assert len(moved) == len(heights)
    assert all(b - a >= 10 - 1e-9 for a, b in pairwise(moved))
    assert all(0 <= y <= 100 for y in moved)


@pytest.mark.parametrize("points", [[], [(1, 0.0)], [(0, 5.0), (1, 5.0)], [(0, -3e9), (7, 1e-9)], [(0, 1e-12), (10**7, 1e12)]])
@pytest.mark.parametrize("log", [False, True])
def test_any_values_can_be_drawn(points: list[tuple[float, float]], log: bool) -> None:
    """A chart is well-formed, and every coordinate is a number inside it."""
    picture = chart([Line(points, "main", "it", dots=True)], title="t", log=log)
    ElementTree.fromstring(picture)
    for name, value in re.findall(r'(x1|x2|cx|cy|y1|y2)="([^"]*)"', picture):
        assert 0 <= float(value) <= (960 if "x" in name else 430)
