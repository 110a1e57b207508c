"""Rewards that environments share."""
