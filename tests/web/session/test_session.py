"""A session: the engine thread, the snapshot that a page begins with and the deltas that keep it true."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.live.ended_processes import Trouble
from inspector.live.packet_source import Counters
from inspector.pcap.reader import open_packets
from inspector.query.time_range import Span, extent
from inspector.views import rows
from tests.web.traffic import SAMPLE_PACKETS, START_NS, STEP_NS, Talk, Wire, chat, exchange, frame, sample
from tests.web.visitor import wait_until
from web.session import shown_capture as showing_module
from web.session.changed_rows import WATCHED
from web.session.row_trim import brief
from web.session.session import Session
from web.session.shown_capture import ShownCapture
from web.session.status import Source, State


@contextmanager
def running(session: Session) -> Iterator[Session]:
    session.start()
    try:
        yield session
    finally:
        session.stop()


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire(tmp_path / "spool.pcapng")
    yield wire
    wire.close()


def live(wire: Wire, **more: Any) -> Session:
    return Session.of_spool(wire.path, "lo", lambda: Counters(wire.packets, 3), **more)


class Mirror:
    """What a page knows: a snapshot, and every delta since."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.resyncs = 0
        self.stale: set[str] = set()
        self.rates: list[int] = []
        self._take(session.snapshot())

    def _take(self, snapshot: dict[str, Any]) -> None:
        snapshot = json.loads(json.dumps(snapshot))
        self.rev: int = snapshot["rev"]
        self.capture: dict[str, Any] = snapshot["capture"]
        self.lengths: dict[str, int] = snapshot["lengths"]
        self.rows = {name: {row["id"]: row for row in snapshot[name]} for name in WATCHED}

    def catch_up(self) -> None:
        """Apply the new deltas."""
        rev, deltas = self._session.deltas.after(self.rev, 0.01)
        for delta in map(json.loads, deltas if deltas is not None else ['{"resync": true}']):
            if "resync" in delta:
                self.resyncs += 1
                self._take(self._session.snapshot())
                return
            assert delta["rev"] == self.rev + 1
            self.rev = delta["rev"]
            self.capture |= delta["capture"]
            self.lengths = delta.get("lengths", self.lengths)
            self.rates.append(self.capture["rate"])
            self.stale |= set(delta.get("stale", ()))
            for name in WATCHED:
                self.rows[name] |= {row["id"]: row for row in delta.get(name, ())}
        assert self.rev == rev

    def has(self, packets: int) -> bool:
        self.catch_up()
        return self.lengths["packets"] == packets

    def is_in_trouble(self) -> bool:
        self.catch_up()
        return bool(self.capture["troubles"])

    def is_ended(self) -> bool:
        self.catch_up()
        return bool(self.capture["state"] == "ended")


def truth(path: Path) -> dict[str, dict[int, Any]]:
    """The rows that a fresh look at the whole file gives, as JSON has them."""
    with inspector.open(path) as capture:
        built = {name: [brief(row) for row in rows.BUILDERS[name](capture)] for name in WATCHED}
    return {name: {row["id"]: row for row in json.loads(json.dumps(found))} for name, found in built.items()}


def test_a_saved_capture_is_loaded_and_then_ended(tmp_path: Path) -> None:
    path = sample(tmp_path / "sample.pcapng")
    with running(Session.of_file(path)) as session:
        mirror = Mirror(session)
        wait_until(mirror.is_ended, "the file to be loaded")
        assert mirror.rows == truth(path)
        assert mirror.lengths["packets"] == SAMPLE_PACKETS
        assert {key: mirror.capture[key] for key in ("name", "source", "packets", "start_ns", "rate", "notes")} == {
            "name": "sample.pcapng",
            "source": "file",
            "packets": SAMPLE_PACKETS,
            "start_ns": START_NS,
            "rate": 0,
            "notes": [],
        }
        assert mirror.capture["bytes"] > SAMPLE_PACKETS * 54
        assert mirror.capture["interface"] is mirror.capture["recording"] is mirror.capture["dropped"] is None


def test_before_it_starts_a_session_shows_an_empty_capture(tmp_path: Path) -> None:
    session = Session.of_file(sample(tmp_path / "sample.pcapng"))
    snapshot = session.snapshot()
    assert snapshot["rev"] == 0
    assert snapshot["capture"]["state"] == "loading"
    assert snapshot["capture"]["start_ns"] is None
    assert snapshot["demo"] is None
    assert all(snapshot[name] == [] for name in WATCHED)
    session.stop()


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = sample(tmp_path / "sample.pcapng")
    path.write_bytes(path.read_bytes()[:-10])
    with running(Session.of_file(path)) as session:
        mirror = Mirror(session)
        wait_until(mirror.is_ended, "the file to be loaded")
        assert mirror.lengths["packets"] == SAMPLE_PACKETS - 1
        assert len(mirror.capture["notes"]) == 1


def test_a_page_that_follows_a_live_capture_knows_what_the_file_says(wire: Wire) -> None:
    with running(live(wire)) as session:
        mirror = Mirror(session)
        for _ in conversation(wire):
            wait_until(lambda: mirror.has(wire.packets), "the packets to show")
        shown = mirror.rows
        assert mirror.resyncs == 0
    assert shown == truth(wire.path)


def conversation(wire: Wire) -> Iterator[None]:
    yield
    first, second = Talk(wire, 40001), chat(wire, 40002, "Hi")
    yield
    first.client(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    yield
    second.server(frame("are you there?"))
    first.server(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
    yield
    first.overtake(b"abc", b"def")
    yield
    first.arrive()
    first.close()
    yield
    exchange(wire, 40003)
    second.close()
    yield


def test_a_live_capture_shows_where_it_comes_from_and_what_the_kernel_counted(wire: Wire) -> None:
    with running(live(wire)) as session:
        exchange(wire, 40001)
        mirror = Mirror(session)
        wait_until(lambda: mirror.has(wire.packets), "the packets to show")
        expected = {"name": "lo", "source": "live", "state": "running", "interface": "lo", "recording": "spool.pcapng"}
        assert {key: mirror.capture[key] for key in expected} == expected
        assert mirror.capture["dropped"] == 3
        wait_until(lambda: mirror.has(wire.packets) and mirror.capture["received"] == wire.packets, "the count")


def test_a_live_capture_goes_on_to_when_it_was_last_looked_at(wire: Wire) -> None:
    exchange(wire, 40001)
    last = wire.now - STEP_NS
    clock = iter((last - 1, last + 2_700_000_000))
    showing = ShownCapture.of_spool(wire.path, "lo", lambda: Counters(0, 0), clock=lambda: next(clock))
    assert showing.extent() is None
    showing.step()
    assert showing.extent() == Span(START_NS, last), "a clock that lags takes nothing away"
    showing.step()
    assert showing.extent() == Span(START_NS, last + 2_700_000_000)
    assert showing.delta()["capture"]["looked_ns"] == 2_000_000_000, "told in whole seconds"
    showing.close()


def test_a_saved_capture_ends_at_its_last_packet(tmp_path: Path) -> None:
    showing = ShownCapture.of_file(sample(tmp_path / "sample.pcapng"))
    while showing.state is not State.ENDED:
        showing.step()
    assert showing.extent() == extent(showing.capture)
    assert showing.describe()["capture"]["looked_ns"] is None
    showing.close()


def test_the_rate_falls_to_nothing_when_nothing_comes(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.session.packet_rate.WINDOW_SECONDS", 0.3)
    with running(live(wire)) as session:
        mirror = Mirror(session)
        exchange(wire, 40001)
        wait_until(lambda: mirror.has(wire.packets) and mirror.capture["rate"] == 0, "the rate to fall")
        assert max(mirror.rates) > 0


def test_while_paused_nothing_moves_and_nothing_is_lost(wire: Wire) -> None:
    with running(live(wire)) as session:
        mirror = Mirror(session)
        assert session.pause()
        assert not session.pause()
        exchange(wire, 40001)
        wait_until(lambda: mirror.has(0) and mirror.capture["state"] == "paused", "the pause")
        assert session.snapshot()["lengths"]["packets"] == 0
        assert session.resume()
        assert not session.resume()
        wait_until(lambda: mirror.has(wire.packets), "the packets to show")
        assert mirror.capture["state"] == "running"


def test_pages_are_told_of_a_note_also_when_nothing_else_happens_any_more(tmp_path: Path) -> None:
    with running(Session.of_file(sample(tmp_path / "sample.pcapng"))) as session:
        mirror = Mirror(session)
        wait_until(lambda: mirror.has(SAMPLE_PACKETS) and mirror.capture["state"] == "ended", "the end of the file")
        for times in (1, 2):
            session.noted()
            wait_until(lambda: mirror.has(SAMPLE_PACKETS) and mirror.capture["noted"] == times, "word of the note")  # noqa: B023


def test_a_capture_process_that_dies_is_noticed_and_what_it_wrote_is_shown(wire: Wire) -> None:
    troubles: list[Trouble] = []
    with running(live(wire, troubles=lambda: troubles)) as session:
        mirror = Mirror(session)
        exchange(wire, 40001)
        assert mirror.capture["troubles"] == []
        troubles.append(Trouble("The capture process ended by itself: killed."))
        wait_until(mirror.is_ended, "the end")
        assert mirror.lengths["packets"] == wire.packets
        assert mirror.capture["troubles"] == [troubles[0].sentence]
        assert mirror.capture["notes"] == mirror.capture["troubles"]


@pytest.mark.parametrize("paused", [False, True], ids=["running", "paused"])
def test_a_helper_that_dies_is_told_while_the_capture_goes_on(wire: Wire, paused: bool) -> None:
    troubles: list[Trouble] = []
    with running(live(wire, troubles=lambda: troubles)) as session:
        mirror = Mirror(session)
        if paused:
            session.pause()
        troubles.append(Trouble("Nobody watches the sockets.", ends_capture=False))
        wait_until(mirror.is_in_trouble, "the word")
        assert mirror.capture["troubles"] == ["Nobody watches the sockets."]
        assert mirror.capture["state"] == ("paused" if paused else "running")


def test_a_paused_view_tells_at_once_that_nothing_more_is_captured(wire: Wire) -> None:
    troubles: list[Trouble] = []
    with running(live(wire, troubles=lambda: troubles)) as session:
        mirror = Mirror(session)
        session.pause()
        troubles.append(Trouble("The capture process ended by itself: killed."))
        wait_until(mirror.is_in_trouble, "the word")


def test_a_replay_shows_packets_when_they_were(tmp_path: Path) -> None:
    path = sample(tmp_path / "sample.pcapng")
    with running(Session.of_replay(path, speed=0.05)) as session:
        mirror = Mirror(session)
        wait_until(lambda: not mirror.has(0), "the first packets")
        assert 0 < mirror.lengths["packets"] < SAMPLE_PACKETS
        assert mirror.capture["source"] == "replay"
        wait_until(mirror.is_ended, "the replay to end")
        assert mirror.rows == truth(path)


def test_of_many_new_rows_a_delta_holds_the_newest(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing_module, "NEW_ROWS", 5)
    with running(live(wire)) as session:
        mirror = Mirror(session)
        session.pause()
        for port in range(40001, 40009):
            exchange(wire, port)
        session.resume()
        wait_until(lambda: mirror.has(wire.packets), "the packets to show")
        assert mirror.stale == set()
        assert sorted(mirror.rows["connections"]) == [3, 4, 5, 6, 7]


def test_when_more_rows_changed_than_a_delta_holds_they_are_said_to_be_stale(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing_module, "CHANGED_ROWS", 5)
    with running(live(wire)) as session:
        mirror = Mirror(session)
        talks = [Talk(wire, port) for port in range(40001, 40009)]
        wait_until(lambda: mirror.has(wire.packets), "the connections to show")
        session.pause()
        for talk in talks:
            talk.close()
        session.resume()
        wait_until(lambda: mirror.has(wire.packets), "their ends to show")
        assert mirror.stale == {"connections"}


def test_a_snapshot_holds_the_newest_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing_module, "SNAPSHOT_ROWS", 2)
    with running(Session.of_file(sample(tmp_path / "sample.pcapng"))) as session:
        mirror = Mirror(session)
        wait_until(mirror.is_ended, "the file to be loaded")
        assert sorted(mirror.rows["connections"]) == [1, 2]
        assert mirror.lengths["connections"] == 3


def test_a_live_capture_is_not_shown_without_end(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing_module, "MAX_LIVE_PACKETS", 10)
    with running(live(wire)) as session:
        mirror = Mirror(session)
        exchange(wire, 40001)
        exchange(wire, 40002)
        wait_until(mirror.is_ended, "the limit")
        assert mirror.capture["notes"] == ["Stopped showing after 10 packets; the recording holds the rest."]


def test_a_failing_analysis_is_said_and_what_is_there_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        """Fails after the first batch."""

        def step(self, capture: Capture) -> int:
            if len(capture.packets):
                raise ValueError("the reason")
            return capture.advance(5)

        def hold(self) -> None:
            pass

    capture = Capture(open_packets(sample(tmp_path / "sample.pcapng")))
    with caplog.at_level(logging.ERROR), running(Session(ShownCapture(capture, Failing(), Source.FILE))) as session:
        mirror = Mirror(session)
        wait_until(mirror.is_ended, "the failure")
        assert mirror.lengths["packets"] == 5
        assert "the reason" in mirror.capture["notes"][0]
    assert "the engine failed" in caplog.text


def test_reading_waits_for_the_batch_in_hand_and_no_longer(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "big.pcapng")
    for port in range(1025, 3025):
        exchange(wire, port)
    wire.close()

    def open_and_read() -> bool:
        seen: set[int] = set()
        with running(Session.of_file(wire.path)) as session:
            while session.snapshot()["capture"]["state"] == "loading":
                with session.reading() as capture:
                    seen.add(len(capture.packets))
                    assert len(capture.packets["time_ns"]) == len(capture.packets)
            assert len(session.snapshot()["connections"]) == 500
        return len(seen) > 1

    wait_until(open_and_read, "a look between two batches")


def test_something_else_on_show_is_told_and_home_waits(wire: Wire, tmp_path: Path) -> None:
    exchange(wire, 40001)
    with running(live(wire)) as session:
        mirror = Mirror(session)
        wait_until(lambda: mirror.has(8), "the live capture")
        before = session.snapshot()["showing"]
        session.show(ShownCapture.of_file(sample(tmp_path / "sample.pcapng"), name="a sample"))
        wait_until(mirror.is_ended, "the saved capture")
        assert session.snapshot()["showing"] != before
        assert (mirror.capture["name"], mirror.capture["source"], session.is_at_home) == ("a sample", "file", False)
        assert mirror.lengths["packets"] == SAMPLE_PACKETS
        exchange(wire, 40002)
        session.show(session.home)
        wait_until(lambda: mirror.has(16), "what came while it was away")
        assert (mirror.capture["source"], session.is_at_home) == ("live", True)


def test_what_is_shown_no_more_is_put_away(wire: Wire, tmp_path: Path) -> None:
    ended: list[str] = []
    spool = Wire(tmp_path / "other.pcapng")
    exchange(spool, 40001)
    with running(live(wire)) as session:
        other = ShownCapture.of_spool(spool.path, "eth0", lambda: Counters(0, 0), halt=lambda: ended.append("capture"))
        session.show(other)
        assert not ended
        session.show(session.home)
        assert ended == ["capture"]
        assert other.capture.source.data.nbytes == 0
    spool.close()


def test_a_live_capture_can_be_ended_and_is_read_to_its_end(wire: Wire, tmp_path: Path) -> None:
    spool = Wire(tmp_path / "other.pcapng")
    with running(live(wire)) as session:
        assert not session.halt()  # what the command line began, the command line ends
        session.show(
            ShownCapture.of_spool(spool.path, "eth0", lambda: Counters(8, 0), halt=lambda: exchange(spool, 40001))
        )
        mirror = Mirror(session)
        assert mirror.capture["can_stop"] is True
        assert session.halt()
        wait_until(mirror.is_ended, "the end of the capture")
        assert (mirror.lengths["packets"], mirror.capture["can_stop"], mirror.capture["notes"]) == (8, False, [])
        assert not session.halt()
    spool.close()
