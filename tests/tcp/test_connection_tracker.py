"""Which connection a segment belongs to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inspector.tcp.verdicts import ConnState

from .play import Play

Act = Callable[[Play], object]


def test_both_directions_are_one_connection() -> None:
    play = Play().handshake().run()
    assert len(play.connections) == 1
    assert play.packets["connection"].tolist() == [0, 0, 0]
    assert play.packets["direction"].tolist() == [0, 1, 0]
    assert play.connections["packets"].tolist() == [[2, 1]]
    assert int(play.connections["client_port"][0]) == 40000


def test_a_syn_with_a_new_number_on_a_known_pair_is_a_new_connection() -> None:
    play = Play().handshake(99, 299)
    play.client("R", seq=100)
    play.handshake(5000, 7000).run()
    assert play.packets["connection"].tolist() == [0] * 4 + [1] * 3
    assert play.verdicts()[4] == ["reused_ports"]
    assert play.connections["isn"].tolist() == [[99, 299], [5000, 7000]]


def open_and_used() -> Play:
    play = Play().handshake()
    play.client("PA", b"one", seq=100, ack=300)
    play.server("A", seq=300, ack=103)
    return play


def goes_on(p: Play) -> None:
    p.server("A", seq=300, ack=103)
    p.client("PA", b"two", seq=103, ack=300)
    p.server("PA", b"yes", seq=300, ack=106)
    p.client("FA", seq=106, ack=303)
    p.server("FA", seq=303, ack=107)
    p.client("A", seq=107, ack=304)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("batches", [[], [1] * 20], ids=["at once", "packet by packet"])
def test_a_forged_syn_does_not_take_the_packets_of_an_open_connection(count: int, batches: list[int]) -> None:
    play = open_and_used()
    for place in range(count):
        play.client("S", seq=1_000_000_000 * (place + 1))
    goes_on(play)
    play.run(batches)
    assert play.packets["connection"].tolist() == [0] * 5 + list(range(1, count + 1)) + [0] * 6
    assert [play.stream(side) for side in (0, 1)] == [[b"onetwo", "end"], [b"yes", "end"]]
    assert play.connections["conn_state"].tolist() == [ConnState.SF] + [ConnState.S0] * count
    assert play.anomaly_codes() == ["tcp-reuse-while-open"]


@pytest.mark.parametrize("batches", [[], [1] * 20], ids=["at once", "packet by packet"])
def test_a_client_that_has_forgotten_its_connection_resets_that_and_opens_another(batches: list[int]) -> None:
    play = open_and_used()
    play.client("S", seq=1_000_000_000)
    play.server("A", seq=300, ack=103)
    play.client("R", seq=103)
    play.client("S", seq=1_000_000_000, after_ms=1000)
    play.server("SA", seq=2_000_000_000, ack=1_000_000_001)
    play.client("PA", b"new", seq=1_000_000_001, ack=2_000_000_001)
    play.run(batches)
    assert play.packets["connection"].tolist() == [0] * 5 + [1, 0, 0, 1, 1, 1]
    assert play.stream(0) == [b"one", "abort"]
    assert play.stream(0, connection=1) == [b"new"]
    assert play.states()[7] == ("CLOSED", "CLOSED")


def test_what_comes_late_of_a_connection_whose_sockets_are_used_again_belongs_to_it() -> None:
    play = open_and_used()
    play.client("FA", seq=103, ack=300)
    play.handshake(1_000_000_000, 2_000_000_000)
    play.server("FA", seq=300, ack=104)
    play.client("PA", b"new", seq=1_000_000_001, ack=2_000_000_001)
    play.run()
    assert play.packets["connection"].tolist() == [0] * 6 + [1] * 3 + [0, 1]
    assert play.stream(1) == ["end"]


def test_what_fits_both_belongs_to_the_newer() -> None:
    play = open_and_used()
    play.handshake(5000, 7000)
    play.client("PA", b"new", seq=5001, ack=7001)
    play.run()
    assert play.packets["connection"].tolist() == [0] * 5 + [1] * 4


def data_before_its_syn(p: Play) -> None:
    p.client("PA", b"two", seq=103, ack=300)
    p.client("PA", b"one", seq=100, ack=300)
    p.client("S", seq=99)


def answer_with_data_before_the_syn(p: Play) -> None:
    p.server("SA", seq=299, ack=106)  # with TCP Fast Open
    p.client("S", b"onetwo", seq=99)


@pytest.mark.parametrize("act", [data_before_its_syn, answer_with_data_before_the_syn])
def test_a_syn_that_is_captured_behind_its_connections_data_opens_no_other(act: Act) -> None:
    play = Play()
    act(play)
    play.client("PA", b"tri", seq=106, ack=300)
    play.run()
    assert len(play.connections) == 1
    assert play.connections["isn"].tolist() == [[99, 299]]
    assert play.stream(0) == [b"onetwotri"]


@pytest.mark.parametrize(
    ("seq", "after_ms"),
    [(9000, 1), (2_000_000_000, 1), (4000, 200)],
    ids=["a number behind its bytes", "a number far before them", "too late to be its own"],
)
def test_a_syn_behind_a_connection_that_was_joined_midway_opens_another(seq: int, after_ms: int) -> None:
    play = Play()
    play.client("PA", b"old", seq=5000, ack=300)
    play.client("S", seq=seq, after_ms=after_ms)
    assert play.run().packets["connection"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("seq", "after_ms", "connections"),
    [
        (4998, 100, [0, 0]),
        (4998, 100.000001, [0, 1]),
        (4999 - (1 << 18), 1, [0, 0]),
        (4998 - (1 << 18), 1, [0, 1]),
        (5000, 1, [0, 1]),
    ],
    ids=["as late as may be", "later", "as far before", "a byte farther before", "not before its bytes"],
)
def test_how_late_and_how_far_before_a_syn_may_be(seq: int, after_ms: float, connections: list[int]) -> None:
    play = Play()
    play.client("PA", b"old", seq=5000, ack=300)
    play.client("S", seq=seq, after_ms=after_ms)
    assert play.run().packets["connection"].tolist() == connections


def test_an_answer_with_another_number_than_its_sender_seemed_to_have_is_marked_as_tshark_does() -> None:
    play = Play()
    play.client("S", seq=99)
    play.client("A", seq=100, ack=400)
    play.server("SA", seq=299, ack=100)
    play.run()
    assert play.packets["connection"].tolist() == [0, 0, 0]
    assert "reused_ports" in play.verdicts()[2]
    assert play.connections["isn"].tolist() == [[99, 299]]


def test_an_answer_that_comes_after_the_ack_of_it_is_not_marked() -> None:
    play = Play()
    play.client("S", seq=99)
    play.client("A", seq=100, ack=300)
    play.server("SA", seq=299, ack=100)
    assert play.run().verdicts()[2] == []


def test_a_repeated_syn_is_the_same_connection() -> None:
    play = Play()
    play.client("S", seq=99)
    play.client("S", seq=99, after_ms=1000)
    assert len(play.run().connections) == 1
    assert play.verdicts()[1] == ["retransmission"]


@pytest.mark.parametrize(
    ("first", "is_flipped"),
    [("SA", True), ("A", True), ("FA", True)],
    ids=["SYN-ACK comes from the server", "data from the lower port come from the server", "a FIN is no SYN"],
)
def test_who_is_the_client_when_the_first_packet_comes_from_port_80(first: str, is_flipped: bool) -> None:
    play = Play()
    play.server(first, seq=299, ack=100)
    play.run()
    assert int(play.connections["client_port"][0]) == (40000 if is_flipped else 80)
    assert int(play.packets["direction"][0]) == 1


def test_a_well_known_port_is_the_servers_though_the_other_is_low_too() -> None:
    play = Play(client_port=1077)
    play.server("PA", b"HTTP/1.1 200 OK", seq=1, ack=1)
    play.run()
    assert int(play.connections["client_port"][0]) == 1077


def test_first_to_speak_is_the_client_between_two_high_ports() -> None:
    play = Play(client_port=9000, server_port=8000)
    play.server("PA", b"x", seq=1, ack=1)
    play.run()
    assert int(play.connections["client_port"][0]) == 8000


def test_windows_are_scaled_when_both_ends_offered_a_scale() -> None:
    play = Play()
    play.client("S", seq=99, window=500, scale=7)
    play.server("SA", seq=299, ack=100, window=600, scale=2)
    play.client("A", seq=100, ack=300, window=10)
    play.server("A", seq=300, ack=100, window=10)
    play.run()
    assert play.packets["window"].tolist() == [500, 600, 1280, 40]


def test_one_end_without_the_option_turns_scaling_off_for_both() -> None:
    play = Play()
    play.client("S", seq=99, window=500, scale=7)
    play.server("SA", seq=299, ack=100, window=600)
    play.client("A", seq=100, ack=300, window=10)
    play.run()
    assert play.packets["window"].tolist()[2] == 10
    assert play.connections["scale"].tolist() == [[-2, -2]]


def test_a_syn_ack_with_a_scale_that_nobody_offered_turns_nothing_on() -> None:
    play = Play()
    play.client("S", seq=99, window=500)
    play.server("SA", seq=299, ack=100, window=600, scale=7)
    play.server("A", seq=300, ack=100, window=10)
    play.client("A", seq=100, ack=300, window=10)
    play.run()
    assert play.packets["window"].tolist() == [500, 600, 10, 10]
    assert play.connections["scale"].tolist() == [[-2, -2]]


@pytest.mark.parametrize(("scale", "shift"), [(14, 14), (15, 14), (255, 14)])
def test_no_window_is_scaled_by_more_than_14_bits(scale: int, shift: int) -> None:
    """RFC 7323 §2.3: a larger shift count counts as 14."""
    play = Play()
    play.client("S", seq=99, scale=scale)
    play.server("SA", seq=299, ack=100, scale=0)
    play.client("A", seq=100, ack=300, window=3)
    play.run()
    assert int(play.packets["window"][2]) == 3 << shift


def test_a_syn_ack_that_scales_proves_that_the_syn_did() -> None:
    play = Play()
    play.server("SA", seq=299, ack=100, window=600, scale=7)
    play.client("A", seq=100, ack=300, window=10)
    play.server("A", seq=300, ack=100, window=10)
    play.run()
    assert play.packets["window"].tolist() == [600, 10, 1280]
    assert play.packets["window_shift"].tolist() == [0, -1, 7]
    assert play.connections["scale"].tolist() == [[-3, 7]]


def test_a_syn_alone_does_not_prove_that_its_answer_scaled() -> None:
    play = Play()
    play.client("S", seq=99, window=500, scale=7)
    play.client("A", seq=100, ack=300, window=10)
    assert play.run().packets["window_shift"].tolist() == [0, -1]


def test_relative_numbers_start_before_the_first_segment_when_the_syn_was_missed() -> None:
    play = Play()
    play.client("PA", b"x", seq=5000, ack=7000)
    play.run()
    assert play.connections["isn"].tolist() == [[4999, 6999]]
    assert play.connections["isn_known"].tolist() == [[2, 2]]


def test_thousands_of_connections_keep_apart() -> None:
    play = Play()
    for port in range(1, 5000):
        play.client_port = port
        play.client("S", seq=port)
    for port in range(1, 5000):
        play.client_port = port
        play.server("SA", seq=1, ack=port + 1)
    play.run(batches=[100] * 50)
    assert play.packets["connection"].tolist() == [*range(4999), *range(4999)]
