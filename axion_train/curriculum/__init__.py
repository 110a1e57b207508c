"""Curricula: they choose the deals that are played next. One a file."""
