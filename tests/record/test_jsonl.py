"""Files of JSON lines: whatever JSON allows in a line stays in it, and whoever reads one reads it alike."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axion_env import Message, UsageError
from axion_env.record import jsonl

# where str.splitlines ends a line and JSON does not
INSIDE = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(INSIDE),  # no lone surrogates: UTF-8 has none
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(values), st.sampled_from(["\n", "\r\n", "\n\n", "\n \t\n"]), st.booleans(), st.booleans())
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, written: list[object], end: str, marked: bool, packed: bool
) -> None:
    """With any character in its strings, any end of line, blank lines, a byte order mark, packed or not."""
    path = tmp_path_factory.mktemp("jsonl") / ("file.jsonl.gz" if packed else "file.jsonl")
    data = b"\xef\xbb\xbf" * marked + "".join(json.dumps(value, ensure_ascii=False) + end for value in written).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    assert list(jsonl.read(path)) == written


def test_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    """Blank lines count, so that an error names the line that an editor shows."""
    (tmp_path / "file.jsonl").write_text("\n1\n\n{broken\n")
    rows = jsonl.numbered(tmp_path / "file.jsonl")
    assert next(rows) == (2, 1)
    with pytest.raises(UsageError, match=r"file\.jsonl line 4 is not JSON"):
        next(rows)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b'{"a": "\xff"}\n', "file.jsonl", "line 1 is not UTF-8"),
        (b"[" * 100_000 + b"\n", "file.jsonl", "line 1 is not JSON"),
        (b"no archive", "file.jsonl.gz", "cannot read"),
        (gzip.compress(b"1\n" * 1000)[:-9], "file.jsonl.gz", "cannot read"),
        (None, "file.jsonl", "cannot read"),
        (None, "\0.jsonl", "cannot read"),
    ],
    ids=["no UTF-8", "too deep", "not packed", "packed and cut", "not there", "no name for a file"],
)
def test_what_cannot_be_read_is_a_usage_error(tmp_path: Path, data: bytes | None, name: str, says: str) -> None:
    """It names the file, and the line where there is one."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=f"{name}.*{says}|{says}.*{name}"):
        list(jsonl.read(tmp_path / name))


def test_content_is_a_text_or_texts() -> None:
    """A message of a chat row says the same whether its content is one text or parts; what is no text is refused, not written out."""
    said = Message("user", "2+2?")
    assert Message.of({"role": "user", "content": "2+2?"}) == said
    assert Message.of({"role": "user", "content": [{"type": "text", "text": "2+"}, {"type": "text", "text": "2?"}]}) == said
    assert Message.of({"role": "user", "content": ["2+", "2?"]}) == said
    for content in (None, 4, {"text": "2+2?"}, [{"type": "image_url", "image_url": {"url": "data:"}}], [None]):
        with pytest.raises(ValueError, match="content of a message is a text"):
            Message.of({"role": "user", "content": content})
