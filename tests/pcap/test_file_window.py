"""A file's bytes in memory of our own: wherever it is cut, nothing is touched that is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inspector.pcap import file_window
from inspector.pcap.file_window import BEHIND, STEP, Window


def loaded(path: Path) -> Window:
    """A window on a file that is read to its end."""
    view = Window(path.open("rb", 0))
    while view.load():
        pass
    return view


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x"


def test_what_was_written_since_is_there_once_it_was_looked_for(path: Path) -> None:
    path.write_bytes(b"begin")
    view = loaded(path)
    with path.open("ab") as writer:
        writer.write(b" and on")
    assert not view.load()
    assert view.refresh()
    assert view.load()
    assert bytes(view.data[: view.loaded]) == b"begin and on"
    assert not view.refresh()
    view.close()


def test_an_empty_file_has_nothing_until_it_grows(path: Path) -> None:
    path.touch()
    view = loaded(path)
    assert (view.size, view.loaded) == (0, 0)
    path.write_bytes(b"now")
    assert view.refresh()
    assert view.load()
    assert bytes(view.data[:3]) == b"now"
    view.close()


def test_a_file_that_outgrows_its_room_keeps_what_was_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_window, "ROOM", 8)
    path.write_bytes(b"12345")
    view = loaded(path)
    before = view.data
    for _ in range(4):
        with path.open("ab") as writer:
            writer.write(b"12345" * 3)
        assert view.refresh()
        while view.load():
            pass
    assert bytes(view.data[: view.loaded]) == b"12345" * 13
    assert bytes(before[:5]) == b"12345"
    view.close()


def test_the_bytes_cannot_be_written_to(path: Path) -> None:
    path.write_bytes(b"kept")
    view = loaded(path)
    assert view.data.readonly
    view.close()
    assert len(view.data) == 0
    assert view.read(0, 4) == view.peek(0, 4) == b""


def resident_bytes() -> int:
    """Memory of this process (proc(5), VmRSS)."""
    line = next(line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what a process has in memory")
def test_what_was_read_long_ago_takes_no_memory_and_can_be_read_again(path: Path) -> None:
    size = 8 * BEHIND
    path.write_bytes(b"first" + bytes(size - 5))
    view = Window(path.open("rb", 0))
    before = resident_bytes()
    while view.load():
        view.let_go(view.loaded)
    assert resident_bytes() - before < size // 2
    assert view.floor >= size - BEHIND - STEP
    assert view.read(0, 5) == b"first"
    assert view.data[0] == 0
    assert view.want(0, 5)
    assert bytes(view.data[:5]) == b"first"
    view.let_go(view.loaded)
    assert view.data[0] == 0
    view.close()


def rewrite(path: Path) -> None:
    """What `tcpdump -w` does to a file that is there: cut to nothing, then written anew, here longer than before."""
    size = path.stat().st_size
    with path.open("wb") as file:
        file.write(os.urandom(size + 1000))


@pytest.mark.parametrize(
    ("spoil", "left"),
    [
        pytest.param(lambda path: os.truncate(path, 0), 0, id="cut to nothing"),
        pytest.param(lambda path: os.truncate(path, 3 * STEP - 1), 3 * STEP - 1, id="cut by a byte"),
        pytest.param(rewrite, 3 * STEP + 1000, id="written anew and longer"),
    ],
)
def test_a_file_that_loses_its_bytes_is_noticed_and_what_was_read_stays(
    path: Path, spoil: object, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_window, "BEHIND", 0)
    content = os.urandom(3 * STEP)
    path.write_bytes(content)
    view = Window(path.open("rb", 0))
    while view.loaded < 2 * STEP:
        view.load()
    view.let_go(STEP)
    spoil(path)  # type: ignore[operator]
    assert not view.load()
    assert view.cut == left
    assert not view.want(0, 10)
    assert view.read(0, 10) == b""
    assert view.read(STEP, 10) == content[STEP : STEP + 10]
    assert bytes(view.data[STEP : 2 * STEP]) == content[STEP : 2 * STEP]
    assert not view.refresh()
    view.close()


def test_a_file_that_is_replaced_by_another_is_still_there(path: Path) -> None:
    path.write_bytes(b"old")
    view = Window(path.open("rb", 0))
    fresh = path.with_name("fresh")
    fresh.write_bytes(b"new!")
    fresh.replace(path)
    assert view.load()
    assert bytes(view.data) == b"old"
    assert view.cut == -1
    view.close()
