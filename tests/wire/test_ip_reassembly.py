"""IP datagrams put together from their fragments, and those that must not be."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.tables.arena import ARENA
from inspector.wire.ip_reassembly import (
    LIFETIME_NS,
    MAX_DATAGRAM,
    MAX_DATAGRAMS,
    MAX_PIECES,
    MAX_REFUSED,
    Fragments,
    Reason,
)
from tests.wire.decoding import Decoded
from tests.wire.samples import IP4, IP6, ethernet, ipv4, ipv6, tcp, udp

CONTENT = bytes(range(256)) * 2
TEXT = b"a stream of bytes " * 20
MORE = 0x2000

Piece = tuple[int, bytes, bool]


def pieces_of(content: bytes, size: int) -> list[Piece]:
    """(offset, bytes, is last) for a cut every `size` bytes."""
    return [(at, content[at : at + size], at + size >= len(content)) for at in range(0, len(content), size)]


def feed(fragments: Fragments, pieces: list[Piece], key: object = "key", time_ns: int = 0) -> list[bytes]:
    """The datagrams that came out, at most one a piece."""
    out = [fragments.add(key, row, time_ns, *piece) for row, piece in enumerate(pieces)]  # type: ignore[arg-type]
    return [whole for whole in out if whole is not None]


def v4_fragments(segment: bytes, size: int, protocol: int = 6) -> list[bytes]:
    """The Ethernet frames that carry a segment in fragments of IPv4."""
    return [
        ethernet(ipv4(piece, protocol, fragment=at // 8 | (0 if last else MORE)))
        for at, piece, last in pieces_of(segment, size)
    ]


def v6_fragments(segment: bytes, size: int) -> list[bytes]:
    """The same over IPv6."""
    return [
        ethernet(ipv6(struct.pack(">BBHI", 6, 0, at | (0 if last else 1), 99) + piece, 44), IP6)
        for at, piece, last in pieces_of(segment, size)
    ]


@given(
    st.binary(min_size=17, max_size=2000),
    st.integers(1, 20).map(lambda words: 8 * words),
    st.randoms(use_true_random=False),
)
def test_pieces_in_any_order_and_repeated_make_the_datagram_once(content: bytes, size: int, random: object) -> None:
    pieces = pieces_of(content, size)
    random.shuffle(pieces)  # type: ignore[attr-defined]
    fragments = Fragments()
    assert feed(fragments, [*pieces[:-1], *pieces[:-1], pieces[-1]]) == [content]
    assert fragments.refused == []


@given(st.lists(st.tuples(st.integers(0, 80), st.binary(max_size=40), st.booleans()), max_size=12))
def test_whatever_comes_a_datagram_is_made_of_pieces_that_agree(pieces: list[Piece]) -> None:
    fragments = Fragments()
    seen: list[Piece] = []
    for row, (offset, piece, is_last) in enumerate(pieces):
        seen.append((offset, piece, is_last))
        whole = fragments.add("key", row, 0, offset, piece, is_last)
        if whole is None:
            continue
        used = sorted((at, part) for at, part, _ in seen if whole[at : at + len(part)] == part and part)
        covered = 0
        for at, part in used:
            assert at <= covered
            covered = max(covered, at + len(part))
        assert covered == len(whole)
        return


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        pytest.param(
            [(0, b"a" * 16, False), (8, b"b" * 16, True)], Reason.OVERLAP_DIFFERS, id="the second begins in the first"
        ),
        pytest.param(
            [(8, b"b" * 16, True), (0, b"a" * 16, False)], Reason.OVERLAP_DIFFERS, id="the same in the other order"
        ),
        pytest.param(
            [(0, b"a" * 8, False), (0, b"b" * 8, False)], Reason.OVERLAP_DIFFERS, id="the same place, other bytes"
        ),
        pytest.param(
            [(8, b"b" * 8, False), (0, b"a" * 24, False)], Reason.OVERLAP_DIFFERS, id="one that covers another"
        ),
        pytest.param([(8, b"b" * 8, True), (16, b"c" * 8, False)], Reason.TWO_ENDS, id="more behind the last"),
        pytest.param([(16, b"c" * 8, False), (8, b"b" * 8, True)], Reason.TWO_ENDS, id="a last one before another"),
        pytest.param([(16, b"c" * 8, True), (8, b"b" * 4, True)], Reason.TWO_ENDS, id="two last ones"),
        pytest.param([(MAX_DATAGRAM - 7, b"a" * 8, True)], Reason.TOO_LONG, id="one that reaches beyond 65535"),
        pytest.param([(8 * n, b"a" * 8, False) for n in range(MAX_PIECES + 1)], Reason.TOO_MANY, id="crumbs"),
    ],
)
def test_a_datagram_that_contradicts_itself_is_given_up(pieces: list[Piece], reason: Reason) -> None:
    fragments = Fragments()
    assert feed(fragments, pieces) == []
    assert [refusal.reason for refusal in fragments.refused] == [reason]
    assert fragments.refused[0].packet == len(pieces) - 1


def test_what_was_given_up_stays_so() -> None:
    fragments = Fragments()
    feed(fragments, [(0, b"a" * 16, False), (8, b"b" * 16, False)])
    assert feed(fragments, pieces_of(CONTENT, 64)) == []
    assert fragments.refused_count == 1


def test_identifications_are_reused_after_the_lifetime() -> None:
    fragments = Fragments()
    feed(fragments, pieces_of(b"old" * 8, 8)[:2])
    assert feed(fragments, pieces_of(CONTENT, 64), time_ns=LIFETIME_NS + 1) == [CONTENT]
    assert [refusal.reason for refusal in fragments.refused] == [Reason.TOO_LATE]


def test_a_datagram_that_was_given_up_is_forgotten_after_the_lifetime_without_another_word() -> None:
    fragments = Fragments()
    feed(fragments, [(0, b"a" * 16, False), (8, b"b" * 16, False)])
    assert feed(fragments, pieces_of(CONTENT, 64), time_ns=LIFETIME_NS + 1) == [CONTENT]
    assert fragments.refused_count == 1


def test_the_oldest_gives_way_when_too_many_wait() -> None:
    fragments = Fragments()
    first, second = pieces_of(b"0123456789abcdef", 8)
    for number in range(MAX_DATAGRAMS + 1):
        assert feed(fragments, [first], key=number) == []
    assert feed(fragments, [second], key=MAX_DATAGRAMS) == [b"0123456789abcdef"]
    assert feed(fragments, [second], key=0) == []
    assert [refusal.reason for refusal in fragments.refused] == [Reason.CROWDED]


def test_refusals_kept_for_the_report_are_bounded() -> None:
    fragments = Fragments()
    for number in range(MAX_REFUSED + 5):
        feed(fragments, [(MAX_DATAGRAM, b"a" * 8, True)], key=number)
    assert len(fragments.refused) == MAX_REFUSED
    assert fragments.refused_count >= MAX_REFUSED + 5


@pytest.mark.parametrize("frames", [v4_fragments(tcp(TEXT), 64), v6_fragments(tcp(TEXT), 64)], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
def test_the_packet_that_completes_a_datagram_carries_the_segment(frames: list[bytes], order: int) -> None:
    decoded = Decoded(frames[::order]).all()
    assert decoded.headers["is_tcp"].tolist() == [0] * (len(frames) - 1) + [1]
    found = decoded.row()
    assert found["payload_address"] >= ARENA
    assert found["bytes"] == TEXT
    assert found["payload"] == found["payload_captured"] == len(TEXT)
    assert set(decoded.packets["ip_protocol"].tolist()) == {6}


def test_fragments_of_several_datagrams_among_other_packets() -> None:
    one, two = v4_fragments(tcp(TEXT), 64), v6_fragments(tcp(TEXT[::-1]), 64)
    whole = ethernet(ipv4(tcp(b"whole")))
    rows = Decoded([packet for pair in zip(one, two, strict=True) for packet in (*pair, whole)]).all().rows()
    carried = [row["bytes"] for row in rows if row["is_tcp"] and row["bytes"] != b"whole"]
    assert carried == [TEXT, TEXT[::-1]]
    assert sum(row["bytes"] == b"whole" for row in rows) == len(one)


def test_a_fragment_may_come_in_a_later_batch() -> None:
    frames = v4_fragments(tcp(TEXT), 64)
    decoded = Decoded(frames)
    for row in range(len(frames)):
        decoded.decoder.advance(row, row + 1)
    assert decoded.headers["is_tcp"].tolist() == [1]
    assert decoded.packets["payload"][-1] == len(TEXT)


def test_a_tunnel_inside_fragments_is_followed() -> None:
    inner = ipv4(tcp(TEXT))
    vxlan = udp(bytes.fromhex("08000000 00002a00") + ethernet(inner), 4789)
    assert Decoded(v4_fragments(vxlan, 128, protocol=17)).all().row()["bytes"] == TEXT


def test_fragments_inside_fragments() -> None:
    inner = [frame[14:] for frame in v4_fragments(tcp(TEXT), 120)]
    outer = [
        frame[:18] + struct.pack(">H", number) + frame[20:]  # each inner packet its own identification outside
        for number, packet in enumerate(inner)
        for frame in v4_fragments(packet, 64, protocol=4)
    ]
    assert Decoded(outer).all().row()["bytes"] == TEXT


def test_overlapping_fragments_carry_nothing() -> None:
    good = v4_fragments(tcp(TEXT), 64)
    evil = ethernet(ipv4(b"E" * 64, fragment=(64 // 8 - 1) | MORE))
    decoded = Decoded([good[0], evil, *good[1:]]).all()
    assert decoded.headers["is_tcp"].sum() == 0
    assert [refusal.packet for refusal in decoded.decoder.fragments.refused] == [1]


def test_a_first_fragment_that_the_capture_cut_off_still_shows_its_header() -> None:
    first, *rest = v4_fragments(tcp(TEXT), 64)
    decoded = Decoded([first[:-10], *[frame[:-10] for frame in rest]], length=len(first)).all()
    assert decoded.headers["is_tcp"].tolist() == [1] + [0] * len(rest)
    assert decoded.row(0)["payload"] == 64 - 20
    assert decoded.row(0)["payload_captured"] == 64 - 20 - 10


def test_a_full_arena_leaves_no_segment_behind() -> None:
    decoded = Decoded(v4_fragments(tcp(TEXT), 64))
    decoded.arena.limit = 0
    decoded.all()
    assert decoded.headers["is_tcp"].sum() == 0
    assert decoded.arena.size == 0


def test_pieces_of_different_datagrams_are_told_apart_by_protocol() -> None:
    frames = v4_fragments(tcp(TEXT), 200)
    other = v4_fragments(udp(TEXT[::-1] + bytes(12), 9), 200, protocol=17)
    assert len(other) == len(frames)
    mixed = [packet for pair in zip(frames, other, strict=True) for packet in pair]
    assert [row["bytes"] for row in Decoded(mixed).all().rows() if row["is_tcp"]] == [TEXT]


def test_pieces_of_an_ipv6_datagram_may_name_different_next_headers() -> None:
    """RFC 8200 §4.5: only that of the first fragment counts."""
    first, *rest = v6_fragments(tcp(TEXT), 64)
    assert Decoded([first, *(frame[:54] + b"\x11" + frame[55:] for frame in rest)]).all().row()["bytes"] == TEXT


@pytest.mark.parametrize(
    ("at", "ip"),
    [(19, IP4), (29, IP4), (33, IP4), (29, IP6), (37, IP6), (45, IP6), (53, IP6), (61, IP6)],
    ids=[
        *("IPv4 identification", "IPv4 source", "IPv4 destination"),
        *("IPv6 source, upper half", "IPv6 source, lower half"),
        *("IPv6 destination, upper half", "IPv6 destination, lower half", "IPv6 identification"),
    ],
)
def test_pieces_of_different_datagrams_are_told_apart_by_every_field_of_the_key(at: int, ip: bytes) -> None:
    one, two = ((v4_fragments if ip == IP4 else v6_fragments)(tcp(text), 64) for text in (TEXT, TEXT[::-1]))
    other = [frame[:at] + bytes([frame[at] ^ 1]) + frame[at + 1 :] for frame in two]
    mixed = [packet for pair in zip(one, other, strict=True) for packet in pair]
    assert [row["bytes"] for row in Decoded(mixed).all().rows() if row["is_tcp"]] == [TEXT, TEXT[::-1]]


def test_cuts_cover_the_content() -> None:
    pieces = pieces_of(CONTENT, 40)
    assert all(first[0] + len(first[1]) == second[0] for first, second in pairwise(pieces))


AGREEING = {
    "the second begins in the first": [(0, CONTENT[:64], False), (32, CONTENT[32:], True)],
    "the last one first": [(32, CONTENT[32:], True), (0, CONTENT[:64], False)],
    "one that covers others": [(16, CONTENT[16:32], False), (64, CONTENT[64:], True), (0, CONTENT[:80], False)],
    "one inside another": [(0, CONTENT[:64], False), (16, CONTENT[16:32], False), (64, CONTENT[64:], True)],
}


@pytest.mark.parametrize("name", AGREEING)
def test_an_overlap_that_agrees_is_lawful_in_ipv4_and_breaks_the_datagram_in_ipv6(name: str) -> None:
    fragments = Fragments()
    assert feed(fragments, AGREEING[name]) == [CONTENT]
    assert {refusal.reason for refusal in fragments.refused} == {Reason.OVERLAP_AGREES}
    strict = Fragments()
    assert [strict.add("key", row, 0, *piece, True) for row, piece in enumerate(AGREEING[name])] == [None] * len(
        AGREEING[name]
    )
    assert [refusal.reason for refusal in strict.refused] == [Reason.OVERLAP]


def test_overlaps_are_told_by_the_version_of_ip() -> None:
    segment = tcp(b"x" * 60)
    pieces = [(0, segment[:48], False), (32, segment[32:], True)]
    for frames, codes in (
        (
            [ethernet(ipv4(part, 6, fragment=at // 8 | (0 if last else MORE))) for at, part, last in pieces],
            [Reason.OVERLAP_AGREES],
        ),
        (
            [
                ethernet(ipv6(struct.pack(">BBHI", 6, 0, at | (0 if last else 1), 99) + part, 44), IP6)
                for at, part, last in pieces
            ],
            [Reason.OVERLAP],
        ),
    ):
        decoded = Decoded(frames).all()
        assert [refusal.reason for refusal in decoded.decoder.fragments.refused] == codes
        assert int(decoded.headers["is_tcp"].sum()) == (codes == [Reason.OVERLAP_AGREES])
