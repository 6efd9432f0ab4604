"""Streams, HTTP messages and WebSocket frames compared with tshark, on recordings and on seeded mutations of them."""

from __future__ import annotations

import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.http.head import head
from inspector.tables.table import ChunkKind, Table
from tests.tcp.mutations import PROGRAMS, Packets, pcap, variants

from .deviations import Disagreement, check
from .witness import SEPARATOR, ask, field_options, needs_witness, parse_fields

pytestmark = needs_witness

RECORDINGS = Path(__file__).parent.parent.parent / "captures"

PACKETS_OF_A_RECORDING = 215
"""Enough for all but three recordings, of which the rest is more of the same."""

LEFT_OUT = {"crowd", "syn-flood"}
"""Recordings with many connections that are all alike."""

PROGRAMS_USED = set(PROGRAMS) - {"clock set back", "windows closed"}
"""Neither times nor windows matter to a stream."""

FIELDS = (
    "tcp.stream", "tcp.srcport", "http.request.method", "http.request.uri", "http.request.version",
    "http.response.code", "http.response.phrase", "http.response.version", "websocket.opcode", "websocket.fin",
    "websocket.rsv", "websocket.mask", "websocket.payload_length", "websocket.payload_length_ext_16",
    "websocket.payload_length_ext_64",
)  # fmt: skip

FOLLOWED = re.compile(
    r"^=+\nFollow: tcp,raw\nFilter: tcp\.stream eq (\d+)\nNode 0: .*:(\d+)\nNode 1: .*:(\d+)\n([^=]*)^=+$", re.MULTILINE
)
GAP = re.compile(rb"\[(\d+) bytes missing in capture file\]\0?")
"""A gap as tshark writes it; the NUL belongs to it."""

Message = tuple[str, str, str]
"""Method, target and version, or status, reason and version."""
Frame = tuple[int, bool, int, bool, int]
"""Opcode, FIN, reserved bits, masked, length of the payload."""
Key = tuple[int, str]
"""Connection and the sender's port."""


@dataclass
class Half:
    """What one end of a connection sent, and for each message and frame what explains that tshark does not show it."""

    stream: bytes = b""
    messages: list[tuple[Message, set[str]]] = field(default_factory=list)
    frames: list[tuple[Frame, set[str]]] = field(default_factory=list)


Halves = dict[Key, Half]


def _split(value: str) -> list[str]:
    return value.split(SEPARATOR) if value else []


def _missing(length: int) -> bytes:
    """A gap within a stream."""
    return b"<%d bytes missing>" % length


WRITTEN = re.compile(rb"<\d+ bytes missing>")
WRITTEN_AT_END = re.compile(rb"(<\d+ bytes missing>)+\Z")


def _by_tshark(path: Path, connections: int) -> tuple[Halves, list[int], dict[int, int]]:
    """Each half according to tshark, the connection of each packet, and the row in which a handshake ends."""
    follow = [word for number in range(connections) for word in ("-z", f"follow,tcp,raw,{number}")]
    said = ask(path, "-d", "tcp.port==8000-9000,http", *field_options(FIELDS), *follow)
    halves: Halves = {}
    placed: list[int] = []
    asked: set[int] = set()
    switched: dict[int, int] = {}
    for row, line in enumerate(parse_fields(said.partition("\n==")[0].strip("\n").split("\n"), FIELDS)):
        placed.append(int(line["tcp.stream"]))
        half = halves.setdefault((placed[-1], line["tcp.srcport"]), Half())
        if line["http.request.method"]:
            asked.add(placed[-1])
        elif line["http.response.code"] == "101" and placed[-1] in asked:
            switched[placed[-1]] = row
        half.messages += [(message, set()) for message in _messages(line)]
        half.frames += [(frame, set()) for frame in _frames(line)]
    for number, first, second, content in FOLLOWED.findall(said):
        for text in content.splitlines():
            half = halves[int(number), second if text.startswith("\t") else first]
            half.stream += bytes.fromhex(text)
    for half in halves.values():
        half.stream = GAP.sub(lambda found: _missing(int(found[1])), half.stream)
    return halves, placed, switched


def _messages(line: dict[str, str]) -> list[Message]:
    """HTTP messages that end in a packet, according to tshark; those whose start line is cut off are left out."""
    requests, responses = ("method", "uri", "version"), ("code", "phrase", "version")
    return [
        *zip(*(_split(line[f"http.request.{name}"]) for name in requests), strict=False),
        *zip(*(_split(line[f"http.response.{name}"]) for name in responses), strict=False),
    ]


def _frames(line: dict[str, str]) -> list[Frame]:
    """Frames that end in a packet, according to tshark, which has a field for each width of the length."""
    wider = {width: _split(line[f"websocket.payload_length_ext_{bits}"]) for width, bits in ((126, 16), (127, 64))}
    names = ("opcode", "fin", "rsv", "mask", "payload_length")
    return [
        (
            int(opcode),
            fin in ("1", "True"),
            int(rsv, 0),
            mask in ("1", "True"),
            int(wider[int(length)].pop(0) if int(length) in wider else length),
        )
        for opcode, fin, rsv, mask, length in zip(*(_split(line[f"websocket.{name}"]) for name in names), strict=True)
    ]


def _by_wireglass(capture: Capture, switched: dict[int, int]) -> Halves:
    """Each half according to Wireglass; `switched` has the packets row in which a connection's handshake ends."""
    halves: Halves = {}
    gaps: dict[tuple[int, int], int] = {}
    keys: dict[tuple[int, int], Key] = {}
    for connection in range(len(capture.connections)):
        for side, end in enumerate(("client_port", "server_port")):
            keys[connection, side] = connection, str(capture.connections[end][connection])
            stream, gaps[connection, side] = _stream(capture, connection, side)
            halves[keys[connection, side]] = Half(stream)
    for number, row in enumerate(_rows(capture.http_messages, "connection", "direction", "stream_offset", "complete")):
        connection, side, offset, is_complete = row
        start = head(capture, number)
        words = (start.method, start.target) if start.method else (str(start.status), start.reason)
        facts = set() if is_complete else {"message incomplete"}
        facts |= {"message behind a gap"} if offset > gaps[connection, side] else set()
        halves[keys[connection, side]].messages.append(((*words, start.version), facts))
    names = ("connection", "direction", "packet", "payload_offset", "opcode", "fin", "rsv", "masked", "length")
    for connection, side, packet, offset, opcode, fin, rsv, masked, length in _rows(capture.frames, *names):
        facts = set() if packet >= switched.get(connection, packet + 1) else {"no handshake"}
        facts |= {"frames behind a gap"} if offset > gaps[connection, side] else set()
        halves[keys[connection, side]].frames.append(((opcode, fin == 1, rsv, masked == 1, length), facts))
    return halves


def _rows(table: Table, *names: str) -> Iterator[tuple[int, ...]]:
    return zip(*(table[name].tolist() for name in names), strict=True)


def _stream(capture: Capture, connection: int, side: int) -> tuple[bytes, int]:
    """One direction's bytes with its gaps written out, and the stream offset of the first gap."""
    out, first_gap = b"", sys.maxsize
    for row in capture.chunks_of(connection, side).tolist():
        kind, address, length, offset = (
            int(capture.chunks[name][row]) for name in ("kind", "address", "length", "stream_offset")
        )
        if kind == ChunkKind.GAP:
            first_gap = min(first_gap, offset)
            out += _missing(length)
        elif kind == ChunkKind.DATA:
            out += capture.bytes_at(address, length)
    return out, first_gap


def _fills_gaps(theirs: bytes, ours: bytes) -> bool:
    """Whether the second stream is the first with bytes in one of its gaps."""
    pieces = WRITTEN.split(theirs)
    gaps = [(gap, b"[\\s\\S]{%d}" % int(gap[1:].split()[0])) for gap in WRITTEN.findall(theirs)]
    pattern = re.escape(pieces[0])
    for piece, (gap, filled) in zip(pieces[1:], gaps, strict=True):
        pattern += b"(?:%s|%s)%s" % (gap, filled, re.escape(piece))
    return re.fullmatch(pattern, ours) is not None


@dataclass
class Witness:
    """Where both views disagree, and how many values of each part both have."""

    disagreements: list[Disagreement] = field(default_factory=list)
    agreed: Counter[str] = field(default_factory=Counter)

    def compare(self, where: str, their: Half, our: Half, program: str) -> None:
        """Compare one half."""
        if their.stream == our.stream:
            self.agreed["stream"] += len(our.stream)
        else:
            facts = {"gap at the end"} if WRITTEN_AT_END.sub(b"", our.stream) == their.stream else set()
            if _fills_gaps(their.stream, our.stream):
                facts = {"gap filled"}
            if program == "cut off" and WRITTEN.sub(b"", our.stream) == WRITTEN.sub(b"", their.stream):
                facts = {"cut off"}
            self.disagreements.append(Disagreement("stream", where, their.stream, our.stream, frozenset(facts)))
        self._walk("http", where, [message for message, _ in their.messages], our.messages)
        self._walk("frames", where, [frame for frame, _ in their.frames], our.frames)

    def _walk(self, part: str, where: str, theirs: list[Any], ours: list[tuple[Any, set[str]]]) -> None:
        """Compare messages or frames in their order; what only Wireglass shows has its own facts."""
        left = deque(theirs)
        for one, facts in ours:
            if left and left[0] == one:
                left.popleft()
                self.agreed[part] += 1
            else:
                self.disagreements.append(Disagreement(part, where, None, one, frozenset(facts)))
        self.disagreements += [Disagreement(part, where, one, None) for one in left]


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Witness:
    packets: Packets = []
    owners: list[str] = []
    for name, some in variants(RECORDINGS, PACKETS_OF_A_RECORDING, 0):
        recording, _, program = name.partition(", ")
        if recording not in LEFT_OUT and program in PROGRAMS_USED:
            packets += some
            owners += [name] * len(some)
    path = tmp_path_factory.mktemp("witness") / "variants.pcap"
    path.write_bytes(pcap(packets))
    witness = Witness()
    with inspector.open(path) as capture:
        place = capture.packets["connection"].tolist()
        theirs, their_place, switched = _by_tshark(path, len(capture.connections))
        ours = _by_wireglass(capture, switched)
    assert their_place == place, "both number connections in order of their first packets"
    names = dict(zip(place, owners, strict=True))
    for (connection, port), our in ours.items():
        name = names[connection]
        where = f"{name}: connection {connection} from port {port}"
        witness.compare(where, theirs.get((connection, port), Half()), our, name.partition(", ")[2])
    return witness


@pytest.mark.parametrize(("part", "least"), [("stream", 1_000_000), ("http", 500), ("frames", 400)])
def test_whatever_disagrees_with_tshark_is_a_known_deviation_and_each_of_them_is_needed(
    witness: Witness, part: str, least: int
) -> None:
    check({part}, witness.disagreements)
    assert witness.agreed[part] > least
