"""Sent is not received: what ends are taken to have got, what confirms it, and what takes it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .play import Play

Act = Callable[[Play], object]


def a_whole_life(p: Play) -> None:
    p.handshake()
    p.client("PA", b"hello", seq=100, ack=300)
    p.server("A", seq=300, ack=105)
    p.client("FA", seq=105, ack=300)
    p.server("A", seq=300, ack=106)
    p.server("FA", seq=300, ack=106)
    p.client("A", seq=106, ack=301)


def refused(p: Play) -> None:
    p.client("S", seq=99)
    p.server("RA", seq=0, ack=100)


def unanswered(p: Play) -> None:
    for _ in range(3):
        p.client("S", seq=99, after_ms=1000)


def answered_late(p: Play) -> None:
    unanswered(p)
    p.server("SA", seq=299, ack=100)


def spoofed(p: Play) -> None:
    p.client("S", seq=99)
    for _ in range(3):
        p.server("SA", seq=299, ack=100, after_ms=1000)


def half_open_scan(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("R", seq=100)


def stray_syn_ack(p: Play) -> None:
    p.server("SA", seq=299, ack=100)
    p.client("R", seq=100)


def both_ask(p: Play) -> None:
    p.client("S", seq=99)
    p.server("S", seq=299)
    p.client("SA", seq=99, ack=300)
    p.server("SA", seq=299, ack=100)


def syn_ack_lost(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("S", seq=99, after_ms=1000)
    p.server("SA", seq=299, ack=100)
    p.client("A", seq=100, ack=300)


def last_of_the_handshake_lost(p: Play) -> None:
    p.handshake()
    p.server("SA", seq=299, ack=100, after_ms=1000)
    p.client("A", seq=100, ack=300)
    p.client("PA", b"hello", seq=100, ack=300)
    p.server("A", seq=300, ack=105)


def fast_open(p: Play) -> None:
    p.client("S", b"GET", seq=99)
    p.server("SA", seq=299, ack=103)
    p.server("PA", b"200", seq=300, ack=103)
    p.client("A", seq=103, ack=303)
    p.client("PA", b"GET", seq=103, ack=303)
    p.server("A", seq=303, ack=106)


def fin_lost(p: Play) -> None:
    p.handshake()
    p.client("PA", b"hello", seq=100, ack=300)
    p.server("A", seq=300, ack=105)
    p.client("FA", seq=105, ack=300)
    p.client("FA", seq=105, ack=300, after_ms=300)
    p.server("A", seq=300, ack=106)


def fin_crossed_by_bytes(p: Play) -> None:
    p.handshake()
    p.client("FA", seq=100, ack=300)
    p.server("PA", b"more", seq=300, ack=100)
    p.server("A", seq=304, ack=101)


def ack_of_fin_lost(p: Play) -> None:
    p.handshake()
    p.client("FA", seq=100, ack=300)
    p.server("A", seq=300, ack=101)
    p.client("FA", seq=100, ack=300, after_ms=300)
    p.server("A", seq=300, ack=101)


def simultaneous_close(p: Play) -> None:
    p.handshake()
    p.client("FA", seq=100, ack=300)
    p.server("FA", seq=300, ack=100)
    p.client("A", seq=101, ack=301)
    p.server("A", seq=301, ack=101)


def reset_of_a_half_open_one(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("RA", seq=100, ack=300)


def stray_fin(p: Play) -> None:
    p.client("F", seq=100)
    p.server("RA", seq=0, ack=101)


def stray_ack(p: Play) -> None:
    p.client("A", seq=100, ack=300)
    p.server("R", seq=300)


def midstream(p: Play) -> None:
    p.client("PA", b"hello", seq=100, ack=300)
    p.client("PA", b"hello", seq=105, ack=300)
    p.server("A", seq=300, ack=110)


def somebody_elses_reset(p: Play) -> None:
    p.handshake()
    p.client("PA", b"GET", seq=100, ack=300)
    p.server("R", seq=300)
    p.server("PA", b"200", seq=300, ack=103)
    p.client("A", seq=103, ack=303)


def reset_while_bytes_come(p: Play) -> None:
    p.handshake()
    p.client("PA", b"one", seq=100, ack=300)
    p.server("RA", seq=300, ack=103)
    p.client("PA", b"two", seq=103, ack=300)


def half_open_discovery(p: Play) -> None:
    p.client("S", seq=400)
    p.server("A", seq=300, ack=100)
    p.client("R", seq=100)
    p.client("S", seq=400)
    p.server("SA", seq=900, ack=401)
    p.client("A", seq=401, ack=901)


OPENING = ["SYN-SENT SYN-RECEIVED", "ESTABLISHED SYN-RECEIVED"]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (
            a_whole_life,
            [
                *OPENING,
                "ESTABLISHED ESTABLISHED",
                "ESTABLISHED ESTABLISHED",
                "ESTABLISHED ESTABLISHED",
                "FIN-WAIT-1 CLOSE-WAIT",
                "FIN-WAIT-2 CLOSE-WAIT",
                "TIME-WAIT LAST-ACK",
                "TIME-WAIT CLOSED?",
            ],
        ),
        (refused, ["SYN-SENT CLOSED", "CLOSED? CLOSED"]),
        (unanswered, ["SYN-SENT LISTEN?", "SYN-SENT LISTEN?", "SYN-SENT LISTEN?"]),
        (
            answered_late,
            ["SYN-SENT LISTEN?", "SYN-SENT LISTEN?", "SYN-SENT SYN-RECEIVED", "ESTABLISHED? SYN-RECEIVED"],
        ),
        (spoofed, ["SYN-SENT SYN-RECEIVED", *["SYN-SENT? SYN-RECEIVED"] * 3]),
        (half_open_scan, ["SYN-SENT SYN-RECEIVED", "SYN-SENT? SYN-RECEIVED", "CLOSED LISTEN?"]),
        (stray_syn_ack, ["CLOSED SYN-RECEIVED", "CLOSED LISTEN?"]),
        (
            both_ask,
            ["SYN-SENT CLOSED", "SYN-RECEIVED SYN-SENT", "SYN-RECEIVED SYN-RECEIVED", "ESTABLISHED? ESTABLISHED?"],
        ),
        (
            syn_ack_lost,
            [
                "SYN-SENT SYN-RECEIVED",
                "SYN-SENT SYN-RECEIVED",
                "SYN-SENT SYN-RECEIVED",
                "ESTABLISHED SYN-RECEIVED",
                "ESTABLISHED ESTABLISHED?",
            ],
        ),
        (
            last_of_the_handshake_lost,
            [
                *OPENING,
                "ESTABLISHED SYN-RECEIVED",
                "ESTABLISHED SYN-RECEIVED",
                *["ESTABLISHED ESTABLISHED"] * 3,
            ],
        ),
        (
            fast_open,
            [
                *OPENING,
                "ESTABLISHED SYN-RECEIVED",
                *["ESTABLISHED ESTABLISHED"] * 3,
            ],
        ),
        (
            fin_lost,
            [
                *OPENING,
                *["ESTABLISHED ESTABLISHED"] * 3,
                "FIN-WAIT-1 ESTABLISHED",
                "FIN-WAIT-1 CLOSE-WAIT",
                "FIN-WAIT-2? CLOSE-WAIT",
            ],
        ),
        (
            fin_crossed_by_bytes,
            [
                *OPENING,
                "ESTABLISHED ESTABLISHED",
                "FIN-WAIT-1 ESTABLISHED",
                "FIN-WAIT-1 ESTABLISHED",
                "FIN-WAIT-2? CLOSE-WAIT",
            ],
        ),
        (
            ack_of_fin_lost,
            [
                *OPENING,
                "ESTABLISHED ESTABLISHED",
                "FIN-WAIT-1 CLOSE-WAIT",
                "FIN-WAIT-1 CLOSE-WAIT",
                "FIN-WAIT-1 CLOSE-WAIT",
                "FIN-WAIT-2? CLOSE-WAIT",
            ],
        ),
        (
            simultaneous_close,
            [
                *OPENING,
                "ESTABLISHED ESTABLISHED",
                "FIN-WAIT-1 ESTABLISHED",
                "CLOSING FIN-WAIT-1",
                "CLOSING CLOSING?",
                "TIME-WAIT? TIME-WAIT?",
            ],
        ),
        (reset_of_a_half_open_one, ["SYN-SENT SYN-RECEIVED", "ESTABLISHED SYN-RECEIVED", "CLOSED LISTEN?"]),
        (stray_fin, ["FIN-WAIT-1 CLOSED", "CLOSED? CLOSED"]),
        (stray_ack, ["ESTABLISHED CLOSED", "CLOSED? CLOSED"]),
        (midstream, ["ESTABLISHED ESTABLISHED"] * 3),
        (somebody_elses_reset, [*OPENING, *["ESTABLISHED ESTABLISHED"] * 5]),
        (
            reset_while_bytes_come,
            [*OPENING, *["ESTABLISHED ESTABLISHED"] * 2, "ESTABLISHED CLOSED", "CLOSED? CLOSED"],
        ),
        (
            half_open_discovery,
            [
                "SYN-SENT ESTABLISHED",
                "SYN-SENT ESTABLISHED",
                "SYN-SENT CLOSED",
                "SYN-SENT CLOSED",
                "ESTABLISHED SYN-RECEIVED",
                "ESTABLISHED ESTABLISHED?",
            ],
        ),
    ],
    ids=[
        "an ordinary life leaves nothing in doubt but its end",
        "a port that refuses never listened",
        "nobody who never answers has received a SYN",
        "the SYN that is answered is the one that arrived",
        "a spoofed client is never established",
        "a scanner that resets is never established",
        "an end that refuses a SYN-ACK had not asked",
        "in a simultaneous open nobody listened",
        "a client that repeats its SYN has no answer yet",
        "a server that repeats its SYN-ACK is not established",
        "bytes before the handshake is over show nothing in Fast Open",
        "a FIN that is repeated had been lost",
        "a FIN that bytes cross is received later",
        "a FIN that is repeated had not been acknowledged",
        "both ends close at once",
        "a RST to a server in SYN-RECEIVED lets it listen again",
        "a FIN out of nothing meets a closed port",
        "an ACK out of nothing meets a closed port",
        "a connection that is open already",
        "a RST that both ends ignore ends nothing",
        "a RST that bytes cross arrives after them",
        "a client that has forgotten an old connection asks until that is gone",
    ],
)
def test_states(act: Act, expected: list[str]) -> None:
    play = Play()
    act(play)
    assert play.run().claims() == expected
