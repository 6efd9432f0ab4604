"""The packet table of the page: rows under a filter, one packet taken apart, and notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine.capture import Capture
from inspector.views import rows
from tests.web.traffic import SAMPLE_PACKETS, SYN, Talk, Wire, sample
from tests.web.visitor import Visitor, opened, plain, program, served, wait_until
from web.session.session import Session


def numbers(ours: Visitor, query: str) -> list[int]:
    return [row["number"] for row in ours.get(f"/api/packets?{query}")["rows"]]


def test_packets_are_the_rows_of_the_engine_with_sockets_and_cargo(ours: Visitor, capture: Capture) -> None:
    answer = ours.get("/api/packets")
    engine = plain(rows.packet_rows(capture))
    assert [{name: row[name] for name in engine[0]} for row in answer["rows"]] == engine
    assert answer["total"] == SAMPLE_PACKETS
    first = answer["rows"][0]
    assert (first["client"], first["server"], first["protocol"]) == ("127.0.0.1:40001", "127.0.0.1:80", "http")
    assert {row["silent"] for row in answer["rows"]} == {None}, "both ends of each connection were heard"
    assert [row["carries"] for row in answer["rows"][3:5]] == [
        [{"kind": "request", "row": 0, "text": "GET /first"}],
        [{"kind": "response", "row": 0, "text": "200 OK"}],
    ]


@pytest.mark.parametrize("query", ["", "q=ack", "q=%231"])
def test_packets_tell_the_time_since_the_one_listed_before_and_are_sorted_by_it(ours: Visitor, query: str) -> None:
    listed = ours.get(f"/api/packets?{query}")["rows"]
    times = [row["time_ns"] for row in listed]
    passed = [later - before for before, later in zip(times[:1] + times, times, strict=False)]
    since = {row["number"]: ns for row, ns in zip(listed, passed, strict=True)}
    assert {row["number"]: row["since_ns"] for row in listed} == since
    assert [row["since_ns"] for row in ours.get(f"/api/packets?{query}&start=1&stop=3")["rows"]] == [
        since[row["number"]] for row in listed[1:3]
    ]
    longest = ours.get(f"/api/packets?{query}&order=-since_ns")["rows"]
    assert [row["since_ns"] for row in longest] == sorted(since.values(), reverse=True)


def test_a_packet_tells_which_end_was_never_heard(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "silent.pcapng")
    wire.put((40001, 80), 100, 0, SYN)
    wire.close()
    with opened(wire.path) as ours:
        assert [row["silent"] for row in ours.get("/api/packets")["rows"]] == ["server"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("q=", list(range(1, SAMPLE_PACKETS + 1)), id="no word leaves all"),
        pytest.param("q=40002", list(range(9, 19)), id="a port"),
        pytest.param("q=40002&start=2&stop=4", [11, 12], id="a range of what a port leaves"),
        pytest.param("q=syn+client", [1, 9, 19], id="a flag, and who sent it"),
        pytest.param("q=/SECOND", [22], id="bytes, whatever the case"),
        pytest.param("q=%231&connection=1", list(range(9, 19)), id="a connection, said twice"),
        pytest.param("connection=2&q=fin", [24, 25], id="a flag in a connection"),
        pytest.param("q=no+such+thing", [], id="nothing"),
        pytest.param("from=0&to=2000000&q=tcp", [1, 2, 3], id="a time range"),
    ],
)
def test_the_filter_leaves_what_every_word_fits(ours: Visitor, query: str, expected: list[int]) -> None:
    assert numbers(ours, query) == expected


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        pytest.param("/api/packets/12/place", {"index": 11, "total": SAMPLE_PACKETS}, id="without a filter"),
        pytest.param("/api/packets/12/place?q=40002", {"index": 3, "total": 10}, id="among those of a port"),
        pytest.param("/api/packets/1/place?q=40002", {"index": None, "total": 10}, id="not among them"),
        pytest.param("/api/packets/999/place", {"index": None, "total": SAMPLE_PACKETS}, id="behind the last"),
    ],
)
def test_a_packet_has_a_place_under_the_filter(ours: Visitor, asked: str, place: dict[str, int]) -> None:
    assert ours.get(asked) == place


def test_a_packet_comes_with_its_layers_its_bytes_and_its_neighbours(ours: Visitor, capture: Capture) -> None:
    opened = ours.get("/api/packets/4")
    assert opened["packet"]["number"] == 4
    assert bytes.fromhex(opened["bytes"]) == capture.packet_bytes(3)
    assert b"GET /first" in bytes.fromhex(opened["bytes"])
    assert len(opened["layers"]) >= 3
    assert (opened["previous"], opened["next"], opened["place"]) == (3, 5, [4, 8])
    ends = [ours.get(f"/api/packets/{number}") for number in (9, 18)]
    assert [(end["previous"], end["next"]) for end in ends] == [(None, 10), (17, None)]


def test_a_packet_comes_with_the_exchanges_messages_and_anomalies_it_belongs_to(ours: Visitor, tmp_path: Path) -> None:
    assert ours.get("/api/packets/4")["within"] == [{"kind": "request", "row": 0, "text": "GET /first"}]
    message = ours.get("/api/packets/14")
    assert [(piece["kind"], piece["row"]) for piece in message["within"]] == [("message", 0)]
    assert (message["within_more"], message["anomalies"], message["anomalies_more"]) == (0, [], 0)
    wire = Wire(tmp_path / "odd.pcapng")
    Talk(wire, 40001).client(b"GET / HTTP/1.1\nHost: a\n\n")  # lines that end with LF alone
    wire.close()
    with opened(wire.path) as odd:
        answer = odd.get("/api/packets/4")
    assert [(row["code"], row["packet"]) for row in answer["anomalies"]] == [("http-bare-lf", 4)]


def test_a_note_is_kept_shown_and_taken_away(tmp_path: Path) -> None:
    path = sample(tmp_path / "sample.pcapng")
    before = path.read_bytes()
    with opened(path) as ours:
        said = ours.post("/api/packets/4/note", {"text": " why <b>so</b> late? "})
        assert said.json()["packet"]["comment"] == "why <b>so</b> late?"
        assert ours.get("/api/packets?start=3&stop=4")["rows"][0]["comment"] == "why <b>so</b> late?"
        ours.post("/api/packets/5/note", {"text": "Bookmark"})
        notes = ours.get("/api/notes")
        assert [(row["number"], row["comment"]) for row in notes["rows"]] == [
            (4, "why <b>so</b> late?"),
            (5, "Bookmark"),
        ]
        assert (notes["total"], notes["unsaved"], notes["kept_in"]) == (2, 2, "sample.pcapng.notes")
        assert ours.post("/api/packets/5/note", {"text": ""}).json()["packet"]["comment"] is None
    with opened(path) as ours:
        rows = ours.get("/api/notes")["rows"]
        assert [row["number"] for row in rows] == [4]
    assert path.read_bytes() == before


def test_a_growing_recording_takes_notes_too(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "live.pcapng")
    talk = Talk(wire, 40001)
    from inspector.live.packet_source import Counters

    with served(Session.of_spool(wire.path, "lo", Counters)) as dashboard:
        ours = program(dashboard)
        wait_until(lambda: ours.get("/api/packets")["total"] == 3, "the handshake")
        assert ours.post("/api/packets/2/note", {"text": "the answer"}).status == 200
        talk.client(b"more")
        wait_until(lambda: ours.get("/api/packets")["total"] == 4, "one more packet")
        assert [row["comment"] for row in ours.get("/api/packets")["rows"]] == [None, "the answer", None, None]
    wire.close()


@pytest.mark.parametrize(
    ("number", "body", "status"),
    [
        pytest.param(999, {"text": "x"}, 404, id="a packet that is not there"),
        pytest.param(1, {"text": 7}, 400, id="a text that is none"),
        pytest.param(1, ["text"], 400, id="no object"),
        pytest.param(1, {"text": "x" * 5000}, 409, id="too long"),
    ],
)
def test_a_note_that_cannot_be_kept_is_refused(ours: Visitor, number: int, body: object, status: int) -> None:
    assert ours.post(f"/api/packets/{number}/note", body).refusal() == status
