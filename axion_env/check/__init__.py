"""Named checks that hold an environment to its promises: `axion check ID`, `check(env)`, and `axion_env.testing.EnvSuite`.

    subject.py → a family of checks → findings → runner.py → Report

A family is one file, a check one small function under a stable id (those of OpenEnv's RFC 008 where they mean the same). Other packages
add theirs through the entry-point group `axion.checks`.
"""

from axion_env.check.catalog import Check, Skip, catalog, promise
from axion_env.check.finding import Finding, Report, Result, Severity, Status
from axion_env.check.runner import Inspection, check
from axion_env.check.subject import Subject

__all__ = ["Check", "Finding", "Inspection", "Report", "Result", "Severity", "Skip", "Status", "Subject", "catalog", "check", "promise"]
