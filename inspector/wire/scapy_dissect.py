"""Dissects one packet field by field when a user opens it. This is the only module in which scapy reads captured bytes.

scapy is imported on first use, because loading its layers takes longer than analysing a small capture. Its HTTP layer
is not loaded, because it decompresses bodies without a limit; Wireglass decodes the payload of TCP itself, from
reassembled streams.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from inspector.wire import layers, link_layer
from inspector.wire.field_labels import FLAGS, LABELS, TITLES
from inspector.wire.layer_parsers import open_layer

if TYPE_CHECKING:
    from scapy.packet import Packet

MAX_LAYERS = 32
"""Maximum number of layers shown; a packet made of nothing but tags could have thousands."""

MAX_FIELDS = 200
"""Maximum number of fields shown per layer."""

MAX_TEXT = 300
"""Maximum number of characters shown of one value."""

MAX_BYTES = 262_144
"""Maximum bytes of a packet given to scapy: more than the longest packet that segmentation offload creates."""

SCAPY_LAYERS = (
    "scapy.layers.l2",
    "scapy.layers.inet",
    "scapy.layers.inet6",
    "scapy.layers.ppp",
    "scapy.layers.dns",
    "scapy.layers.vxlan",
    "scapy.contrib.mpls",
    "scapy.contrib.geneve",
    "scapy.contrib.gtp",
)
"""The scapy modules that are loaded: every layer that can precede TCP, and DNS, whose lookups usually come before
connections."""

WIFI_LAYERS = ("scapy.layers.dot11",)
WIFI_LINKS = frozenset({105, 119, 127, 163, 192})

ANY_IP_LINKS = frozenset({12, 14, 101, 228, 229})


class Field(TypedDict):
    """A field: bytes [start, stop) of the packet, and their meaning. Fields of a few bits may share bytes."""

    name: str
    label: str
    value: str
    start: int
    stop: int


class Layer(TypedDict):
    """A header, or the remaining payload or padding: bytes [start, stop) of the packet, and its fields."""

    name: str
    title: str
    start: int
    stop: int
    fields: list[Field]


def dissect(raw: bytes, link_type: int) -> list[Layer]:
    """Return every layer of one packet, outermost first.

    Args:
        raw: the captured bytes; those after the first `MAX_BYTES` are ignored.
        link_type: the LINKTYPE_ number of the packet.
    Returns:
        The layers and fields, with values as text, ready for JSON. If scapy fails on the bytes, they are one layer
        "Raw". No packet content makes this raise an exception.
    """
    raw = bytes(raw[:MAX_BYTES])
    if not raw:
        return []
    try:
        return _dissect(raw, link_type)
    except Exception:  # what scapy may raise on hostile bytes is not documented
        return [_bytes_layer("Raw", raw, 0, len(raw))]


def _dissect(raw: bytes, link_type: int) -> list[Layer]:
    packet_class, start = _outermost(raw, link_type)
    found: list[Layer] = []
    if start:
        found.append(_bytes_layer("Link", raw, 0, start))
    if packet_class is not None:
        found += _layers(packet_class(raw[start:]), raw, start)
    elif start < len(raw):
        found.append(_bytes_layer("Raw", raw, start, len(raw)))
    return found


def _outermost(raw: bytes, link_type: int) -> tuple[type[Packet] | None, int]:
    """scapy's class for the first layer that it knows (None if there is none), and the layer's offset."""
    known = _scapy(link_type in WIFI_LINKS)
    if link_type not in ANY_IP_LINKS and link_type in known.num2layer:
        return known.num2layer[link_type], 0
    code, at = layers.ANY_IP, 0
    if link_type not in ANY_IP_LINKS:
        code, at, *_ = _behind(link_type, raw) or (layers.DONE, 0)
    return _layer_class(code, raw[at : at + 1]), min(at, len(raw))


def _behind(link_type: int, raw: bytes) -> layers.Step:
    """The layer that follows the header of this link type, and its offset."""
    if link_type in link_layer.FIXED_HEADERS:
        size, at = link_layer.FIXED_HEADERS[link_type]
        return (int.from_bytes(raw[at : at + 2], "big"), size) if len(raw) >= size else None
    step = open_layer(link_layer.layer_of(link_type), memoryview(raw))
    if step and step[0] & layers.LINK:  # a header that is followed by another link type
        inner = open_layer(step[0], memoryview(raw)[step[1] :])
        return inner and (inner[0], step[1] + inner[1])
    return step


def _layer_class(code: int, first: bytes) -> type[Packet] | None:
    """scapy's class for a layer code; only for the layers with which a packet of a link type unknown to scapy may
    begin.
    """
    from scapy.contrib.mpls import MPLS
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import LLC, Ether
    from scapy.layers.ppp import PPP

    if code == layers.ANY_IP:
        code = {4: layers.IPV4, 6: layers.IPV6}.get(first[0] >> 4 if first else 0, layers.DONE)
    classes: dict[int, type[Packet]] = {
        layers.IPV4: IP,
        layers.IPV6: IPv6,
        layers.MPLS: MPLS,
        layers.LLC: LLC,
        layers.PPP: PPP,
        layers.ETHERNET: Ether,
    }
    return classes.get(code)


@cache
def _scapy(with_wifi: bool) -> Any:
    """Load scapy's layers and return its registry of link types."""
    logging.getLogger("scapy").setLevel(logging.ERROR)
    for name in SCAPY_LAYERS + (WIFI_LAYERS if with_wifi else ()):
        importlib.import_module(name)
    from scapy.config import conf

    return conf.l2types


def _layers(packet: Packet, raw: bytes, start: int) -> Iterator[Layer]:
    """The layers of a dissected packet; each begins where the one before it ends."""
    from scapy.packet import NoPayload, Padding, Raw

    shown = 0
    while not isinstance(packet, NoPayload) and shown < MAX_LAYERS:
        if isinstance(packet, (Raw, Padding)):
            size = min(len(packet.load), len(raw) - start)
            at = len(raw) - size if isinstance(packet, Padding) else start
            yield _bytes_layer(packet.name, raw, at, at + size)
            start = at + size
        else:
            layer = _layer(packet, raw, start)
            yield layer
            start = layer["stop"]
        shown += 1
        packet = packet.payload


def _layer(packet: Packet, raw: bytes, start: int) -> Layer:
    size = min(_header_size(packet), len(raw) - start)
    name = str(packet.name)
    fields: list[Field] = []
    for field, value, first_bit, last_bit in _consumed(packet, raw[start : start + size]):
        fields.append(
            {
                "name": field.name,
                "label": LABELS.get((name, field.name), field.name),
                "value": _text(packet, field, value),
                "start": start + first_bit // 8,
                "stop": min(start + (last_bit + 7) // 8, start + size),
            }
        )
        if len(fields) == MAX_FIELDS:
            break
    return {"name": name, "title": TITLES.get(name, name), "start": start, "stop": start + size, "fields": fields}


def _header_size(packet: Packet) -> int:
    """The length of a layer without its payload. If scapy corrected the layer after parsing, it no longer has a copy
    of the layer's own bytes; the layer then ends where its payload begins."""
    if packet.raw_packet_cache is not None:
        return len(packet.raw_packet_cache)
    return len(packet.original) - len(getattr(packet.payload, "original", b""))


def _consumed(packet: Packet, header: bytes) -> Iterator[tuple[Any, Any, int, int]]:
    """Each field that is present, as (field, value, first bit, bit after the last). The header is parsed again, and the
    bytes left after each field show how much it took.
    """
    rest: Any = header
    position = 0
    for field in packet.fields_desc:
        rest, value = field.getfield(packet, rest)
        left, bits = rest if isinstance(rest, tuple) else (rest, 0)
        before, position = position, 8 * (len(header) - len(left)) + bits
        if position > before:
            yield field, value, before, position


def _text(packet: Packet, field: Any, value: Any) -> str:
    """The value as scapy prints it, followed by its number if that is different."""
    from scapy.fields import FlagValue

    if isinstance(value, FlagValue):
        return ", ".join(FLAGS.get(flag, flag) for flag in value) or "none"
    if isinstance(value, bytes):
        return _bytes_text(value)
    if isinstance(value, list):
        return _cut(", ".join(_item_text(item) for item in value[:MAX_TEXT]))
    text = str(field.i2repr(packet, value)).strip("'")
    if isinstance(value, int) and not text.startswith("0x") and text != str(value):
        # In scapy, the class names of fields that are usually written in hexadecimal begin with X: XShortEnumField.
        text += f" ({value:#x})" if type(field).__name__.startswith("X") else f" ({value})"
    return _cut(text)


def _bytes_text(value: bytes) -> str:
    """The value as quoted text if it is all printable ASCII, tabs and line ends, else in hexadecimal."""
    piece = bytes(value[:MAX_TEXT])
    if piece and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in piece):
        return _cut('"' + piece.decode("ascii").encode("unicode_escape").decode("ascii") + '"')
    return _cut(piece.hex(" "))


def _item_text(item: Any) -> str:
    """The text of a list entry: the name and argument of an option, or the values of the fields of a record."""
    if isinstance(item, tuple) and len(item) == 2:
        name, argument = item
        if argument in (None, b"", ()):
            return str(name)
        values = argument if isinstance(argument, tuple) else (argument,)
        return " ".join([str(name), *(_bytes_text(v) if isinstance(v, bytes) else str(v) for v in values)])
    if hasattr(item, "fields_desc"):
        return " ".join(str(field.i2repr(item, item.getfieldval(field.name))) for field in item.fields_desc)
    return str(item)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _bytes_layer(name: str, raw: bytes, start: int, stop: int) -> Layer:
    """A layer of bytes that are not dissected."""
    title = TITLES.get(name, name)
    field: Field = {
        "name": "load",
        "label": f"{stop - start} bytes",
        "value": _bytes_text(raw[start : min(stop, start + MAX_TEXT)]),
        "start": start,
        "stop": stop,
    }
    return {"name": name, "title": title, "start": start, "stop": stop, "fields": [field]}
