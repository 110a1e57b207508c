"""Opponents: they decide which policy plays each seat. One a file."""
