"""WebSocket in two byte streams: each case is a play, fed whole, byte by byte and in random pieces."""

from __future__ import annotations

import random

import pytest

from inspector.anomalies import ANOMALIES
from inspector.tables.table import Protocol
from inspector.websocket import message_parser
from inspector.websocket.message_content import PREVIEW
from tests.play import CLIENT, CUTS, SERVER, Cut, Play, Stage, at_random, byte_by_byte, whole
from tests.websocket.wires import MASK, Deflater, agree, close, frame, masked, upgrade

DEFLATE = "permessage-deflate"


def chat(cut: Cut = whole, extensions: str = "") -> Play:
    return Play(cut).client(upgrade(DEFLATE if extensions else "")).server(agree(extensions))


def frames(stage: Stage) -> list[tuple[int, int, int]]:
    return [(row["opcode"], row["fin"], row["length"]) for row in stage.rows("frames")]


@CUTS
def test_both_sides_speak_unmasked_and_masked(cut: Cut) -> None:
    stage = chat(cut).server(frame(b"Hello")).client(masked(b"Hi") + masked(bytes(300), 2)).run()
    assert stage.protocol() == Protocol.WEBSOCKET
    assert stage.texts() == [b"Hello", b"Hi", bytes(300)]
    assert frames(stage) == [(1, 1, 5), (1, 1, 2), (2, 1, 300)]
    assert [row["masked"] for row in stage.rows("frames")] == [0, 1, 1]
    assert stage.row("frames", 1)["mask"] == int.from_bytes(MASK, "big")
    assert [row["direction"] for row in stage.rows("messages")] == [SERVER, CLIENT, CLIENT]
    assert all(row["complete"] for row in stage.rows("messages"))
    assert stage.codes() == []


@CUTS
def test_streams_change_the_protocol_at_the_exact_offset(cut: Cut) -> None:
    stage = Play(cut).client(upgrade()).server(agree() + frame(b"at once")).run()
    assert stage.texts() == [b"at once"]
    assert stage.row("frames", 0)["payload_offset"] == len(agree()) + 2


@CUTS
def test_early_data_behind_the_request_is_shown_and_told(cut: Cut) -> None:
    stage = Play(cut).client(upgrade() + masked(b"too early")).server(agree()).client(masked(b"in time")).run()
    assert stage.texts() == [b"too early", b"in time"]
    assert stage.codes() == ["http-data-before-upgrade"]


@CUTS
def test_fragments_with_control_frames_in_between(cut: Cut) -> None:
    said = masked(b"Hel", 1, fin=0) + masked(b"ping!", 9) + masked(b"l", 0, fin=0) + masked(b"o", 0)
    stage = chat(cut).client(said).server(frame(b"ping!", 10)).run()
    assert stage.texts() == [b"Hello", b"ping!", b"ping!"]
    message = stage.row("messages", 0)
    assert (message["frames"], message["kind"], message["wire_bytes"], message["complete"]) == (3, 1, 5, 1)
    assert [row["message"] for row in stage.rows("frames")] == [0, 1, 0, 0, 2]
    assert stage.codes() == []


@CUTS
def test_large_lengths_and_a_bounded_preview(cut: Cut) -> None:
    if cut is byte_by_byte:
        cut = at_random(9, 1000)
    content = bytes(range(256)) * 300
    stage = chat(cut).client(masked(content, 2)).server(frame(content, 2)).client(masked(b"after")).run()
    assert [row["bytes"] for row in stage.rows("messages")] == [76800, 76800, 5]
    assert stage.texts() == [content[:PREVIEW], content[:PREVIEW], b"after"]


@pytest.mark.parametrize("keeps_context", [True, False], ids=["context takeover", "no context takeover"])
@CUTS
def test_permessage_deflate_in_both_directions(cut: Cut, keeps_context: bool) -> None:
    more = "" if keeps_context else "; client_no_context_takeover; server_no_context_takeover"
    client, server = Deflater(keeps_context), Deflater(keeps_context)
    texts = [b"the same words again and again"] * 3
    play = chat(cut, DEFLATE + more)
    play.client(b"".join(masked(client(text), rsv=4) for text in texts))
    play.server(b"".join(frame(server(text), rsv=4) for text in texts) + frame(b"not compressed"))
    stage = play.run()
    assert stage.texts() == texts + texts + [b"not compressed"]
    assert [row["compressed"] for row in stage.rows("messages")] == [1] * 6 + [0]
    first = stage.row("messages", 0)
    assert first["bytes"] == 30
    assert first["wire_bytes"] == stage.row("frames", 0)["length"]
    assert stage.codes() == []


@CUTS
def test_compressed_fragments_with_a_ping_in_between(cut: Cut) -> None:
    client = Deflater()
    first, second = client(b"compressed over three fragments, " * 4), client(b"and again: compressed over three")
    third = len(first) // 3
    said = masked(first[:third], rsv=4, fin=0) + masked(b"?", 9) + masked(first[third : 2 * third], 0, fin=0)
    said += masked(first[2 * third :], 0) + masked(second, rsv=4)
    stage = chat(cut, DEFLATE).client(said).run()
    assert stage.texts() == [b"compressed over three fragments, " * 4, b"?", b"and again: compressed over three"]
    assert stage.codes() == []


@CUTS
def test_lost_context_is_told_and_recovered_where_the_stream_allows(cut: Cut) -> None:
    client = Deflater()
    lost, refers, alone = client(b"a sentence"), client(b"a sentence"), client(b"0123456789")
    play = chat(cut, DEFLATE).client(masked(lost, rsv=4)[:8]).gap(CLIENT, len(masked(lost)) - 8)
    stage = play.client(masked(refers, rsv=4)).client(masked(alone, rsv=4)).run()
    assert stage.texts() == [b"", b"", b"0123456789"]
    assert stage.codes() == ["ws-frame-damaged", "ws-context-lost", "ws-context-recovered"]
    assert [row["complete"] for row in stage.rows("messages")] == [0, 1, 1]
    assert [row["bytes"] for row in stage.rows("messages")] == [len(lost), len(refers), 10]


def test_without_context_takeover_nothing_is_lost_with_a_message() -> None:
    client = Deflater(keeps_context=False)
    play = chat(whole, f"{DEFLATE}; client_no_context_takeover").client(masked(client(b"a sentence"), rsv=4)[:8])
    stage = play.gap(CLIENT, len(masked(client(b"a sentence"))) - 8).client(masked(client(b"a sentence"), rsv=4)).run()
    assert stage.texts() == [b"", b"a sentence"]
    assert "ws-context-lost" in stage.codes()  # the damaged message itself
    assert stage.codes()[-1] == "ws-context-recovered"


def test_data_that_is_no_deflate_is_told() -> None:
    stage = chat(whole, DEFLATE).client(masked(b"\xff\xff\xff", rsv=4)).run()
    assert stage.codes() == ["ws-bad-deflate"]
    assert stage.row("messages", 0)["complete"] == 1


def test_a_bomb_is_stopped_and_told() -> None:
    bomb = Deflater()(bytes(1 << 26))
    assert len(bomb) < 70_000
    stage = chat(whole, DEFLATE).client(masked(bomb, 2, rsv=4)).client(masked(b"after")).run()
    assert stage.codes() == ["ws-inflates-too-far"]
    assert stage.texts()[1] == b"after"


VIOLATIONS = {
    "ws-unmasked-client": frame(b"x"),
    "ws-reserved-bits": masked(b"x", rsv=2),
    "ws-reserved-opcode": masked(b"x", 3),
    "ws-control-too-long": masked(bytes(126), 9),
    "ws-control-fragmented": masked(b"x", 9, fin=0),
    "ws-length-not-minimal": frame(b"x", mask=MASK, size=2),
    "ws-length-impossible": b"\x82\xff" + b"\xff" * 8 + MASK,
    "ws-continuation-of-nothing": masked(b"x", 0),
    "ws-message-interrupted": masked(b"x", fin=0) + masked(b"y"),
    "ws-bad-utf8": masked(b"\xff\xfe"),
    "ws-close-length": masked(b"x", 8),
    "ws-close-code": close(1005),
    "ws-after-close": close(1000) + masked(b"x"),
}


@pytest.mark.parametrize(("code", "said"), VIOLATIONS.items(), ids=VIOLATIONS)
@CUTS
def test_violations_are_told_one_by_one(cut: Cut, code: str, said: bytes) -> None:
    stage = chat(cut).client(said).run()
    assert stage.codes() == [code]
    anomaly = stage.row("anomalies", 0)
    assert (anomaly["connection"], anomaly["direction"]) == (0, CLIENT)
    assert ANOMALIES[anomaly["code"]].severity == "violation"


@CUTS
def test_what_came_of_a_message_whose_frames_have_not_ended_is_kept(cut: Cut) -> None:
    stage = chat(cut).server(frame(b"first part, ", fin=0)).server(frame(b"second", 0, fin=0)).run()
    message = stage.row("messages", 0)
    assert (stage.texts(), message["bytes"], message["frames"], message["complete"]) == (
        [b"first part, second"],
        18,
        2,
        0,
    )


@pytest.mark.parametrize("end", ["capture", "FIN", "RST"])
@CUTS
def test_what_came_of_a_frame_that_the_end_cuts_is_kept(cut: Cut, end: str) -> None:
    said = frame("größe".encode() * 100)[:-3]
    play = chat(cut).server(said)
    stage = (play.end(SERVER) if end == "FIN" else play.abort(SERVER) if end == "RST" else play).run()
    message, row = stage.row("messages", 0), stage.row("frames", 0)
    assert (stage.text(0), message["bytes"], message["wire_bytes"]) == (("größe".encode() * 100)[:697], 697, 697)
    assert (message["complete"], row["damaged"], row["length"]) == (0, 1, 700)
    assert stage.codes() == ([] if end == "capture" else ["ws-cut-short"])


@CUTS
def test_what_came_of_a_compressed_message_is_inflated(cut: Cut) -> None:
    payload = Deflater()(b"all the words of it " * 3)
    stage = chat(cut, DEFLATE).server(frame(payload[:-4], rsv=4, fin=0)).run()
    message = stage.row("messages", 0)
    assert message["complete"] == 0
    assert message["wire_bytes"] == len(payload) - 4
    assert stage.text(0)
    assert (b"all the words of it " * 3).startswith(stage.text(0))


def test_what_came_of_a_giant_frame_is_counted() -> None:
    head = b"\x82\x7f" + (5 << 30).to_bytes(8, "big")
    stage = chat().server(head + bytes(2000)).end(SERVER).run()
    assert (stage.row("messages", 0)["bytes"], stage.row("frames", 0)["length"]) == (2000, 5 << 30)


@CUTS
def test_a_reserved_frame_inside_a_message_is_no_part_of_it(cut: Cut) -> None:
    said = masked(b"one ", fin=0) + masked(b"no part", 3) + masked(b"two", 0)
    assert chat(cut).client(said).run().texts() == [b"one two"]


@CUTS
def test_a_masked_server_is_told_and_read(cut: Cut) -> None:
    stage = chat(cut).server(masked(b"why?")).run()
    assert (stage.codes(), stage.texts()) == (["ws-masked-server"], [b"why?"])


def test_rsv1_without_negotiation_is_told_and_the_payload_left_as_it_is() -> None:
    stage = chat().client(masked(b"plain", rsv=4)).run()
    assert (stage.codes(), stage.texts()) == (["ws-reserved-bits"], [b"plain"])
    assert stage.row("messages", 0)["compressed"] == 0


@pytest.mark.parametrize("code", [1005, 1006, 1015])
def test_close_codes_that_must_not_be_sent(code: int) -> None:
    stage = chat().client(close(code)).run()
    assert stage.codes() == ["ws-close-code"]
    assert stage.row("messages", 0)["close_code"] == code


@pytest.mark.parametrize("code", [0, 999, 1004, 1016, 2999, 5000])
def test_close_codes_without_a_meaning_break_no_must(code: int) -> None:
    stage = chat().client(close(code)).run()
    assert stage.codes() == ["ws-undefined-close-code"]
    assert stage.row("messages", 0)["close_code"] == code


@pytest.mark.parametrize("opcode", [8, 9, 10], ids=["close", "ping", "pong"])
def test_control_frames_behind_a_close_frame_are_not_forbidden(opcode: int) -> None:
    # RFC 6455 §5.5.1 forbids data frames alone.
    assert chat().client(close(1000) + masked(b"", opcode)).run().codes() == []


def test_a_frame_that_the_end_cuts_in_its_header_is_told_without_a_number() -> None:
    stage = chat().client(b"\x81").end(CLIENT).run()
    assert stage.sentence("ws-cut-short") == "The connection ended inside the header of a frame."
    stage = chat().client(masked(b"hello")[:-2]).end(CLIENT).run()
    assert stage.sentence("ws-cut-short") == "The connection ended 2 bytes before the end of a frame."


@pytest.mark.parametrize("code", [1000, 1001, 1007, 1011, 1012, 1014, 3000, 4999])
def test_close_codes_that_may_be_sent(code: int) -> None:
    stage = chat().client(close(code, "gr\u00fc\u00dfe".encode())).server(close(code, mask=b"")).run()
    assert stage.codes() == []
    assert [row["close_code"] for row in stage.rows("messages")] == [code, code]
    assert stage.text(0)[2:].decode() == "gr\u00fc\u00dfe"


@CUTS
def test_utf8_that_fragments_cut_apart_is_whole(cut: Cut) -> None:
    text = "\u00e4\u20ac\U0001f600".encode()
    said = b"".join(masked(text[i : i + 1], 1 if i == 0 else 0, fin=int(i == len(text) - 1)) for i in range(len(text)))
    stage = chat(cut).client(said).run()
    assert (stage.texts(), stage.codes()) == ([text], [])
    stage = chat(cut).client(masked(text[:-1])).run()
    assert stage.codes() == ["ws-bad-utf8"]


@CUTS
def test_a_gap_inside_a_frame_damages_it_and_the_next_is_found(cut: Cut) -> None:
    said = masked(b"0123456789")
    stage = chat(cut).client(said[:8]).gap(CLIENT, 5).client(said[13:] + masked(b"next")).run()
    assert stage.codes() == ["ws-frame-damaged"]
    assert [row["damaged"] for row in stage.rows("frames")] == [1, 0]
    assert [row["complete"] for row in stage.rows("messages")] == [0, 1]
    assert stage.text(1) == b"next"


def test_after_a_gap_over_headers_frames_are_found_again_where_they_fit() -> None:
    play = chat().client(masked(b"one")).gap(CLIENT, 30).client(b"\0\0tail").client(masked(b"two") + masked(b"three"))
    stage = play.run()
    assert stage.texts() == [b"one", b"two", b"three"]
    assert stage.codes() == ["ws-lost", "ws-resynchronised"]
    assert stage.sentence("ws-resynchronised").startswith("Parsing skipped 36 bytes;")


@CUTS
def test_the_end_inside_a_frame_cuts_it_short(cut: Cut) -> None:
    stage = chat(cut).client(masked(b"0123456789")[:9]).end(CLIENT).end(SERVER).run()
    assert stage.codes() == ["ws-cut-short"]
    assert (stage.row("frames", 0)["damaged"], stage.row("messages", 0)["complete"]) == (1, 0)
    assert chat(cut).client(masked(b"0123456789")[:9]).abort(SERVER).run().codes() == ["ws-cut-short"]


@CUTS
def test_a_frame_whose_end_is_not_in_the_capture_is_damaged(cut: Cut) -> None:
    stage = chat(cut).client(masked(b"0123456789")[:9]).run()
    assert stage.row("frames", 0)["damaged"] == 1
    assert stage.row("messages", 0)["complete"] == 0


@CUTS
def test_lengths_up_to_2_to_the_63_are_believed_and_not_allocated(cut: Cut) -> None:
    stage = chat(cut).client(b"\x82\xff" + (2**63 - 1).to_bytes(8, "big") + MASK + b"only this").run()
    assert frames(stage) == [(2, 1, 2**63 - 1)]
    assert stage.row("messages", 0)["complete"] == 0


# -- no handshake --------------------------------------------------------------------------------------------------


def test_frames_without_a_handshake_are_told_by_their_looks_and_marked() -> None:
    play = Play(is_midstream=True).client(masked(b"Hi")).server(frame(b"Hello")).client(masked(b"How are you?"))
    stage = play.server(frame(b"Fine.")).run()
    assert stage.protocol() == Protocol.WEBSOCKET
    assert stage.texts() == [b"Hi", b"Hello", b"How are you?", b"Fine."]
    assert stage.codes() == ["ws-no-handshake"]


def test_compressed_frames_without_a_handshake_are_inflated_where_that_is_possible() -> None:
    client = Deflater()
    client(b"a sentence")
    refers, alone = client(b"a sentence"), client(b"0123456789")
    play = Play(is_midstream=True).client(masked(refers, rsv=4)).client(masked(alone, rsv=4)).client(masked(b"x"))
    stage = play.run()
    assert stage.texts() == [b"", b"0123456789", b"x"]
    assert stage.codes() == ["ws-no-handshake", "ws-context-lost", "ws-context-recovered"]


def test_random_bytes_without_a_handshake_are_nothing() -> None:
    dice = random.Random(1)
    play = Play(is_midstream=True)
    for _ in range(200):
        play.client(dice.randbytes(dice.randint(1, 90))).server(dice.randbytes(dice.randint(1, 90)))
    stage = play.run()
    assert stage.protocol() == Protocol.UNKNOWN
    assert stage.codes() == []


def test_frames_without_a_handshake_count_only_where_the_beginning_is_missing() -> None:
    stage = Play().client(masked(b"Hi")).server(frame(b"Hello")).client(masked(b"How are you?")).run()
    assert stage.protocol() == Protocol.UNKNOWN


def test_an_upgrade_whose_answer_was_lost_is_read_by_its_looks() -> None:
    stage = Play().client(upgrade()).gap(SERVER, 129).client(masked(b"Hi")).server(frame(b"Hello")).run()
    assert stage.protocol() == Protocol.WEBSOCKET
    assert b"Hi" in stage.texts()
    assert "ws-handshake-unanswered" in stage.codes()


# -- handshake -----------------------------------------------------------------------------------------------------


def test_a_wrong_accept_is_told() -> None:
    stage = Play().client(upgrade()).server(agree(accept="AAAAAAAAAAAAAAAAAAAAAAAAAAA=")).client(masked(b"Hi")).run()
    assert stage.codes() == ["ws-wrong-accept"]
    assert stage.texts() == [b"Hi"]


def test_an_extension_that_was_not_offered_is_told() -> None:
    stage = Play().client(upgrade()).server(agree(DEFLATE)).client(masked(Deflater()(b"Hi"), rsv=4)).run()
    assert stage.codes() == ["ws-extension-not-offered"]
    assert stage.texts() == [b"Hi"]


def test_a_flood_of_one_violation_is_told_25_times_and_then_seldom() -> None:
    stage = chat().client(frame(b"x") * 3000).run()
    assert len(stage.codes()) == 25 + 2
    assert len(stage.rows("frames")) == 3000


@pytest.mark.parametrize(("limit", "codes"), [(2, []), (1, ["ws-too-many-contexts"])], ids=["as many", "one more"])
def test_so_many_directions_are_inflated_at_a_time(
    monkeypatch: pytest.MonkeyPatch, limit: int, codes: list[str]
) -> None:
    monkeypatch.setattr(message_parser, "CONTEXT_LIMIT", limit)
    play = chat(whole, DEFLATE)
    client, server = Deflater(), Deflater()
    for word in (b"one", b"two"):
        play.client(masked(client(word), rsv=4)).server(frame(server(word), rsv=4))
    stage = play.run()
    assert stage.codes()[:1] == codes
    assert stage.texts().count(b"one") == (1 if codes else 2)


@CUTS
@pytest.mark.parametrize(("length", "codes"), [(125, []), (126, ["ws-control-too-long"])])
def test_a_control_frame_has_so_many_bytes_at_most(cut: Cut, length: int, codes: list[str]) -> None:
    assert chat(cut).server(frame(bytes(length), 9)).client(masked(b"after")).run().codes() == codes
