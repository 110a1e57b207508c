"""Every installed environment keeps its spec's promises: a new one is tested the moment it is registered."""

from __future__ import annotations

from pathlib import Path

import pytest

from axion_env import Env, ids, judge, load, play_demo
from axion_env.check import check
from axion_env.record.transcript import transcript

GOLDEN = Path(__file__).parents[1] / "golden"
ENVS = [name for name in ids() if name.startswith("axion/")]
DEMOS = [(name, demo.name) for name in ENVS for demo in load(name).demos()]


def _demo(name: str, demo: str) -> tuple[Env, object]:
    env = load(name)
    return env, next(d for d in env.demos() if d.name == demo)


@pytest.mark.parametrize("name", ENVS)
def test_every_promise_is_kept(name: str) -> None:
    """Every check of `axion check` passes, and none so much as warns."""
    report = check(name)
    found = [f"{result.id}: {finding}" for result in report.results for finding in result.findings if finding.severity != "advisory"]
    assert report.env == name
    assert found == []


@pytest.mark.parametrize(("name", "demo"), DEMOS)
def test_golden_transcripts(name: str, demo: str, update_golden: bool) -> None:
    """What each agent saw and said is as it was: run with --update-golden, and read the difference, after a change on purpose."""
    env, script = _demo(name, demo)
    episode = play_demo(env, script)  # type: ignore[arg-type]
    text = transcript(episode, judge(env, episode))
    path = GOLDEN / name.replace("/", "-") / f"{''.join(c if c.isalnum() else '_' for c in demo)}.txt"
    if update_golden:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), "run pytest --update-golden"
    assert path.read_text() == text


def test_no_golden_transcript_is_left_over() -> None:
    """Every file belongs to a demo."""
    wanted = {(name.replace("/", "-"), "".join(c if c.isalnum() else "_" for c in demo)) for name, demo in DEMOS}
    assert {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.txt")} == wanted
