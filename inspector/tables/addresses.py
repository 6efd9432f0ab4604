"""IP addresses and sockets as text, from the halves in which the connection table keeps them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.tables.table import Table


@lru_cache(maxsize=4096)
def address(family: int, high: int, low: int) -> str:
    """Dotted quad for family 4, RFC 5952's short form for family 6; `high` and `low` are its 64-bit halves."""
    if family == 6:
        import ipaddress

        return str(ipaddress.IPv6Address(high << 64 | low))
    return f"{low >> 24 & 255}.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"


def with_port(host: str, port: int) -> str:
    """A socket as people write it: `ip:port`, the address of IPv6 in brackets (RFC 3986 §3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def endpoint(family: int, high: int, low: int, port: int) -> str:
    """The socket of an address given in halves, as text."""
    return with_port(address(family, high, low), port)


def socket_of(connections: Table, row: int, side: int) -> str:
    """The client's (side 0) or server's (side 1) socket of a connection, as text."""
    name = "server" if side else "client"
    columns = ("family", f"{name}_hi", f"{name}_lo", f"{name}_port")
    return endpoint(*(int(connections[column][row]) for column in columns))
