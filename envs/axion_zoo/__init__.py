"""Environments that come with Axion, found through the entry-point group `axion.envs` like anybody else's."""
