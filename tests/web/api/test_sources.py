"""Choosing what is on show: samples, uploads, interfaces, and back again."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.live.capture_rights import may_capture
from inspector.live.packet_source import LOOPBACK
from tests.conftest import DEMO
from tests.web.traffic import SAMPLE_PACKETS, sample
from tests.web.visitor import Visitor, program, served, wait_until
from web.session.session import Session

with inspector.open(DEMO) as recorded:
    PACKETS = len(recorded.packets)


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with served(Session.of_file(sample(tmp_path / "sample.pcapng"))) as dashboard:
        yield program(dashboard)


def capture(ours: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = ours.get("/api/snapshot")["capture"]
    return found


def shows(ours: Visitor, packets: int) -> bool:
    now = capture(ours)
    return bool(now["state"] == "ended" and now["packets"] == packets)


def ask(ours: Visitor, path: str, said: Any = None) -> tuple[int, str]:
    """Status, and what went wrong if anything did."""
    answer = ours.post(path, said)
    return answer.status, answer.json().get("error", {}).get("message", "")


def test_what_there_is_to_choose_from(ours: Visitor) -> None:
    offer = ours.get("/api/sources")
    assert offer["interfaces"][0] == LOOPBACK
    assert offer["at_home"] is True
    assert offer["may_capture"] is may_capture()[0]
    assert (offer["why_not"] is None) is offer["may_capture"]
    assert {"name": "demo", "title": "The demo, every button once"} in offer["samples"]


def test_a_sample_and_home_again(ours: Visitor) -> None:
    assert ask(ours, "/api/sources/sample", {"name": "demo"}) == (200, "")
    wait_until(lambda: shows(ours, PACKETS), "the sample")
    assert ours.get("/api/connections")["total"] == 7
    assert ours.get("/api/sources")["at_home"] is False
    assert ask(ours, "/api/sources/home") == (200, "")
    wait_until(lambda: shows(ours, SAMPLE_PACKETS), "what it began with")


def test_the_search_follows_what_is_on_show(ours: Visitor) -> None:
    wait_until(lambda: shows(ours, SAMPLE_PACKETS), "the file")
    assert ours.get("/api/packets?q=kettle")["total"] == 0
    ours.post("/api/sources/sample", {"name": "demo"})
    wait_until(lambda: shows(ours, PACKETS), "the sample")
    assert ours.get("/api/packets?q=kettle")["total"] > 0


def upload(ours: Visitor, data: bytes, name: str) -> str:
    key = ours.post("/api/uploads", {"name": name, "bytes": len(data)}).json()["id"]
    for at in range(0, len(data), 8000):
        slice_ = base64.b64encode(data[at : at + 8000]).decode()
        assert ask(ours, f"/api/uploads/{key}", {"at": at, "data": slice_}) == (200, "")
    return str(key)


def test_an_upload_is_shown_under_its_own_name(ours: Visitor) -> None:
    key = upload(ours, DEMO.read_bytes(), "C:\\my capture.pcapng")
    progress = ours.get(f"/api/uploads/{key}")
    assert progress["received"] == progress["bytes"] == DEMO.stat().st_size
    assert ask(ours, f"/api/uploads/{key}/open") == (200, "")
    wait_until(lambda: shows(ours, PACKETS), "the upload")
    assert capture(ours)["name"] == "C:\\my capture.pcapng"


def test_an_upload_that_is_no_capture_changes_nothing(ours: Visitor) -> None:
    key = upload(ours, b"GIF89a" * 100, "holiday.gif")
    status, message = ask(ours, f"/api/uploads/{key}/open")
    assert status == 422
    assert message.startswith("holiday.gif is not a capture")
    wait_until(lambda: shows(ours, SAMPLE_PACKETS), "the file")
    assert ours.get("/api/sources")["at_home"] is True


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/api/sources/live", {"interface": "no such"}, 404),
        ("/api/sources/live", {"interface": "lo", "filter": "x" * 1001}, 400),
        ("/api/sources/live", {"interface": 7}, 400),
        ("/api/sources/sample", {"name": "../../etc/passwd"}, 404),
        ("/api/sources/sample", [1], 400),
        ("/api/sources/elsewhere", {}, 404),
        ("/api/uploads", {"name": "x", "bytes": "1"}, 400),
        ("/api/uploads", {"name": "x", "bytes": True}, 400),
        ("/api/uploads/none", {"at": 0, "data": ""}, 404),
        ("/api/uploads/none/open", {}, 404),
        ("/api/capture/stop", {}, 409),
    ],
)
def test_what_makes_no_sense_is_refused(ours: Visitor, path: str, said: Any, status: int) -> None:
    assert ask(ours, path, said)[0] == status


@pytest.mark.skipif(not may_capture()[0], reason="needs the right to capture")
def test_an_interface_live_until_it_is_stopped(ours: Visitor, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert ask(ours, "/api/sources/live", {"interface": LOOPBACK, "filter": f"tcp port {port}"}) == (200, "")
        assert (capture(ours)["source"], capture(ours)["can_stop"]) == ("live", True)
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"hello")
            wait_until(lambda: capture(ours)["packets"] >= 4, "handshake and hello")
    assert ask(ours, "/api/capture/stop") == (200, "")
    wait_until(lambda: capture(ours)["state"] == "ended", "the end")
    assert (tmp_path / "state" / "wireglass" / capture(ours)["recording"]).exists()
    assert ask(ours, "/api/capture/stop")[0] == 409


@pytest.mark.skipif(not may_capture()[0], reason="needs the right to capture")
def test_a_wrong_filter_is_said_and_nothing_changes(ours: Visitor, tmp_path: Path) -> None:
    status, message = ask(ours, "/api/sources/live", {"interface": LOOPBACK, "filter": "tcp tcp tcp"})
    assert status == 422
    assert "tcp tcp tcp" in message
    assert ours.get("/api/sources")["at_home"] is True
    assert not list((tmp_path / "state").rglob("*.pcapng"))


def test_json_is_wanted(ours: Visitor) -> None:
    answer = ours.ask("/api/uploads", "POST", json.dumps("x" * 10).encode())
    assert answer.status == 400
