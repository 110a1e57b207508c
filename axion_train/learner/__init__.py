"""Learners: weights that move, and the knobs of how."""
