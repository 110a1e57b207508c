import pytest
from template import BadTemplate, fill, parts

VALUES = {"name": "Ann", "pets": ["cat", "dog"], "none": [], "yes": 1, "no": 0, "home": {"town": "Ulm", "zip": {"code": 7}}, "wide": " a "}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("plain", [("text", "plain")]),
        ("{a}", [("hole", "a")]),
        ("x { a } y", [("text", "x "), ("hole", "a"), ("text", " y")]),
        ("{{a}}", [("text", "{a}")]),
        ("{a}{b}", [("hole", "a"), ("hole", "b")]),
        ("a}b", [("text", "a}b")]),
        ("{a}}}", [("hole", "a"), ("text", "}")]),
    ],
)
def test_parts(text, found):
    assert parts(text) == found


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello, {name}!", "Hello, Ann!"),
        ("{name}{name}", "AnnAnn"),
        ("{{name}}", "{name}"),
        ("{home.town} {home.zip.code}", "Ulm 7"),
        ("{name|upper}", "ANN"),
        ("{name | lower}", "ann"),
        ("[{wide|trim}]", "[a]"),
        ("{wide|trim|length}", "1"),
        ("{wide|length}", "3"),
        ("{#if yes}a{#end}b", "ab"),
        ("{#if no}a{#end}b", "b"),
        ("{#if yes}a{#else}b{#end}", "a"),
        ("{#if no}a{#else}b{#end}", "b"),
        ("{#if pets}{name}{#end}", "Ann"),
        ("{#if yes}{#if no}a{#else}b{#end}{#end}", "b"),
        ("{#if no}{#if yes}a{#else}b{#end}{#else}c{#end}", "c"),
        ("{#each pets}{number}. {item}; {#end}", "1. cat; 2. dog; "),
        ("{#each none}x{#else}no pets{#end}", "no pets"),
        ("{#each pets}x{#else}no pets{#end}", "xx"),
        ("{#each none}x{#end}", ""),
        ("{#each pets}{name} {#end}", "Ann Ann "),
        ("{#each pets}{#if no}x{#else}{item}{#end}{#end}", "catdog"),
        ("{#if home.zip}z{#end}", "z"),
        ("{#if no}{missing}{#end}", ""),
        ("{#if no}{#if missing}a{#end}{#end}", ""),
        ("{#if yes}a{#else}{missing|odd}{#end}", "a"),
    ],
)
def test_fill(text, filled):
    assert fill(text, VALUES) == filled


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ab{c", "not closed at 2"),
        ("{missing}", "no value 'missing'"),
        ("{name.first}", "no value 'name.first'"),
        ("{home.street}", "no value 'home.street'"),
        ("{name|loud}", "no filter 'loud'"),
        ("{#if yes}a", "#if yes without an end"),
        ("{#each pets}a{#else}b", "#each pets without an end"),
        ("{#if yes}a{#else}b{#else}c{#end}", "#if yes without an end"),
        ("a{#end}", "#end without a beginning"),
        ("{#else}", "#else without a beginning"),
        ("{#while yes}a{#end}", "no command #while"),
        ("{#if missing}a{#end}", "no value 'missing'"),
    ],
)
def test_bad_templates(text, reason):
    with pytest.raises(BadTemplate, match=reason):
        fill(text, VALUES)
