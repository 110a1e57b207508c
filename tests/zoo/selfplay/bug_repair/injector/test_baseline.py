"""Artifacts that cheat and solvers that cheat, each refused; and what the bundled modules' tests notice."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

import pytest
from axion_zoo.selfplay.bug_repair import module
from axion_zoo.selfplay.bug_repair.gate import GATES, Grade, Validation, broken, grade, validate
from axion_zoo.selfplay.bug_repair.injector.baseline import TAMPERERS, Solver, guess, idle, oracle
from axion_zoo.selfplay.bug_repair.injector.cheat import CHEATS
from axion_zoo.selfplay.bug_repair.injector.mutator import mutations
from axion_zoo.selfplay.bug_repair.injector.noop import noop
from axion_zoo.selfplay.bug_repair.injector.weaken import artifact_of
from axion_zoo.selfplay.bug_repair.suite import STANDARD_PARSER, Artifact, now, run_suite, standard

from axion_env import NotFound, Patch, Stream, derive
from axion_env.sandbox import Command, File, JobStatus, Limits, Workspace, shared

CODE = '''def add(a, b):
    """The sum."""
    total = a + b
    return total


def sign(x):
    if x < 0:
        return -1
    return 1 if x else 0
'''
TESTS = "import calc\n\n\n" + "\n\n".join(
    f"def test_{name}():\n    assert {claim}\n"
    for name, claim in [
        ("add", "calc.add(1, 2) == 3"),
        ("add_more", "calc.add(5, 5) == 10"),
        ("zero", "calc.add(0, 0) == 0"),
        ("left", "calc.add(4, 0) == 4"),
        ("minus", "calc.sign(-3) == -1"),
        ("plus", "calc.sign(3) == 1"),
        ("none", "calc.sign(0) == 0"),
        ("one", "calc.sign(1) == 1"),
    ]
)
TREE = Workspace({"calc.py": CODE, "tests/test_calc.py": TESTS})
FAILING = ("tests/test_calc.py::test_add", "tests/test_calc.py::test_add_more")
BUG = Patch.between(TREE, TREE.write({"calc.py": CODE.replace("a + b", "a - b")}))
PATHS = ["tests/test_calc.py"]


@lru_cache
def _honest() -> tuple[Artifact, Validation]:
    artifact = artifact_of(TREE, BUG, PATHS, FAILING)
    return artifact, now(lambda run: validate(run, TREE, artifact), shared())


def _grade(solver: Solver, *, run_must_fail: bool = True) -> Grade:
    artifact, found = _honest()
    tree, spec = broken(TREE, artifact), artifact.weaken.reverse()
    patch = solver(tree, spec, Stream(3))
    return now(
        lambda run: grade(run, TREE, artifact, patch, (*found.fail_to_pass, *found.pass_to_pass), run_must_fail=run_must_fail), shared()
    )


# Injectors that cheat ------------------------------------------------------------------------------------------------


def test_the_honest_artifact_passes() -> None:
    """Or what is refused below is refused for nothing."""
    _, found = _honest()
    assert found.valid
    assert found.fail_to_pass == FAILING
    assert len(found.pass_to_pass) == 6


@pytest.mark.parametrize("name", CHEATS)
def test_every_cheat_is_refused_by_its_gate(name: str) -> None:
    """By name; all gates before it have nothing to say."""
    cheat = CHEATS[name]
    assert set(cheat.gates) <= set(GATES)
    artifact = cheat.make(TREE, _honest()[0])
    found = now(lambda run: validate(run, TREE, artifact), shared())
    assert not found.valid
    assert found.gates[-1].name in cheat.gates


def test_no_bug_is_refused() -> None:
    """A blank line is none."""
    artifact = noop(TREE, "calc.py", PATHS, "tests/test_calc.py::test_one")
    found = now(lambda run: validate(run, TREE, artifact), shared())
    assert [gate.name for gate in found.gates if not gate.passed] == ["bug"]


# Solvers -------------------------------------------------------------------------------------------------------------


def test_the_oracle_solves() -> None:
    assert _grade(oracle(BUG)).solved


def test_to_change_nothing_solves_nothing() -> None:
    assert _grade(idle).code == "PATCH_EMPTY"


def test_a_guess_is_graded_as_any_patch() -> None:
    """It applies, and one that takes the bug back would be paid: of all mutations of the file some do."""
    artifact, _ = _honest()
    tree, spec = broken(TREE, artifact), artifact.weaken.reverse()
    guesses = {guess(["calc.py"])(tree, spec, Stream(seed)).text for seed in range(400)}
    assert len(guesses) >= 20
    assert any(Patch.parse(text).apply(tree).text("calc.py") == CODE for text in guesses)
    assert guess([])(tree, spec, Stream(1)) == Patch()


@pytest.mark.parametrize("name", TAMPERERS)
def test_tampering_pays_nothing(name: str) -> None:
    """None of the ways to have the suite say that it passed is taken for a repair."""
    assert not _grade(TAMPERERS[name]).solved


@pytest.mark.parametrize("name", ["edits tests", "conftest", "plugin", "patches pytest", "exits"])
def test_tampering_is_real(name: str) -> None:
    """With nothing but the paper's script and parser, all tests that the tree has pass: those that are refused would have been paid."""
    artifact, _ = _honest()
    tree = broken(TREE, artifact)
    whole = artifact.weaken.reverse().apply(tree)
    tampered = TAMPERERS[name](whole, Patch(), Stream(1)).apply(whole)
    script = standard(PATHS, Patch(), Patch()).test_script
    report = now(lambda run: run_suite(run, tampered, script, STANDARD_PARSER), shared())
    assert len(report.passed) == 8
    assert not report.failed


@pytest.mark.parametrize("solver", TAMPERERS.values(), ids=TAMPERERS)
def test_programs_are_tampered_with_as_well(solver: Solver) -> None:
    """Files that may be executed stay so: a patch carries no change of that."""
    tree = Workspace({path: File(file.data, executable=True) for path, file in TREE.files.items()})
    assert solver(tree, Patch(), Stream(0))


# Modules -------------------------------------------------------------------------------------------------------------


def test_modules_by_name() -> None:
    """Every one is in one split; each is its file and its tests."""
    assert len(module.names()) >= 10
    assert set(module.names("train")) | set(module.names("test")) == set(module.names())
    assert not set(module.names("train")) & set(module.names("test"))
    assert len(module.names("test")) >= 3
    assert list(module.workspace("roman").files) == ["roman.py", "tests/test_roman.py"]
    with pytest.raises(NotFound, match="did you mean 'roman'"):
        module.workspace("romans")


_PYTEST = Command(["python", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests"], limits=Limits(cpu_s=1.0))


def test_modules_pass_their_tests() -> None:
    """At least a dozen tests each, in less CPU than a grading can notice."""
    trees = [module.workspace(name) for name in module.names()]
    for name, result in zip(module.names(), shared().run([(_PYTEST, tree) for tree in trees]), strict=True):
        assert result.exit_code == 0, (name, result.stdout)
        passed = result.stdout.splitlines()[-1].split(" passed")[0]
        assert int(passed) >= 12, name


def _noticed(name: str, count: int) -> float:
    tree = module.workspace(name)
    drawn = islice(mutations(tree, [f"{name}.py"], Stream(derive(2, name))), count)
    results = shared().run([(_PYTEST, mutation.patch.apply(tree)) for mutation in drawn])
    return sum(r.status is not JobStatus.OK or r.exit_code != 0 for r in results) / len(results)


def test_a_modules_tests_notice_mutants() -> None:
    """Of one module, a few: all are in the slow test."""
    assert _noticed("roman", 20) >= 0.85


@pytest.mark.slow
def test_all_modules_tests_notice_mutants() -> None:
    """Nine in ten of the mutants of all modules fail a test, and none of the modules is far below that."""
    shares = {name: _noticed(name, 15) for name in module.names()}
    print({name: round(share, 3) for name, share in shares.items()})
    assert sum(shares.values()) / len(shares) >= 0.9
    assert min(shares.values()) >= 0.75
