"""Datasets made from episodes: filters of trajectories, and decontamination against evaluation sets."""
