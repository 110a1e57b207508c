"""A run: a folder that holds everything about one training, and goes on from its last checkpoint."""
