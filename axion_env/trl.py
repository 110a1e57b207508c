"""One seat of an environment for TRL's `GRPOTrainer(environment_factory=…)`."""

from axion_env.adapter.trl import SeatTools, environment_factory

__all__ = ["SeatTools", "environment_factory"]
