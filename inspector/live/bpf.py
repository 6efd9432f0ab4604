"""Classic BPF: the programs by which the kernel decides which packets a capture gets.

A program is a list of instructions (code, jump if true, jump if false, operand), as `struct sock_filter` has them. An
expression in tcpdump's language is compiled by libpcap (`libpcap.py`); the filters that we need ourselves are generated
here and need no library.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from collections.abc import Iterable, Sequence

from inspector.errors import BadFilter
from inspector.live.libpcap import Instruction, compile_expression
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
"""Ports in one filter: a conditional jump reaches 255 instructions, and every port takes two."""

EXTENSIONS = 0xFFFFF000
"""Loads from this offset on read the kernel's metadata of the packet (SKF_AD_OFF, <linux/filter.h>)."""

SO_ATTACH_FILTER = 26

NOTHING: Program = [(RETURN, 0, 0, 0)]
"""Lets no packet pass: how a capture is stopped before what it already has is drained."""


def compile_filter(expression: str, link_type: int, interface: str | None = None) -> Program:
    """Compile an expression in tcpdump's filter language for packets of this link type.

    Args:
        interface: the interface whose live packets the program is for; None for packets as a file holds them.
    Raises:
        BadFilter: the expression is wrong (the message quotes it and says why), or nothing here can compile it.
        CaptureRefused: the interface cannot be opened.
    """
    program = _whole_packets(compile_expression(expression, link_type, interface))
    return _without_header(program, expression) if link_type == LinkType.SLL2 else program


def ports_program(ports: Iterable[int], link_type: int = LinkType.ETHERNET) -> Program:
    """Only TCP from or to one of these ports, over IPv4 and IPv6; later fragments, which name no port, pass too."""
    return _tcp_ports(ports, link_type, SNAPLEN, 0, SNAPLEN)


def without_ports_program(ports: Iterable[int], link_type: int = LinkType.ETHERNET) -> Program:
    """Everything but TCP from or to one of these ports."""
    return _tcp_ports(ports, link_type, 0, SNAPLEN, SNAPLEN)


def both(first: Program, second: Program) -> Program:
    """A program that accepts a packet if both `first` and `second` do."""
    end = len(first)
    return [
        (JUMP, 0, 0, end - at - 1) if code == RETURN and operand else (code, jt, jf, operand)
        for at, (code, jt, jf, operand) in enumerate(first)
    ] + second


def expression_for(expression: str | None, only: Sequence[int], without: Sequence[int]) -> str | None:
    """The same three conditions as one expression, for a sniffer that does not accept a program."""
    parts = [f"({expression})"] if expression else []
    if only:
        parts.append("(" + " or ".join(f"tcp port {port}" for port in only) + ")")
    parts.extend(f"not tcp port {port}" for port in without)
    return " and ".join(parts) or None


def program_for(
    expression: str | None, only: Sequence[int], without: Sequence[int], link_type: int, interface: str | None = None
) -> Program | None:
    """One program for all three conditions; None without any.

    Raises:
        BadFilter, CaptureRefused: the expression cannot be compiled, as `compile_filter` says.
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
    """Put the program before the socket, in place of an earlier one.

    Raises:
        OSError: the kernel's checker refuses it.
    """
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    endpoint.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(buffer)))


def _tcp_ports(ports: Iterable[int], link_type: int, hit: int, miss: int, unknown: int) -> Program:
    """Return `hit` for TCP with one of the ports, `miss` for all else, `unknown` for later fragments of TCP."""
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
"""An instruction before its jumps are counted: code, operand, label if true (of a plain jump: the label), label if
false; "" is the next instruction."""

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
    """Count the jumps; a bare string is a label for the instruction after it."""
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
"""Where a LINKTYPE_LINUX_SLL2 header has the protocol, the interface, the hardware type and the packet type, and the
kernel's extensions that tell the same (SKF_AD_PROTOCOL, _IFINDEX, _HATYPE, _PKTTYPE of <linux/filter.h>)."""
LOADS_OF_PACKETS = (0x20, 0x40, 0xA0)
"""The modes of LD and LDX that read the packet: absolute, indexed, and a header's length."""


def _without_header(program: Program, expression: str) -> Program:
    """The program for the same packets as a cooked socket has them: without the header that we write before them."""
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
            f"The capture filter “{expression}” asks for link-layer addresses, which no filter sees where all "
            "interfaces are captured. Name one interface."
        )
    return EXTENSIONS + COOKED_FIELDS[at]


def _whole_packets(program: Program) -> Program:
    """Replace the program's snap length: accepted packets are captured whole."""
    return [(code, jt, jf, SNAPLEN if code == RETURN and k else k) for code, jt, jf, k in program]
