"""One seat of an environment for Gymnasium. Importing this registers every installed environment with `gymnasium.make`."""

from axion_env.adapter.gymnasium import Observation, Seat, register

__all__ = ["Observation", "Seat", "register"]

register()
