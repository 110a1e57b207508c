"""Every planted fault is named by its own check and by no other; honest environments, and all that are installed, trip none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from axion_env import Context, Env, EnvSpec, NotFound, Outcome, Play, Reward, Role, Rubric, Task, UsageError, _plugin
from axion_env.check import Finding, Severity, Status, Subject, catalog, check, family, promise
from axion_env.check.catalog import FAMILIES
from axion_env.check.family import record
from axion_env.check.finding import read_result, result_record
from tests.check.faults import FAULTS
from tests.check.honest import Both, Card, Sums, Words

SLOW = {"perf.turns_per_s", "concurrency.processes"}  # these take longer than all others together


@pytest.fixture
def sandbox() -> Any:
    """Jobs that end otherwise each time."""
    number = count()
    return {"sandbox": lambda requests: [{"status": "OK", "cases": [{"value": next(number)}]} for _ in requests]}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_fault_is_named(fault: type[Env], sandbox: Any) -> None:
    """The check that a fault is entered under fails, no other does, and it says so in words."""
    ids = [id for id in catalog() if id not in SLOW or id == FAULTS[fault]]
    report = check(fault(), only=ids, services=sandbox)
    assert [result.id for result in report.failed] == [FAULTS[fault]]
    assert all(finding.message for finding in report.failed[0].errors)


@pytest.mark.parametrize("env", [Card, Sums, Both, Words])
def test_honest_environments_pass(env: type[Env]) -> None:
    """No finding but the advisory ones."""
    report = check(env())
    assert report.passed
    assert {f.severity for result in report.results for f in result.findings} == {Severity.ADVISORY}


def test_most_checks_have_a_fault() -> None:
    """A check that no fault trips proves nothing; those that only warn, or that look at Axion itself, have tests below."""
    assert set(catalog()) - set(FAULTS.values()) == {"runtime.seats", "semantic.oracle_max", "episode.fork", "perf.turns_per_s"}


def test_a_fork_that_goes_astray_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork that deals anew is no fork."""
    monkeypatch.setattr(record, "fork", lambda episode, address, env: Play(env, episode.task, episode.seed + 1))
    report = check(Card(), only=["episode.fork"])
    assert "ends otherwise" in report.failed[0].errors[0].message


class Onlooker(Sums):
    """Seats somebody whom nobody asks, and promises more than can be earned."""

    def __init__(self) -> None:
        super().__init__()
        agents = {"solver_0": Role("solver"), "judge_0": Role("judge")}
        self.spec = EnvSpec("test/Onlooker-v0", agents, {"solver": (0, 2), "judge": (0, 1)}, description="Sums.")
        self.rubric = Rubric(solver=self.rubric["solver"], judge=[Reward(lambda episode, agent: 0.0, name="nothing")])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        return Outcome({"won": {"judge_0": 0.0, **(await super().play(task, ctx)).facts["won"]}})

    def demos(self) -> Sequence[Any]:
        return [replace(d, actions={**d.actions, "judge_0": []}, rewards={**d.rewards, "judge_0": 0}) for d in super().demos()]


def test_warnings_fail_nothing() -> None:
    """They are findings all the same."""
    report = check(Onlooker(), only=["runtime.seats", "semantic.oracle_max"])
    assert report.passed
    assert ["judge_0" in str(r.findings[0]) or "1 less" in str(r.findings[0]) for r in report.results] == [True, True]


def test_what_rests_on_a_failed_check_is_skipped() -> None:
    """The reason names the failed one, also at second hand."""
    fault = next(f for f, id in FAULTS.items() if id == "runtime.startup")
    results = {result.id: result for result in check(fault(), only=["semantic", "term.truncation"]).results}
    assert {result.status for result in results.values()} == {Status.SKIPPED}
    assert {result.reason for result in results.values()} == {"runtime.startup fails; mend that first"}


def test_only_takes_ids_and_families() -> None:
    report = check("axion/KuhnPoker-v0", only=["reward", "task.ids"])
    assert [result.id for result in report.results] == ["reward.from_record", "task.ids"]
    with pytest.raises(NotFound, match=r"did you mean 'task\.ids'"):
        check("axion/KuhnPoker-v0", only=["task.idz"])


def test_reports_are_json_and_results_travel() -> None:
    """The same every time but for the seconds; what a child process writes reads back as it was."""
    fault = next(f for f, id in FAULTS.items() if id == "obs.noninterference")
    one, two = (check(fault(), only=["obs"]) for _ in range(2))
    facts, other = json.loads(one.to_json()), json.loads(two.to_json())
    for result in (*facts["results"], *other["results"]):
        del result["seconds"]
    assert facts == other
    assert (facts["schema"], facts["env"], facts["passed"]) == (1, "test/Card-v0", False)
    for result in one.results:
        back = read_result(json.loads(json.dumps(result_record(result))))
        assert (back.id, back.status, back.findings) == (result.id, result.status, result.findings)


def test_the_page_describes_every_check() -> None:
    """docs/check.md has a row for each, in the words of the check itself."""
    text = (Path(__file__).parents[2] / "docs" / "check.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{c.id}` | {c.holds} | {c.caught} |" for c in catalog().values()]


def test_every_family_is_in_the_catalog() -> None:
    """A file of checks that stands nowhere in the order would never run, and nobody would know."""
    assert sorted(FAMILIES) == sorted(path.stem for path in Path(*family.__path__).glob("*.py") if path.stem != "__init__")


def test_another_package_adds_a_check() -> None:
    """What `promise` makes is a check, and its docstring is what it holds."""

    @promise("me.short", caught="Lengths are compared.")
    def short(subject):  # type: ignore[no-untyped-def]
        """Questions are short."""
        yield from ()

    assert (short.id, short.holds, short.needs, list(short.run(None))) == ("me.short", "Questions are short.", ("runtime.startup",), [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("me.polite", "tests.check.test_check:POLITE", None),
        ("mine", "tests.check.test_check:POLITE", "has the id 'me.polite'; give its entry point that name"),
        ("me.won", "tests.check.honest:won", "is a function; make it with axion_env.check.promise"),
        ("me.gone", "no_such_module:check", "check 'me.gone' cannot be imported from .* mend the package of theirs"),
    ],
)
def test_installed_checks(name: str, value: str, said: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry-point group `axion.checks` adds to the catalog; what is none breaks those who name it, and is skipped by the others."""
    catalog.cache_clear()
    monkeypatch.setattr(_plugin, "installed", lambda group: (_plugin.Place(name, value, "theirs"),))
    try:
        if said is None:
            assert check(Card(), only=[name]).failed[0].errors[0].message == "a question without please; add the word"
            return
        with pytest.raises(UsageError, match=said):
            check(Card(), only=[name])
        report = check(Card(), seeds=2)
        assert report.passed
        result = next(result for result in report.results if result.id == name)
        assert result.status is Status.SKIPPED
        assert re.search(said, result.reason)
    finally:
        catalog.cache_clear()


def test_an_installed_check_does_not_replace_a_built_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog.cache_clear()
    monkeypatch.setattr(_plugin, "installed", lambda group: (_plugin.Place("task.ids", "tests.check.test_check:POLITE", "theirs"),))
    try:
        with pytest.raises(UsageError, match=r"check 'task\.ids' of theirs, at"):
            catalog()
    finally:
        catalog.cache_clear()


def _polite(subject: Subject) -> Iterator[Finding]:
    """Every question says please."""
    if not all("please" in turn.observation[-1].text for episode in subject.legal for turn in episode.turns):
        yield Finding("a question without please; add the word")


POLITE = promise("me.polite", caught="Questions without the word are looked for.")(_polite)
