"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from axion_env._file import whole, write_whole


def test_content_appears_at_once(tmp_path: Path) -> None:
    """While the new content is being written, a reader still sees the old one; afterwards no draft is left."""
    path = tmp_path / "summary.json"
    write_whole(path, "old")
    with whole(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def _fail(path: Path, problem: BaseException) -> None:
    with whole(path) as file:
        file.write(b"half of")
        raise problem


@pytest.mark.parametrize("problem", [OSError("no space left"), KeyboardInterrupt()])
def test_a_failed_write_changes_nothing(tmp_path: Path, problem: BaseException) -> None:
    """Whatever fails in the middle, the old content stands and the draft is gone."""
    path = tmp_path / "model.pt"
    write_whole(path, b"\x00old")
    with pytest.raises(type(problem)):
        _fail(path, problem)
    assert path.read_bytes() == b"\x00old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A folder that is a file, and a path that is a folder, are the operating system's own errors."""
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        write_whole(tmp_path / "file" / "page.html", "text")
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, "text")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_text_is_utf_8(tmp_path: Path) -> None:
    """Text is written as UTF-8 whatever the locale, and line ends as they are."""
    write_whole(tmp_path / "page.html", "π\r\nß\n")
    assert (tmp_path / "page.html").read_bytes() == "π\r\nß\n".encode()
