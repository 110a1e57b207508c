"""Engines: who turns prompts into tokens."""
