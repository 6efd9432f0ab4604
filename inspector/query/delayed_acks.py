"""Delayed acknowledgments, and bytes that their peer had held back until such an ACK came (Nagle's algorithm).

Both are inferred from times: packets do not say why they were sent.
"""

from __future__ import annotations

import numpy as np

from inspector.query.packet_arrays import PacketArrays
from inspector.tables.arrays import Mask, Rows, Values

DELAY_NS = 30_000_000
"""Minimum time by which a delayed ACK exceeds the round trip: Linux waits at least 40 ms, others up to 500 ms
(RFC 9293 §3.8.6.3)."""

LONGEST_DELAY_NS = 500_000_000

RELEASE_NS = 5_000_000
"""Maximum time between an ACK and the bytes that were held back until it arrived."""

DEFAULT_MSS = 536
"""The maximum segment size if none was announced (RFC 9293 §3.7.1)."""


def delayed_acks(p: PacketArrays) -> tuple[Mask, Rows]:
    """Which packets are ACKs that come later than the round trip explains; and for each packet, the place of the data
    that it would acknowledge, -1 for none.
    """
    rtt, data = p["ack_rtt_ns"], p.last_of(p.has_data, peer=True)
    usual = p.connections["syn_rtt_ns"][p.of]
    is_alone = (data >= 0) & (p["in_flight"][data] == p.payload[data]) & ~p.is_repeat[data]
    late = (rtt >= usual + DELAY_NS) & (rtt <= LONGEST_DELAY_NS + usual)
    return p.is_plain & (p.payload == 0) & (usual >= 0) & is_alone & late, data


def held_back(p: PacketArrays, delayed: Mask) -> Mask:
    """Which packets carry a small piece of data that their sender had probably held back until the packet before, a
    delayed ACK, arrived.
    """
    if not delayed.any():
        return np.zeros(len(p), bool)
    before = p.last(np.ones(len(p), bool))
    released = p.since(before)
    follows = delayed[before] & (p.side != p.side[before]) & (released >= 0) & (released < RELEASE_NS)
    is_small = p.payload < np.where(_peers_mss(p) > 0, _peers_mss(p), DEFAULT_MSS)
    return np.asarray(follows & p.has_data & is_small)


def _peers_mss(p: PacketArrays) -> Values:
    mss: Values = p.connections["mss"][p.of, 1 - p.side]
    return mss
