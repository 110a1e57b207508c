"""Datasets made of episodes: which trajectories are kept, what overlaps with a benchmark."""
