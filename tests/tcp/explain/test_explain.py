"""Explanations agree with the analysis, on the plays of every rule and on random conversations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inspector
from inspector.engine.capture import Capture
from inspector.tables.table import Table
from inspector.tcp.explain.checks import BEFORE, CHECKS, fits
from inspector.tcp.explain.explain import explain
from inspector.tcp.explain.replay import recall, window_fields
from inspector.tcp.verdicts import Verdict
from tests.tcp import test_analysis as rules
from tests.tcp.play import Play

CAPTURES = sorted((Path(__file__).parent.parent.parent.parent / "captures").glob("*.pcapng"))

PLAYS = {
    "repeat": rules.repeat,
    "repeat of acknowledged bytes": rules.repeat_of_acknowledged,
    "late segment": rules.late_segment,
    "duplicate ACKs": rules.three_duplicate_acks,
    "ACK of the unseen": rules.acknowledges_the_unseen,
    "late segment behind it": rules.late_segment_behind_an_ack_of_the_unseen,
    "clock that went back": rules.late_segment_by_a_clock_that_went_back,
    "zero window": rules.window_closes_and_opens,
    "window full": rules.fills_the_window,
    "keep-alive": rules.keep_alive,
    "SYN again": rules.syn_again_behind_a_hole,
    "window probe without a byte": rules.empty_window_probe,
}


def agree(packets: Table, connections: Table, row: int) -> None:
    """The comparisons give exactly the verdicts that the analysis gave, and each is explained by what holds."""
    situation = recall(packets, connections, row)
    given_bits = int(packets["analysis"][row])
    assert sum(verdict for verdict in Verdict if fits(situation, verdict)) == given_bits
    explained = explain(packets, connections, row)
    assert [e.verdict for e in explained] == [verdict for verdict in Verdict if given_bits & verdict]
    for explanation in explained:
        assert all(check.holds for check in explanation.checks)
        assert not any(check.holds for _, check in explanation.ruled_out)
        assert explanation.why


def check_texts(packets: Table, connections: Table) -> None:
    """A comparison that fails has no text that the same comparison, of a segment of the same end, has if it holds."""
    texts: dict[tuple[Verdict, int, int, bool], set[str]] = {}
    for row in range(len(packets)):
        situation = recall(packets, connections, row)
        for verdict, checks in CHECKS.items():
            for i, check in enumerate(checks(situation)):
                texts.setdefault((verdict, i, situation.side, check.holds), set()).add(check.text)
    for (verdict, i, side, holds), found in texts.items():
        assert holds or not found & texts.get((verdict, i, side, True), set())


@pytest.mark.parametrize("act", PLAYS.values(), ids=PLAYS.keys())
def test_explanation_and_verdict_agree_on_every_rule(act: rules.Act) -> None:
    play = Play().handshake()
    act(play)
    play.run()
    for row in range(len(play.packets)):
        agree(play.packets, play.connections, row)
    check_texts(play.packets, play.connections)


SEGMENTS = st.lists(
    st.tuples(
        st.booleans(),  # from the server
        st.integers(-3, 8),  # where it begins, from the sender's first byte
        st.integers(0, 4),  # bytes
        st.integers(-2, 8),  # what it acknowledges
        st.sampled_from([0, 1, 5, 1000]),  # window
        st.sampled_from(["A", "PA", "FA", "RA", "SA"]),
        st.sampled_from([0.01, 1, 25, -1]),  # ms after the one before
    ),
    max_size=30,
)


@given(SEGMENTS, st.booleans(), st.sampled_from([None, 0, 3]))
@settings(max_examples=150, deadline=None)
def test_explanation_and_verdict_agree_on_whatever_comes(
    segments: list[tuple[bool, int, int, int, int, str, float]], shaken: bool, scale: int | None
) -> None:
    play = Play()
    isn = (2**32 - 3, 299)
    if shaken:
        play.client("S", seq=isn[0], scale=scale)
        play.server("SA", seq=isn[1], ack=isn[0] + 1, scale=scale)
    for server, at, length, acked, window, flags, after_ms in segments:
        say = play.server if server else play.client
        seq, ack = isn[server] + 1 + at, isn[not server] + 1 + acked
        said = scale if "S" in flags else None  # a SYN that is sent again says its scale again
        say(flags, bytes(length), seq=seq, ack=ack, window=window, after_ms=after_ms, scale=said)
    if not len(play.packets):
        return
    play.run()
    for row in range(len(play.packets)):
        agree(play.packets, play.connections, row)
    check_texts(play.packets, play.connections)


def test_the_window_fields_are_found_again_behind_the_scale() -> None:
    play = Play()
    play.client("S", seq=99, scale=7, window=64240)
    play.server("SA", seq=299, ack=100, scale=2, window=65160)
    play.client("A", seq=100, ack=300, window=502)
    play.server("PA", b"hello", seq=300, ack=100, window=509)
    play.run()
    assert play.packets["window"].tolist() == [64240, 65160, 502 << 7, 509 << 2]
    fields = window_fields(play.packets, np.arange(4))
    assert fields.tolist() == play.lines["window_field"].tolist()


def test_a_scale_that_a_later_syn_takes_back_is_compared_as_it_was_known() -> None:
    play = Play()
    play.client("S", seq=99, scale=3)
    play.server("SA", seq=299, ack=100, scale=3)
    play.server("A", seq=300, ack=100, window=1)
    play.client("PA", b"12345678", seq=100, ack=300)
    play.client("SA", seq=99, ack=300)
    play.run()
    for row in range(len(play.packets)):
        agree(play.packets, play.connections, row)
    (full,) = explain(play.packets, play.connections, 3)
    assert full.verdict is Verdict.WINDOW_FULL
    assert full.checks[-1].text == "ends at 9; the peer's last ACK 1 and its window 8 give 9"


def test_a_scale_that_only_a_later_syn_tells_is_not_used_before_it() -> None:
    play = Play()
    for _ in range(12):
        play.client("A", seq=100, ack=300)
    play.server("A", seq=300, ack=100, window=1)
    play.client("PA", b"1234", seq=103, ack=304)
    play.server("SA", seq=299, ack=100, scale=3)
    play.run()
    for row in range(len(play.packets)):
        agree(play.packets, play.connections, row)


def test_the_numbers_compared_are_said_with_the_packets_that_show_them() -> None:
    play = Play().handshake()
    rules.repeat_of_acknowledged(play)
    play.run()
    (found,) = explain(play.packets, play.connections, 5)
    assert found.why == (
        "Bytes 1 to 5 had been acknowledged before: the peer's last ACK is 6 (packet 5), and this segment ends at 6."
    )
    assert [(check.text, check.packet) for check in found.checks] == [
        ("carries 5 bytes (required: some)", -1),
        ("ends at 6; the peer's last ACK is 6", 4),
    ]
    assert found.reference == "RFC 9293 §3.10.7.4"


def test_a_repeat_names_its_first_sending_and_what_was_ruled_out() -> None:
    play = Play().handshake()
    rules.repeat(play)
    play.run()
    (found,) = explain(play.packets, play.connections, 4)
    assert found.why.startswith("Bytes 1 to 5 were first sent in packet 4, 300 ms before")
    ruled_out = {verdict: check.text for verdict, check in found.ruled_out}
    assert ruled_out[Verdict.FAST_RETRANSMISSION] == (
        "the peer has sent 0 duplicate ACKs in a row (required: at least 2)"
    )
    assert ruled_out[Verdict.OUT_OF_ORDER].startswith("comes 300 ms after the segment that reached 6")
    assert "No ACK for this segment has been captured since." in found.why
    assert any("duplicate made by the network" in other for other in found.instead)


def test_a_window_whose_scale_is_not_known_has_no_bytes() -> None:
    play = Play()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105, window=64)
    play.server("A", seq=300, ack=105, window=128)
    play.run()
    (found,) = explain(play.packets, play.connections, 2)
    assert found.verdict is Verdict.WINDOW_UPDATE
    assert found.why.startswith("Only the window is new: the field is 128, 64 before; its value in bytes")


def test_ports_used_again_after_a_connection_without_its_syn_compare_no_numbers() -> None:
    play = Play()
    play.client("FA", seq=5000, ack=300)
    play.server("FA", seq=300, ack=5001)
    play.client("A", seq=5001, ack=301)
    play.client("S", seq=99, after_ms=1000)
    play.run()
    (found,) = explain(play.packets, play.connections, 3)
    assert "whose initial sequence number was not captured" in found.why


def test_a_syn_and_a_fin_that_were_acknowledged_are_no_bytes_of_which_some_were() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("SA", seq=299, ack=100)
    play.client("S", seq=99, after_ms=1000)
    play.run()
    (found,) = explain(play.packets, play.connections, 2)
    assert "An ACK for this segment had already been captured" in found.why
    play = Play().handshake()
    play.client("FA", seq=100, ack=300)
    play.server("A", seq=300, ack=101)
    play.client("FA", seq=100, ack=300, after_ms=300)
    play.run()
    (found,) = explain(play.packets, play.connections, 5)
    assert "An ACK for this segment had already been captured" in found.why


def test_a_segment_that_joins_several_says_what_was_sent_where_and_what_was_acknowledged() -> None:
    play = Play().handshake()
    play.client("PA", bytes(1000), seq=100, ack=300)
    play.client("PA", bytes(1000), seq=1100, ack=300)
    play.server("A", seq=300, ack=1100)
    play.client("PA", bytes(2000), seq=100, ack=300, after_ms=300)
    play.run()
    found, *_ = explain(play.packets, play.connections, 6)
    assert found.why == (
        "Bytes 1 to 2000: the first of them, up to 1000, were sent in packet 4, 302 ms before. "
        "Bytes up to 1000 of these have been acknowledged (packet 6); the rest have not."
    )


def test_a_copy_within_a_round_trip_is_not_taken_for_the_work_of_a_timer() -> None:
    play = Play().handshake()
    play.client("PA", b"hello", seq=100, ack=300)
    play.client("PA", b"hello", seq=100, ack=300, after_ms=0.005)
    play.run()
    (found,) = explain(play.packets, play.connections, 4)
    assert "probably a duplicate made by the network" in found.why


def test_one_byte_sent_again_is_said_to_look_like_a_keep_alive() -> None:
    play = Play().handshake()
    play.client("PA", b"x", seq=100, ack=300)
    play.client("PA", b"x", seq=100, ack=300, after_ms=300)
    play.run()
    (found,) = explain(play.packets, play.connections, 4)
    assert found.verdict is Verdict.KEEP_ALIVE
    assert "A retransmission of a single byte would look the same." in found.instead


def test_new_connection_on_used_sockets_names_the_one_before() -> None:
    play = Play().handshake()
    play.client("S", seq=5000)
    play.run()
    (found,) = explain(play.packets, play.connections, 3)
    assert found.verdict is Verdict.REUSED_PORTS
    assert "connection 0" in found.why
    agree(play.packets, play.connections, 3)


def test_an_answer_with_an_unexpected_number_names_both() -> None:
    play = Play()
    play.client("S", seq=99)
    play.client("A", seq=100, ack=400)
    play.server("SA", seq=299, ack=100)
    play.run()
    (reused,) = [e for e in explain(play.packets, play.connections, 2) if e.verdict is Verdict.REUSED_PORTS]
    assert "299" in reused.why
    assert "399" in reused.why
    agree(play.packets, play.connections, 2)


def duplicate_ack(play: Play, sack: list[tuple[int, int]]) -> str:
    """The explanation of the play's last packet, a duplicate ACK with these SACK blocks."""
    play.run()
    row = len(play.packets) - 1
    (found,) = explain(play.packets, play.connections, row, sack)
    assert found.verdict is Verdict.DUPLICATE_ACK
    return found.why


def test_a_duplicate_ack_says_what_its_sack_blocks_say() -> None:
    play = Play().handshake()
    play.client("PA", bytes(10), seq=110, ack=300)
    play.server("A", seq=300, ack=100)
    assert "(11 to 20), but byte 1 has not." in duplicate_ack(play, [(110, 120)])


def test_a_duplicate_ack_while_bytes_are_on_their_way_is_probably_a_hole() -> None:
    play = Play().handshake()
    play.client("PA", bytes(10), seq=110, ack=300)
    play.server("A", seq=300, ack=100)
    assert "probably later bytes arrived" in duplicate_ack(play, [])


def test_a_duplicate_ack_after_a_segment_that_came_twice_answers_that() -> None:
    play = Play().handshake()
    play.client("PA", bytes(10), seq=100, ack=300)
    play.server("A", seq=300, ack=110)
    play.client("PA", bytes(10), seq=100, ack=300, after_ms=300)
    play.server("A", seq=300, ack=110)
    assert "probably answers packet 6, which carried no new data" in duplicate_ack(play, [])


def test_a_duplicate_ack_with_nothing_under_way_gives_no_reason() -> None:
    play = Play().handshake()
    play.server("A", seq=300, ack=100)
    play.server("A", seq=300, ack=100)
    assert "the reason is not in the capture" in duplicate_ack(play, [])


def test_a_window_update_compares_bytes_and_not_scaled_fields() -> None:
    play = Play()
    play.client("S", seq=99, scale=10, window=64240)
    play.server("SA", seq=299, ack=100, scale=10, window=64240)
    play.client("A", seq=100, ack=300, window=62)
    play.server("A", seq=300, ack=100, window=63)
    play.client("A", seq=100, ack=300, window=10)
    play.run()
    more, less = (explain(play.packets, play.connections, row)[0].why for row in (3, 4))
    assert "64,512 bytes instead of 64,240 (packet 2); it is larger" in more
    assert "10,240 bytes instead of 63,488 (packet 3); it is smaller" in less


def test_a_syn_ack_that_answers_a_crossing_syn_is_no_retransmission() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("S", seq=299)
    play.client("SA", seq=99, ack=300)
    play.server("SA", seq=299, ack=100)
    play.server("SA", seq=299, ack=100, after_ms=1000)
    play.run()
    for row in (2, 3):
        (found,) = explain(play.packets, play.connections, row)
        assert found.verdict is Verdict.CROSSED_SYN_ACK
        assert "Nothing was lost" in found.why
        agree(play.packets, play.connections, row)
    (again,) = explain(play.packets, play.connections, 4)
    assert again.verdict is Verdict.RETRANSMISSION
    assert play.verdicts()[2:] == [["retransmission"]] * 3  # what tshark says of all three


def test_a_packet_without_verdict_needs_no_explanation() -> None:
    play = Play().handshake().run()
    assert explain(play.packets, play.connections, 0) == []


def test_every_verdict_has_its_rule_and_a_verdict_never_waits_for_itself() -> None:
    assert set(CHECKS) == set(Verdict)
    assert all(verdict not in earlier for verdict, earlier in BEFORE.items())


@pytest.fixture(scope="module", params=CAPTURES, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> Capture:
    return inspector.open(request.param)


def test_explanation_and_verdict_agree_on_recordings(recorded: Capture) -> None:
    packets = recorded.packets
    tcp = np.flatnonzero(packets["connection"] >= 0)
    judged = tcp[packets["analysis"][tcp] != 0][:200]
    for row in np.union1d(judged, tcp[:: max(len(tcp) // 100, 1)]).tolist():
        agree(packets, recorded.connections, row)
    recorded.close()


def test_across_times_that_go_back_nothing_is_said_to_have_come_before_or_within_a_time() -> None:
    play = Play().handshake()
    play.client("PA", b"hello", seq=100, ack=300)
    play.client("PA", b"hello", seq=100, ack=300, after_ms=-3_600_000)
    play.run()
    (explanation,) = explain(play.packets, play.connections, len(play.packets) - 1)
    texts = [explanation.why, *(check.text for _, check in explanation.ruled_out)]
    assert "how long before is not known, since timestamps go backwards" in explanation.why
    assert not any("-3600" in text or "less than a round trip" in text for text in texts)
