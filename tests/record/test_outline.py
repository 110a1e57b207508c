"""What is shown of an episode, whatever the form."""

import pytest

from axion_env import Action, Tokens
from axion_env.record.episode import Draw, Gathered, Limit, Message, Tell, Turn
from axion_env.record.outline import Asked, Attempt, Branches, as_text, asked, cut, outline

ASKED = (Message("user", "Guess."),)
TURN = Turn("a", ASKED, ("heads", "tails"), (Action("maybe", error="not legal"), Action("It is heads.", "heads")), {"hit": 1.0})
OTHER = Turn("b", ASKED, None, (Action("one", "one"),))
COIN = Draw("coin", 0, 2, "heads", ("b",))
EVENTS = (COIN, Tell(("a",), "It was tossed."), Gathered(((TURN,), (Tell(("b",), "Wait."),), (OTHER, Limit("turns")))))


def test_what_was_told_is_not_shown_twice() -> None:
    """A Tell stands in the observation that it was read in; a branch of nothing else stays, so that branches keep their numbers."""
    assert outline(EVENTS) == (COIN, Branches(((asked(TURN),), (), (asked(OTHER), Limit("turns")))))


def test_an_agent_s_own_side() -> None:
    """Its turns alone, without what chance dealt to others; a gather in which it took no part is left out."""
    assert outline(EVENTS, "a") == (Branches(((asked(TURN),), (), ())),)
    assert outline(EVENTS, "c") == ()


def test_what_stands_beside_an_answer() -> None:
    """Why it was refused, or what it was read as where that is another text."""
    refused, accepted = Attempt("maybe", "not legal", None, None), Attempt("It is heads.", None, "heads", None)
    assert asked(TURN) == Asked("a", ASKED, ("heads", "tails"), (refused, accepted), '{"hit": 1.0}')
    assert asked(OTHER) == Asked("b", ASKED, None, (Attempt("one", None, None, None),), "")
    tokens = Tokens((1,), (2, 3), (-0.1, -0.2), "learner", 4)
    assert asked(Turn("a", ASKED, None, (Action("4", 4, tokens=tokens),))).attempts == (Attempt("4", None, "4", tokens),)


@pytest.mark.parametrize(("value", "text"), [("é\n", "é\n"), (None, "null"), ((1, 2), "[1, 2]"), ({"é": True}, '{"é": true}')])
def test_values_as_text(value: object, text: str) -> None:
    """Words as they are, anything else as JSON."""
    assert as_text(value) == text


def test_a_long_text_is_cut_and_says_so() -> None:
    """At exactly the limit nothing is missing."""
    assert cut("x" * 5, 5) == "xxxxx"
    assert cut("x" * 1505, 5, " are in the file") == "xxxxx … (1,500 more characters are in the file)"
