"""Opponents: who plays the seats that the learner does not. One a file."""
