"""Curricula: which deals are played next. One a file."""
