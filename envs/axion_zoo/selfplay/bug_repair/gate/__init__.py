"""Verdicts: whether an artifact is a bug, and whether a prediction mends it.

    Artifact → validate, gate after gate → Validation        prediction → grade → Grade

`validation` says what each gate asks; those of the paper's section 2 are in `paper`, those of its prompts and its appendix in `appendix`,
ours in `own`; `case` is what they look at, and `static` what is seen of a bug without running it. A new gate is a function in one of these
three, and a line in `validation.GATES`.
"""

from axion_zoo.selfplay.bug_repair.gate.case import Thresholds
from axion_zoo.selfplay.bug_repair.gate.grade import Grade, broken, grade
from axion_zoo.selfplay.bug_repair.gate.static import comments, impure_change
from axion_zoo.selfplay.bug_repair.gate.validation import GATES, GateResult, Validation, validate

__all__ = ["GATES", "GateResult", "Grade", "Thresholds", "Validation", "broken", "comments", "grade", "impure_change", "validate"]
