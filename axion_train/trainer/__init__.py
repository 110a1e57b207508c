"""The loop, and the trainers built of it."""
