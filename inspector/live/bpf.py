"""Classic BPF: the filter programs with which the kernel decides which packets a capture gets.

A program is a list of instructions (code, jump if true, jump if false, operand), as in `struct sock_filter`. An
expression in tcpdump's language is compiled by libpcap (`libpcap_filter.py`); port filters are generated here and need
no library.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterable, Sequence

from inspector.errors import BadFilter
from inspector.live.libpcap_filter import Instruction, compile_expression
from inspector.pcap.formats import SNAPLEN, LinkType

Program = list[Instruction]

LOAD_HALF = 0x28
LOAD_BYTE = 0x30
LOAD_HALF_INDEXED = 0x48
LOAD_X = 0x01
LOAD_X_HEADER_LENGTH = 0xB1
AND = 0x54
JUMP = 0x05
JUMP_EQUAL = 0x15
JUMP_SET = 0x45
RETURN = 0x06

TCP = 6
IPV6_HEADER = 40
FRAGMENT_OFFSET = 0x1FFF
MAX_PORTS = 64
"""Maximum number of ports in one filter: a conditional jump reaches 255 instructions, and every port takes two."""

EXTENSIONS = 0xFFFFF000
"""Loads from this offset and above read the kernel's metadata of the packet (SKF_AD_OFF, <linux/filter.h>)."""

SO_ATTACH_FILTER = 26

NOTHING: Program = [(RETURN, 0, 0, 0)]
"""The program that accepts no packet; attached to stop a capture before its remaining packets are drained."""


def compile_filter(expression: str, link_type: int, interface: str | None = None) -> Program:
    """Compile an expression in tcpdump's filter language for packets of this link type.

    Args:
        interface: the interface whose live packets the program will filter; None for packets as stored in a file.
    Raises:
        BadFilter: the expression is invalid (the message quotes it and says why), or no compiler is available.
        CaptureRefused: the interface cannot be opened.
    """
    program = _whole_packets(compile_expression(expression, link_type, interface))
    return _without_header(program, expression) if link_type == LinkType.SLL2 else program


def ports_program(ports: Iterable[int], link_type: int = LinkType.ETHERNET) -> Program:
    """A program that accepts only TCP from or to one of these ports, over IPv4 and IPv6. It also accepts later
    fragments of TCP segments, which do not contain the ports.
    """
    return _tcp_ports(ports, link_type, SNAPLEN, 0, SNAPLEN)


def without_ports_program(ports: Iterable[int], link_type: int = LinkType.ETHERNET) -> Program:
    """A program that accepts everything except TCP from or to one of these ports."""
    return _tcp_ports(ports, link_type, 0, SNAPLEN, SNAPLEN)


def both(first: Program, second: Program) -> Program:
    """A program that accepts a packet only if both `first` and `second` accept it."""
    end = len(first)
    return [
        (JUMP, 0, 0, end - at - 1) if code == RETURN and operand else (code, jt, jf, operand)
        for at, (code, jt, jf, operand) in enumerate(first)
    ] + second


def expression_for(expression: str | None, only: Sequence[int], without: Sequence[int]) -> str | None:
    """The same three conditions as in `program_for`, as one expression, for a sniffer that does not accept a program;
    None without any.
    """
    parts = [f"({expression})"] if expression else []
    if only:
        parts.append("(" + " or ".join(f"tcp port {port}" for port in only) + ")")
    parts.extend(f"not tcp port {port}" for port in without)
    return " and ".join(parts) or None


def program_for(
    expression: str | None, only: Sequence[int], without: Sequence[int], link_type: int, interface: str | None = None
) -> Program | None:
    """One program for all three conditions (the expression, only these ports, without these ports); None without any.

    Raises:
        BadFilter, CaptureRefused: the expression cannot be compiled; see `compile_filter`.
    """
    program: Program | None = None
    if only:
        program = ports_program(only, link_type)
    if without:
        program = both(without_ports_program(without, link_type), program or [(RETURN, 0, 0, SNAPLEN)])
    if expression:
        compiled = compile_filter(expression, link_type, interface)
        program = both(program, compiled) if program else compiled
    return program


def attach(endpoint: socket.socket, program: Program) -> None:
    """Attach the program to the socket, replacing an earlier one.

    Raises:
        OSError: the kernel rejects the program.
    """
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    endpoint.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(buffer)))


def _tcp_ports(ports: Iterable[int], link_type: int, hit: int, miss: int, unknown: int) -> Program:
    """A program that returns `hit` for TCP with one of the ports, `unknown` for later fragments of TCP, and `miss` for
    everything else.
    """
    numbers = sorted(set(ports))
    if not 1 <= len(numbers) <= MAX_PORTS or not all(0 <= number <= 0xFFFF for number in numbers):
        raise BadFilter(f"A port filter takes 1 to {MAX_PORTS} port numbers from 0 to 65535, not {numbers}.")
    if link_type not in (LinkType.ETHERNET, LinkType.RAW, LinkType.SLL2):
        raise BadFilter(f"Ports can be filtered on Ethernet and IP interfaces, not on link type {link_type}.")
    ip = 14 if link_type == LinkType.ETHERNET else 0
    one_of_them: list[Step] = [(JUMP_EQUAL, number, "hit", "") for number in numbers]
    lines: list[Step | str] = [
        *(_ETHERNET_IP_VERSION if link_type == LinkType.ETHERNET else _RAW_IP_VERSION),
        "ip4",
        (LOAD_BYTE, ip + 9, "", ""),
        (JUMP_EQUAL, TCP, "", "miss"),
        (LOAD_HALF, ip + 6, "", ""),
        (JUMP_SET, FRAGMENT_OFFSET, "unknown", ""),
        (LOAD_X_HEADER_LENGTH, ip, "", ""),
        (JUMP, 0, "ports", ""),
        "ip6",
        (LOAD_BYTE, ip + 6, "", ""),
        (JUMP_EQUAL, TCP, "", "miss"),
        (LOAD_X, IPV6_HEADER, "", ""),
        (JUMP, 0, "ports", ""),
        "unknown",
        (RETURN, unknown, "", ""),
        "miss",
        (RETURN, miss, "", ""),
        "ports",
        (LOAD_HALF_INDEXED, ip, "", ""),
        *one_of_them,
        (LOAD_HALF_INDEXED, ip + 2, "", ""),
        *one_of_them,
        (RETURN, miss, "", ""),
        "hit",
        (RETURN, hit, "", ""),
    ]
    return _assemble(lines)


Step = tuple[int, int, str, str]
"""An instruction with labels instead of jump distances: (code, operand, label if true, label if false). "" means the
next instruction; the first label of an unconditional jump is its target."""

_ETHERNET_IP_VERSION: list[Step | str] = [
    (LOAD_HALF, 12, "", ""),
    (JUMP_EQUAL, 0x0800, "ip4", ""),
    (JUMP_EQUAL, 0x86DD, "ip6", "miss"),
]

_RAW_IP_VERSION: list[Step | str] = [
    (LOAD_BYTE, 0, "", ""),
    (AND, 0xF0, "", ""),
    (JUMP_EQUAL, 0x40, "ip4", ""),
    (JUMP_EQUAL, 0x60, "ip6", "miss"),
]


def _assemble(lines: Sequence[Step | str]) -> Program:
    """Replace the labels with jump distances; a bare string in `lines` is the label of the instruction after it."""
    places: dict[str, int] = {}
    steps: list[Step] = []
    for line in lines:
        if isinstance(line, str):
            places[line] = len(steps)
        else:
            steps.append(line)

    def distance(label: str, at: int) -> int:
        return places[label] - at - 1 if label else 0

    return [
        (code, 0, 0, distance(yes, at)) if code == JUMP else (code, distance(yes, at), distance(no, at), operand)
        for at, (code, operand, yes, no) in enumerate(steps)
    ]


COOKED_BYTES = 20
COOKED_FIELDS = {0: 0, 4: 8, 8: 28, 10: 4}
"""The offsets of the protocol, interface, hardware type and packet type in a LINKTYPE_LINUX_SLL2 header, and the
kernel's extensions for the same values (SKF_AD_PROTOCOL, _IFINDEX, _HATYPE, _PKTTYPE of <linux/filter.h>)."""
LOADS_OF_PACKETS = (0x20, 0x40, 0xA0)
"""The modes of LD and LDX that read from the packet: absolute, indexed, and header length."""


def _without_header(program: Program, expression: str) -> Program:
    """The program adapted to a cooked socket, whose packets do not have the LINKTYPE_LINUX_SLL2 header that is written
    before them in the spool.
    """
    return [
        (code, jt, jf, _cooked_place(k, expression) if code & 7 <= 1 and code & 0xE0 in LOADS_OF_PACKETS else k)
        for code, jt, jf, k in program
    ]


def _cooked_place(at: int, expression: str) -> int:
    if at >= EXTENSIONS:
        return at
    if at >= COOKED_BYTES:
        return at - COOKED_BYTES
    if at not in COOKED_FIELDS:
        raise BadFilter(
            f"The capture filter “{expression}” tests link-layer addresses, which are not available when all "
            "interfaces are captured. Name one interface."
        )
    return EXTENSIONS + COOKED_FIELDS[at]


def _whole_packets(program: Program) -> Program:
    """The program with its snapshot length replaced by `SNAPLEN`, so that accepted packets are captured whole."""
    return [(code, jt, jf, SNAPLEN if code == RETURN and k else k) for code, jt, jf, k in program]
