"""What ends do that the rules exclude, or that is worth a remark."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.anomalies import TCP, Anomaly, describe, index_of

from .play import Play

Act = Callable[[Play], object]


def opened(act: Act) -> Play:
    play = Play().handshake()
    act(play)
    return play


def fresh(act: Act) -> Play:
    play = Play()
    act(play)
    return play


def syn_ack_of_another_syn(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=50)


def both_ask(p: Play) -> None:
    p.client("S", seq=99)
    p.server("S", seq=299)


def asks_again_while_open(p: Play) -> None:
    p.handshake(99, 299)
    p.client("S", seq=5000)


def asks_again_in_time_wait(p: Play) -> None:
    p.handshake(99, 299)
    p.client("FA", seq=100, ack=300)
    p.server("FA", seq=300, ack=101)
    p.client("A", seq=101, ack=301)
    p.client("S", seq=5000)


def impatient(p: Play) -> None:
    p.client("S", seq=99)
    p.client("PA", b"now", seq=100)


def talks_after_reset(p: Play) -> None:
    p.server("R", seq=300)
    p.client("PA", b"hello?", seq=100, ack=300)


def talks_after_fin(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.client("PA", b"wait", seq=101, ack=300)


def takes_window_back(p: Play) -> None:
    p.server("A", seq=300, ack=100, window=1000)
    p.server("A", seq=300, ack=100, window=10)


def shuts_window_as_bytes_arrive(p: Play) -> None:
    p.client("PA", bytes(1000), seq=100, ack=300)
    p.server("A", seq=300, ack=1100, window=0)


def goes_on_unanswered(p: Play) -> None:
    p.client("S", seq=99)
    p.client("A", seq=100, ack=300)
    p.client("A", seq=100, ack=400)


def asks_the_same_while_open(p: Play) -> None:
    p.client("S", seq=99)


def finishes_twice(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.client("FA", seq=100, ack=300)


def finishes_elsewhere(p: Play) -> None:
    p.client("FA", seq=100, ack=300)
    p.client("FA", seq=120, ack=300)


def finishes_what_was_reset(p: Play) -> None:
    p.server("R", seq=300)
    p.client("FA", seq=100, ack=300)


def storms(flags: str, times: int) -> Act:
    def act(p: Play) -> None:
        for _ in range(times):
            p.client(flags, seq=100, ack=300)

    return act


@pytest.mark.parametrize(
    ("play", "codes"),
    [
        (fresh(lambda p: p.client("SF", seq=99)), ["tcp-impossible-flags"]),
        (fresh(lambda p: p.client("", seq=99)), ["tcp-impossible-flags"]),
        (fresh(lambda p: p.client("S", b"early", seq=99)), ["tcp-data-on-syn"]),
        (fresh(syn_ack_of_another_syn), ["tcp-wrong-syn-ack"]),
        (fresh(both_ask), ["tcp-simultaneous-open"]),
        (fresh(asks_again_while_open), ["tcp-reuse-while-open"]),
        (fresh(asks_again_in_time_wait), ["tcp-reuse-in-time-wait"]),
        (fresh(lambda p: p.client("FA", seq=100, ack=300)), ["tcp-begins-with-fin"]),
        (fresh(lambda p: p.client("R", seq=100)), ["tcp-begins-with-reset"]),
        (fresh(impatient), ["tcp-data-before-established"]),
        (opened(talks_after_reset), ["tcp-data-after-reset"]),
        (opened(talks_after_fin), ["tcp-data-after-fin"]),
        (opened(takes_window_back), ["tcp-window-shrunk"]),
        (opened(shuts_window_as_bytes_arrive), []),
        (opened(lambda p: p.server("R", seq=500000)), ["tcp-reset-outside-window"]),
        (opened(lambda p: p.server("R", seq=300)), []),
        (opened(lambda p: p.server("R", b"go away", seq=300)), ["tcp-reset-with-data"]),
        (fresh(lambda p: p.server("SA", seq=299, ack=100)), ["tcp-begins-with-syn-ack"]),
        (fresh(goes_on_unanswered), ["tcp-answer-unseen"]),
        (opened(asks_the_same_while_open), ["tcp-syn-inside"]),
        (opened(finishes_twice), []),
        (opened(finishes_elsewhere), ["tcp-fin-moved"]),
        (opened(finishes_what_was_reset), ["tcp-fin-after-reset"]),
        (opened(storms("FA", 1000)), ["tcp-fin-storm"]),
        (opened(storms("FA", 2000)), ["tcp-fin-storm"]),
        (opened(storms("FA", 999)), []),
        (opened(storms("R", 1000)), ["tcp-reset-storm"]),
        (opened(storms("R", 999)), []),
        (opened(lambda p: p.client("PA", b"hello", seq=100, ack=300)), []),
    ],
    ids=[
        "SYN and FIN at once",
        "no flag at all",
        "data on a SYN",
        "a SYN-ACK that acknowledges something else",
        "both ends ask",
        "a new SYN on an open connection",
        "a new SYN on a connection in TIME-WAIT",
        "the capture begins with a FIN",
        "the capture begins with a RST",
        "data before the answer",
        "data after a reset",
        "data after a FIN",
        "a window taken back",
        "a window that closes as bytes arrive is lawful",
        "a reset far outside the window",
        "a reset at the next number is lawful",
        "a reset that carries bytes",
        "the capture begins with a SYN-ACK",
        "a handshake without its SYN-ACK, said once",
        "the same SYN on an open connection",
        "a FIN sent again is lawful",
        "a FIN behind another number than before",
        "a FIN after a reset",
        "a thousand FINs",
        "two thousand FINs, told once",
        "fewer than a thousand FINs",
        "a thousand resets",
        "fewer than a thousand resets",
        "an ordinary segment is lawful",
    ],
)
def test_oddities(play: Play, codes: list[str]) -> None:
    assert play.run().anomaly_codes() == codes


@pytest.mark.parametrize("anomaly", TCP, ids=lambda anomaly: anomaly.code)
def test_every_tcp_anomaly_has_a_sentence(anomaly: Anomaly) -> None:
    assert describe(index_of(anomaly.code), 1, 2, 3).endswith(".")


def one_sided(server: str, *, scale: int | None) -> Play:
    """The SYN of one end and its later windows, the other's missing."""
    p = Play()
    p.server(server, seq=299, ack=100, window=65535, scale=scale)
    p.server("A", seq=300, ack=100, window=237)
    return p


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (one_sided("SA", scale=9), []),
        (one_sided("S", scale=7), []),
        (one_sided("SA", scale=None), ["tcp-window-shrunk"]),
    ],
    ids=["scaled, as its SYN-ACK proves", "perhaps scaled: not comparable", "not scaled: taken back"],
)
def test_a_window_of_a_syn_is_held_against_later_ones_only_where_their_scale_is_known(
    play: Play, expected: list[str]
) -> None:
    assert [code for code in play.run().anomaly_codes() if code == "tcp-window-shrunk"] == expected


def answered_by_a_challenge_ack(p: Play) -> None:
    p.server("R", seq=310)
    p.client("A", seq=100, ack=300)


def from_outside_and_answered(p: Play) -> None:
    p.server("PA", b"stray", seq=1_000_300, ack=100)
    p.client("A", seq=100, ack=300)


def from_outside_and_taken(p: Play) -> None:
    """The window that allows it was announced in a packet that is not in the capture."""
    p.server("PA", b"far", seq=5300, ack=100)
    p.client("A", seq=100, ack=5303)


def stray_fin(p: Play) -> None:
    p.server("FA", seq=1_000_300, ack=100)
    p.client("PA", b"on", seq=100, ack=300)
    p.server("A", seq=300, ack=102)


def reset_that_both_ignore(p: Play) -> None:
    p.client("PA", b"one", seq=100, ack=300)
    p.server("R", seq=300)
    p.client("PA", b"two", seq=103, ack=300)
    p.server("PA", b"on", seq=300, ack=106)
    p.client("PA", b"and on", seq=106, ack=302)


def reset_that_is_repeated(p: Play) -> None:
    p.server("R", seq=300)
    p.client("PA", b"two", seq=100, ack=300)
    p.server("R", seq=300)


def acknowledges_what_was_never_sent(p: Play) -> None:
    p.server("PA", b"more", seq=300, ack=100 + (1 << 31) - 1)


def repeats_its_unanswered_syn(p: Play) -> None:
    p.client("S", seq=99)
    p.server("SA", seq=299, ack=100)
    p.client("S", seq=99, after_ms=1000)
    p.server("SA", seq=299, ack=100)
    p.client("A", seq=100, ack=300)


def discovers_an_old_connection(p: Play) -> None:
    p.client("S", seq=400)
    p.server("A", seq=300, ack=100)
    p.client("R", seq=100)
    p.client("S", seq=400)
    p.server("SA", seq=900, ack=401)
    p.client("PA", b"GET", seq=401, ack=901)


@pytest.mark.parametrize(
    ("play", "codes"),
    [
        (opened(answered_by_a_challenge_ack), ["tcp-reset-challenged", "tcp-challenge-ack"]),
        (opened(from_outside_and_answered), ["tcp-segment-outside-window"]),
        (opened(lambda p: p.server("PA", b"stray", seq=1_000_300, ack=100)), ["tcp-segment-outside-window"]),
        (opened(from_outside_and_taken), []),
        (opened(stray_fin), ["tcp-stray-fin"]),
        (opened(reset_that_both_ignore), []),
        (opened(reset_that_is_repeated), ["tcp-data-after-reset"]),
        (opened(acknowledges_what_was_never_sent), ["tcp-ack-of-unsent"]),
        (fresh(repeats_its_unanswered_syn), []),
        (fresh(discovers_an_old_connection), ["tcp-ack-of-unsent"]),
    ],
    ids=[
        "a RST inside the window, but not next, is challenged",
        "bytes far outside the window",
        "the same, never answered",
        "bytes outside a window that had opened unseen are lawful",
        "a FIN far outside the window",
        "bytes after a RST that was not its sender's",
        "bytes after a RST that is sent again",
        "an ACK of what was never sent",
        "a SYN that was not answered may be sent again",
        "a host that restarted finds its old connection",
    ],
)
def test_what_a_receiver_must_drop_is_reported_once_it_is_sure(play: Play, codes: list[str]) -> None:
    assert play.run([1] * len(play.packets)).anomaly_codes() == codes
