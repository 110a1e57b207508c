"""What a job can see of this machine's Python: the interpreter, its library, and what its profile names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from axion_env.sandbox.profile import FUNC, INSIDE, NUMERIC, PROC, files_of, interpreter


def test_the_interpreter_is_the_real_one() -> None:
    """No link, no virtual environment: what runs inside is the file itself, and its whole library can be read."""
    executable, present, _ = interpreter()
    assert os.path.realpath(executable) == executable
    assert os.access(executable, os.X_OK)
    assert executable in present
    assert os.path.dirname(os.__file__) in present
    assert all(os.path.exists(path) for path in present)
    assert not any(path == "/" or path.startswith(("/home", "/etc", "/proc", "/sys", "/var")) for path in present)
    assert sys.prefix == sys.base_prefix or not any(path.startswith(f"{sys.prefix}/") for path in present)


def test_other_packages_are_covered() -> None:
    """Where site-packages lies inside the library it is covered: installed environments hold answers."""
    _, present, covered = interpreter()
    for path in covered:
        assert os.path.basename(path) in ("site-packages", "dist-packages")
        assert any(path.startswith(f"{top}/") for top in present)
    for top in present:
        for name in ("site-packages", "dist-packages"):
            found = Path(top, name)
            assert not found.is_dir() or str(found) in covered


def test_a_package_comes_with_what_it_requires() -> None:
    """pytest brings iniconfig, packaging and pluggy, and not what its extras ask for; folders, not single files of them."""
    paths, roots = files_of(("pytest",))
    names = {os.path.basename(path) for path in paths}
    assert {"pytest", "_pytest", "iniconfig", "pluggy", "packaging"} <= names
    assert not names & {"hypothesis", "axion_env", "..", "__pycache__"}
    assert not any(name.endswith(".pth") for name in names)
    assert all(os.path.exists(path) and os.path.dirname(path) in roots for path in paths)
    assert files_of(()) == ((), ())


def test_a_missing_package_is_named() -> None:
    """A profile's own package must be there."""
    with pytest.raises(ModuleNotFoundError, match="no-such-package"):
        files_of(("no-such-package",))


def test_what_goes_inside_is_not_the_package() -> None:
    """The files shown inside know nothing of the host: they import the standard library, each other, and what a profile brings."""
    neighbors = {path.stem for path in INSIDE.glob("*.py")} | {"latex2sympy2_extended"}
    for path in INSIDE.glob("*.py"):
        for line in path.read_text().splitlines():
            if line.startswith(("import ", "from ")):
                module = line.split()[1].partition(".")[0]
                assert module in neighbors or module in sys.stdlib_module_names, f"{path.name}: {line}"


def test_only_commands_make_processes() -> None:
    """A function never forks; every profile that may, says so."""
    assert (FUNC.processes, NUMERIC.processes, PROC.processes) == (False, False, True)
    assert set(FUNC.preload) <= set(PROC.preload)
    assert all(name.partition(".")[0] in sys.stdlib_module_names for name in FUNC.preload)


def test_threads_that_ask_at_once_find_the_interpreter_whole() -> None:
    """In a fresh process eight threads ask first: all find the same, with the very Python library that the process runs on."""
    code = (
        "import sys; from concurrent.futures import ThreadPoolExecutor; from axion_env.sandbox.profile import interpreter\n"
        "sys.setswitchinterval(1e-6)\n"
        "with ThreadPoolExecutor(8) as pool: found = list(pool.map(lambda _: interpreter(), range(8)))\n"
        "mapped = {line.split()[-1] for line in open('/proc/self/maps') if '/libpython' in line}\n"
        "print(len(set(found)), mapped <= set(found[0][1]))"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["1", "True"]
