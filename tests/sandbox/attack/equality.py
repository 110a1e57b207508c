# ruff: noqa: E501 - attacks read best as they are
"""Values that claim to equal everything. None may equal what the host expects."""

from axion_env.sandbox import JobResult
from tests.sandbox.attack.entry import Attack


def _plain(result: JobResult) -> bool:
    """Nothing came through but exact builtins, and what equals nothing."""
    kinds = {int, bool, float, str, bytes, list, tuple, dict, set, frozenset, complex, type(None)}
    return all(type(case.value) in kinds or case.value != case.value for case in result.cases)


def _value(name: str, expression: str, definition: str = "", ends: str = "OK EXCEPTION") -> Attack:
    return Attack(
        name=name, profiles=("func",), code=f"{definition}\ndef attack(world):\n    return {expression}\n", ends=ends, held=_plain
    )


_ALWAYS = "__eq__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n    __hash__ = lambda s: 0\n    __bool__ = lambda s: True"

ATTACKS = [
    _value("an object equal to everything", "A()", f"class A:\n    {_ALWAYS}"),
    _value("an int equal to everything", "A(5)", f"class A(int):\n    {_ALWAYS}"),
    _value("a str equal to everything", "A('x')", f"class A(str):\n    {_ALWAYS}\n    __str__ = __repr__ = lambda s: '42'"),
    _value("a float equal to everything", "A(1)", f"class A(float):\n    {_ALWAYS}\n    __float__ = lambda s: 42.0"),
    _value(
        "a list that tells another story",
        "A([1])",
        f"class A(list):\n    {_ALWAYS}\n    __iter__ = lambda s: iter([2])\n    __len__ = lambda s: 9",
    ),
    _value(
        "a dict that tells another story",
        "A({1: 2})",
        f"class A(dict):\n    {_ALWAYS}\n    items = lambda s: [(3, 4)]\n    keys = lambda s: [3]",
    ),
    _value("a tuple that tells another story", "A((1,))", f"class A(tuple):\n    {_ALWAYS}\n    __iter__ = lambda s: iter((2,))"),
    _value("a set that tells another story", "A({1})", f"class A(set):\n    {_ALWAYS}\n    __iter__ = lambda s: iter((2,))"),
    _value("bytes that tell another story", "A(b'x')", f"class A(bytes):\n    {_ALWAYS}\n    hex = lambda s: '00'"),
    _value("a complex equal to everything", "A(1)", f"class A(complex):\n    {_ALWAYS}"),
    _value(
        "a class that lies about its class",
        "A()",
        f"class A:\n    {_ALWAYS}\n    __class__ = property(lambda s: int)\n    __int__ = lambda s: 42",
    ),
    _value(
        "a metaclass that lies about its name", "A()", "class M(type):\n    __name__ = property(lambda c: [1])\nclass A(metaclass=M): pass"
    ),
    _value("members equal to everything", "[{'k': (A(), [A()])}]", f"class A:\n    {_ALWAYS}"),
    _value("a mock", "unittest.mock.ANY", "import unittest.mock"),
    _value("not a number", "[float('nan'), -0.0, complex('nan')]"),
    _value("a type, a function, a module", "[int, len, sys, world.__class__, NotImplemented, Ellipsis]"),
    _value(
        "an enum, a named tuple, a dataclass",
        "[E.A, N(1), D(1)]",
        "import enum, collections, dataclasses\nE = enum.IntEnum('E', 'A')\nN = collections.namedtuple('N', 'x')\n@dataclasses.dataclass\nclass D:\n    x: int",
    ),
    _value("lone surrogates", "['\\ud800', '\\udfff' * 100]"),
    _value("the form of a tagged value", "{'tuple': [1], 'object': 'x'}"),
    _value("an opaque of the host's own kind", "sys.modules['wire'].Opaque('int')"),
    _value("a generator that never ends", "(i for i in iter(int, 1))"),
]
