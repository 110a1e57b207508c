"""The checker of axion/Math-v0 on pairs written by hand, on real model outputs and on real gold answers."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axion_zoo.reasoning.mathematics.checker import check
from axion_zoo.reasoning.mathematics.form import read
from axion_zoo.reasoning.mathematics.reply import boxes

from axion_env import Scripted, Task, UsageError, load, play, verify
from axion_env.record.codec import encode
from axion_env.sandbox import Sandbox, profile, shared
from tests.zoo.reasoning.mathematics.math_check import DATA, check_all

pytest.importorskip("math_verify", reason="math-verify is not installed: pip install 'axion-rl[math]'")
from tests.sandbox.offer import skip_without


def _rows(name: str) -> list[dict[str, Any]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not part of the project")
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


@pytest.fixture(scope="module", autouse=True)
def _sandbox() -> None:
    skip_without(shared(), "numeric")


def _pairs() -> list[tuple[bool, str, str, str]]:
    lines = Path(__file__).with_name("math_pairs.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(verdict == "+", kind, gold, answer) for verdict, kind, gold, answer in rows]


def test_pairs_written_by_hand() -> None:
    """At least 300 pairs of many kinds, half of them near misses: precision at least .995, recall at least .98."""
    pairs = _pairs()
    assert len(pairs) >= 300
    assert 0.45 < sum(same for same, *_ in pairs) / len(pairs) < 0.55
    assert len({kind for _, kind, _, _ in pairs}) >= 20
    assert len({(gold, answer) for _, _, gold, answer in pairs}) == len(pairs)
    told = [checked.same for checked in check_all((gold, answer) for _, _, gold, answer in pairs)]
    wrong = [f"{kind}: {gold} | {answer}" for (same, kind, gold, answer), said in zip(pairs, told, strict=True) if same is not said]
    table = Counter((same, said) for (same, *_), said in zip(pairs, told, strict=True))
    precision = table[True, True] / (table[True, True] + table[False, True])
    recall = table[True, True] / (table[True, True] + table[True, False])
    print(f"{len(pairs)} pairs: precision {precision:.4f}, recall {recall:.4f}; wrong: {wrong or 'none'}")
    assert precision >= 0.995, wrong
    assert recall >= 0.98, wrong


def test_the_order_of_the_two_does_not_matter() -> None:
    """Being the same is symmetric, but for a curve's left side, which may be added only, and a base, which may be left out only."""
    pairs = [pair for pair in _pairs() if pair[1] not in ("equation", "base")][::3]
    told = check_all((answer, gold) for _, _, gold, answer in pairs)
    wrong = [(gold, answer) for (same, _, gold, answer), checked in zip(pairs, told, strict=True) if same is not checked.same]
    assert not wrong


def test_model_outputs_on_gsm8k() -> None:
    """Of 2,640 outputs of four models the checker calls right those that the data set does, to 99.5 %, and runs no job for it."""
    table: Counter[tuple[bool, bool]] = Counter()
    wrong = []
    for k, row in enumerate(_rows("gsm8k_model_solutions_first660.jsonl.gz")):
        gold = read(_last(row["ground_truth"]))
        for model, output in row.items():
            if isinstance(output, dict):
                said = _last(output["solution"])
                same = bool(said) and _exact(gold, said)
                table[output["is_correct"], same] += 1
                if same is not output["is_correct"]:
                    wrong.append((k, model, str(gold), said))
    precision = table[True, True] / (table[True, True] + table[False, True])
    recall = table[True, True] / (table[True, True] + table[True, False])
    print(f"{table.total()} outputs, {len(wrong)} disagreements {wrong}: precision {precision:.4f}, recall {recall:.4f}")
    assert table.total() == 2640
    assert len(wrong) <= 0.005 * table.total(), wrong


def _exact(gold: Any, said: str) -> bool:
    steps = check(gold, read(said))
    try:
        next(steps)
    except StopIteration as end:
        return bool(end.value.same)
    raise AssertionError(f"a job for {said}")


def _last(solution: str) -> str:
    """What stands behind the last `A:`; nothing in an output that broke off before."""
    lines = [line for line in solution.split("\n") if line.startswith("A:")]
    return lines[-1].removeprefix("A:").strip() if lines else ""


def test_gold_answers_of_math500() -> None:
    """Each gold answer is told equal to every box of its own solution, and to no other problem's answer but an equal one."""
    rows = _rows("math500_test.jsonl.gz")
    pairs = [(row["answer"], box) for row in rows for box in boxes(row["solution"])]
    told = check_all(pairs)
    wrong = [pair for pair, checked in zip(pairs, told, strict=True) if not checked.same]
    print(f"{len(rows)} problems, {len(pairs)} boxes, {len(wrong)} told unequal {wrong}")
    assert len(rows) == 500
    assert {row["answer"] for row in rows} == {gold for gold, _ in pairs}
    assert not wrong


@pytest.mark.slow
def test_gold_answers_of_math500_against_each_other() -> None:
    """1,000 pairs of different problems: told equal only where both are written alike, up to unit, label and spelling."""
    rows = _rows("math500_test.jsonl.gz")
    answers = [row["answer"] for row in rows]
    pairs = [(a, answers[(k + shift) % len(answers)]) for shift in (1, 7) for k, a in enumerate(answers)]
    equal = {tuple(sorted(pair)) for pair, checked in zip(pairs, check_all(pairs), strict=True) if checked.same}
    print(sorted(equal))
    assert all(str(read(a)) == str(read(b)) for a, b in equal)


def test_a_computed_check_is_replayed_without_a_sandbox() -> None:
    """The record holds what the jobs gave: byte for byte, and with no service at hand."""
    task = Task("t", public={"question": "?"}, secret={"answer": "x^2+2x+1"})
    episode = play(load("axion/Math-v0"), Scripted([r"\boxed{(x+1)^2}"]), task=task)
    assert episode.facts == {"answer": "( x + 1 ) ^ { 2 }", "well_formed": True, "correct": True, "why": "computed"}
    assert verify(encode(episode)) is None


def test_without_math_verify_only_expressions_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are checked all the same; an expression is an error of use, which says what to install."""
    env, task = load("axion/Math-v0"), Task("t", public={"question": "?"}, secret={"answer": r"2\sqrt{3}"})
    real = profile.distribution
    monkeypatch.setattr(profile, "distribution", lambda name: real("no-such-package" if name == "math-verify" else name))
    profile.files_of.cache_clear()
    try:
        with Sandbox(slots=1) as sandbox:
            services = {"sandbox": sandbox}
            assert play(env, Scripted([r"\boxed{7.0}"]), task=replace(task, secret={"answer": "7"}), services=services).facts["correct"]  # type: ignore[index]
            with pytest.raises(UsageError, match="pip install math-verify"):
                play(env, Scripted([r"\boxed{\sqrt{12}}"]), task=task, services=services)
    finally:
        profile.files_of.cache_clear()
