"""Answers about file descriptors, from the reports in the lab's recordings."""

from __future__ import annotations

import inspector
from inspector.compare import find
from inspector.compare.answers_concurrency import NOT_RECORDED, tokens
from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from tests.conftest import DEMO

SHORT_LIVED = DEMO.with_name("short-lived.pcapng")


def test_every_short_connection_takes_a_token_at_either_end_and_numbers_are_used_again() -> None:
    with inspector.open(SHORT_LIVED) as capture:
        cell = tokens(find(capture), Kind.CLOSED)
    assert cell.text == "6 descriptors"
    assert dict(cell.values) | {"held_ns": 0} == {"tokens": 6, "most": 2, "held_ns": 0, "handed_out_again": 4}
    assert 0 < (cell.values["held_ns"] or 0) < 1_000_000_000
    assert {proof.connection for proof in cell.proof} == {0, 1}
    assert cell.proof[0].what.endswith("holds its end as descriptor 3")


def test_a_recording_without_tokens_says_what_is_missing(five: Findings) -> None:
    assert tokens(five, Kind.WEBSOCKET) == NOT_RECORDED
