"""The sandbox: runs what models write, apart from everything that must not be touched, and judges nothing.

    Job → Sandbox.run → JobResult → Match.same(expected, value) in the host

Inputs go in and bounded bytes come out. The process that runs a candidate never holds an expected value and never speaks a verdict.

A name is imported when it is first used: a patch needs files, and no machinery to run them in.
"""

from typing import TYPE_CHECKING

from axion_env._plugin import deferred

if TYPE_CHECKING:
    from axion_env.sandbox.compare import Match
    from axion_env.sandbox.inside.wire import BadValue, Opaque
    from axion_env.sandbox.job import Case, Command, Function, Job, JobResult, JobStatus, Limits, Usage
    from axion_env.sandbox.probe import SandboxUnavailable
    from axion_env.sandbox.profile import Profile
    from axion_env.sandbox.sandbox import Sandbox, UnsafeSandbox, shared
    from axion_env.sandbox.workspace import Delta, File, Workspace

__all__ = [
    "BadValue",
    "Case",
    "Command",
    "Delta",
    "File",
    "Function",
    "Job",
    "JobResult",
    "JobStatus",
    "Limits",
    "Match",
    "Opaque",
    "Profile",
    "Sandbox",
    "SandboxUnavailable",
    "UnsafeSandbox",
    "Usage",
    "Workspace",
    "shared",
]

if not TYPE_CHECKING:  # a type checker would otherwise accept any name
    __getattr__, __dir__ = deferred(
        __name__,
        {
            "compare": ("Match",),
            "inside.wire": ("BadValue", "Opaque"),
            "job": ("Case", "Command", "Function", "Job", "JobResult", "JobStatus", "Limits", "Usage"),
            "probe": ("SandboxUnavailable",),
            "profile": ("Profile",),
            "sandbox": ("Sandbox", "UnsafeSandbox", "shared"),
            "workspace": ("Delta", "File", "Workspace"),
        },
    )
