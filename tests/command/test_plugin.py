"""Commands of other packages: named without being imported, imported when used, explained when they cannot be."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from axion_env._plugin import remedy

RUN = "import sys; from axion_env.command import main; sys.argv = ['axion', *sys.argv[1:]]; main()"

COMMAND = '''
import click
import axion_test_heavy

@click.command()
@click.option("--steps", default=1)
def simmer(steps: int) -> None:
    """Simmer a model.

    More about it.
    """
    click.echo(f"simmered {steps}")
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An installed package whose command needs `axion_test_heavy`, listed under its extra `hot`."""
    info = tmp_path / "axion_test_kitchen-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: axion-test-kitchen\nVersion: 1.0\nRequires-Dist: axion-test-heavy>=2; extra == 'hot'\n"
    )
    (info / "entry_points.txt").write_text(
        "[axion.commands]\n"
        "simmer = axion_test_kitchen.command:simmer\n"
        "number = axion_test_kitchen:number\n"
        "list = axion_test_kitchen:number\n"
    )
    code = tmp_path / "axion_test_kitchen"
    code.mkdir()
    (code / "__init__.py").write_text("number = 5\nprint('IMPORTED')\n")
    (code / "command.py").write_text(COMMAND)
    return tmp_path


def run(package: Path, *args: str, code: str = RUN) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(package)}
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, env=env, cwd=package, timeout=60)


def test_help_says_what_a_plugin_is_for_and_whose_a_broken_one_is(package: Path) -> None:
    """A broken one keeps nobody from the help, nor from the other commands."""
    (package / "axion_test_heavy.py").touch()
    done = run(package, "--help")
    assert done.returncode == 0, done.stderr
    assert re.search(r"simmer +Simmer a model\.", done.stdout)
    assert re.search(r"number +command 'number' is a int", done.stdout)
    (package / "axion_test_heavy.py").unlink()
    done = run(package, "--help")
    assert done.returncode == 0, done.stderr
    assert re.search(r"simmer +command 'simmer' needs axion_test_heavy", done.stdout)
    assert re.search(r"train +Train a language model", done.stdout)


def test_a_plugin_runs_with_its_own_options(package: Path) -> None:
    (package / "axion_test_heavy.py").touch()
    done = run(package, "simmer", "--steps", "3")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "IMPORTED\nsimmered 3\n"


def test_a_missing_library_names_the_extra_that_brings_it(package: Path) -> None:
    done = run(package, "simmer")
    assert done.returncode == 2
    assert "command 'simmer' needs axion_test_heavy, which is not installed: install axion-test-kitchen[hot]" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_library_missed_only_while_the_command_runs_is_named_too(package: Path) -> None:
    (package / "axion_test_kitchen" / "command.py").write_text(
        COMMAND.replace("import axion_test_heavy\n", "").replace("    click.echo", "    import axion_test_heavy\n    click.echo")
    )
    done = run(package, "simmer")
    assert done.returncode == 2
    assert done.stderr == "error: this command needs axion_test_heavy, which is not installed: install axion-test-kitchen[hot]\n"


def test_an_entry_that_is_no_command_is_named(package: Path) -> None:
    done = run(package, "number")
    assert done.returncode == 2
    assert "command 'number' is a int at 'axion_test_kitchen:number', not a click.Command" in done.stderr


def test_no_plugin_replaces_an_own_command(package: Path) -> None:
    """A name that stands twice is refused, and whose it is said; nothing of it is imported."""
    done = run(package, "list")
    assert done.returncode == 2
    assert "IMPORTED" not in done.stdout
    assert "command 'list' is built in, and registered by axion-test-kitchen at 'axion_test_kitchen:number' too" in done.stderr


def test_a_wrong_name_may_be_near_a_plugins(package: Path) -> None:
    done = run(package, "simmr")
    assert done.returncode == 2
    assert "no command 'simmr'; did you mean 'simmer'?" in done.stderr


@pytest.mark.parametrize(
    ("missing", "said"), [("torch", "install axion-rl[train]"), ("transformers.models", "install axion-rl[train]"), ("nothing", None)]
)
def test_the_trainers_libraries_come_with_its_extra(missing: str, said: str | None) -> None:
    """The smallest extra that brings a library is named: `train`, and not `dev` or `bench`, which include it."""
    assert remedy(ModuleNotFoundError(f"No module named {missing!r}", name=missing)) == said


@pytest.mark.parametrize(
    "command",
    [["train", "kuhn-poker", "--out", "new"], ["eval", "."], ["play", "axion/KuhnPoker-v0", "--against", "."]],
    ids=lambda c: c[0],
)
def test_without_torch_the_trainers_commands_say_what_to_install(command: list[str], package: Path) -> None:
    """Where torch is missing: the extra to install in one line, exit code 2, no traceback."""
    what = "policy 'run'" if command[0] == "play" else "this command"
    done = run(package, *command, code="import sys; sys.modules['torch'] = None\n" + RUN)
    assert done.returncode == 2
    assert done.stderr == f"error: {what} needs torch, which is not installed: install axion-rl[train]\n"


def test_extras_behind_an_entry_point_are_no_part_of_its_name(package: Path) -> None:
    info = next(package.glob("*.dist-info")) / "entry_points.txt"
    info.write_text(info.read_text().replace("axion_test_kitchen.command:simmer", "axion_test_kitchen.command : simmer [hot]"))
    (package / "axion_test_heavy.py").touch()
    assert run(package, "simmer", "--steps", "2").stdout.endswith("simmered 2\n")


def test_a_plug_in_that_exits_when_imported_takes_nothing_down(package: Path) -> None:
    (package / "axion_test_kitchen" / "command.py").write_text("import sys\nsys.exit(7)\n")
    done = run(package, "--help")
    assert done.returncode == 0
    assert "SystemExit: 7" in done.stdout
