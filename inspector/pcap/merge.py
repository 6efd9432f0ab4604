"""Merges captures: writes their packets in order of time, each with an interface whose name includes its file."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.errors import InspectorError
from inspector.pcap import pcapng_writer
from inspector.pcap.reader import PacketFile, open_packets
from inspector.pcap.socket_reports import block
from inspector.tables.table import Table

if TYPE_CHECKING:
    from io import BufferedWriter

MAX_FILES = 500
"""Maximum number of files in one merge: all are open at the same time, and systems allow about a thousand."""

READ_PACKETS = 4096
"""Packets read from a file at a time: few, because every file of the merge holds as many in memory."""

Packet = tuple[int, int, int, bytes, int, str]
"""(time_ns, number of the file, interface, captured bytes, length on the wire, comment)."""


class NotMerged(InspectorError):
    """The captures cannot be merged: they are too many, or have packets without a time."""


def merge(paths: Sequence[str], place: Path, is_sorted: bool = False) -> list[str]:
    """Write the packets of all these captures to the new pcapng file `place`, in order of time. Packets with equal
    times keep their order, and so do the packets within each file unless `is_sorted`.

    Returns:
        Notes on the files, each beginning with the name of its file if there are several.
    Raises:
        NotACapture, NotMerged
    """
    if len(paths) > MAX_FILES:
        raise NotMerged(
            f"{len(paths)} captures are too many: up to {MAX_FILES} can be merged at once. mergecap can merge more."
        )
    sources: list[PacketFile] = []
    try:
        for path in paths:
            sources.append(open_packets(path))
            if is_sorted:
                sources[-1].sort()
        with place.open("xb") as file:
            _Merger(file, sources, is_sorted).run()
        for source in sources:
            source.finish()
        of = [f"{source.path.name}: " if len(sources) > 1 else "" for source in sources]
        return [f"{name}{note}" for name, source in zip(of, sources, strict=True) for note in source.notes]
    finally:
        for source in sources:
            source.close()


class _Merger:
    """Writes the merged packets; each interface is described just before its first packet."""

    def __init__(self, file: BufferedWriter, sources: Sequence[PacketFile], is_sorted: bool) -> None:
        self._is_sorted = is_sorted
        self._file = file
        self._sources = sources
        self._numbers: dict[tuple[int, int], int] = {}
        self._reports: list[bytes] = []

    def run(self) -> None:
        self._file.write(pcapng_writer.section_header("Wireglass"))
        streams = [self._packets(number, source) for number, source in enumerate(self._sources)]
        for time_ns, number, interface, content, length, comment in heapq.merge(*streams, key=lambda each: each[0]):
            ours = self._number(number, interface)
            self._file.write(pcapng_writer.packet(time_ns, content, length, ours, comment))
            self._write_reports()
        self._write_reports()
        for (number, interface), ours in self._numbers.items():
            counted = self._sources[number].interfaces[interface]
            if counted.received is not None:
                self._file.write(pcapng_writer.statistics(0, counted.received, counted.dropped or 0, ours))

    def _packets(self, number: int, source: PacketFile) -> Iterator[Packet]:
        table, first = Table("packets"), 0
        while count := source.read(table, READ_PACKETS):
            self._reports += source.take_reports()
            names = ("time_ns", "address", "captured", "length", "interface")
            columns = (table[name][first:].tolist() for name in names)
            rows = list(zip(*columns, strict=True))
            places = source.order[first : first + count].tolist() if self._is_sorted else range(count)
            comments = dict(source.comments)
            contents = [source.read_bytes(row[1], row[2]) for row in rows]
            for row in range(count):
                time_ns, _, _, length, interface = rows[row]
                if time_ns < 0:
                    raise NotMerged(f"{source.path} has packets without a timestamp: they cannot be sorted by time.")
                yield time_ns, number, interface, contents[row], length, comments.get(places[row], "")
            if self._is_sorted:
                first += count
                continue
            source.stated.clear()
            source.comments.clear()
            table.rows = 0
        self._reports += source.take_reports()

    def _number(self, number: int, interface: int) -> int:
        key = (number, interface)
        if key not in self._numbers:
            source = self._sources[number]
            theirs = source.interfaces[interface]
            self._file.write(pcapng_writer.interface_description(replace(theirs, name=self._name(source, theirs.name))))
            self._numbers[key] = len(self._numbers)
        return self._numbers[key]

    def _name(self, source: PacketFile, interface: str) -> str:
        if len(self._sources) == 1:
            return interface
        return f"{interface} ({source.path.name})" if interface else source.path.name

    def _write_reports(self) -> None:
        if self._reports:
            self._file.write(block(b"\n".join(self._reports) + b"\n"))
            self._reports.clear()
