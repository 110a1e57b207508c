"""The command as a process: what it imports, how it ends, what it says when something is wrong."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from axion_env.command import axion

RUN = "import sys; from axion_env.command import main; sys.argv = ['axion', *sys.argv[1:]]; main()"


def run(*args: str, code: str = RUN, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args], input=stdin, capture_output=True, text=True, env={**os.environ, **env}, timeout=60
    )


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["list"],
        ["list", "--json"],
        ["info", "axion/KuhnPoker-v0"],
        ["play", "axion/KuhnPoker-v0", "--seat", "none"],
        ["doctor"],
    ],
    ids=lambda args: args[0],
)
def test_the_environment_half_imports_no_library_of_the_trainer(args: list[str]) -> None:
    """`--help`, `list`, `info`, `play` and `doctor` import neither torch nor transformers nor numpy, nor the trainer: help asks it."""
    spy = (
        "import atexit, sys\n"
        "heavy = ('torch', 'transformers', 'numpy', 'axion_train')\n"
        "atexit.register(lambda: print('IMPORTED', [m for m in heavy if m in sys.modules]))\n" + RUN
    )
    done = run(*args, code=spy)
    assert done.returncode == 0, done.stderr
    imported = done.stdout.rstrip().rpartition("IMPORTED ")[2]
    assert imported == ("['axion_train']" if args == ["--help"] else "[]")
    assert done.stderr == ""


def test_every_command_explains_itself() -> None:
    """Each own command has help with an example or a sentence, and the front page names each."""
    front = CliRunner().invoke(axion, ["--help"])
    assert front.exit_code == 0
    for name in axion.commands:
        page = CliRunner().invoke(axion, [name, "--help"])
        assert page.exit_code == 0
        assert f"\n  {name} " in front.output
        assert "--debug" in page.output


def test_a_wrong_command_names_the_nearest() -> None:
    done = CliRunner().invoke(axion, ["replya"])
    assert done.exit_code == 2
    assert "no command 'replya'; did you mean 'replay'" in done.stderr


def test_a_wrong_environment_names_the_nearest_in_one_line() -> None:
    done = run("info", "axion/KunPoker-v0")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: no environment 'axion/KunPoker-v0'; did you mean 'axion/KuhnPoker-v0'")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [["--debug", "info", "nope"], ["info", "--debug", "nope"]], ids=["before", "after"])
def test_debug_shows_the_traceback_and_keeps_the_exit_code(args: list[str]) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.rstrip().splitlines()[-1].startswith("error: no environment 'nope'")


def test_the_environment_variable_switches_debug_on_and_off() -> None:
    assert "Traceback" in run("info", "nope", AXION_DEBUG="1").stderr
    assert "Traceback" not in run("info", "nope", AXION_DEBUG="0").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_with_130_and_one_line() -> None:
    """Ctrl-C at the prompt: exit code 130, one word on stderr, no traceback."""
    args = [sys.executable, "-u", "-c", RUN, "play", "axion/KuhnPoker-v0", "--seed", "1"]
    pipe = subprocess.PIPE
    with subprocess.Popen(args, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        seen = ""
        while not seen.endswith("> "):
            seen += process.stdout.read(1)
        for _ in range(20):  # a signal in the instant between the prompt and the read is only seen at the next one
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
                break
        assert process.returncode == 130
        assert process.stderr.read().split() == ["stopped"]


def test_a_reader_that_leaves_early_is_no_error_with_a_traceback() -> None:
    """`axion play … | head -1` closes the pipe; nothing is printed about it."""
    command = f'"{sys.executable}" -c "$RUN" play axion/KuhnPoker-v0 --seat none --episodes 2000 | head -1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env={**os.environ, "RUN": RUN}, timeout=60)
    assert done.stdout.startswith("axion/KuhnPoker-v0, seed")
    assert done.stderr == ""


def test_text_that_the_terminal_cannot_encode_is_escaped() -> None:
    done = run("play", "axion/KuhnPoker-v0", "--seat", "none", "-o", 'ranks=["♠", "♥"]', PYTHONIOENCODING="latin-1:strict", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert "\\u2660" in done.stdout
