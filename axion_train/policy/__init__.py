"""Policies made of language models: one model, several, one for each role."""
