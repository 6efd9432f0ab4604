"""Rows of waits, and their sentences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.lab.sample_captures import demo_recording
from inspector.query.wait_causes import CAUSES, Cause
from inspector.query.waits import waits
from inspector.views.wait_rows import SENTENCES, exchange_sentence, wait_columns
from tests.descriptors.craft import call, seen
from tests.query.conversation import OPENING, REQUEST, RESPONSE, captured
from tests.query.test_waits import CASES, ENDS, at_ns, reported, talk
from tests.views.test_rows import guide_of


def sentences(capture: Capture) -> list[str]:
    found = waits(capture)
    return wait_columns(capture, found, np.arange(len(found.table)))["sentence"].tolist()


BETWEEN = "Round trips from where it was captured: 1 ms to the client, 1 ms to the server."
OR_ACCEPT = "or for accept(): the packets do not show which."

WANTED = {
    "a program that thinks": (
        f"100 ms for the server's program: it sent no byte between packets 5 and 6; {OR_ACCEPT} {BETWEEN}"
    ),
    "a request without a response": (
        f"60 ms for the server's program: it sent no byte between packets 5 and 6; {OR_ACCEPT} {BETWEEN}"
        " No response is in the capture."
    ),
    "Nagle's algorithm against a delayed ACK": (
        "43 ms for a delayed ACK: Nagle's algorithm probably held back the next bytes between packets 4 and 6."
    ),
    "a retransmission by timer": "201 ms for a retransmission timer between packets 4 and 5.",
    "a zero window": "402 ms for a receive window that was zero or full between packets 6 and 9.",
}


@pytest.mark.parametrize("case", WANTED)
def test_a_sentence_names_cause_packets_and_doubt(tmp_path: Path, case: str) -> None:
    with talk(tmp_path, CASES[case][0]) as capture:
        assert sentences(capture) == [WANTED[case]]


def test_a_sentence_adds_what_the_kernel_and_the_program_reported(tmp_path: Path) -> None:
    lines = [*OPENING, (10, "client", "PA", REQUEST), (11, "server", "A", b""), (111, "server", "PA", RESPONSE)]
    with captured(tmp_path, lines) as capture:
        holder = [[100, "cafe", 7]]
        reported(
            capture,
            call("accept", at_ns(3), 7, 1, **ENDS),
            seen(at_ns(31), "ESTABLISHED", 1, holder, **ENDS, unread=31),
        )
        (sentence,) = sentences(capture)
    assert sentence == (
        "100 ms for the server's program: it sent no byte between packets 5 and 6. Its process: p100 (100), fd 7. 20 ms"
        " after the first of them it had not yet read 31 bytes."
    )


def test_an_exchange_has_the_sentence_of_its_wait_if_it_was_slow(tmp_path: Path) -> None:
    with talk(tmp_path, CASES["a retransmission by timer"][0]) as capture:
        assert exchange_sentence(capture, 0) == WANTED["a retransmission by timer"]
    with inspector.open(demo_recording()) as quick:
        assert exchange_sentence(quick, 0) == ""


def test_rows_are_json_with_the_columns_that_the_guide_names(demo: Capture) -> None:
    found = waits(demo)
    built = wait_columns(demo, found, np.arange(len(found.table)))
    columns = {name: column.tolist() for name, column in built.items()}
    assert json.loads(json.dumps(columns)) == columns
    assert not [name for name in columns if f"`{name}`" not in guide_of("waits")]
    assert {len(values) for values in columns.values()} == {len(demo.exchanges) + len(demo.messages)}
    assert all(
        sum(shares.values()) == wait for shares, wait in zip(columns["shares_ns"], columns["wait_ns"], strict=True)
    )


def test_every_cause_has_a_sentence_and_a_code() -> None:
    assert set(SENTENCES) == set(Cause) == set(CAUSES.values())


@pytest.mark.parametrize("name", ["loss-fast", "big-download", "narrow", "crowd"])
def test_the_longest_part_lies_within_the_wait(name: str) -> None:
    with inspector.open(demo_recording().with_name(f"{name}.pcapng")) as capture:
        found = waits(capture)
        for i in range(len(found.table)):
            longest = found.longest(i)
            assert longest is not None
            assert 0 < longest.ns <= found.table["shares"][i, found.table["cause"][i]]
            assert longest.packet <= found.table["last_packet"][i]
