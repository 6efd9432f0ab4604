"""`wireglass export`: whole files under new names, or nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import inspector
from inspector.cli.main import main
from inspector.engine.capture import Capture
from inspector.export.new_file import NotExported, new_file

DEMO = str(Path(__file__).parents[3] / "captures" / "demo.pcapng")

Out = pytest.CaptureFixture[str]


def test_har_of_all_exchanges_or_of_those_that_are_chosen(demo: Capture, tmp_path: Path) -> None:
    assert main(["export", DEMO, "--har", str(tmp_path / "all.har")]) == 0
    assert main(["export", DEMO, "--har", str(tmp_path / "one.har"), "--connection", "0"]) == 0
    counts = [len(json.loads((tmp_path / name).read_text())["log"]["entries"]) for name in ("all.har", "one.har")]
    assert counts == [len(demo.exchanges), 1]


def test_pcapng_of_chosen_packets_or_of_their_whole_connections(demo: Capture, tmp_path: Path) -> None:
    for name, more in (("some", []), ("whole", ["--whole"])):
        assert main(["export", DEMO, "--pcapng", str(tmp_path / name), "--filter", "websocket psh", *more]) == 0
    with inspector.open(tmp_path / "some") as some, inspector.open(tmp_path / "whole") as whole:
        assert 0 < len(some.packets) < len(whole.packets) < len(demo.packets)
        assert len(whole.messages) == len(demo.messages)
        assert [each.name for each in whole.interfaces] == [each.name for each in demo.interfaces]
        assert set(some.packets["time_ns"].tolist()) <= set(whole.packets["time_ns"].tolist())
    tshark = shutil.which("tshark")
    if tshark:
        lines = subprocess.run([tshark, "-r", str(tmp_path / "whole")], capture_output=True, text=True, check=True)
        assert len(lines.stdout.splitlines()) == len(whole.packets)


def test_parquet_of_all_tables(demo: Capture, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    place = tmp_path / "tables"
    assert main(["export", DEMO, "--parquet", str(place)]) == 0
    names = ("packets", "connections", "exchanges", "frames", "messages", "anomalies", "tokens", "kernel")
    for name in names:
        assert parquet.read_table(place / f"{name}.parquet").num_rows == len(getattr(demo, name))
    assert {path.stem for path in place.iterdir()} == {*names, "events"}


@pytest.mark.parametrize(
    "arguments",
    [[], ["--har", "a", "--pcapng", "b"], ["--har", "a", "--whole"], ["--parquet", "a", "--connection", "0"]],
    ids=["nothing to write", "two", "whole connections of a HAR", "a part of all tables"],
)
def test_what_makes_no_sense_is_an_error(arguments: list[str]) -> None:
    assert main(["export", DEMO, *arguments]) == 2


def test_no_old_file_is_written_over(tmp_path: Path, capsys: Out) -> None:
    old = tmp_path / "old.har"
    old.write_text("old")
    assert main(["export", DEMO, "--har", str(old)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert old.read_text() == "old"
    assert main(["export", DEMO, "--har", str(tmp_path / "no" / "x.har")]) == 1
    assert "no folder" in capsys.readouterr().err


def test_nothing_is_left_of_what_fails_halfway(tmp_path: Path) -> None:
    def fail() -> None:
        with new_file(tmp_path / "x") as part:
            part.write_text("half")
            assert [*tmp_path.iterdir()] != [tmp_path / "x"]
            raise OSError("the disk is full")

    with pytest.raises(NotExported, match="disk is full"):
        fail()
    assert [*tmp_path.iterdir()] == []


def test_a_name_that_is_taken_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "x") as part:
            part.write_text("new")
            (tmp_path / "x").write_text("other")

    with pytest.raises(NotExported):
        write()
    assert (tmp_path / "x").read_text() == "other"
