"""Evaluation of policies: exact where the game is small enough, by sampling elsewhere."""
