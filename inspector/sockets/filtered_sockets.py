"""Finds the sockets that a capture filter concerns: those between whose endpoints it could accept a packet."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from inspector.live.bpf import EXTENSIONS, Program
from inspector.live.bpf_may_pass import Known, may_pass
from inspector.pcap.formats import LinkType

MOST_REMEMBERED = 50_000
"""Maximum number of pairs of endpoints whose verdicts are cached; once it is reached, the cache is cleared."""

PROTOCOL = EXTENSIONS
"""SKF_AD_PROTOCOL: the kernel's extension for the ethertype, for packets without a link-layer header."""

IPV4, IPV6 = 0x0800, 0x86DD
TCP = 6
ANY_HOST = {"0.0.0.0", "[::]"}

SOME_PORT = 61000
"""A stand-in for the port of the unknown client of a listening socket: if the port were left unknown, a filter for any
port would match every listening socket. Linux chooses client ports from 32768 to 60999, so a filter is unlikely to name
this one."""


class FilteredSockets:
    """Decides which sockets a filter concerns. Verdicts are cached, since the same sockets are checked ten times a
    second.
    """

    def __init__(self, program: Program, link_type: int) -> None:
        """`program` is a filter for live packets of this link type."""
        self._program = program
        self._link_type = link_type
        self._verdicts: dict[tuple[str, str], bool] = {}

    def concern(self, local: str, remote: str) -> bool:
        """Whether the filter could accept a segment between these endpoints, given as `ip:port`. A wildcard address
        stands for any address.
        """
        known = self._verdicts.get((local, remote))
        if known is None:
            if len(self._verdicts) >= MOST_REMEMBERED:
                self._verdicts.clear()
            known = any(may_pass(self._program, packet) for packet in segments(local, remote, self._link_type))
            self._verdicts[local, remote] = known
        return known


def segments(local: str, remote: str, link_type: int) -> Iterator[Known]:
    """The known bytes of the segments between two sockets, in each direction and for each possible IP version."""
    here, there = _endpoint(local), _endpoint(remote)
    for version in (4, 6):
        size = 4 if version == 4 else 16
        if any(host is not None and len(host) != size for host, _ in (here, there)):
            continue
        for source, destination in ((here, there), (there, here)):
            yield _segment(version, source, destination, link_type)


Endpoint = tuple[bytes | None, int]
"""(address, or None if it may be any; port)."""


def _endpoint(text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    number = int(port) or SOME_PORT
    if host in ANY_HOST:
        return None, number
    if host.startswith("["):
        return socket.inet_pton(socket.AF_INET6, host.strip("[]").partition("%")[0]), number
    return socket.inet_aton(host), number


def _segment(version: int, source: Endpoint, destination: Endpoint, link_type: int) -> Known:
    """The known bytes of a TCP segment in an IP packet that has no options and is not a later fragment."""
    known: dict[int, int] = {PROTOCOL: IPV4 if version == 4 else IPV6}
    ip = 14 if link_type == LinkType.ETHERNET else 0

    def put(at: int, value: bytes) -> None:
        known.update(enumerate(value, at))

    if link_type == LinkType.ETHERNET:
        put(12, known[PROTOCOL].to_bytes(2, "big"))
    if version == 4:
        put(ip, b"\x45")
        put(ip + 6, b"\0\0")
        put(ip + 9, bytes([TCP]))
    else:
        put(ip, b"\x60")
        put(ip + 6, bytes([TCP]))
    size, addresses, ports = (4, ip + 12, ip + 20) if version == 4 else (16, ip + 8, ip + 40)
    for number, (host, port) in enumerate((source, destination)):
        if host is not None:
            put(addresses + number * size, host)
        put(ports + number * 2, port.to_bytes(2, "big"))
    return known
