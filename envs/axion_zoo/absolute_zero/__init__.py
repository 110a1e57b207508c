"""Absolute Zero on a small scale: one model proposes tasks about programs and solves them, and an executor knows the truth."""
