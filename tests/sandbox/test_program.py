"""A profile with programs: a shell that works as people expect, the interpreter under its usual names, and nothing else of the host's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from axion_env.error import NotFound, UsageError
from axion_env.sandbox import Command, Profile, Sandbox, SandboxUnavailable, Workspace
from axion_env.sandbox.profile import PROC, REPO, interpreter, named
from axion_env.sandbox.program import SHELL, TOOLS, find, links
from tests.sandbox.offer import skip_without

TREE = Workspace({"a.py": "x = 1\n", "d/b.txt": "one\ntwo\nthree\n", "test_it.py": "def test_it(): pass\n"})


@pytest.fixture(scope="module", params=["nsjail", "bubblewrap"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(slots=1, tier=request.param) as sandbox:
        skip_without(sandbox, "repo")
        yield sandbox


SCRIPTS = {
    "cat d/b.txt | sort | head -n 2": "one\nthree\n",
    "sed -i s/1/2/ a.py && cat a.py": "x = 2\n",
    "cp -p a.py c.py && mv c.py e.py && ls *.py": "a.py\ne.py\ntest_it.py\n",
    "ls -l a.py | cut -c1-10": "-rw-r--r--\n",
    "find . -name '*.txt' | xargs wc -l | tr -s ' '": "3 ./d/b.txt\n",
    "grep -rn two . ; echo $?": "./d/b.txt:2:two\n0\n",
    "diff a.py test_it.py | head -n 1": "1c1\n",
    "printf '%s\\n' '--- a.py' '+++ a.py' '@@ -1 +1 @@' '-x = 1' '+x = 3' | patch -s -p0 && cat a.py": "x = 3\n",
    "awk '{ print $3 }' a.py | tee z | nl | tr -d ' '": "1\t1\n",
    "mkdir -p p/q && touch p/q/r && rm -r p && test ! -e p && echo gone": "gone\n",
    'cd d && cat <<END\n$(basename "$PWD")\nEND': "d\n",
    "timeout 9 seq 2 | uniq": "1\n2\n",
    "python -c 'import sys; print(sys.version_info[0])'": "3\n",
    "python3 -m pytest -q -p no:cacheprovider | head -c 1": ".",
    "env -u PYTHONPATH python3 -c 'import pytest' 2>/dev/null || echo not": "not\n",
    "echo '#!/bin/sh\necho \"$1\"' > s && chmod +x s && ./s said": "said\n",
    "set -euo pipefail; false | true; echo on": "",
    "command -v git sudo gcc; echo none": "none\n",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_shell_works(sandbox: Sandbox, script: str) -> None:
    """Scripts do what they do anywhere, without a word of complaint."""
    (result,) = sandbox.run([(Command(["bash", "-c", script], profile="repo"), TREE)])
    assert (result.stdout, result.stderr) == (SCRIPTS[script], "")


def test_what_a_script_changes_comes_back(sandbox: Sandbox) -> None:
    """The tree after it, links left out."""
    script = "sed -i s/1/2/ a.py; rm -r d; chmod +x a.py; ln -s a.py link"
    (result,) = sandbox.run([(Command(["bash", "-c", script], profile="repo"), TREE)])
    assert result.workspace is not None
    assert (result.workspace.text("a.py"), result.workspace.files["a.py"].executable) == ("x = 2\n", True)
    assert list(result.workspace.files) == ["a.py", "test_it.py"]
    assert result.refused == ("link",)


def test_warm_python_is_the_same_in_both(sandbox: Sandbox) -> None:
    """`python …` as a command of its own is the warm interpreter; what it can import does not depend on the programs beside it."""
    look = ["python", "-c", "import sys, pytest; print([p for p in sys.path if p], pytest.__version__)"]
    jobs = [Command(look, profile=profile) for profile in ("proc", "repo")]
    warm, other = sandbox.run(jobs)
    assert warm.ok
    assert [path for path in eval(other.stdout.rpartition(" ")[0]) if path not in eval(warm.stdout.rpartition(" ")[0])] == []
    assert warm.stdout.split()[-1] == other.stdout.split()[-1]


def test_one_more_distribution_is_named_in_the_profile() -> None:
    """`repo+hypothesis` needs no adding; what is not installed, or no profile at all, is an error at its first job."""
    assert named("repo+hypothesis", {"repo": REPO}).packages == ("pytest", "hypothesis")
    assert named("repo", {"repo": REPO}) is REPO
    for wrong in ("rep", "rep+hypothesis", "repo+", "+hypothesis"):
        with pytest.raises(NotFound, match="sandbox profile"):
            named(wrong, {"repo": REPO})
    look = "import hypothesis; print('here')"
    with Sandbox(slots=1) as sandbox:
        skip_without(sandbox, "repo")
        results = sandbox.run([Command(["python", "-c", look], profile=name) for name in ("repo", "repo+hypothesis")])
        assert [result.stdout for result in results] == ["", "here\n"]
        with pytest.raises(SandboxUnavailable, match="needs no-such-distribution, which is not installed"):
            sandbox.run([Command(["python", "-c", look], profile="repo+no-such-distribution")])


def test_programs_take_processes() -> None:
    """A profile whose jobs cannot start a program has none."""
    with pytest.raises(UsageError, match="processes=True"):
        Profile("shell", programs=("bash",))
    assert set(PROC.preload) == set(REPO.preload)


def test_what_the_host_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that is missing is left out; without the shell there is no profile, and the error says what to install."""
    assert find((SHELL, "no-such-program")) == {"/usr/bin/bash": os.path.realpath("/usr/bin/bash")}
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "cat").write_text("#!/bin/sh\n")
    (folder / "cat").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    assert str(folder) not in str(find(TOOLS))
    monkeypatch.setattr("axion_env.sandbox.program._FOLDERS", str(folder))
    find.cache_clear()
    try:
        assert find(("cat", "ls")) == {"/usr/bin/cat": str(folder / "cat")}
        with Sandbox(slots=1) as sandbox, pytest.raises(SandboxUnavailable, match="needs the program bash") as caught:
            sandbox.tier("repo")
        assert "install your distribution's package bash" in caught.value.reasons["nsjail"].mend
    finally:
        find.cache_clear()


def test_a_host_whose_programs_do_not_work_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Programs that need more than a job is shown are found out when the profile is first used, not by its jobs."""
    broken = tmp_path / "bash"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    monkeypatch.setattr("axion_env.sandbox.program._FOLDERS", str(tmp_path))
    find.cache_clear()
    try:
        with Sandbox(slots=1, tier="nsjail") as sandbox, pytest.raises(SandboxUnavailable, match="bash or Python does not work in nsjail"):
            sandbox.tier("repo")
    finally:
        find.cache_clear()


def test_the_interpreter_is_linked_and_never_covered() -> None:
    """Links stand beside programs, and only where there are some; none takes the place of the interpreter itself."""
    executable, _, _ = interpreter()
    assert links((), executable) == {}
    assert links(("bash",), executable)["/usr/bin/python"] == executable
    assert "/usr/bin/python3" not in links(("bash",), "/usr/bin/python3")
