"""The story of a capture: a golden file for every sample, and the rules behind it."""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.views.story import EventKind, events, phases, sentence
from inspector.views.story.sentences import SENTENCES

ROOT = Path(__file__).parent.parent.parent.parent
SAMPLES = sorted((ROOT / "captures").glob("*.pcapng"))
GOLDEN = Path(__file__).parent.parent.parent / "golden"
REWRITE = "REWRITE_GOLDEN"
"""Set in the environment to write the golden stories anew; then read the difference."""

MOST_LINES = 800
"""Maximum lines of a golden story; the rest, as of a thousand clients, is counted."""

CLIENT_PORT = re.compile(r"(127\.0\.0\.1|\[::1\]):([3-6]\d{4})")


def story(capture: Capture) -> str:
    """Every event as a line; client ports, which the system draws, are left out."""
    table = events(capture)
    lines = [
        f"{table['connection'][i]:3d} {EventKind(int(table['kind'][i])).name:12s} {sentence(capture, table, i)}"
        for i in range(min(len(table), MOST_LINES))
    ]
    rest = Counter(EventKind(kind).name for kind in table["kind"][MOST_LINES:].tolist())
    lines += [f"and {count} more {name}" for name, count in sorted(rest.items())]
    return CLIENT_PORT.sub(r"\1:client", "\n".join(lines)) + "\n"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_golden_story(path: Path) -> None:
    golden = GOLDEN / f"{path.stem}.story.txt"
    with inspector.open(path) as capture:
        told = story(capture)
    if REWRITE in os.environ:
        golden.write_text(told)
    assert told == golden.read_text()


def test_the_story_of_one_connection_is_its_part_of_the_whole(demo: Capture) -> None:
    whole = events(demo)
    for connection in range(len(demo.connections)):
        part = events(demo, connection)
        chosen = whole["connection"] == connection
        for column in part.columns:
            np.testing.assert_array_equal(part[column], whole[column][chosen])


def test_events_are_in_order_of_packets(demo: Capture) -> None:
    assert (np.diff(events(demo)["packet"]) >= 0).all()


def test_every_kind_has_a_sentence() -> None:
    assert set(SENTENCES) == set(EventKind)


def test_phases_of_an_http_connection_follow_each_other(demo: Capture) -> None:
    found = phases(demo, 0)
    assert [phase.name for phase in found] == ["handshake", "request", "response", "close"]
    assert all(a.last_packet < b.first_packet for a, b in pairwise(found))


def test_phases_of_a_chat(demo: Capture) -> None:
    chat = int(np.flatnonzero(demo.connections["server_port"] == 8765)[0])
    names = [phase.name for phase in phases(demo, chat)]
    assert names == ["handshake", "request", "upgrade", "conversation", "close"]


def test_an_empty_capture_has_no_story(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcap"
    empty.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    with inspector.open(empty) as capture:
        assert len(events(capture)) == 0
