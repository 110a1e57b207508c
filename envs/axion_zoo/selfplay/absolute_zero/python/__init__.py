"""The backend `python`: small functions that a sandbox runs.

| module | holds |
|---|---|
| `backend` | what the play asks |
| `prompt`, `answer` | questions, and the blocks of replies |
| `case`, `static`, `certify` | a proposal on its way through the gates: those that only read it, and those that run it |
| `ban`, `literal`, `executor` | what programs may not use, plain values as text, running programs |
| `dataset`, `seeds`, `held_out`, `vary` | programs that nobody proposed, and inputs for them |
"""

from axion_zoo.selfplay.absolute_zero.python.backend import PythonReasoningBackend

__all__ = ["PythonReasoningBackend"]
