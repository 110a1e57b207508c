"""What walls this machine has; where they are missing, tests skip and say in a user's words what to install."""

from __future__ import annotations

from functools import cache

import pytest

from axion_env.sandbox import Sandbox, SandboxUnavailable


@cache
def missing(tier: str, profile: str = "func") -> str:
    """Why this machine has not a tier, and what would mend it; empty where it has."""
    try:
        with Sandbox(slots=1, tier=tier) as sandbox:
            sandbox.tier(profile)
    except SandboxUnavailable as problem:
        return f"{problem.reasons[tier].reason}: {problem.reasons[tier].mend}"
    return ""


def needs(tier: str, profile: str = "func") -> pytest.MarkDecorator:
    """Marks a test that takes a tier."""
    return pytest.mark.skipif(bool(missing(tier, profile)), reason=missing(tier, profile) or "it is there")


def skip_without(sandbox: Sandbox, profile: str) -> None:
    """Skip where no tier at all has a profile."""
    try:
        sandbox.tier(profile)
    except SandboxUnavailable:
        what = {"func": "runs functions", "numeric": "runs functions with numpy and sympy"}.get(profile, "runs commands")
        pytest.skip(f"no sandbox {what} here: pip install 'axion-rl[sandbox,math]', or apt install bubblewrap; axion doctor says why")
