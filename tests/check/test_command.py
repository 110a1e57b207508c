"""`axion check`: its words, its exit codes, and its watchdog."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner, Result

from axion_env.check import catalog
from axion_env.command import axion
from tests.check.stuck import Busy
from tests.core.game import line

KUHN = "axion/KuhnPoker-v0"


def invoke(*args: str) -> Result:
    return CliRunner().invoke(axion, ["check", *args])


def test_what_passes_and_what_does_not() -> None:
    """Exit code 0, a row per check; exit code 1, and the finding beside its check."""
    done = invoke(KUHN, "--only", "reward.from_record", "--only", "task.splits")
    assert done.exit_code == 0, done.output
    assert [row.split()[:2] for row in done.stdout.splitlines()[1:3]] == [["ok", "reward.from_record"], ["-", "task.splits"]]
    assert "1 passed, 1 skipped, 0 failed" in done.stdout
    done = invoke("tests.check.faults:LeakByLength", "--only", "obs")
    assert done.exit_code == 1
    assert "FAILED   obs.noninterference" in done.stdout
    assert "the draw 'card of b' shows: a reads" in done.stdout


def test_json_holds_the_whole_report() -> None:
    """With the options given, for several environments."""
    done = invoke(KUHN, "axion/Arithmetic-v0", "-o", "seed=3", "--only", "static", "--json")
    assert done.exit_code == 2  # Kuhn poker has no seed
    assert "no option 'seed'" in done.stderr
    done = invoke("axion/Arithmetic-v0", "-o", "seed=3", "--only", "static", "--seeds", "2", "--json")
    facts = json.loads(done.stdout)
    (report,) = facts["reports"]
    assert (facts["passed"], report["env"], report["options"], report["results"][0]["id"]) == (
        True,
        "axion/Arithmetic-v0",
        {"seed": 3},
        "static.manifest",
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "takes ids of environments, or --all"),
        ((KUHN, "--all"), "or --all"),
        (("axion/Kuhn-v0",), "did you mean"),
        ((KUHN, "--only", "no"), "no"),
    ],
)
def test_usage_errors(args: tuple[str, ...], said: str) -> None:
    """One line and exit code 2."""
    done = invoke(*args)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_busy_loop_is_named_with_its_line() -> None:
    """The check that hung is named, the one before it is not lost, and the one after it is still run."""
    done = invoke("tests.check.stuck:Busy", "--timeout", "1", "--only", "runtime.startup", "--only", "action", "--json")
    (report,) = json.loads(done.stdout)["reports"]
    assert done.exit_code == 1
    assert {r["id"]: r["status"] for r in report["results"]} == {
        "runtime.startup": "passed",
        "action.robustness": "hung",
        "action.examples": "passed",
        "action.ambiguity": "skipped",
    }
    (finding,) = next(r for r in report["results"] if r["status"] == "hung")["findings"]
    path, _, number = line(Busy.parse, "# here").rpartition(":")
    assert finding["line"] in (f"{path}:{number}", f"{path}:{int(number) - 1}")  # the body of the loop, or its head


def test_a_process_that_ends_itself_is_no_pass() -> None:
    """`os._exit(0)` in a parser fails the check it happens in; what was printed before is not taken for a report."""
    done = invoke("tests.check.stuck:Gone", "--only", "action.robustness", "--json")
    (result,) = json.loads(done.stdout)["reports"][0]["results"]
    assert done.exit_code == 1
    assert (result["id"], result["status"]) == ("action.robustness", "failed")
    assert "os._exit" in result["findings"][0]["message"]


def test_all_is_everything_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be loaded fails, and hides no other."""
    monkeypatch.setattr(sys.modules["axion_env.command.check"], "ids", lambda: ["other/Gone-v0", KUHN])
    done = invoke("--all", "--only", "task.ids", "--json")
    facts = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(report["env"], report["passed"]) for report in facts["reports"]] == [("other/Gone-v0", False), (KUHN, True)]


def test_list_names_every_check() -> None:
    """As text and as JSON, with what each holds and how its breach is caught."""
    assert [row.split()[0] for row in invoke("--list").stdout.splitlines()[1:]] == list(catalog())
    listed = json.loads(invoke("--list", "--json").stdout)
    assert [(c["id"], bool(c["holds"]), bool(c["caught"])) for c in listed] == [(id, True, True) for id in catalog()]
