"""FILE arguments: standard input, a pipe, several captures, a folder of captures, a growing file."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inspector.cli.input_files import given
from inspector.cli.main import main
from inspector.engine.capture import Capture
from inspector.pcap.reader import open_packets
from inspector.tables.table import Table
from tests.cli.test_serve_dashboard import started
from tests.pcap.craft import Pcap, Pcapng, save
from tests.waiting import wait_until
from tests.wire.samples import FRAME

DEMO = Path(__file__).parent.parent.parent / "captures" / "demo.pcapng"


def packets_of(*arguments: str, content: bytes = b"") -> list[dict[str, Any]]:
    """What `wireglass packets` prints, with these bytes on its standard input."""
    command = [sys.executable, "-m", "inspector", "packets", *arguments, "--format", "json"]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return list(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_read(demo: Capture, name: str, packed: bool, tmp_path: Path) -> None:
    content = DEMO.read_bytes()
    found = packets_of(name, content=gzip.compress(content) if packed else content)
    assert len(found) == len(demo.packets)
    assert found[-1]["time_ns"] == demo.packets["time_ns"][-1]


def test_a_named_pipe_is_read_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[DEMO.read_bytes()])
    writer.start()
    assert main(["analyze", "--json", str(pipe)]) == 0
    writer.join()
    found = json.loads(capsys.readouterr().out)
    assert (found["file"], len(found["connections"])) == (str(pipe), 7)
    assert list(tmp_path.iterdir()) == [pipe]


def test_standard_input_that_is_no_capture_is_said_in_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "inspector", "summary", "-"], input=b"nonsense", capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"not a capture" in done.stderr


def a_file(folder: Path, name: str, *seconds: int) -> Path:
    capture = Pcap()
    for second in seconds:
        capture.packet(second, 0, FRAME + name.encode())
    return save(folder, bytes(capture.data), name)


def test_several_captures_are_merged_by_time_and_packets_say_which_file_they_are_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [a_file(tmp_path, "b.pcap", 2, 4, 6), a_file(tmp_path, "a.pcap", 1, 4, 5, 7)]
    assert main(["packets", *map(str, files), "--format", "json"]) == 0
    found = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert [row["number"] for row in found] == list(range(1, 8))
    assert [row["time_ns"] // 10**9 for row in found] == [1, 2, 4, 4, 5, 6, 7]
    names = [row["interface"] for row in found]
    assert names == ["a.pcap", "b.pcap", "b.pcap", "a.pcap", "a.pcap", "b.pcap", "a.pcap"]


def test_a_folder_stands_for_the_captures_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_file(tmp_path, "x.pcap1", 2)
    a_file(tmp_path, "x.pcap0", 1)
    save(tmp_path, b"no capture", "README")
    assert main(["packets", str(tmp_path), "--format", "json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_notes_of_merged_captures_say_of_which_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, cut = a_file(tmp_path, "whole.pcap", 1), a_file(tmp_path, "cut.pcap", 2, 3)
    cut.write_bytes(cut.read_bytes()[:-1])
    assert main(["packets", str(whole), str(cut), "--format", "csv"]) == 0
    assert "note: cut.pcap: the file ends in the middle of a packet" in capsys.readouterr().err


def test_comments_and_interfaces_survive_a_merge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = Pcapng()
    block.section().interface(1, 0, (2, b"eth0"))
    block.packet(5, FRAME)
    named = save(tmp_path, bytes(block.data), "named.pcapng")
    assert main(["packets", str(named), str(a_file(tmp_path, "other.pcap", 1)), "--format", "json"]) == 0
    rows = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert {row["interface"] for row in rows} == {"eth0 (named.pcapng)", "other.pcap"}


@pytest.mark.parametrize("command", ["open", "replay"])
def test_the_dashboard_shows_a_capture_in_order_of_time(command: str, tmp_path: Path) -> None:
    path = a_file(tmp_path, "x.pcap", 3, 1, 2)
    with started(command, str(path), "--sort", *(["--speed", "1000"] if command == "replay" else [])) as dashboard:
        wait_until(lambda: dashboard.ask("api/snapshot")["capture"]["packets"] == 3, "all packets")
        rows = dashboard.ask("api/packets?start=0&stop=3")["rows"]
        assert [(row["number"], row["time_ns"] // 10**9) for row in rows] == [(1, 1), (2, 2), (3, 3)]
        assert "x.pcap" in dashboard.ask("api/snapshot")["capture"]["name"]


def test_a_sorted_copy_keeps_comments_with_their_packets_and_the_interface(tmp_path: Path) -> None:
    blocks = Pcapng()
    blocks.section().interface(1, 0, (2, b"eth0"))
    for second, comment in ((3, b"third"), (1, b"first"), (2, b"")):
        blocks.packet(second * 10**6, FRAME, 0, None, *([(1, comment)] if comment else []))
    path = save(tmp_path, bytes(blocks.data), "named.pcapng")
    with given([str(path)], is_sorted=True) as source, closing(open_packets(source.path)) as found:
        table = Table("packets")
        found.read(table, 10)
        assert (table["time_ns"] // 10**9).tolist() == [1, 2, 3]
        assert found.comments == {0: "first", 2: "third"}
        assert [interface.name for interface in found.interfaces] == ["eth0"]


def test_a_file_that_is_awaited_cannot_be_sorted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", str(a_file(tmp_path, "x.pcap", 1)), "--follow", "--sort"]) == 2
    assert "--sort needs all packets" in capsys.readouterr().err


def test_open_shows_standard_input_as_it_comes_and_ends_with_it(demo: Capture, tmp_path: Path) -> None:
    content = DEMO.read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    go_on = threading.Event()

    def write() -> None:
        with pipe.open("wb", 0) as file:
            file.write(content[:4000])
            go_on.wait(60)
            file.write(content[4000:])

    writer = threading.Thread(target=write)
    writer.start()
    with started("open", str(pipe)) as command:

        def packets() -> int:
            return int(command.ask("api/snapshot")["capture"]["packets"])

        wait_until(lambda: packets() > 0, "the first packets")
        assert packets() < len(demo.packets)
        go_on.set()
        wait_until(lambda: packets() == len(demo.packets), "the rest")
        wait_until(lambda: command.ask("api/snapshot")["capture"]["state"] == "ended", "the end")
    writer.join()


def test_open_follows_a_file_that_grows(demo: Capture, tmp_path: Path) -> None:
    content = DEMO.read_bytes()
    growing = save(tmp_path, content[:4000], "growing.pcapng")
    with started("open", str(growing), "--follow") as command:
        with growing.open("ab") as file:
            file.write(content[4000:])
        wait_until(lambda: command.ask("api/snapshot")["capture"]["packets"] == len(demo.packets), "the rest")
        assert command.ask("api/snapshot")["capture"]["state"] == "running"
