"""Which connection a segment belongs to."""

from __future__ import annotations

import pytest

from .play import Play


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
