"""Learners: models being trained, their optimizer, reference, averaged weights and warm-up."""
