"""An environment for PettingZoo, in its AEC and its Parallel form."""

from axion_env.adapter.pettingzoo import AEC, Infos, Observation, Parallel, aec_env, parallel_env

__all__ = ["AEC", "Infos", "Observation", "Parallel", "aec_env", "parallel_env"]
