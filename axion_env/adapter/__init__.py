"""Environments as other libraries want them. The modules of these names at the root of `axion_env` are the public import paths."""
