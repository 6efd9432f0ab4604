"""Zeek's conn_state and history, case by case as its documentation of conn.log describes them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from inspector.tcp.verdicts import ConnState

from .play import Play

Packet = tuple[str, str, int, int] | tuple[str, str, int, int, bytes]
"""Client or server, flags, sequence and acknowledgment number, payload."""

SYN: Packet = ("c", "S", 99, 0)
SYN_ACK: Packet = ("s", "SA", 299, 100)
OPENED: tuple[Packet, ...] = (SYN, SYN_ACK, ("c", "A", 100, 300))
CLIENT_FIN: Packet = ("c", "FA", 100, 300)
SERVER_FIN: Packet = ("s", "FA", 300, 100)


@dataclass(frozen=True)
class Case:
    """What the documentation says, packets that are such a case, and what conn.log has of them."""

    says: str
    packets: tuple[Packet, ...]
    state: str
    history: str


STATES = [
    Case("Connection attempt seen, no reply.", (SYN,), "S0", "S"),
    Case("Connection established, not terminated.", OPENED, "S1", "ShA"),
    Case(
        "Normal establishment and termination.",
        (*OPENED, CLIENT_FIN, ("s", "FA", 300, 101), ("c", "A", 101, 301)),
        "SF",
        "ShAFf",
    ),
    Case("Connection attempt rejected.", (SYN, ("s", "RA", 0, 100)), "REJ", "Sr"),
    Case(
        "Connection established and close attempt by originator seen (but no reply from responder).",
        (*OPENED, CLIENT_FIN, ("s", "A", 300, 101)),
        "S2",
        "ShAFa",
    ),
    Case(
        "Connection established and close attempt by responder seen (but no reply from originator).",
        (*OPENED, SERVER_FIN, ("c", "A", 100, 301)),
        "S3",
        "ShAf",
    ),
    Case("Connection established, originator aborted (sent a RST).", (*OPENED, ("c", "R", 100, 0)), "RSTO", "ShAR"),
    Case("Responder sent a RST.", (*OPENED, ("s", "R", 300, 0)), "RSTR", "ShAr"),
    Case(
        "Originator sent a SYN followed by a RST, we never saw a SYN-ACK from the responder.",
        (SYN, ("c", "R", 100, 0)),
        "RSTOS0",
        "SR",
    ),
    Case(
        "Responder sent a SYN ACK followed by a RST, we never saw a SYN from the (purported) originator.",
        (SYN_ACK, ("s", "R", 300, 0)),
        "RSTRH",
        "^hr",
    ),
    Case(
        "Originator sent a SYN followed by a FIN, we never saw a SYN ACK from the responder.",
        (SYN, ("c", "FA", 100, 0)),
        "SH",
        "SF",
    ),
    Case(
        "Responder sent a SYN ACK followed by a FIN, we never saw a SYN from the originator.",
        (SYN_ACK, SERVER_FIN),
        "SHR",
        "^hf",
    ),
    Case("No SYN seen, just midstream traffic.", (("c", "A", 100, 300), ("s", "A", 300, 100)), "OTH", "Aa"),
]

HI = b"hi"

LETTERS = [
    Case("d: packet with payload", (*OPENED, ("c", "PA", 100, 300, HI), ("s", "PA", 300, 102, HI)), "S1", "ShADd"),
    Case("once per direction", (*OPENED, ("c", "PA", 100, 300, HI), ("c", "PA", 102, 300, HI)), "S1", "ShAD"),
    Case(
        "t: packet with retransmitted payload",
        (*OPENED, ("c", "PA", 100, 300, HI), ("c", "PA", 100, 300, HI)),
        "S1",
        "ShADT",
    ),
    Case("i: inconsistent packet (e.g. FIN+RST bits set)", (*OPENED, ("s", "FRA", 300, 100)), "RSTR", "ShAi"),
    Case("q: multi-flag packet (SYN+FIN or SYN+RST bits set)", (SYN, ("c", "SF", 99, 0)), "S0", "SQ"),
    Case("^: connection direction was flipped", (SYN_ACK, ("c", "A", 100, 300)), "OTH", "^hA"),
]


def zeek(packets: tuple[Packet, ...], **fields: int) -> tuple[str, str]:
    """The conn_state and history of a connection; `fields` are those of its last packet."""
    play = Play()
    for number, (who, flags, seq, ack, *payload) in enumerate(packets, 1):
        send = play.client if who == "c" else play.server
        send(flags, *payload, seq=seq, ack=ack, **(fields if number == len(packets) else {}))
    play.run()
    history = bytes(play.connections["history"][0]).rstrip(b"\0").decode()
    return ConnState(int(play.connections["conn_state"][0])).name, history


@pytest.mark.parametrize("case", [*STATES, *LETTERS], ids=lambda case: case.says)
def test_documented_cases(case: Case) -> None:
    assert zeek(case.packets) == (case.state, case.history)


def test_every_conn_state_has_its_case() -> None:
    assert {case.state for case in STATES} == {state.name for state in ConnState}


def test_a_zero_window_is_a_letter_of_its_own() -> None:
    assert zeek((*OPENED, ("s", "A", 300, 100)), window=0) == ("S1", "ShAaw")


@pytest.mark.parametrize(("repeats", "letters"), [(1, "T"), (9, "T"), (10, "TT"), (99, "TT"), (100, "TTT")])
def test_a_repeating_letter_is_written_again_at_every_power_of_ten(repeats: int, letters: str) -> None:
    data: Packet = ("c", "PA", 100, 300, HI)
    assert zeek((*OPENED, *[data] * (1 + repeats)))[1] == "ShAD" + letters


@pytest.mark.parametrize("resets", [36, 37, 38, 1000])
def test_no_more_letters_are_kept_than_the_column_has_room_for(resets: int) -> None:
    several: list[Packet] = [("c", "R", 100 + number, 0) for number in range(resets)]
    assert zeek((*OPENED, *several))[1] == ("ShA" + "R" * resets)[:40]
