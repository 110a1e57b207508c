"""An environment for verifiers 0.4, whose multi-agent environments prime-rl trains."""

from axion_env.adapter.verifiers import Deal, Deals, DealsConfig, DealTask, Exported, InProcess, SelfPlay, export

__all__ = ["Deal", "DealTask", "Deals", "DealsConfig", "Exported", "InProcess", "SelfPlay", "export"]
