"""How a reply is read as one action on a tree of files."""

from __future__ import annotations

import pytest
from axion_zoo.selfplay.bug_repair.tree.action import Edit, Malformed, Run, Submit, View, read
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        ("<run>python -m pytest -q</run>", Run("python -m pytest -q")),
        ("<think><run>rm -rf .</run></think>Look first. <run> ls src </run> Then go on.", Run("ls src")),
        ('<view path="a.py"/>', View("a.py")),
        ('<view path="a.py" lines="3-9"/>', View("a.py", 3, 9)),
        ('<view path="a.py" lines="7">', View("a.py", 7, 7)),
        ('<view path="src"></view>', View("src")),
        ('<edit path="a.py"><old>x</old><new>y</new></edit>', Edit("a.py", "x", "y")),
        ('<edit path="a.py">\n<old>\nx = 1\n</old>\n<new>\nx = 2\n</new>\n</edit>', Edit("a.py", "x = 1", "x = 2")),
        ('<edit path="a.py"><old></old><new>x</new></edit>', Edit("a.py", "", "x")),
        ('<edit path="a.html"><old><b></old><new><i></new></edit>', Edit("a.html", "<b>", "<i>")),
        ('<edit path="a.py"><old>x</old><new>"</edit>"</new></edit>', Edit("a.py", "x", '"</edit>"')),
        ("<submit/>", Submit()),
        ("<submit></submit>", Submit()),
        ("<submit>\ndiff --git a/x b/x\n</submit>", Submit("diff --git a/x b/x")),
    ],
)
def test_an_action_is_read(reply: str, action: object) -> None:
    """Tags with their attributes and content; talk around them and thinking before them count for nothing."""
    assert read(reply) == action


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("I would look at a.py.", "no action"),
        ("<run>ls", "not closed"),
        ("<run> </run>", "no command"),
        ("<run>ls</run><run>pwd</run>", "several"),
        ('<view path="a.py"/><submit/>', "several"),
        ("<view/>", "path"),
        ('<view path="a.py" lines="a-b"/>', "lines"),
        ('<edit path="a.py">x = 2</edit>', "<old>"),
        ('<edit path="a.py"><old>x</old>and<new>y</new></edit>', "<old>"),
        ("<submit>" + "x" * (1 << 18) + "</submit>", "long"),
    ],
)
def test_what_is_no_action_says_why(reply: str, reason: str) -> None:
    """The reason is what the agent is told."""
    found = read(reply)
    assert isinstance(found, Malformed)
    assert reason in found.reason


@given(st.text(st.sampled_from('<>/="ax\n runviewditsbmolwph'), max_size=80))
def test_any_reply_is_read_as_something(reply: str) -> None:
    """Reading never raises."""
    assert read(reply) is not None


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_edit_carries_any_text(old: str, new: str) -> None:
    """Between tags on lines of their own stands the text as it is, as far as it holds none of the tags itself."""
    if any(tag in old + new for tag in ("<think>", "</think>", "</old>", "<new>")) or (old + new).casefold().count("think>"):
        return
    assert read(f'<edit path="a.py">\n<old>\n{old}\n</old>\n<new>\n{new}\n</new>\n</edit>') == Edit("a.py", old, new)
