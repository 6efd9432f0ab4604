"""One capture: its tables, and the engine that fills them batch by batch.

Data flow one way: records of the file → headers → connections and streams → HTTP and WebSocket. The tables do not
depend on how packets are batched; a live capture is a growing file that the same code reads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES, index_of
from inspector.descriptors.history import DescriptorHistory
from inspector.engine.application_layer import ApplicationLayer
from inspector.engine.client_server_swap import turn_rows
from inspector.engine.clocks import NO_CLOCK, UNKNOWN, Clocks
from inspector.engine.read_options import USUAL, ReadOptions
from inspector.pcap.reader import PacketFile, open_packets
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.arena import ARENA, Arena
from inspector.tables.chunk_index import ChunkIndex
from inspector.tables.gc_pause import uncollected
from inspector.tables.table import ChunkKind, Table
from inspector.tables.text_cells import Cells
from inspector.tcp.pipeline import TcpPipeline
from inspector.wire.decoder import Decoder
from inspector.wire.ip_reassembly import Reason
from inspector.wire.layer_parsers import is_read
from inspector.wire.link_layer import name_of

BATCH = 8192
"""The number of packets that pass through all stages at once, so few that a batch's scratch table stays in the
processor's cache."""

SLACK = 1.125
"""The factor by which tables are made larger than the first batches suggest; unused room costs no memory."""

READ_TOGETHER = 4096
"""Ranges of the file with no more bytes between them are read at once: a read costs as much as copying these bytes."""

OF_PACKET = {name: np.array([anomaly.packet == name for anomaly in ANOMALIES]) for name in ("a", "b", "c")}
"""For each of an anomaly's numbers a, b and c: an array, indexed by code, of whether it is a packet number."""

REFUSALS = {
    Reason.OVERLAP: "ip-fragments-overlap",
    Reason.OVERLAP_DIFFERS: "ip-fragments-overlap-differs",
    Reason.OVERLAP_AGREES: "ip-fragments-overlap-agrees",
    Reason.TOO_LONG: "ip-datagram-too-long",
    Reason.TOO_MANY: "ip-too-many-fragments",
    Reason.TWO_ENDS: "ip-fragments-two-ends",
    Reason.CROWDED: "ip-fragments-crowded",
    Reason.TOO_LATE: "ip-fragments-too-late",
}
"""The anomaly by which each reason for giving up a fragmented datagram is reported."""


def open(
    path: str | os.PathLike[str],
    *,
    tunnels: Mapping[int, str] | None = None,
    sort: bool = False,
    ignore_vlan: bool = False,
) -> Capture:
    """Read and analyse a saved capture.

    Args:
        path: pcap (µs or ns, either byte order) or pcapng, plain or compressed with gzip or zstd.
        tunnels: the kinds of tunnel by UDP port, in addition to the usual ports: {8473: "vxlan"}.
        sort: process the packets in order of time; their numbers (`Capture.numbers`) remain those of the file.
        ignore_vlan: treat packets of different VLANs as belonging to one network.
    Returns:
        The capture. Its tables are complete; payload stays in the file until asked for.
    Raises:
        NotACapture: if the file cannot be read, or if its first bytes are of no known capture format. A file that is
            cut off or damaged later on is not an error: all whole packets before that point are there, and `notes`
            says where it ends.
    """
    capture = Capture(open_packets(path), ReadOptions(sort, ignore_vlan, tunnels or {}))
    capture.analyse()
    return capture


Find = Callable[["Capture", str, str], npt.NDArray[np.intp]]


class Capture:
    """The tables of one capture, filled from a packet file.

    Attributes:
        packets, connections, chunks, http_messages, exchanges, frames, messages, anomalies, tokens, kernel: `Table`s; a
            row's id is its index, and a packet's number is its position in the file (`numbers`).
        source: the packet file; its `interfaces` and `notes` are also the capture's.
        is_complete: whether `finish` was called, so that nothing more will be added.
    """

    _find: ClassVar[Find | None] = None
    """The display filter, which belongs to a higher layer: inspector.query.capture_filter sets it."""

    def __init__(
        self,
        source: PacketFile,
        options: ReadOptions = USUAL,
    ) -> None:
        self.source = source
        if options.sort:
            source.sort()
        self.is_complete = False
        self.packets = Table("packets")
        self.connections = Table("connections")
        self.chunks = Table("chunks")
        self._chunk_index = ChunkIndex(self.chunks)
        self.http_messages = Table("http_messages")
        self.exchanges = Table("exchanges")
        self.frames = Table("frames")
        self.messages = Table("messages")
        self.anomalies = Table("anomalies")
        self.tokens = Table("tokens")
        self.kernel = Table("kernel")
        self.arena = Arena()
        headers = Table("headers")
        self._decoder = Decoder(
            self.packets, headers, self.arena, source.link_types, options.tunnels, options.ignore_vlan
        )
        self._tcp = TcpPipeline(self.packets, headers, self.connections, self.chunks, self.anomalies, self.arena)
        self._application_layer = ApplicationLayer(
            self.packets,
            self.connections,
            self.chunks,
            self.http_messages,
            self.exchanges,
            self.frames,
            self.messages,
            self.anomalies,
            self.arena,
        )
        self._anomaly_writer = AnomalyWriter(self.anomalies)
        self._clocks = Clocks(self.packets)
        self.descriptor_history = DescriptorHistory(self.tokens, self.kernel, self.connections)
        self._refused = 0
        self._attach()

    def __enter__(self) -> Capture:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Capture {self.path}: {len(self.packets)} packets, {len(self.connections)} connections>"

    def filter(self, text: str, table: str = "packets") -> npt.NDArray[np.intp]:
        """Rows that a display filter selects, ascending: `capture.packets["length"][capture.filter("tcp.port == 80")]`.

        Args:
            text: the display filter (docs/filter.md).
            table: packets, connections, exchanges, frames, messages, anomalies, tokens or kernel.
        Raises:
            BadFilter: the filter cannot be read.
        """
        find = type(self)._find
        if find is None:
            raise RuntimeError("The display filter is added to captures of inspector.open and inspector.Capture.")
        return find(self, text, table)

    @property
    def path(self) -> Path:
        """The path of the capture file."""
        return self.source.path

    @property
    def interfaces(self) -> list[Any]:
        """The interfaces that the packets were captured on; packets.interface is an index in this list."""
        return self.source.interfaces

    @property
    def notes(self) -> list[str]:
        """The problems found in the file, in plain sentences."""
        remarks = self._clocks.note(), self._tcp.note()
        return [*self.source.notes, *(remark for remark in remarks if remark)]

    @property
    def start_ns(self) -> int | None:
        """The timestamp of the first packet that has one, in ns since 1970-01-01 UTC; None while there is none."""
        clock = self.packets["clock"]
        if not len(clock):
            return None
        first = 0 if clock[0] != NO_CLOCK else int(np.argmax(clock != NO_CLOCK))
        return int(self.packets["time_ns"][first]) if clock[first] != NO_CLOCK else None

    def numbers(self, packets: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The packet numbers of packets rows: their positions in the file, counted from 1; 0 for a row of -1."""
        order = self.source.order
        places = order[packets] if len(order) else packets
        return np.where(packets < 0, 0, places.astype(np.int64) + 1)

    def compared(self, chosen: Any) -> list[list[int]]:
        """The numbers that the chosen anomalies compared, as one list each for `a`, `b` and `c`.

        Those that refer to packets are packet numbers, as returned by `numbers`.
        """
        table, compared = self.anomalies, []
        for name in ("a", "b", "c"):
            values = table[name][chosen].copy()
            of_packet = OF_PACKET[name][table["code"][chosen]]
            values[of_packet] = self.numbers(values[of_packet] - 1)
            compared.append(values.tolist())
        return compared

    def refresh(self) -> bool:
        """Check whether the file has grown; returns True if there is more to `advance` over."""
        grew = self.source.refresh()
        if grew:
            self._attach()
        return grew

    def analyse(self, report: Callable[[int], None] | None = None) -> None:
        """Process the whole file through all stages; `report` is called regularly with the number of packets done."""
        with uncollected():
            while self.advance():
                if report:
                    report(len(self.packets))
            self.finish()

    def advance(self, limit: int = BATCH) -> int:
        """Process the next packets, at most `limit`, through all stages; returns their number."""
        first, capacity = len(self.packets), self.packets.capacity
        count = self.source.read(self.packets, limit)
        if self.source.floor != self._floor:
            self._attach()
        if first and self.packets.capacity > capacity:
            self._expect(self.packets.capacity / first)
        if count:
            stop = first + count
            self._clocks.advance(first, stop)
            self._decoder.advance(first, stop)
            self._note_refused_datagrams()
            first_chunk = len(self.chunks)
            self._tcp.advance(first, stop)
            self._note_times_that_go_back()
            self._forget_untimed(first, stop)
            self._application_layer.advance(first_chunk, len(self.chunks))
            self._turn()
        self.descriptor_history.take(self.source.take_reports())
        self.descriptor_history.join()
        return count

    def _expect(self, times: float) -> None:
        """Let the other tables grow to `times` their present size at once, so that large ones are seldom copied."""
        for table in (self.connections, self.chunks, self.http_messages, self.exchanges, self.frames, self.messages):
            table.expected = int(times * table.rows * SLACK)

    def _note_refused_datagrams(self) -> None:
        """Report the fragmented datagrams that were discarded since the last batch."""
        refused = self._decoder.fragments.refused
        for datagram in refused[self._refused :]:
            self._anomaly_writer.note(index_of(REFUSALS[datagram.reason]), datagram.packet, connection=-1)
        self._refused = len(refused)

    def _note_times_that_go_back(self) -> None:
        """Report the timestamps that went back in the last batch."""
        back, revised = self._clocks.take_back()
        for row, by_ns, behind_ns in back:
            connection = int(self.packets["connection"][row])
            self._anomaly_writer.note(index_of("time-goes-back"), row, connection, -1, by_ns, row, behind_ns)
        for row in revised:
            self._forget_intervals_to(row)

    def _forget_intervals_to(self, row: int) -> None:
        """Set the intervals that end at packets row `row` to UNKNOWN, because its timestamp has proved wrong."""
        packets, connection = self.packets, int(self.packets["connection"][row])
        packets["ack_rtt_ns"][row] = UNKNOWN
        if connection < 0:
            return
        since = packets["time_ns"][row] - packets["time_ns"][self.connections["first_packet"][connection] : row]
        for name in ("handshake_ns", "syn_rtt_ns"):
            if self.connections[name][connection] in since:
                self.connections[name][connection] = UNKNOWN

    def _forget_untimed(self, first: int, stop: int) -> None:
        """Set the intervals of packets without a timestamp, and of connections that begin with one, to UNKNOWN."""
        if not self._clocks.untimed:
            return
        lost = self.packets["clock"][first:stop] == NO_CLOCK
        self.packets["ack_rtt_ns"][first:stop][lost] = UNKNOWN
        opened = self.packets["clock"][self.connections["first_packet"]] == NO_CLOCK
        for name in ("handshake_ns", "syn_rtt_ns"):
            self.connections[name][opened] = UNKNOWN

    def finish(self) -> None:
        """Process what is still waiting, because no more packets will come. A second call changes nothing."""
        if self.is_complete:
            return
        self.is_complete = True
        self.source.finish()
        self.source.notes.extend(self._not_looked_into())
        first_chunk = len(self.chunks)
        self._tcp.finish()
        self._application_layer.advance(first_chunk, len(self.chunks))
        self._application_layer.finish()
        self._turn()

    def _turn(self) -> None:
        """Swap client and server of connections whose content has shown that the roles are reversed."""
        turned = self._application_layer.turned()
        if not turned:
            return
        tables = (self.packets, self.chunks, self.http_messages, self.frames, self.messages)
        turn_rows(self.connections, (*tables, self.anomalies, self.tokens, self.kernel), turned)
        self._chunk_index.forget()
        for connection in turned:
            self._tcp.turn(connection)
            self._application_layer.turn(connection)

    def _not_looked_into(self) -> list[str]:
        """Notes on packets that may belong to connections but were not decoded."""
        if all(map(is_read, self.source.link_types)):
            return self._decoder.notes()
        counts = np.bincount(self.packets["interface"], minlength=len(self.source.link_types)).tolist()
        unread: dict[int, int] = {}
        for link_type, count in zip(self.source.link_types, counts, strict=True):
            if count and not is_read(link_type):
                unread[link_type] = unread.get(link_type, 0) + count
        notes = [
            f"{count} packets are of link type {name_of(link_type)}, which Wireglass does not decode: shown as bytes"
            for link_type, count in unread.items()
        ]
        return notes + self._decoder.notes()

    def close(self) -> None:
        """Close the file; the tables remain, but bytes can no longer be read."""
        self.source.close()
        self._attach()

    def _attach(self) -> None:
        """Pass the part of the file that is in memory now to the stages."""
        self._floor = self.source.floor
        self._decoder.attach(self.source.data)
        self._tcp.attach(self.source.data, self._floor, self.source.want)
        self._application_layer.attach(self.source.data, self._floor, self.source.want)

    # -- bytes ---------------------------------------------------------------------------------------------------

    def bytes_at(self, address: int, length: int) -> bytes:
        """A copy of `length` bytes from an address in a table row; shorter if not all of them are there."""
        if address < 0 or length <= 0:
            return b""
        if address >= ARENA:
            return bytes(self.arena.data[address - ARENA : min(address - ARENA + length, self.arena.size)])
        return self.source.read_bytes(address, length)

    def cells_at(self, addresses: npt.NDArray[Any], lengths: npt.NDArray[Any]) -> Cells:
        """The bytes at many addresses; shorter where not all of them are there. Neighbours are read together."""
        rows = np.flatnonzero((addresses >= 0) & (lengths > 0))
        rows = rows[np.argsort(addresses[rows], kind="stable")]
        begins = addresses[rows]
        ends = np.maximum.accumulate(begins + lengths[rows].astype(np.int64)) if len(rows) else begins
        starts, stops = np.zeros(len(addresses), np.int64), np.zeros(len(addresses), np.int64)
        pieces, size, first = [np.empty(0, np.uint8)], 0, 0
        for last in (*np.flatnonzero(begins[1:] - ends[:-1] > READ_TOGETHER).tolist(), len(rows) - 1):
            if last < first:
                continue
            group, base = rows[first : last + 1], int(begins[first])
            piece = np.frombuffer(self.bytes_at(base, int(ends[last]) - base), np.uint8)
            at = np.minimum(addresses[group] - base, len(piece))
            starts[group] = size + at
            stops[group] = size + np.minimum(at + lengths[group].astype(np.int64), len(piece))
            pieces.append(piece)
            size, first = size + len(piece), last + 1
        return Cells(np.concatenate(pieces), starts, stops)

    def packet_bytes(self, row: int) -> bytes:
        """The captured bytes of packet `row`, from its link layer on."""
        return self.bytes_at(int(self.packets["address"][row]), int(self.packets["captured"][row]))

    def chunks_of(self, connection: int, direction: int) -> npt.NDArray[np.intp]:
        """Rows of `chunks` that make up one direction's stream, in stream order."""
        return self._chunk_index.rows(connection, direction)

    def stream_bytes(
        self, connection: int, direction: int, start: int = 0, stop: int | None = None, limit: int = 1 << 20
    ) -> bytes:
        """The bytes of one direction's stream between two stream offsets, without gaps, at most `limit` of them."""
        chunks = self.chunks
        rows = self.chunks_of(connection, direction)
        offsets = chunks["stream_offset"][rows]
        ends = offsets + chunks["length"][rows]
        wanted = (ends > start) & (chunks["kind"][rows] == ChunkKind.DATA)
        if stop is not None:
            wanted &= offsets < stop
        pieces: list[bytes] = []
        for row in rows[wanted].tolist():
            begin, address, length = (int(chunks[c][row]) for c in ("stream_offset", "address", "length"))
            skip = max(0, start - begin)
            take = min(length - skip, limit, length if stop is None else stop - begin - skip)
            pieces.append(self.bytes_at(address + skip, take))
            limit -= take
            if limit <= 0:
                break
        return b"".join(pieces)
