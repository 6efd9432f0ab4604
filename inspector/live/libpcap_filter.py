"""Uses libpcap for a single purpose: to compile an expression in tcpdump's language to classic BPF.

An expression for a live capture is compiled on an open live handle, because in a live capture Linux keeps some
information outside the packet that a file stores inside it (VLAN tags) or does not have at all (the direction). libpcap
then uses the kernel's BPF extensions, SKF_AD_… in <linux/filter.h>. Without an interface, the program is for packets as
they are stored in a file.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from typing import Any

from inspector.errors import BadFilter, CaptureRefused
from inspector.pcap.formats import SNAPLEN, LinkType

Instruction = tuple[int, int, int, int]

DLT_RAW = 12
"""libpcap's DLT_ number for LINKTYPE_RAW on Linux; for all other link types of a live capture, the DLT_ and LINKTYPE_
numbers are the same."""

ERROR_BYTES = 256
NO_NETMASK = 0xFFFFFFFF
WAIT_MS = 100
"""The read timeout of the handle, which has no effect because no packets are read from it."""


def compile_expression(expression: str, link_type: int, interface: str | None) -> list[Instruction]:
    """The instructions to which libpcap compiles an expression.

    Args:
        interface: the interface whose live packets the program will filter, which requires the permission to capture;
            None for packets as stored in a file.
    Raises:
        BadFilter: the expression is invalid (the message quotes it and says why), or libpcap is not available.
        CaptureRefused: libpcap cannot open the interface.
    """
    dlt = DLT_RAW if link_type == LinkType.RAW else link_type
    for compile_with in (_system_libpcap(), _cypcap()):
        if compile_with:
            return compile_with(expression, dlt, interface)
    raise BadFilter(
        f"Nothing here can compile the capture filter “{expression}”: install libpcap (Debian: apt install libpcap0.8) "
        "or the Python package cypcap, or capture without a filter."
    )


Compiler = Callable[[str, int, str | None], list[Instruction]]


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint), ("instructions", ctypes.POINTER(_Instruction)))


def _system_libpcap() -> Compiler | None:
    """A compiler that uses the system's libpcap; None if it is not installed."""
    name = ctypes.util.find_library("pcap")
    if not name:
        return None
    library = ctypes.CDLL(name)
    for function in (library.pcap_open_live, library.pcap_open_dead):
        function.restype = ctypes.c_void_p
    library.pcap_geterr.restype = ctypes.c_char_p

    def compile_with(expression: str, dlt: int, interface: str | None) -> list[Instruction]:
        program = _Program()
        with _handle(library, dlt, interface) as handle:
            text = expression.encode()
            if library.pcap_compile(handle, ctypes.byref(program), text, 1, ctypes.c_uint(NO_NETMASK)):
                raise _wrong(expression, library.pcap_geterr(handle).decode(errors="replace"))
            found = [(i.code, i.jt, i.jf, i.k) for i in program.instructions[: program.length]]
            library.pcap_freecode(ctypes.byref(program))
        return found

    return compile_with


@contextlib.contextmanager
def _handle(library: ctypes.CDLL, dlt: int, interface: str | None) -> Iterator[ctypes.c_void_p]:
    reason = ctypes.create_string_buffer(ERROR_BYTES)
    if interface:
        opened = library.pcap_open_live(interface.encode(), SNAPLEN, 0, WAIT_MS, reason)
    else:
        opened = library.pcap_open_dead(dlt, SNAPLEN)
    if not opened:
        raise _refused(interface, reason.value.decode(errors="replace"))
    handle = ctypes.c_void_p(opened)
    try:
        if library.pcap_datalink(handle) != dlt and library.pcap_set_datalink(handle, dlt):
            raise _refused(interface, library.pcap_geterr(handle).decode(errors="replace"))
        yield handle
    finally:
        library.pcap_close(handle)


def _cypcap() -> Compiler | None:
    """A compiler that uses the package cypcap, whose wheels include libpcap; None if it is not installed."""
    try:
        import cypcap
    except ImportError:
        return None

    def compile_with(expression: str, dlt: int, interface: str | None) -> list[Instruction]:
        with _cypcap_handle(cypcap, dlt, interface) as handle:
            try:
                return list(handle.compile(expression, True, cypcap.NETMASK_UNKNOWN))
            except cypcap.Error as error:
                raise _wrong(expression, str(error)) from error

    return compile_with


@contextlib.contextmanager
def _cypcap_handle(cypcap: Any, dlt: int, interface: str | None) -> Iterator[Any]:
    try:
        handle = cypcap.create(interface) if interface else cypcap.open_dead(cypcap.DatalinkType(dlt), SNAPLEN)
        with handle:
            if interface:
                handle.activate()
                if handle.datalink() != dlt:
                    handle.set_datalink(cypcap.DatalinkType(dlt))
            yield handle
    except cypcap.Error as error:
        raise _refused(interface, str(error)) from error


def _wrong(expression: str, reason: str) -> BadFilter:
    return BadFilter(
        f"The capture filter “{expression}” cannot be understood: {reason}. It is written in tcpdump's language, "
        "for example “tcp port 8000” or “host 192.0.2.7 and not port 22” (man pcap-filter)."
    )


def _refused(interface: str | None, reason: str) -> CaptureRefused:
    return CaptureRefused(f"libpcap cannot compile a capture filter for {interface or 'these packets'}: {reason}.")
