"""Names and letters."""

from __future__ import annotations

from inspector.tcp.verdicts import CONN_STATE_MEANING, ConnState, Verdict, flag_names, tshark_names, verdict_names


def test_flags_are_named_in_reading_order() -> None:
    assert flag_names(0x12) == ["SYN", "ACK"]
    assert flag_names(0x11) == ["FIN", "ACK"]
    assert flag_names(0) == []


def test_verdicts_are_named_as_tshark_names_them() -> None:
    assert tshark_names(Verdict.KEEP_ALIVE_ACK | Verdict.RETRANSMISSION) == ["retransmission", "keep_alive_ack"]


def test_what_tshark_cannot_tell_apart_has_two_names() -> None:
    bits = Verdict.EMPTY_WINDOW_PROBE | Verdict.OUT_OF_ORDER
    assert verdict_names(bits) == ["out_of_order", "empty_window_probe"]
    assert tshark_names(bits) == ["out_of_order", "keep_alive"]


def test_every_conn_state_has_a_meaning() -> None:
    assert set(CONN_STATE_MEANING) == set(ConnState)
