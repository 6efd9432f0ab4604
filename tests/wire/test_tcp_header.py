"""The TCP header and its options."""

from __future__ import annotations

import pytest
from scapy.layers.inet import IP, TCP

from inspector.tables.table import Checksum
from inspector.wire.tcp_options import Option
from tests.wire.decoding import Decoded, decode
from tests.wire.samples import PAYLOAD, ipv4, over_ip, tcp

PADDED_TIMESTAMPS = bytes.fromhex("0101 080a fffffffe 00000003")


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


def _segment(options: bytes) -> dict[str, object]:
    return decode(over_ip(6, tcp(options=options + bytes(-len(options) % 4))))


@pytest.mark.parametrize(
    ("options", "bits", "columns"),
    [
        pytest.param(_hex("020405b4"), Option.MSS, {"mss": 1460}, id="maximum segment size"),
        pytest.param(_hex("030307"), Option.SCALE, {"scale": 7}, id="window scale"),
        pytest.param(_hex("0303ff"), Option.SCALE, {"scale": 255}, id="window scale as sent, though 14 is the most"),
        pytest.param(_hex("0402"), Option.SACK_PERMITTED, {}, id="SACK permitted"),
        pytest.param(
            PADDED_TIMESTAMPS,
            Option.TIMESTAMPS,
            {"timestamp": 0xFFFFFFFE, "timestamp_echo": 3},
            id="timestamps as they usually come",
        ),
        pytest.param(
            PADDED_TIMESTAMPS[2:] + b"\1\1",
            Option.TIMESTAMPS,
            {"timestamp": 0xFFFFFFFE, "timestamp_echo": 3},
            id="timestamps with the padding behind them",
        ),
        pytest.param(
            _hex("0101 050a 00000001 fffffff0"),
            Option.SACK,
            {"sack_blocks": 1, "sack": [1, 0xFFFFFFF0, 0, 0, 0, 0, 0, 0]},
            id="one SACK block",
        ),
        pytest.param(
            _hex("0522") + b"".join(bytes([0, 0, 0, i]) for i in range(1, 9)),
            Option.SACK,
            {"sack_blocks": 4, "sack": [1, 2, 3, 4, 5, 6, 7, 8]},
            id="four SACK blocks",
        ),
        pytest.param(
            PADDED_TIMESTAMPS + _hex("0101 0512 00000001 00000002 00000003 00000004"),
            Option.TIMESTAMPS | Option.SACK,
            {"sack_blocks": 2, "sack": [1, 2, 3, 4, 0, 0, 0, 0], "timestamp_echo": 3},
            id="timestamps and two SACK blocks",
        ),
        pytest.param(_hex("2202"), Option.FAST_OPEN, {}, id="Fast Open asks for a cookie"),
        pytest.param(_hex("220a 0102030405060708"), Option.FAST_OPEN, {}, id="Fast Open with a cookie"),
        pytest.param(_hex("fe04 f989"), Option.FAST_OPEN, {}, id="Fast Open under the experimental kind"),
        pytest.param(_hex("fe04 1234"), Option(0), {}, id="another experiment"),
        pytest.param(
            _hex("020405b4 0402 080a 00000001 00000000 01 030307"),
            Option.MSS | Option.SACK_PERMITTED | Option.TIMESTAMPS | Option.SCALE,
            {"mss": 1460, "scale": 7, "timestamp": 1, "timestamp_echo": 0},
            id="a Linux SYN",
        ),
        pytest.param(
            _hex("1e08 000000000000 030302"), Option.SCALE, {"scale": 2}, id="an unknown option is passed over"
        ),
        pytest.param(_hex("0101 01 030301 00"), Option.SCALE, {"scale": 1}, id="padding before, between and behind"),
        pytest.param(_hex("00 030301"), Option(0), {}, id="nothing is read behind the end of the list"),
        pytest.param(_hex("0200 030301"), Option(0), {}, id="an option of length 0 ends the list"),
        pytest.param(_hex("0101 0204"), Option(0), {}, id="an option that runs beyond the header ends the list"),
        pytest.param(_hex("010101 02"), Option(0), {}, id="an option without its length ends the list"),
        pytest.param(
            _hex("0203ff 030301"), Option.SCALE, {"mss": 0, "scale": 1}, id="a size that the kind cannot have"
        ),
        pytest.param(_hex("0509 0000000000 0000"), Option(0), {"sack_blocks": 0}, id="half a SACK block"),
        pytest.param(_hex("0502"), Option(0), {"sack_blocks": 0}, id="SACK without a block"),
        pytest.param(
            _hex("02040001 020405b4"), Option.MSS, {"mss": 1460}, id="of an option sent twice the last counts"
        ),
    ],
)
def test_options(options: bytes, bits: Option, columns: dict[str, object]) -> None:
    found = _segment(options)
    assert found["options"] == bits
    assert {name: found[name] for name in columns} == columns
    assert found["bytes"] == PAYLOAD


def test_scapy_and_we_read_the_same_syn() -> None:
    options = [("MSS", 1400), ("SAckOK", b""), ("Timestamp", (77, 88)), ("NOP", None), ("WScale", 9)]
    crafted = bytes(IP(src="192.0.2.9", dst="192.0.2.10") / TCP(sport=1, dport=65535, flags="SEC", options=options))
    found = decode(crafted, 101)
    assert (found["source_port"], found["destination_port"], found["flags"]) == (1, 65535, 0x0C2)
    assert (found["mss"], found["scale"], found["timestamp"], found["timestamp_echo"]) == (1400, 9, 77, 88)


def test_all_twelve_flag_bits_are_kept() -> None:
    assert decode(over_ip(6, tcp(flags=0xFFF)))["flags"] == 0xFFF


def test_options_that_the_capture_cut_off_are_read_as_far_as_they_are_there() -> None:
    whole = over_ip(6, tcp(options=_hex("020405b4 030307 01")))
    found = decode(whole[: 14 + 20 + 20 + 4], length=len(whole))
    assert (found["is_tcp"], found["options"], found["mss"]) == (1, Option.MSS, 1460)
    assert (found["payload"], found["payload_captured"], found["bytes"]) == (len(PAYLOAD), 0, b"")


def test_the_usual_timestamps_cut_off_are_none() -> None:
    whole = over_ip(6, tcp(options=PADDED_TIMESTAMPS))
    found = decode(whole[: 14 + 20 + 20 + 11], length=len(whole))
    assert (found["is_tcp"], found["options"]) == (1, 0)


def test_a_header_of_the_largest_size() -> None:
    found = decode(over_ip(6, tcp(options=b"\1" * 40)))
    assert (found["options"], found["bytes"]) == (0, PAYLOAD)


def test_an_empty_segment() -> None:
    found = decode(over_ip(6, tcp(b"")))
    assert (found["is_tcp"], found["payload"], found["payload_captured"]) == (1, 0, 0)


def test_scratch_rows_do_not_remember_the_batch_before() -> None:
    decoded = Decoded([over_ip(6, tcp(options=PADDED_TIMESTAMPS)), over_ip(1, b"ping" * 10), over_ip(6, tcp())])
    decoded.decoder.advance(0, 1)
    assert decoded.headers["options"][0] == Option.TIMESTAMPS
    decoded.decoder.advance(1, 3)
    assert decoded.headers["is_tcp"].tolist() == [0, 1]
    assert decoded.headers["timestamp"].tolist() == [0, 0]


def test_a_segment_of_each_kind_beside_others_does_not_mix() -> None:
    packets = [over_ip(6, tcp(b"a" * size)) for size in (0, 1, 500)] + [ipv4(b"")]
    rows = Decoded(packets).all().rows()
    assert [row["bytes"] for row in rows] == [b"", b"a", b"a" * 500, b""]


def test_a_file_may_end_behind_a_window() -> None:
    """What is not in the capture of a header's fixed part tells nothing, and there is nothing behind it to look at."""
    whole = over_ip(6, tcp())
    cut = whole[: -len(PAYLOAD) - 4]
    found = Decoded([cut], length=len(whole), guard=b"").all().row()
    assert (found["is_tcp"], found["payload"], found["payload_captured"]) == (1, len(PAYLOAD), 0)


@pytest.mark.parametrize("size", range(18))
def test_a_checksum_is_right_or_wrong_whatever_the_size(size: int) -> None:
    right = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(flags="A") / bytes(range(240, 240 - size, -1)))
    changed = right[:-1] + bytes([right[-1] ^ 1])
    assert decode(right, link_type=101)["checksum_is"] == Checksum.RIGHT
    assert decode(changed, link_type=101)["checksum_is"] == Checksum.WRONG


def test_a_checksum_of_zero_is_one_like_any_other() -> None:
    packet = IP(src="192.0.2.1", dst="192.0.2.2") / TCP(flags="A")
    packet[TCP].urgptr = int.from_bytes(bytes(packet)[36:38])
    assert bytes(packet)[36:38] == bytes(2)
    assert decode(bytes(packet), link_type=101)["checksum_is"] == Checksum.RIGHT
