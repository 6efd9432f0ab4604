from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

import inspector
from inspector.lab.sample_captures import demo_recording
from inspector.query.push_causes import heart, pushes, strings, text_of
from tests.web.traffic import Talk, Wire, chat, frame


def masked(text: str) -> bytes:
    """A client's text frame; the key is nought, so the payload stays readable."""
    data = text.encode()
    return bytes((0x81, 0x80 | len(data))) + bytes(4) + data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '{"type": "chat message", "text": "Hi"}', "Hi", id="the telling name goes before the longest text"
        ),
        pytest.param(
            '{"a": "x", "b": {"c": ["longest of all"]}}', "longest of all", id="the longest text, however deep"
        ),
        pytest.param('42["chat","hello there"]', "hello there", id="JSON behind a number"),
        pytest.param("plain words", "plain words", id="plain text"),
        pytest.param('{"n": 1}', "", id="JSON without a text says nothing"),
        pytest.param("[" * 10_000, "[" * 10_000, id="brackets without end are plain text"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_heart_of_a_message(text: str, expected: str) -> None:
    assert heart(text) == expected


def test_no_more_texts_are_compared_than_allowed() -> None:
    assert len(strings(json.dumps([str(i) for i in range(1000)]))) == 64


def linked(path: Path) -> list[tuple[int, int, int]]:
    with inspector.open(path) as capture:
        return [(push.row, push.cause, push.after_ns) for push in pushes(capture, 0, len(capture.messages))]


def test_a_push_on_another_connection_is_put_down_to_what_was_said(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice, bob = chat(wire, 40001), chat(wire, 40002)
    alice.client(masked('{"say": "Hi", "to": "Bob"}'))
    bob.server(frame('{"from": "Alice", "say": "Hi"}'))
    bob.server(frame('{"news": "something else"}'))
    wire.close()
    assert linked(wire.path) == [(1, 0, 1_000_000)]


def test_the_latest_that_says_the_same_counts(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    alice.client(masked("again"))
    alice.client(masked("again"))
    alice.server(frame("echo: again"))
    wire.close()
    assert linked(wire.path) == [(2, 1, 1_000_000)]


def test_another_server_has_not_heard_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    monkeypatch.setattr("tests.web.traffic.Talk", partial(Talk, server_port=81))
    other = chat(wire, 40002)
    alice.client(masked("hello there"))
    other.server(frame("hello there"))
    alice.server(frame("hello there"))
    wire.close()
    assert linked(wire.path) == [(2, 0, 2_000_000)]


def test_what_comes_too_late_is_no_push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.query.push_causes.SOON_NS", 500_000)
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    alice.client(masked("hello"))
    alice.server(frame("hello"))
    wire.close()
    assert linked(wire.path) == []


@pytest.mark.parametrize("limit_ns", [1_000_000, 999_999], ids=["at the limit", "a nanosecond beyond"])
def test_how_soon_a_push_must_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit_ns: int) -> None:
    monkeypatch.setattr("inspector.query.push_causes.SOON_NS", limit_ns)
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    alice.client(masked("hello"))
    alice.server(frame("hello"))
    wire.close()
    assert linked(wire.path) == ([(1, 0, 1_000_000)] if limit_ns == 1_000_000 else [])


@pytest.mark.parametrize(("most", "expected"), [(4, [(3, 0)]), (3, [])], ids=["at the limit", "one beyond"])
def test_so_many_messages_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, expected: list[tuple[int, int]]
) -> None:
    monkeypatch.setattr("inspector.query.push_causes.MOST", most)
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    for word in ("hello", "one", "two"):
        alice.client(masked(word))
    alice.server(frame("hello"))
    wire.close()
    with inspector.open(wire.path) as capture:
        assert [(push.row, push.cause) for push in pushes(capture, 0, 4)] == expected


@pytest.mark.parametrize("length", [4096, 4097])
def test_so_many_bytes_of_a_message_are_compared(tmp_path: Path, length: int) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    data = b"x" * length
    alice.client(b"\x81\xfe" + length.to_bytes(2, "big") + bytes(4) + data)
    wire.close()
    with inspector.open(wire.path) as capture:
        assert len(text_of(capture, 0)) == 4096


@pytest.mark.parametrize(("part", "is_found"), [("abcd", True), ("abc", False)])
def test_a_part_of_another_text_must_be_long_enough(tmp_path: Path, part: str, is_found: bool) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    alice.client(masked(part))
    alice.server(frame(f"echo: {part}"))
    wire.close()
    assert bool(linked(wire.path)) is is_found


def test_a_range_has_the_pushes_in_it_and_those_it_caused(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "x.pcapng")
    alice = chat(wire, 40001)
    for word in ("first", "second", "third"):
        alice.client(masked(word))
        alice.server(frame(word))
    wire.close()
    with inspector.open(wire.path) as capture:
        assert [(push.row, push.cause) for push in pushes(capture, 2, 4)] == [(3, 2)]
        assert [(push.row, push.cause) for push in pushes(capture, 4, 5)] == [(5, 4)]
        assert pushes(capture, 6, 9) == []


def test_the_demo_shows_who_heard_alice() -> None:
    with inspector.open(demo_recording()) as capture:
        found = pushes(capture, 0, len(capture.messages))
        texts = [
            capture.bytes_at(int(capture.messages["text_address"][push.cause]), 100).decode("utf-8", "replace")
            for push in found
        ]
        assert any('"Hi"' in text for text in texts)
        assert all(0 <= push.after_ns < 1_000_000_000 for push in found)
