"""All fields of the display filter: Wireshark's, where our tables or the packet's headers have them, and our own."""

from __future__ import annotations

from inspector.query.language.field import Field
from inspector.query.language.own_fields import OWN
from inspector.query.language.values import Kind
from inspector.query.language.wireshark_http import HTTP
from inspector.query.language.wireshark_packet import PACKET
from inspector.query.language.wireshark_tcp import TCP

FIELDS: dict[str, Field] = {field.name: field for field in (*PACKET, *TCP, *HTTP, *OWN)}
"""By name."""


def rows() -> list[dict[str, str]]:
    """The fields as JSON-ready rows, ordered by protocol: Wireshark's first."""
    return [
        {
            "name": field.name,
            "kind": field.kind.value,
            "origin": "Wireshark" if field.is_wireshark else "Wireglass",
            "table": field.table,
            "meaning": field.doc,
            "values": " ".join(name for name in field.names if name) if field.kind is Kind.NAME else "",
        }
        for field in FIELDS.values()
    ]
