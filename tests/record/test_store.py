"""The file of episodes: what was written stays readable, whatever happens to the writer; and every changed byte is found."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from axion_env import Context, EpisodeStore, Outcome, StoreError, Task, TornRecord
from axion_env.record.codec import damage, encode
from tests.core.game import finish, game
from tests.record.episodes import EPISODES


async def _small(task: Task, ctx: Context) -> Outcome:
    ctx.draw("card", ["J", [1.5]])
    await ctx.ask("a", "\ud83d", choices=("x", "y"))
    return Outcome({"tiny": 1e-300, "one": 1.0, "big": 12345})


SMALL = finish(game(_small), {"a": ["<think>y</think>x"]})


def test_every_changed_byte_is_found_and_named() -> None:
    """For a stored line, changing any one byte to any of several others is found, and the place or the reason said."""
    line = encode(SMALL).encode()
    assert damage(line.decode()) is None
    for place in range(len(line)):
        for new in {line[place] ^ 1, line[place] ^ 0x20, ord("1"), ord('"'), ord(" "), 0xFF} - {line[place]}:
            changed = line[:place] + bytes([new]) + line[place + 1 :]
            found = damage(changed.decode("ascii", errors="backslashreplace"))
            assert found, f"byte {place} changed from {line[place : place + 1]!r} to {new:#x}"


def test_damage_names_the_field_and_the_event() -> None:
    """A changed byte inside a value is traced to the piece of the record it stands in."""
    line = encode(SMALL)
    assert "events[1] does not match" in (damage(line.replace('"x"', '"z"', 1)) or "")
    assert "facts does not match" in (damage(line.replace("12345", "12346")) or "")
    assert "seed does not match" in (damage(line.replace('"seed":0', '"seed":7')) or "")


def test_removed_and_repeated_events_are_found() -> None:
    """Whole events that vanish or double are damage too."""
    line = encode(SMALL)
    start = line.index('"events":[') + len('"events":[')
    event = line[start : line.index(',{"turn"')]
    assert damage(line.replace(event + ",", "")) is not None
    assert damage(line.replace(event + ",", f"{event},{event},")) is not None


def test_write_and_read(tmp_path: Path) -> None:
    """Episodes come back equal and in order, from a file in a folder that did not exist."""
    with EpisodeStore(tmp_path / "deep" / "run.jsonl") as store:
        store.append(EPISODES[0])
        store.extend(EPISODES[1:20])
    assert list(EpisodeStore(tmp_path / "deep" / "run.jsonl")) == EPISODES[:20]


def test_a_line_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    """A killed process loses at most the episode in flight: nothing waits in a buffer."""
    store = EpisodeStore(tmp_path / "run.jsonl")
    for i, episode in enumerate(EPISODES[:5], 1):
        store.append(episode)
        assert len(list(EpisodeStore(store.path))) == i
        assert store.offset == (tmp_path / "run.jsonl").stat().st_size
    store.close()


@pytest.mark.parametrize("cut", [1, 7, 500])
def test_a_torn_last_line_is_reported_skipped_and_mended(tmp_path: Path, cut: int) -> None:
    """Readers warn and go on without it; the next append cuts it off."""
    path = tmp_path / "run.jsonl"
    with EpisodeStore(path) as store:
        store.extend(EPISODES[:3])
    os.truncate(path, path.stat().st_size - cut)
    with pytest.warns(TornRecord, match="line 3 is torn"):
        assert list(EpisodeStore(path)) == EPISODES[:2]
    with EpisodeStore(path) as store, pytest.warns(TornRecord, match="cut off"):
        store.append(EPISODES[5])
    assert list(EpisodeStore(path)) == [*EPISODES[:2], EPISODES[5]]


@pytest.mark.parametrize("whole", [0, 2])
def test_a_torn_line_longer_than_a_block(tmp_path: Path, whole: int) -> None:
    """However long the torn line, what stands before it is kept and it is gone."""
    path = tmp_path / "run.jsonl"
    with EpisodeStore(path) as store:
        store.extend(EPISODES[:whole])
    with open(path, "ab") as file:
        file.write(encode(EPISODES[0])[:20].encode() + b"x" * ((1 << 21) + 17))
    with EpisodeStore(path) as store, pytest.warns(TornRecord):
        store.append(EPISODES[7])
    assert list(EpisodeStore(path)) == [*EPISODES[:whole], EPISODES[7]]


def test_offset_cuts_back(tmp_path: Path) -> None:
    """A resumed run goes on where its checkpoint was: what was written later is gone, and the file ends the same."""
    path = tmp_path / "run.jsonl"
    with EpisodeStore(path) as store:
        store.extend(EPISODES[:2])
        offset = store.offset
        store.extend(EPISODES[2:4])
        whole = path.read_bytes()
    with EpisodeStore(path, offset=offset) as store:
        assert list(store) == EPISODES[:2]
        store.extend(EPISODES[2:4])
    assert path.read_bytes() == whole
    EpisodeStore(tmp_path / "new.jsonl", offset=0).close()
    with pytest.raises(StoreError, match="not the file this run wrote"):
        EpisodeStore(path, offset=len(whole) + 1)


class _Full:
    """A file on a disk with a little room left."""

    closed = False

    def __init__(self, file: Any, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, data: Any) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._file.write(data[: self._room])
        self._room -= written
        return int(written)

    def close(self) -> None:
        self._file.close()


def test_a_full_disk_keeps_what_was_written(tmp_path: Path) -> None:
    """Running out of room in the middle of a line is a StoreError; earlier episodes stay readable, and writing on mends the file."""
    store = EpisodeStore(tmp_path / "run.jsonl")
    store.extend(EPISODES[:2])
    store._file = _Full(store._file, 100)  # type: ignore[assignment]
    with pytest.raises(StoreError, match="No space left on device; free some space"):
        store.append(EPISODES[2])
    with pytest.warns(TornRecord):
        assert list(store) == EPISODES[:2]
    with pytest.warns(TornRecord):
        store.append(EPISODES[3])
    assert list(store) == [*EPISODES[:2], EPISODES[3]]
    store.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_dev_full() -> None:
    """The system's own full disk."""
    with pytest.raises(StoreError, match="cannot write"):
        EpisodeStore("/dev/full").append(SMALL)


@pytest.mark.parametrize("spoil", [lambda b: b.replace(b"FINISHED", b"FINISHEX"), lambda b: b[:50] + b"\n" + b[50:], lambda b: b"\0" + b])
def test_a_broken_line_is_named(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    """A line in the middle that is no episode stops the reader with its number."""
    path = tmp_path / "run.jsonl"
    path.write_bytes((encode(SMALL) + "\n").encode() + spoil((encode(SMALL) + "\n").encode()))
    episodes = iter(EpisodeStore(path))
    assert next(episodes) == SMALL
    with pytest.raises(StoreError, match="line 2: "):
        next(episodes)


def test_a_missing_file_is_a_store_error(tmp_path: Path) -> None:
    """Reading what is not there says so."""
    with pytest.raises(StoreError, match="cannot read"):
        list(EpisodeStore(tmp_path / "nothing.jsonl"))


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    """What an editor leaves in a file changes no episode, and numbers stay those of the file."""
    path = tmp_path / "run.jsonl"
    path.write_text(f"\ufeff{encode(SMALL)}\n\n \n{encode(EPISODES[0])}\n", encoding="utf-8")
    assert list(EpisodeStore(path)) == [SMALL, EPISODES[0]]
    assert [line.number for line in EpisodeStore(path).lines()] == [1, 4]


_WRITER = """
import sys
from axion_env import EpisodeStore
store = EpisodeStore(sys.argv[1])
store.extend(())
print("writing", flush=True)
sys.stdin.read()
"""


def test_one_process_at_a_time_writes(tmp_path: Path) -> None:
    """A second writer is refused, told who the first is, and cuts off nothing; it may write once the first has ended, in whatever way."""
    path = tmp_path / "run.jsonl"
    half = encode(SMALL)[:100]
    path.write_text(encode(SMALL) + "\n")
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        with open(path, "a") as file:
            file.write(half)  # the first is in the middle of a line
        for second in (lambda: EpisodeStore(path).append(SMALL), lambda: EpisodeStore(path, offset=0)):
            with pytest.raises(StoreError, match=f"{path.name} is being written by process {writer.pid}; wait"):
                second()
        assert path.read_text() == f"{encode(SMALL)}\n{half}"
        with pytest.warns(TornRecord):
            assert list(EpisodeStore(path)) == [SMALL]  # readers are not kept out
        writer.kill()
    with EpisodeStore(path) as store:
        with pytest.warns(TornRecord, match="cut off"):
            store.append(EPISODES[0])
        with pytest.raises(StoreError, match="by this process already"):
            EpisodeStore(path).append(SMALL)
    assert list(EpisodeStore(path)) == [SMALL, EPISODES[0]]


@pytest.mark.parametrize("held", ["my first note\nmy last precious note", '{"api_key": "s3cret"}', "\n\n?", "\ufefffoo", '{"scheme": 1}'])
def test_a_foreign_file_is_left_as_it_is(tmp_path: Path, held: str) -> None:
    """Named by mistake, it is refused before anything is written to it or cut off, whatever its last line looks like."""
    path = tmp_path / "notes.txt"
    path.write_text(held, encoding="utf-8")
    for write in (lambda store: store.extend(()), lambda store: store.append(SMALL)):
        with EpisodeStore(path) as store, pytest.raises(StoreError, match="no file of episodes"):
            write(store)
    assert path.read_text(encoding="utf-8") == held


@pytest.mark.parametrize("held", ["", "\n", '{"sch'])
def test_a_file_that_was_just_begun_is_gone_on_with(tmp_path: Path, held: str) -> None:
    """Its writer may have been stopped within the first bytes."""
    path = tmp_path / "run.jsonl"
    path.write_text(held)
    with warnings.catch_warnings(), EpisodeStore(path) as store:
        warnings.simplefilter("ignore", TornRecord)
        store.append(SMALL)
    assert list(EpisodeStore(path)) == [SMALL]


def test_opening_cuts_nothing(tmp_path: Path) -> None:
    """A torn line goes when there is an episode to write, and not before."""
    path = tmp_path / "run.jsonl"
    path.write_text(encode(SMALL)[:50])
    with EpisodeStore(path) as store:
        store.extend(())
    assert path.read_text() == encode(SMALL)[:50]


_FORKS = """
import os, sys, time
from axion_env import EpisodeStore, StoreError
store = EpisodeStore(sys.argv[1])
store.extend(())
child = os.fork() == 0
if child:
    time.sleep(0.5)
    try:
        store.extend(())
    except StoreError as problem:
        print(problem, flush=True)
    time.sleep(60)  # an orphan that a pool of processes leaves behind
print("writing", flush=True)
sys.stdin.read()
"""


def test_a_child_does_not_keep_the_lock_of_its_dead_parent(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with subprocess.Popen(
        [sys.executable, "-c", _FORKS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        with pytest.raises(StoreError, match="is being written by process"):
            EpisodeStore(path).append(SMALL)  # the parent is alive, and has not lost it by forking
        assert writer.stdout.readline().startswith(f"{path} is being written by process {writer.pid}".encode())
        writer.kill()
        writer.wait()
        with EpisodeStore(path) as store:
            store.append(SMALL)
        os.killpg(writer.pid, signal.SIGKILL)


def test_what_is_no_file_is_everybodys(tmp_path: Path) -> None:
    """Two programs may throw their episodes away at the same time."""
    with EpisodeStore("/dev/null") as first, EpisodeStore("/dev/null") as second:
        first.append(SMALL)
        second.append(SMALL)
        assert first.offset == second.offset == 0
