"""Sentences state what the packets prove, with their numbers, and no more."""

from __future__ import annotations

import pytest

from inspector.tables.table import Duplicate
from inspector.views.story import events, phases, sentence
from tests.tcp.play import Play
from tests.views.story.telling import capture_of, kinds, opened, phase_names, told


def test_a_handshake_says_who_waited_how_long() -> None:
    asked, answered, established = told(opened(3))
    assert asked == "SYN: 10.0.0.1:40000 asks 10.0.0.2:80 to open a connection."
    assert answered.startswith("SYN-ACK: 10.0.0.2:80 accepts after 3 ms")
    assert established.endswith("is open at both ends if this packet arrives, 3.01 ms after the first SYN.")


def test_what_the_receiver_has_shown_needs_no_condition() -> None:
    play = opened()
    play.server("PA", b"hello", seq=300, ack=100)
    assert "is open at both ends, 30 µs after the first SYN." in told(play)[2]


def test_a_refused_connection_was_never_opened_and_names_no_cause() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("RA", seq=0, ack=100)
    assert told(play)[1] == (
        "RST: 10.0.0.2:80 refuses the connection. "
        "Usually no program listens on that port; a firewall can send the same."
    )
    assert phase_names(play) == ["refused"]


def test_syns_without_an_answer_are_counted() -> None:
    play = Play()
    for after_ms in (0, 1000, 2000):
        play.client("S", seq=99, after_ms=after_ms)
    assert told(play)[1:] == [
        "The client sends its SYN again, 1 s after the first time: no answer to it had been captured.",
        "The client sends its SYN again, 3 s after the first time: no answer to it had been captured.",
        "No answer to the SYN has been captured; it was sent 3 times within 3 s.",
    ]
    assert phase_names(play) == ["unanswered"]


def test_a_client_that_goes_on_was_answered_though_nobody_saw_it() -> None:
    play = Play()
    play.client("S", seq=99)
    play.client("A", seq=100, ack=300)
    play.client("A", b"hello", seq=100, ack=300)
    assert phase_names(play) == ["handshake", "data"]
    assert (
        told(play)[1]
        == "ACK: the client continues as if the connection were open; no packet of the server has been captured."
    )


def test_a_syn_or_fin_whose_answer_was_captured_is_not_said_to_have_had_none() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("SA", seq=299, ack=100)
    play.client("S", seq=99, after_ms=1000)
    assert "although an answer to it had been captured" in told(play)[-2]
    play = opened()
    play.client("FA", seq=100, ack=300)
    play.server("A", seq=300, ack=101)
    play.client("FA", seq=100, ack=300, after_ms=300)
    assert "although an answer to it had been captured" in told(play)[-1]


def test_a_syn_ack_without_an_answer_is_the_servers() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("SA", seq=299, ack=100)
    play.server("SA", seq=299, ack=100, after_ms=1000)
    assert told(play)[-1] == "No answer to the SYN-ACK has been captured; it was sent 2 times within 1 s."


def test_crossing_syns_are_told_by_their_senders_and_repeat_nothing() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("S", seq=299)
    play.client("SA", seq=99, ack=300)
    play.server("SA", seq=299, ack=100)
    sentences = told(play)
    assert sentences[0].startswith("SYN: 10.0.0.1:40000 asks 10.0.0.2:80")
    assert sentences[1].startswith("SYN: 10.0.0.2:80 asks 10.0.0.1:40000")
    assert "REPEATED" not in kinds(play)
    assert any("is open at both ends" in sentence for sentence in sentences)


def test_a_repeated_fin_carries_no_bytes() -> None:
    play = opened()
    play.client("FA", seq=100, ack=300)
    play.client("FA", seq=100, ack=300, after_ms=300)
    assert told(play)[-1].startswith("The client sends its FIN again, 300 ms after the first time")


def test_bytes_that_are_sent_again_say_how_many_and_since_when() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.client("PA", b"hello", seq=100, ack=300, after_ms=300)
    assert told(play)[-1] == "The client sends 5 bytes again, 300 ms after the first time (retransmission)."


def test_bytes_that_were_acknowledged_are_sent_again_for_nothing() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105)
    play.client("PA", b"hello", seq=100, ack=300, after_ms=300)
    assert "although an ACK of them had been captured" in told(play)[-1]


def test_a_hole_has_its_size_and_what_fills_it_was_overtaken() -> None:
    play = opened(5)
    play.client("PA", b"hello", seq=110, ack=300)
    play.client("PA", b"0123456789", seq=100, ack=300, after_ms=0.1)
    sentences = told(play)
    assert (
        "The client sends bytes after 10 bytes that have not been captured yet (previous segment not captured)."
        in sentences
    )
    assert (
        "10 bytes of the client were captured after bytes that follow them: probably they were overtaken." in sentences
    )


def test_an_acknowledgment_of_what_was_not_captured_has_its_size() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=125)
    assert (
        told(play)[-1]
        == "The server acknowledges 20 bytes of the client that have not been captured yet (ACKed unseen segment)."
    )


def test_a_window_closes_and_opens_once_with_the_time_between() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105, window=0)
    play.client("A", seq=104, ack=300, after_ms=200)
    play.server("A", seq=300, ack=105, window=0)
    play.server("A", seq=300, ack=105, window=4096, after_ms=800)
    sentences = told(play)
    assert sentences.count("The server cannot receive more: its receive window is 0 (zero window).") == 1
    assert "The client asks whether the window is still 0 (window probe), after 200 ms without a packet." in sentences
    assert any(
        "can receive 4,096 bytes again (window update); its window was 0 for 1" in sentence for sentence in sentences
    )
    assert not any("keep-alive" in sentence for sentence in sentences)


def test_keep_alives_say_which_were_answered_and_why_the_end_came() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105)
    play.client("A", seq=104, ack=300, after_ms=1000)
    play.server("A", seq=300, ack=105)
    play.client("A", seq=104, ack=300, after_ms=1000)
    play.client("A", seq=104, ack=300, after_ms=1000)
    play.client("RA", seq=105, ack=300, after_ms=1000)
    sentences = told(play)
    assert sum("keep-alive), after" in sentence for sentence in sentences) == 3
    assert sum("it is still there" in sentence for sentence in sentences) == 1
    assert (
        sentences[-1] == "RST: the client resets the connection; 2 keep-alives before it had no answer in the capture."
    )


def test_a_repeated_ack_asks_for_nothing_that_was_never_sent() -> None:
    play = opened()
    play.server("A", seq=300, ack=100)
    play.server("A", seq=300, ack=100)
    assert told(play)[-1] == "The server repeats that it expects byte 1 next (2 duplicate ACKs)."


def test_a_window_whose_scale_is_unknown_opens_for_no_number_of_bytes() -> None:
    play = Play()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105, window=0)
    play.server("A", seq=300, ack=105, window=64, after_ms=800)
    assert "The server can receive again (window update); its window was 0 for 800 ms." in told(play)


def test_a_reset_that_its_receiver_should_ignore_ends_nothing() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.server("A", seq=300, ack=105)
    play.server("R", seq=900_000)
    play.client("FA", seq=105, ack=300)
    play.server("FA", seq=300, ack=106)
    play.client("A", seq=106, ack=301)
    sentences = told(play)
    assert "RST from 10.0.0.2:80, with a sequence number for which the client should ignore it." in sentences
    assert not any("resets the connection" in sentence for sentence in sentences)
    assert phases(capture_of(play), 0)[-1].first_packet == 6
    assert any(sentence.startswith("Both ends have closed") for sentence in sentences)


@pytest.mark.parametrize(
    ("last", "waits"),
    [("client", "The client waits in TIME-WAIT"), ("both", "Both ends wait in TIME-WAIT")],
    ids=["one end closes first", "both close at once"],
)
def test_who_waits_after_the_end(last: str, waits: str) -> None:
    play = opened()
    play.client("FA", seq=100, ack=300)
    if last == "client":
        play.server("A", seq=300, ack=101)
        play.server("FA", seq=300, ack=101)
        play.client("A", seq=101, ack=301)
    else:
        play.server("FA", seq=300, ack=100)
        play.server("A", seq=301, ack=101)
        play.client("A", seq=101, ack=301)
    assert waits in told(play)[-1]


def test_a_fin_says_how_much_its_sender_has_sent() -> None:
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.client("FA", seq=105, ack=300)
    assert told(play)[-1] == "FIN: the client will send no more; it has sent 5 bytes."


def test_a_capture_from_the_middle_says_that_it_may_be_one() -> None:
    play = Play()
    play.client("A", seq=100, ack=300)
    assert told(play)[0].endswith("is not a SYN: the capture may begin mid-stream.")


def test_lawful_notes_are_worth_knowing_and_not_odd() -> None:
    play = Play()
    play.client("S", b"early", seq=99)
    assert any(sentence.startswith("Worth knowing: The SYN carries 5 bytes") for sentence in told(play))


def test_times_that_go_back_are_left_out() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("SA", seq=299, ack=100, after_ms=-3_600_000)
    assert told(play)[1] == "SYN-ACK: 10.0.0.2:80 accepts, and opens the reverse direction."


def test_a_reset_that_nothing_else_of_its_sender_comes_with_tells_of_no_connection() -> None:
    play = Play()
    play.client("A", seq=100, ack=300)
    play.server("R", seq=300)
    assert (
        told(play)[-1]
        == "RST: the server does not know this connection, or ends it; no packet shows that there was one."
    )
    assert phase_names(play) == ["stray"]


def test_a_reset_whose_sender_goes_on_resets_nothing() -> None:
    play = opened()
    play.server("R", seq=300)
    play.server("PA", b"on", seq=300, ack=100)
    play.client("A", seq=100, ack=302)
    assert "RST from 10.0.0.2:80, which then continues as if it had sent none." in told(play)
    assert phase_names(play) == ["handshake", "data"]


def test_one_missing_byte_is_one() -> None:
    play = opened()
    play.client("PA", b"hi", seq=101, ack=300)
    assert (
        "The client sends bytes after 1 byte that has not been captured yet (previous segment not captured)."
        in told(play)
    )


def stray(flags: str, payload: bytes) -> Play:
    """A segment far outside the server's window, as an attacker may send it; then the conversation continues."""
    play = opened()
    play.client("PA", b"hello", seq=100, ack=300)
    play.client(flags, payload, seq=50_000_000, ack=300)
    play.server("A", seq=300, ack=105)
    play.client("PA", b"again", seq=105, ack=300)
    play.server("A", seq=300, ack=110)
    play.client("FA", seq=110, ack=300)
    return play


@pytest.mark.parametrize(("flags", "payload"), [("PA", b"forged"), ("FA", b""), ("FA", b"forged")])
def test_what_a_receiver_must_drop_is_told_as_that_alone(flags: str, payload: bytes) -> None:
    data, dropped, finished = told(stray(flags, payload))[3:]
    assert data == "The client sends 10 bytes in 2 segments, beginning with “hello”."
    assert "outside the window" in dropped
    assert finished == "FIN: the client will send no more; it has sent 10 bytes."


def test_an_answer_that_its_receiver_must_drop_is_none() -> None:
    play = Play()
    play.client("S", seq=99)
    play.server("A", seq=299, ack=5000)
    play.client("R", seq=5000)
    play.client("S", seq=99, after_ms=1000)
    sentences = told(play)
    assert "The client sends its SYN again, 1 s after the first time: no answer to it had been captured." in sentences
    assert not [said for said in sentences if "have not been captured yet" in said]


def test_a_packet_that_was_captured_twice_is_told_once() -> None:
    play = opened()
    for _ in range(2):
        play.client("PA", b"hello", seq=100, ack=300)
    capture = capture_of(play.run())
    capture.packets["duplicate"][len(capture.packets) - 1] = Duplicate.SAME_PLACE
    table = events(capture)
    assert [sentence(capture, table, i) for i in range(len(table))][3:] == ["The client sends 5 bytes: “hello”."]
