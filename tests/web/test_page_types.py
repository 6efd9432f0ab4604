"""web/static/types/rows.d.ts: each interface has the fields that the server sends, no more and no fewer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inspector.engine.capture import Capture
from inspector.views import rows
from tests.web.visitor import Visitor

TYPES = Path(__file__).parent.parent.parent / "web" / "static" / "types" / "rows.d.ts"


def fields(interface: str) -> set[str]:
    """The fields of an interface, with those of the one that it extends."""
    found = re.search(rf"interface {interface}(?: extends (\w+))? {{\n(.*?)\n}}", TYPES.read_text("utf-8"), re.S)
    assert found, f"rows.d.ts has no interface {interface}"
    own = set(re.findall(r"^  (\w+)\??:", found[2], re.M))
    return own | (fields(found[1]) if found[1] else set())


@pytest.mark.parametrize(
    ("interface", "table"),
    [
        ("PacketRow", "packets"),
        ("ConnectionRow", "connections"),
        ("ExchangeRow", "exchanges"),
        ("FrameRow", "frames"),
        ("MessageRow", "messages"),
        ("DescriptorRow", "tokens"),
        ("KernelRow", "kernel"),
    ],
)
def test_an_interface_has_the_columns_of_its_table(capture: Capture, interface: str, table: str) -> None:
    assert fields(interface) == set(rows.COLUMNS[table](capture))


def test_rows_of_one_view_have_the_fields_of_their_interface(ours: Visitor) -> None:
    ladder = ours.get("/api/connections/0/ladder?start=0&stop=9")
    exchange = ours.get("/api/exchanges?start=0&stop=1")["rows"][0]
    assert fields("ListedPacket") == set(ours.get("/api/packets?start=0&stop=1")["rows"][0])
    assert fields("LaneRow") == set(ours.get("/api/lanes?width=100")["lanes"][0])
    assert fields("LadderAnswer") == set(ladder)
    assert fields("LadderPacket") == set(ladder["packets"][0])
    assert fields("EventRow") == set(ladder["events"][0])
    assert fields("Phase") == set(ladder["phases"][0])
    assert fields("HttpRequest") == set(exchange["request"])
    assert fields("HttpResponse") == set(exchange["response"])


def test_the_snapshot_has_the_fields_of_its_interface(ours: Visitor) -> None:
    snapshot = ours.get("/api/snapshot")
    assert fields("Snapshot") - {"resync", "stale"} == set(snapshot)
    assert fields("CaptureStatus") == set(snapshot["capture"])
