"""Benchmarks: how fast, and how large. `python -m benchmarks`, or `axion bench` in a checkout; docs/benchmarks.md says what is measured."""
