"""Exact references that a run is read against."""
