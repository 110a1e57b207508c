"""The page of a run of several roles: each beside the others, what is paid beside what is true, and what slipped through."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import axion_env as ax
from axion_env import Episode, Play, Scripted, Task, drive
from axion_train import recipe
from axion_train.report import write_report
from axion_train.report.chart import Line, Mark, chart
from axion_train.report.counterexample import counterexamples, heading, involved
from axion_train.report.episode import leading
from axion_train.report.panel import described, panel
from axion_train.report.role import gaps, role_section
from axion_train.report.run_data import read
from tests.train.report.test_report import Page, write_lines
from tests.train.riddle import Riddle

TITLES = (
    "Reward by role", "Paid beyond the truth: hacked", "Shares of facts", "Shares of facts, held out", "Groups with signal, share",
    "Archive, tasks", "Archive, share solved",
)  # fmt: skip


@pytest.fixture
def run(umpired: Path, tmp_path: Path) -> Path:
    """A copy that may be changed."""
    shutil.copytree(umpired, tmp_path / "run")
    return tmp_path / "run"


def svgs(page: str) -> dict[str, str]:
    """By caption, the pictures."""
    return dict(re.findall(r"<figcaption>(.*?)</figcaption>(<svg.*?</svg>)", page))


def test_a_real_run_of_several_roles(run: Path) -> None:
    """Everything that its recipe asks for is there, in words too, and it stands alone."""
    written = write_report(run)
    page, pictures = Page(written), svgs(written.read_text())
    assert set(TITLES) <= set(pictures)
    for role in ("poser", "guesser", "umpire"):
        assert re.search(rf"{role} from \S+ to \S+", pictures["Reward by role"])
        assert f">{role} " in pictures["Reward by role"]
        assert f">{role} " in pictures["Groups with signal, share"]
    assert ">all " in pictures["Groups with signal, share"]
    for share in ("true_accuracy", "in_game_reward", "verifier_recall", "verifier_precision"):
        assert f">{share} " in pictures["Shares of facts"]
    assert {"True accuracy\n", "In game reward\n", "Verifier recall\n"} <= {f"{line}\n" for line in page.text.splitlines()}
    assert "What slipped through" in page.text
    assert page.loads == []
    assert written.stat().st_size < 150_000


def test_the_gap_is_shaded_and_its_alarm_marked(run: Path) -> None:
    """Between reward and truth; an upright line where the monitor triggered, there and where it is drawn itself, with a name to read."""
    pictures = svgs(write_report(run).read_text())
    update = next(line["update"] for line in read(run).metrics if line.get("alarms"))
    for title in ("Paid beyond the truth: hacked", "Reward by role", "hacked"):
        assert f"<title>update {update}: alarm hacked</title>" in pictures[title]
    assert 'class="excess"' in pictures["Paid beyond the truth: hacked"]
    assert "reward/guesser" in pictures["Paid beyond the truth: hacked"]
    assert f"update {update}: alarm hacked" in re.findall(r'aria-label="(.*?)"', pictures["Reward by role"])[0]
    assert "alarm" not in pictures["no signal"].replace(">alarm<", "")


def test_what_slipped_through_is_shown_as_each_role_saw_it(run: Path) -> None:
    """Plays of which tasks were made: the umpire that said yes to a wrong answer, beside who gave it."""
    record = read(run)
    shown = counterexamples(record, record.deals())
    assert 1 <= shown.count("<article") <= 3
    assert "Made of it: task judged/" in shown
    first = shown.split("</article>")[0]
    for piece in ("guesser</span>", "umpire</span>", "Solve ", "Is ", ">yes<", "accepted +1", "sharp +1", "fact/true_accuracy"):
        assert piece in first, piece


def test_without_tasks_the_widest_gaps_are_shown(run: Path) -> None:
    """Where the environment makes none: most paid beyond the truth first."""

    class Silent(Riddle):
        def derived(self, episode: Episode) -> list[Task]:
            return []

    class Broken(Riddle):
        def derived(self, episode: Episode) -> list[Task]:
            raise ValueError("the author's mistake")

    record = read(run)
    for kind in (Silent, Broken):
        shown = counterexamples(dataclasses.replace(record, env=kind(umpires=True, pay="hacked")), record.deals())
        assert "Plays that paid most beyond the truth." in shown
        assert "reward/guesser 1.00, fact/true_accuracy 0.00" in shown
    assert counterexamples(dataclasses.replace(record, env=None), record.deals()) == ""
    honest = dataclasses.replace(record.recipe, monitors={})
    assert counterexamples(dataclasses.replace(record, recipe=honest, env=Silent(umpires=True)), record.deals()) == ""


def test_the_truth_may_be_a_share_of_two_facts(run: Path) -> None:
    text = (run / "recipe.toml").read_text()
    (run / "recipe.toml").write_text(text.replace('truth = "fact/true_accuracy"', 'truth = "share/true_accuracy"'))
    record = read(run)
    assert gaps(record)[0].truth == "share/true_accuracy"
    assert "share/true_accuracy 0.00" in counterexamples(record, record.deals())


def test_charts_are_there_where_their_metrics_are(run: Path) -> None:
    """A run that lacks some of them, or is of before they were told, shows the others."""
    lines = read(run).metrics
    lacking = {"Groups with signal, share": "signal", "Archive, tasks": "archive/size", "Shares of facts": "share/"}
    write_lines(run / "metrics.jsonl", [{k: v for k, v in line.items() if not k.startswith(tuple(lacking.values()))} for line in lines])
    assert set(svgs(role_section(read(run)))) == set(TITLES) - set(lacking)
    write_lines(run / "metrics.jsonl", [{"update": line["update"]} for line in lines])
    assert role_section(read(run)) == ""


HOSTILE = '<script>alert("1")</script>\u202e'


def test_hostile_names_and_texts_are_escaped(run: Path) -> None:
    """Of roles, monitors and shares, and in what agents said: markup is text, in attributes too."""
    lines = read(run).metrics
    for line in lines:
        line[f"reward/{HOSTILE}"] = line["update"] / 10
        line[f"share/{HOSTILE}"] = 0.5
    lines[-1]["alarms"] = [{"monitor": HOSTILE, "value": 1.0, "level": 0.5, "action": HOSTILE}, "no alarm", {"monitor": 3}]
    write_lines(run / "metrics.jsonl", lines)
    text = (run / "recipe.toml").read_text()
    name = json.dumps(HOSTILE)
    (run / "recipe.toml").write_text(text.replace("[facts.ratios]", f'[facts.ratios]\n{name} = ["a", "b"]'))
    episodes = (run / "episodes.jsonl").read_text()
    (run / "episodes.jsonl").write_text(episodes.replace('"text": "yes"', f'"text": {name}').replace('"text":"yes"', f'"text":{name}'))
    written = write_report(run)
    page = Page(written)
    assert "<script" not in written.read_text()
    assert "script" not in page.tags
    assert HOSTILE.replace("\u202e", "\\u202e") in page.text
    assert "\u202e" not in written.read_text()


# By hand ----------------------------------------------------------------------------------------------------------------------------------


def played(*said: str) -> Episode:
    """Poser, two solvers, two umpires, in turn."""
    answers = iter(said)
    (episode,) = drive([Play(Riddle(umpires=True), None, 0)], Scripted(lambda ask: next(answers)), in_flight=1)
    assert episode.ending is ax.Ending.FINISHED, episode.error
    return episode


def test_who_had_to_do_with_it() -> None:
    """A blue 0 was let pass: the poser said 0, and both solvers and umpires were shown it; of a red 0, blue concerns one of each."""
    episode = played("0", "red", "blue", "yes", "yes")
    assert involved(episode, Riddle(umpires=True).derived(episode)) == list(episode.agents)
    assert involved(episode, [Task("t", {"answer": "blue"})]) == ["solver_1", "umpire_1"]
    assert involved(episode, [Task("t", {"hint": "a"})]) == []
    assert involved(episode, [Task("t", {"answer": "blu"})]) == []


def test_of_many_seats_each_role_has_its_share() -> None:
    episode = played("0", "red", "blue", "yes", "yes")
    assert leading(episode, 3) == ["poser_0", "solver_0", "umpire_0"]
    assert leading(episode, 2, ["solver_0", "solver_1", "umpire_1"]) == ["solver_0", "umpire_1"]
    assert leading(episode, 9) == list(episode.agents)


def test_a_gap_by_hand() -> None:
    """Paid 1 and .5, true .5 and 1: shaded from the first update to where they meet, not where the truth is above."""
    picture = chart(
        [Line([(0, 1.0), (10, 0.5)], "main"), Line([(0, 0.5), (10, 1.0)], "other")],
        title="t", width=320, height=136, extent=(0.0, 1.0), excess=([(0, 1.0), (10, 0.5)], [(0, 0.5), (10, 1.0)]), marks=[Mark(10, "x")],
    )  # fmt: skip
    points = re.findall(r'<polygon points="(.*?)"', picture)[0]
    assert points == "46.0,10.0 310.0,10.0 310.0,10.0 46.0,60.0"
    assert '<title>x</title><line x1="310" x2="310" y1="10" y2="110" class="upright">' in picture


def test_more_curves_than_can_be_told_apart_are_two_charts() -> None:
    """Nine: eight and one; no curve is lost."""
    pictures = panel("Reward", [(f"role_{i}", [(1.0, i / 10), (2.0, i / 10)]) for i in range(9)])
    assert pictures.count("<svg") == 2
    assert all(f"role_{i} " in pictures for i in range(9))


def test_a_panel_in_words() -> None:
    curves: list[tuple[str, Any]] = [("a", [(1.0, 0.25), (2.0, 0.5)]), ("lone", [(1.0, 3.0)])]
    assert "lone" not in panel("Reward", curves)
    assert 'aria-label="Reward, by update: a from 0.25 to 0.5"' in panel("Reward", curves, few=True)
    assert panel("Reward", curves[1:]) == ""
    assert described("Size", [("", [(0.0, 1.0), (9.0, 71.0)])]) == "Size, by update: from 1 to 71"


def test_the_recipe_says_which_gaps_there_are(tmp_path: Path) -> None:
    """Whatever they are called; other monitors are none."""
    changes = ['monitors={mine={name="gap", metric="reward/a", truth="fact/b"}, no_signal={}}']
    recipe.read("arithmetic", changes).dump(tmp_path / "recipe.toml")
    assert [tuple(gap) for gap in gaps(read(tmp_path))] == [("mine", "reward/a", "fact/b")]
    assert heading(read(tmp_path)) == "What slipped through"
    recipe.read("arithmetic").dump(tmp_path / "recipe.toml")
    assert gaps(read(tmp_path)) == []
    assert heading(read(tmp_path)) == "What became a task"
