"""The backend `exact`: tiny step functions, executed here.

`backend` is what the play asks, `step_function` the language, `prompt` the questions, `warm_up` worked answers to learn the format from.
"""

from axion_zoo.selfplay.absolute_zero.exact.backend import ExactReasoningBackend

__all__ = ["ExactReasoningBackend"]
