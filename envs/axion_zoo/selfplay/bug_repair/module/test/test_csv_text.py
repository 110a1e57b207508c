import pytest
from csv_text import BadTable, pick, read, records, write


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a", [["a"]]),
        ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
        ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
        ("a,,b", [["a", "", "b"]]),
        (",", [["", ""]]),
        ("a,\n", [["a", ""]]),
        ("\n\na\n\n", [["a"]]),
        ('""', [[""]]),
        ('"a,b",c', [["a,b", "c"]]),
        ('"a ""b"" c"', [['a "b" c']]),
        ('"one\ntwo",x', [["one\ntwo", "x"]]),
        ('a"b,c', [['a"b', "c"]]),
        ('"",""', [["", ""]]),
        ('x,""\ny', [["x", ""], ["y"]]),
        (" a , b", [[" a ", " b"]]),
        ('"a"\n"b"', [["a"], ["b"]]),
        ('""""', [['"']]),
        ("a\n,b", [["a"], ["", "b"]]),
    ],
)
def test_read(text, rows):
    assert read(text) == rows


def test_read_other_signs():
    assert read("a;'b;c'';d'\n", separator=";", quote="'") == [["a", "b;c';d"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"a', "row 1: a quote is not closed"),
        ('x\ny,"a\nb', "row 2: a quote is not closed"),
        ('"a"b', "row 1: 'b' after a quote"),
        ('x\n"" ,', "row 2: ' ' after a quote"),
        ('"', "row 1: a quote is not closed"),
    ],
)
def test_read_refuses(text, reason):
    with pytest.raises(BadTable, match=reason):
        read(text)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([], ""),
        ([["a", "b"], ["c"]], "a,b\nc\n"),
        ([["a,b", 'c"d', "e\nf"]], '"a,b","c""d","e\nf"\n'),
        ([[""]], '""\n'),
        ([["", ""]], ",\n"),
        ([["", "a"]], ",a\n"),
        ([["plain"]], "plain\n"),
    ],
)
def test_write(rows, text):
    assert write(rows) == text
    assert read(text) == rows


def test_write_other_signs():
    assert write([["a,b", "c;d", "e'f"]], separator=";", quote="'") == "a,b;'c;d';'e''f'\n"


def test_records():
    rows = [["name", "age"], ["ann", "7"], ["bob"]]
    assert records(rows) == [{"name": "ann", "age": "7"}, {"name": "bob", "age": ""}]
    assert records(rows, missing="?")[1] == {"name": "bob", "age": "?"}
    assert records([]) == []
    assert records([["a"]]) == []


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([["a", "a"]], "a name comes twice"), ([["a"], ["1"], ["1", "2"]], "row 3: 2 values for 1 names")],
)
def test_records_refuse(rows, reason):
    with pytest.raises(BadTable, match=reason):
        records(rows)


def test_pick():
    rows = [["a", "b", "c"], ["1", "2", "3"], ["4", "5"]]
    assert pick(rows, ["c", "a"]) == [["c", "a"], ["3", "1"], ["", "4"]]
