"""IP addresses and sockets as text, from the 64-bit halves that the connections table stores."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.tables.table import Table


@lru_cache(maxsize=4096)
def address(family: int, high: int, low: int) -> str:
    """An IP address as text: a dotted quad for family 4, the RFC 5952 form for family 6.

    `high` and `low` are the 64-bit halves of the address.
    """
    if family == 6:
        import ipaddress

        return str(ipaddress.IPv6Address(high << 64 | low))
    return f"{low >> 24 & 255}.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"


def with_port(host: str, port: int) -> str:
    """A socket in the usual notation: `ip:port`, with an IPv6 address in brackets (RFC 3986 §3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def endpoint(family: int, high: int, low: int, port: int) -> str:
    """A socket as text, from its port and the two 64-bit halves of its address."""
    return with_port(address(family, high, low), port)


def socket_of(connections: Table, row: int, side: int) -> str:
    """The socket of a connection's client (side 0) or server (side 1), as text."""
    name = "server" if side else "client"
    columns = ("family", f"{name}_hi", f"{name}_lo", f"{name}_port")
    return endpoint(*(int(connections[column][row]) for column in columns))
