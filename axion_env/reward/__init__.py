"""Reward functions for environments: what a proposer earns."""
