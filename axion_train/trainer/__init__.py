"""The training loop, and the trainers that use it."""
