"""The application layer as a whole: cuts and batches change nothing, other programs agree, no input makes it fail."""

from __future__ import annotations

from typing import Any

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

from inspector.tables.table import Direction
from inspector.websocket.message_content import PREVIEW
from tests.play import Play, Stage, at_random, byte_by_byte, whole
from tests.websocket.wires import Deflater, agree, close, frame, masked, upgrade

DEFLATE = "permessage-deflate"

bodies = st.binary(max_size=60)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request that RFC 9112 allows."""
    method = draw(st.sampled_from([b"GET", b"POST", b"HEAD", b"PUT"]))
    body = draw(bodies) if method in (b"POST", b"PUT") else b""
    head = method + b" /" + draw(st.from_regex(rb"[a-z0-9?=&/]{0,20}", fullmatch=True)) + b" HTTP/1.1\r\nHost: x\r\n"
    if not body:
        return head + b"\r\n"
    if draw(st.booleans()):
        return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + draw(chunks(body))


@st.composite
def chunks(draw: st.DrawFn, body: bytes) -> bytes:
    """A body in chunks, perhaps with extensions and trailers."""
    out, at = b"", 0
    while at < len(body):
        size = draw(st.integers(1, len(body) - at))
        out += b"%x%s\r\n%s\r\n" % (size, draw(st.sampled_from([b"", b";a=b"])), body[at : at + size])
        at += size
    return out + b"0\r\n" + draw(st.sampled_from([b"", b"X-Sum: 1\r\n"])) + b"\r\n"


@st.composite
def responses(draw: st.DrawFn, to: bytes) -> bytes:
    """What a server may answer to this request, with 1xx before it."""
    out = b"HTTP/1.1 103 Early\r\n\r\n" if draw(st.booleans()) else b""
    status = draw(st.sampled_from([200, 204, 304, 404]))
    body = draw(bodies)
    out += b"HTTP/1.1 %d Said\r\n" % status
    has_body = status in (200, 404) and not to.startswith(b"HEAD")
    if draw(st.booleans()) and status != 204:
        return out + b"Transfer-Encoding: chunked\r\n\r\n" + (draw(chunks(body)) if has_body else b"")
    return out + b"Content-Length: %d\r\n\r\n" % len(body) + (body if has_body else b"")


@st.composite
def http_plays(draw: st.DrawFn) -> list[tuple[Direction, bytes]]:
    """Sequences of requests, some of them pipelined, and their responses."""
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        asked = draw(st.lists(requests(), min_size=1, max_size=3))
        lines.append((Direction.CLIENT, b"".join(asked)))
        lines.append((Direction.SERVER, b"".join(draw(responses(to=request)) for request in asked)))
    return lines


@st.composite
def websocket_plays(draw: st.DrawFn, between: bytes = b"?") -> list[tuple[Direction, bytes]]:
    """A handshake, then messages of all kinds, compressed and fragmented or not, with pings `between` fragments."""
    lines = [(Direction.CLIENT, upgrade(DEFLATE)), (Direction.SERVER, agree(DEFLATE))]
    deflaters = Deflater(), Deflater()
    for _ in range(draw(st.integers(1, 8))):
        side = draw(st.sampled_from(Direction))
        write = masked if side == Direction.CLIENT else frame
        kind = draw(st.sampled_from(["text", "binary", "ping", "deflated"]))
        content = draw(st.text(max_size=50)).encode()
        if kind == "ping":
            lines.append((side, write(content[:125], 9)))
            continue
        payload = deflaters[side](content) if kind == "deflated" else content
        cut = draw(st.integers(min(1, len(payload)), len(payload)))
        first = write(payload[:cut], 2 if kind == "binary" else 1, 0, 4 if kind == "deflated" else 0)
        ping = write(between, 9) if between else b""
        lines.append((side, first + ping + write(payload[cut:], 0)))
    lines.append((Direction.CLIENT, close(1000)))
    return lines


def perform(lines: list[tuple[Direction, bytes]], **how: Any) -> Stage:
    play = Play(**how)
    for side, said in lines:
        play = play.client(said) if side == Direction.CLIENT else play.server(said)
    return play.run()


def essence(stage: Stage) -> dict[str, object]:
    """All that cuts must not change: not which packets carried what, nor where bytes lie."""
    depends = {"packet", "last_packet", "first_packet", "head_address", "text_address"}
    names = ("http_messages", "exchanges", "frames", "messages", "anomalies")
    found: dict[str, object] = {
        name: [{k: v for k, v in row.items() if k not in depends} for row in stage.rows(name)] for name in names
    }
    found["heads"] = [stage.head(i) for i in range(len(stage.http_messages))]
    found["texts"] = stage.texts()
    found["protocol"] = stage.protocol()
    return found


@given(http_plays() | websocket_plays(), st.integers(0, 1 << 30))
@settings(max_examples=60)
def test_cuts_and_batches_change_nothing(lines: list[tuple[Direction, bytes]], seed: int) -> None:
    expected = essence(perform(lines))
    assert essence(perform(lines, cut=byte_by_byte)) == expected
    assert essence(perform(lines, cut=at_random(seed))) == expected
    assert essence(perform(lines, cut=at_random(seed), batch=1)) == expected
    assert essence(perform(lines, batch=2, is_in_arena=True)) == expected


@given(http_plays())
@settings(max_examples=60)
def test_h11_reads_the_same_requests_and_bodies(lines: list[tuple[Direction, bytes]]) -> None:
    stage = perform(lines)
    found = [
        (stage.head(i).method, stage.head(i).target, row["body_bytes"])
        for i, row in enumerate(stage.rows("http_messages"))
        if row["direction"] == Direction.CLIENT
    ]
    assert found == list(h11_requests(b"".join(said for side, said in lines if side == Direction.CLIENT)))


@given(http_plays())
@settings(max_examples=60)
def test_h11_reads_the_same_responses_and_bodies(lines: list[tuple[Direction, bytes]]) -> None:
    """Statuses with the lengths of their bodies, request by request: h11's client sends the next one only then."""
    stage = perform(lines)
    said = b"".join(said for side, said in lines if side == Direction.SERVER)
    methods = [stage.head(i).method for i, row in enumerate(stage.rows("http_messages")) if row["kind"] == 0]
    found = [
        (stage.head(i).status, row["body_bytes"], row["complete"])
        for i, row in enumerate(stage.rows("http_messages"))
        if row["direction"] == Direction.SERVER
    ]
    assert found == list(h11_responses(said, methods))


def h11_responses(said: bytes, methods: list[str]) -> Any:
    """Status, length of the body and 1 of each response, as h11's client sees them."""
    client = h11.Connection(h11.CLIENT)
    client.receive_data(said)
    for method in methods:
        client.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
        client.send(h11.EndOfMessage())
        status, length = 0, 0
        while not isinstance(event := client.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.InformationalResponse):
                yield event.status_code, 0, 1
            elif isinstance(event, h11.Response):
                status = event.status_code
            else:
                assert isinstance(event, h11.Data)
                length += len(event.data)
        yield status, length, 1
        client.start_next_cycle()


LENGTHS = [0, 1, 125, 126, 127, 65535, 65536]
"""Where the header of a frame changes its form (RFC 6455 §5.2), and beside it."""


@given(st.lists(st.sampled_from(LENGTHS), min_size=1, max_size=5), st.sampled_from(Direction), st.integers(0, 1 << 30))
@settings(max_examples=30)
def test_frames_that_wsproto_writes_are_read_with_their_lengths(lengths: list[int], side: Direction, seed: int) -> None:
    writer = Connection(ConnectionType.CLIENT if side == Direction.CLIENT else ConnectionType.SERVER)
    contents = [bytes([i]) * length for i, length in enumerate(lengths)]
    last = len(contents) - 1
    said = b"".join(
        writer.send(BytesMessage(data=content, message_finished=i == last)) for i, content in enumerate(contents)
    )
    handshake = [(Direction.CLIENT, upgrade()), (Direction.SERVER, agree())]
    stage = perform([*handshake, (side, said)], cut=at_random(seed, 20_000))
    opcodes = [2, *[0] * last]
    assert [(row["opcode"], row["length"], row["fin"], row["masked"]) for row in stage.rows("frames")] == [
        (opcode, length, i == last, side == Direction.CLIENT)
        for i, (opcode, length) in enumerate(zip(opcodes, lengths, strict=True))
    ]
    (message,) = stage.rows("messages")
    assert (message["bytes"], message["complete"]) == (sum(lengths), 1)
    assert stage.text(0) == b"".join(contents)[:PREVIEW]


@given(http_plays() | websocket_plays(), st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None)
def test_inside_a_tunnel_the_same_is_read(lines: list[tuple[Direction, bytes]], seed: int) -> None:
    tunnel = [
        (Direction.CLIENT, b"CONNECT inner:80 HTTP/1.1\r\nHost: inner\r\n\r\n"),
        (Direction.SERVER, b"HTTP/1.1 200 OK\r\n\r\n"),
    ]
    inside, outside = perform(tunnel + lines, cut=at_random(seed)), perform(lines)
    assert inside.pairs() == [("CONNECT inner:80", "200"), *outside.pairs()]
    assert (inside.texts(), inside.codes()) == (outside.texts(), outside.codes())


BAD_SIZES = [b"0x1", b"g", b"-1", b"f" * 17, b" 1", b"1 \r2", b"", b"1\r", b"\x80"]


@given(bodies, st.sampled_from(BAD_SIZES), http_plays(), st.integers(0, 1 << 30))
@settings(max_examples=60, deadline=None)
def test_behind_any_chunk_that_cannot_be_read_the_rest_is(
    body: bytes, size: bytes, lines: list[tuple[Direction, bytes]], seed: int
) -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"x\r\n" + body.hex().encode() + b"\r\n"
    broken = [(Direction.CLIENT, b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n"), (Direction.SERVER, said)]
    stage = perform(broken + lines, cut=at_random(seed))
    assert stage.pairs() == [("GET /broken", "200"), *perform(lines).pairs()]
    assert stage.codes()[0] == "http-bad-chunk"
    assert "http-orphan-response" not in stage.codes()


def h11_requests(said: bytes) -> Any:
    """Method, target and length of each request, as h11's server sees them."""
    server = h11.Connection(h11.SERVER)
    server.receive_data(said)
    length, current = 0, ("", "")
    while True:
        event = server.next_event()
        if event is h11.NEED_DATA:
            return
        if isinstance(event, h11.Request):
            length, current = 0, (event.method.decode(), event.target.decode())
        elif isinstance(event, h11.Data):
            length += len(event.data)
        elif isinstance(event, h11.EndOfMessage):
            yield *current, length
            server.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            server.send(h11.EndOfMessage())
            server.start_next_cycle()


# wsproto 1.3 forgets that a message is compressed when a ping stands between its fragments.
@given(websocket_plays(between=b""))
@settings(max_examples=60)
def test_wsproto_reads_the_same_messages_from_the_client(lines: list[tuple[Direction, bytes]]) -> None:
    stage = perform(lines)
    mine = [
        stage.text(i)
        for i, row in enumerate(stage.rows("messages"))
        if row["direction"] == Direction.CLIENT and row["kind"] <= 2
    ]
    assert mine == wsproto_messages(b"".join(said for side, said in lines[2:] if side == Direction.CLIENT))


def wsproto_messages(said: bytes) -> list[bytes]:
    """Content of the data messages that wsproto's server reads."""
    from wsproto.extensions import PerMessageDeflate

    extension = PerMessageDeflate()
    extension.accept(DEFLATE)
    server = Connection(ConnectionType.SERVER, extensions=[extension])
    server.receive_data(said)
    messages, current = [], b""
    for event in server.events():
        if isinstance(event, TextMessage | BytesMessage):
            current += event.data.encode() if isinstance(event.data, str) else bytes(event.data)
            if event.message_finished:
                messages.append(current)
                current = b""
    return messages


@pytest.mark.parametrize("side", Direction)
def test_frames_that_the_websockets_library_writes_are_read(side: Direction) -> None:
    _, extension = ServerPerMessageDeflateFactory().process_request_params([], [])
    texts = ["first message, first", "second message, second", "\u00e4\u00f6\u00fc" * 99]
    is_client = side == Direction.CLIENT
    said = b"".join(
        Frame(Opcode.TEXT, text.encode()).serialize(mask=is_client, extensions=[extension]) for text in texts
    )
    lines = [(Direction.CLIENT, upgrade(DEFLATE)), (Direction.SERVER, agree(DEFLATE)), (side, said)]
    stage = perform(lines, cut=at_random(3))
    assert [text.decode() for text in stage.texts()] == texts
    assert stage.codes() == []


ANYTHING = st.lists(
    st.tuples(
        st.sampled_from(Direction),
        st.binary(max_size=40)
        | st.sampled_from(
            [upgrade(DEFLATE), agree(DEFLATE), b"GET / HTTP/1.1\r\n", b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
        )
        | st.sampled_from(
            [b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n", b"0\r\n\r\n", b"GET /\r\n", b"HTTP/1.1 101 X\r\n\r\n"]
        )
        | st.sampled_from([b"CONNECT x:1 HTTP/1.1\r\n\r\n", b"Content-Length: 5\r\n\r\n", b"\x81\x05", b"\xc1\x85abcd"])
        | st.integers(1, 30)
        | st.sampled_from(["end", "abort"]),
    ),
    max_size=14,
)


@given(ANYTHING, st.booleans(), st.integers(1, 5))
@settings(max_examples=400)
def test_nothing_makes_it_fail(lines: list[tuple[Direction, Any]], is_midstream: bool, batch: int) -> None:
    def write(**how: Any) -> Play:
        play = Play(is_midstream=is_midstream, **how)
        for side, what in lines:
            if isinstance(what, int):
                play.gap(side, what)
            elif isinstance(what, str):
                play.end(side) if what == "end" else play.abort(side)
            else:
                play.client(what) if side == Direction.CLIENT else play.server(what)
        return play

    stage = write(cut=whole).run()
    for row in stage.rows("http_messages"):
        assert 0 <= row["body_bytes"] <= row["body_end"] - row["body_offset"]
        assert 0 <= row["exchange"] < len(stage.exchanges)
    for row in stage.rows("frames"):
        assert -1 <= row["message"] < len(stage.messages)
    assert essence(write(cut=whole, batch=batch).run()) == essence(stage)
