"""Runs: a folder holds everything about one training, which resumes from its last checkpoint."""
