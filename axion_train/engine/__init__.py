"""Engines: they turn prompts into sampled tokens."""
