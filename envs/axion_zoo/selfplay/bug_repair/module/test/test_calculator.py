import pytest
from calculator import BadExpression, evaluate, tokens


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("1+2", ["1", "+", "2"]),
        ("  12.5 * ( x_1-3 ) ", ["12.5", "*", "(", "x_1", "-", "3", ")"]),
        ("2^ab/7", ["2", "^", "ab", "/", "7"]),
    ],
)
def test_tokens(text, parts):
    assert tokens(text) == parts


@pytest.mark.parametrize(("text", "place"), [("1 $ 2", 1), ("?", 0), ("ab&", 2)])
def test_unknown_characters(text, place):
    with pytest.raises(BadExpression, match=f"unexpected .* at {place}"):
        tokens(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("1 + 2", 3),
        ("7 - 2 - 1", 4),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("12 / 3 / 2", 2),
        ("7 / 2", 3.5),
        ("2 * 3 - 8 / 4", 4),
        ("-3 + 5", 2),
        ("--4", 4),
        ("2 * -3", -6),
        ("2 ^ 3", 8),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("2 ^ -1", 0.5),
        ("1.5 + 1.25", 2.75),
        ("((3))", 3),
        ("3 - (4 - 5)", 4),
    ],
)
def test_values(text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("x * y", 6), ("x - y - x", -3), ("abs(x - y)", 1), ("half(y)", 1.5), ("square(y) + 1", 10), ("abs + 1", 12)]
)
def test_names_and_functions(text, value):
    assert evaluate(text, {"x": 2, "y": 3, "abs": 11}) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("(1 + 2", "ends too early"),
        ("(1 2", "not closed"),
        ("1 2", "unexpected '2'"),
        ("1 )", r"unexpected '\)'"),
        ("* 2", r"unexpected '\*'"),
        ("unknown", "unexpected 'unknown'"),
        ("half", "unexpected 'half'"),
        ("1 / 0", "division by zero"),
        ("1 / (2 - 2)", "division by zero"),
    ],
)
def test_bad_expressions(text, reason):
    with pytest.raises(BadExpression, match=reason):
        evaluate(text)


def test_bad_is_a_value_error():
    with pytest.raises(ValueError, match="ends"):
        evaluate("(")
