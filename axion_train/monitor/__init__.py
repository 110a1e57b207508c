"""Monitors: each watches one way in which self-play goes wrong. One a file, the system that met it cited."""
