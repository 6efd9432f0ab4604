"""Nothing that matters is cut: numbers, ports, units and statuses are whole in every list, at any width of window."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import STARTUP, enter, eventually, next_frame
from tests.browser.dashboards import Dashboard, running
from tests.web.traffic import ACK, RST, SYN, Talk, Wire, frame

MANY = 100_001
"""Packets of the long capture: the first number of six digits and the one after it."""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A capture with so many packets that their numbers need digit groups."""
    path = tmp_path_factory.mktemp("room") / "long.pcap"
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    packet = struct.pack("<IIII", 1_700_000_000, 0, 42, 42) + bytes(12) + b"\x08\x06" + bytes(28)
    path.write_bytes(header + packet * MANY)
    with running("open", str(path)) as dashboard:
        yield dashboard


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_number_of_a_late_packet_is_whole(blank: Page, long: Dashboard, width: int) -> None:
    page = enter(blank, long, "packets")
    expect(page.locator(".tools-text")).to_have_text("100\u202f001 packets", timeout=2 * STARTUP)
    page.evaluate("number => { location.hash = `#/packets?packet=${number}`; }", MANY)
    page.set_viewport_size({"width": width, "height": 800})
    number = page.locator("[aria-selected=true]:visible .cell.number")
    expect(number).to_have_text("100\u202f001", timeout=STARTUP)

    def is_whole() -> None:
        assert number.evaluate("cell => cell.scrollWidth <= cell.clientWidth")

    eventually(page, is_whole)


MS = 1_000_000
SERVERS = (
    ("10.43.120.201", "192.150.187.143", 8443),
    ("2001:db8:85a3:1111:2222:8a2e:370:7334", "2001:db8:cafe:1111:2222:8a2e:370:1234", 18080),
    ("127.0.0.1", "127.0.0.1", 8000),
)
"""Client, server and port: with addresses of their own, long ones, and on this machine."""

RESPONSES = (
    ("203 Non-Authoritative Information", 0),
    ("404 Not Found", 971),
    ("503 Service Unavailable", 34 * MS),
    ("200 OK", 8_300 * MS),
    ("431 Request Header Fields Too Large", 754_000 * MS),
)
"""How a server responds, and after how long: one connection each."""


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Connections to each server: some that end, some that stay open, one refused, one never answered, a WebSocket."""
    wire = Wire(tmp_path_factory.mktemp("room") / "far.pcapng")
    for host, server, port in SERVERS:
        for i, (status, wait) in enumerate(RESPONSES):
            talk = Talk(wire, 50_001 + i, port, host, server)
            talk.client(b"GET /a/path/that/is/long/enough/to/be/cut HTTP/1.1\r\nHost: demo\r\n\r\n")
            wire.now += wait
            talk.server(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n".encode())
            if i % 2 == 0:
                talk.close()
        there, back = (50_010, port), (port, 50_010)
        wire.put(there, 100, 0, SYN, hosts=(host, server))
        wire.put(back, 0, 101, RST | ACK, hosts=(server, host))
        for _ in range(3):
            wire.put((50_011, port), 100, 0, SYN, hosts=(host, server))
            wire.now += 300_000 * MS
    talk = Talk(wire, 50_020, 8443, *SERVERS[0][:2])
    talk.client(b"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n")
    talk.server(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    talk.server(frame("Hello"))
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


VIEWS = {
    "timeline": ".lane:visible .lane-title",
    "overview": ".js-plotly-plot .main-svg",
    "connections": ".grid-row:not(.head):visible .duration",
    "connections/3": ".ladder .step.packet:visible",
    "packets": ".packets .grid-row:not(.head):not(.missing):visible",
    "packets?packet=5": ".field-row:visible",
    "http": ".http .grid-row:not(.head):not(.missing):visible",
    "http/3": ".head-line",
    "websocket": ".bubble-facts",
    "sockets": ".empty h2",
}
"""Each view, and what it shows once it has its rows."""

WIDTHS = (390, 512, 720, 768, 1024, 1440)
"""Phones, and windows at 100 and 200 % zoom."""

MAY_BE_CUT = re.compile(
    "pair-address|cell target|reason|lane-title|source-text|packet-what|packet-more|wire-what|wire-more|lane-detail"
)
"""Classes of elements that may be cut if there is no room: addresses, paths, words beside a number with the same
meaning."""

CUT = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue;
    if (parent.closest("svg, .unseen, .skip, [aria-hidden=true], dialog:not([open])")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    let cutBy = null;
    for (let up = parent; up; up = up.parentElement) {
      const [{ overflowX }, box] = [getComputedStyle(up), up.getBoundingClientRect()];
      if (overflowX === "visible") continue;
      if (/auto|scroll/.test(overflowX) && up.scrollWidth > up.clientWidth + 1) break; // it can be scrolled to
      if (text.bottom <= box.top + 4 || text.top >= box.bottom - 4) { cutBy = null; break; } // scrolled out of sight
      if (text.right > box.right + 1 || text.left < box.left - 1) cutBy = up;
    }
    if (cutBy) found.push({ what: parent.className, text: node.data, isTold: Boolean(parent.closest("[title]")) });
  }
  return found;
}"""


@pytest.mark.parametrize("view", VIEWS)
def test_what_matters_is_whole_at_any_width(blank: Page, far: Dashboard, view: str) -> None:
    page = enter(blank, far, view)
    expect(page.locator(VIEWS[view]).first).to_be_visible(timeout=STARTUP)

    def is_whole() -> None:
        cut = page.evaluate(CUT)
        assert not [one for one in cut if not MAY_BE_CUT.search(one["what"])]
        assert not [one for one in cut if not one["isTold"]]

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("() => document.querySelector('.stage').textContent.length > 100")
        next_frame(page)
        eventually(page, is_whole)


def test_a_narrow_row_shows_port_unit_and_outcome(blank: Page, far: Dashboard) -> None:
    page = enter(blank, far, "connections")
    page.set_viewport_size({"width": 1024, "height": 800})
    row = page.locator(".grid-row:not(.head):visible").nth(6)
    expect(row.locator(".pair .server .pair-port")).to_have_text(":8443")
    expect(row.locator(".ended")).to_have_text("no answer")
    expect(row.locator(".duration")).to_have_text("10 min 00 s")

    def end_within_the_table() -> None:
        edge, *ends = row.evaluate(RIGHT_EDGES, [".pair .server .pair-port", ".ended", ".duration", ".bytes"])
        assert all(end <= edge for end in ends)

    eventually(page, end_within_the_table)


RIGHT_EDGES = """(row, names) => [row.closest(".grid"), ...names.map(name => row.querySelector(name))].map(
  element => element.getBoundingClientRect().right)"""
