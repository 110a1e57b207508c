"""Monitors: each detects one way in which self-play goes wrong. One a file, with a paper that describes it."""
