"""Server-Sent Events, by the examples of the standard."""

from __future__ import annotations

from inspector.content.event_stream import ServerEvent, server_sent_events


def test_data_over_several_lines_is_one_event() -> None:
    assert server_sent_events(b"data: YHOO\ndata: +2\ndata: 10\n\n") == [ServerEvent("message", "YHOO\n+2\n10", "")]


def test_comments_ids_and_fields_without_a_value() -> None:
    said = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    assert server_sent_events(said) == [
        ServerEvent("message", "first event", "1"),
        ServerEvent("message", "second event", ""),
        ServerEvent("message", " third event", ""),
    ]


def test_an_event_without_data_and_one_that_is_cut_off_are_none() -> None:
    assert server_sent_events(b"event: add\n\nevent: add\r\ndata\r\n\r\ndata: cut") == [ServerEvent("add", "", "")]


def test_a_flood_is_bounded() -> None:
    assert len(server_sent_events(b"data: x\n\n" * 5000)) == 1000
