"""`-o key=value`: TOML and JSON values, bare words, and what is refused."""

import pytest

from axion_env import UsageError
from axion_env.command.environment import open_env, parse_options


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2", 2),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("1_000", 1000),
        ('["9", "T", "J"]', ["9", "T", "J"]),
        ("['9', 'T']", ["9", "T"]),
        ('{"a": 1}', {"a": 1}),
        ("{ a = 1 }", {"a": 1}),
        ('"2"', "2"),
        ("word", "word"),
        ("two words", "two words"),
        ("a=b", "a=b"),
        ("007", "007"),
        ("nan", "nan"),
        ("2026-01-01", "2026-01-01"),
        ("", ""),
        ("1\nother = 2", "1\nother = 2"),
    ],
)
def test_a_value_is_json_or_toml_or_a_bare_word(typed: str, value: object) -> None:
    """Only plain values come out: dates, NaN and second keys stay the words they were typed as."""
    parsed = parse_options([f"key={typed}"])
    assert parsed == {"key": value}
    assert type(parsed["key"]) is type(value)


@pytest.mark.parametrize("pair", ["ante", "=2", "two words=2", "a.b=2"])
def test_a_pair_without_a_key_and_a_value_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match="is not of the form key=value"):
        parse_options([pair])


@pytest.mark.parametrize("typed", ["[J, Q]", '["J"', "{a}", "'open"])
def test_a_broken_list_is_refused_and_not_taken_for_a_word(typed: str) -> None:
    with pytest.raises(UsageError, match="option ranks"):
        parse_options([f"ranks={typed}"])


def test_the_last_of_two_equal_keys_counts() -> None:
    assert parse_options(["ante=1", "ante=2"]) == {"ante": 2}


def test_a_value_of_the_wrong_type_is_the_users_fault() -> None:
    """What an environment's constructor raises is one line that says what was given and where it broke."""
    with pytest.raises(UsageError, match=r"cannot be built with ante='x': TypeError: .*kuhn_poker"):
        open_env("axion/KuhnPoker-v0", {"ante": "x"})


def test_a_module_that_raises_on_import_is_the_users_fault(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "axion_test_broken.py").write_text("import axion_env\n1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match=r"cannot be imported from .*: ZeroDivisionError: division by zero \(.*axion_test_broken.py:2\)"):
        open_env("axion_test_broken:Nothing", {})
