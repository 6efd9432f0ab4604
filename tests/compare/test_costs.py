"""Packets and bytes by purpose, compared with counts by hand."""

from __future__ import annotations

from inspector.compare.comparison import Findings
from inspector.compare.delivery_methods import Kind
from tests.compare.traffic import HEADERS, NEWS


def test_building_talking_and_closing_are_told_apart(five: Findings) -> None:
    # Handshakes, then questions, answers and their acknowledgments, then FIN, FIN and ACK.
    assert five.costs[Kind.CLOSED].packets == (6 * 3, 6 * 4, 6 * 3)
    assert five.costs[Kind.KEPT].packets == (3, 3 * 4, 3)
    # A stream opens with the question, its acknowledgment and the answer's head; then three events and the last chunk.
    assert five.costs[Kind.STREAM].packets == (3 + 3, 1 + 4 * 2, 3)
    # The upgrade likewise; four messages; two close frames before the FINs.
    assert five.costs[Kind.WEBSOCKET].packets == (3 + 3, 1 + 4 * 2, 4 + 3)


def test_building_and_closing_of_a_plain_connection_carry_nothing_but_headers(five: Findings) -> None:
    cost = five.costs[Kind.CLOSED]
    assert (cost.wire_bytes[0], cost.wire_bytes[2]) == (18 * HEADERS, 18 * HEADERS)


def test_messages_and_useful_bytes_are_those_that_were_said(five: Findings) -> None:
    news = sum(map(len, NEWS))
    assert (five.costs[Kind.CLOSED].messages, five.costs[Kind.CLOSED].useful) == (6, 2 * news)
    assert (five.costs[Kind.STREAM].messages, five.costs[Kind.STREAM].useful) == (3, news)
    assert (five.costs[Kind.WEBSOCKET].messages, five.costs[Kind.WEBSOCKET].useful) == (4, news + 17)


def test_every_packet_of_a_compared_connection_is_counted_once(five: Findings) -> None:
    packets = five.capture.packets
    assert sum(cost.all_packets for cost in five.costs.values()) == len(packets)
    assert sum(cost.all_bytes for cost in five.costs.values()) == int(packets["length"].sum())
