"""Policies of language models: one model, several as one policy, and one for each role."""
