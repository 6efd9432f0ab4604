"""Captured bytes are untrusted: whatever they contain, they reach the page only as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from tests.browser.conftest import STARTUP, enter
from tests.browser.dashboards import Dashboard, running

ATTACKS = [
    "<script>window.xss=1</script>",
    "<img/src=x/onerror=window.xss=1>",
    "<svg/onload=window.xss=1>",
    "'\"><iframe/src=javascript:parent.xss=1>",
    "javascript:window.xss=1",
    "{{constructor.constructor('window.xss=1')()}}",
    "${window.xss=1}",
    "__proto__",
    "</style><style>body{display:none}</style>",
    "\u202egnp.exe",
    "A" * 3000,
]

ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455 §1.3's own example of key and answer


def conversation(port: int, client_says: bytes, server_says: bytes) -> list[Ether]:
    """A handshake and one segment each way: the smallest conversation."""
    there, back = (
        Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src="10.0.0.1", dst="10.0.0.2"),
        Ether(src="02:00:00:00:00:02", dst="02:00:00:00:00:01") / IP(src="10.0.0.2", dst="10.0.0.1"),
    )
    mine, yours = {"sport": port, "dport": 80}, {"sport": 80, "dport": port}
    asked, answered = 1 + len(client_says), 1 + len(server_says)
    return [
        there / TCP(**mine, flags="S", seq=0),
        back / TCP(**yours, flags="SA", seq=0, ack=1),
        there / TCP(**mine, flags="A", seq=1, ack=1),
        there / TCP(**mine, flags="PA", seq=1, ack=1) / client_says,
        back / TCP(**yours, flags="PA", seq=1, ack=asked) / server_says,
        there / TCP(**mine, flags="A", seq=asked, ack=answered),
    ]


def http(port: int, attack: str) -> list[Ether]:
    """An attack in method, target, field name, field value, reason and body."""
    raw = attack.encode()
    asks = b"GET /" + raw.replace(b" ", b"+") + b" HTTP/1.1\r\nHost: x\r\nX-Evil: " + raw + b"\r\n\r\n"
    answer = b"HTTP/1.1 200 " + raw + b"\r\nContent-Type: " + raw + b"\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw
    return conversation(port, asks, answer)


def websocket(port: int, attack: str) -> list[Ether]:
    """An attack as the server's WebSocket message."""
    raw = attack.encode()
    asks = (
        b"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    length = bytes([len(raw)]) if len(raw) < 126 else b"\x7e" + len(raw).to_bytes(2, "big")
    answer = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + ACCEPT.encode() + b"\r\n\r\n\x81" + length + raw
    )
    return conversation(port, asks, answer)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A capture of nothing but attacks, whose very name is one."""
    file: Path = tmp_path_factory.mktemp("hostile") / "<img src=x onerror=window.xss=1>.pcap"
    packets = [
        packet for i, attack in enumerate(ATTACKS) for packet in http(2000 + i, attack) + websocket(3000 + i, attack)
    ]
    wrpcap(str(file), packets)
    with running("open", str(file)) as dashboard:
        yield dashboard


def check(page: Page) -> None:
    """No script ran, and no element came from traffic."""
    assert page.evaluate("window.xss") is None
    assert page.evaluate("({}).polluted") is None
    own = ".sources-row, .note-form"
    assert page.locator(f"#app :is(script, iframe, object, embed, form:not({own}), style)").count() == 0
    sources = page.locator("#app img").evaluate_all("images => images.map(image => image.getAttribute('src'))")
    assert sources == ["/static/mark.svg"]
    links = page.locator("#app a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    assert page.locator("body").is_visible()


def test_every_view_shows_attacks_as_text(blank: Page, hostile: Dashboard) -> None:
    page = enter(blank, hostile)
    expect(page.locator(".grid-row:not(.head)").first).to_be_visible()
    check(page)
    for row in range(2 * len(ATTACKS)):
        page.evaluate("hash => { location.hash = hash; }", f"#/connections/{row}")
        expect(page.locator(".connection-title")).to_contain_text(f"#{row} ")
        expect(page.locator(".step.packet.response").first).to_be_visible()
        check(page)
    page.get_by_role("link", name="HTTP").click()
    for row in range(0, 2 * len(ATTACKS), 2):
        page.evaluate("hash => { location.hash = hash; }", f"#/http/{row}")
        expect(page.locator(".panel-head h2")).to_have_text(f"Exchange {row}")
        check(page)
    page.get_by_role("link", name="WebSocket").click()
    expect(page.locator(".bubble").first).to_be_visible()
    check(page)
    page.get_by_role("link", name="Packets").click()
    for packet in range(4, 12 * len(ATTACKS), 6):
        page.evaluate("hash => { location.hash = hash; }", f"#/packets?packet={packet}")
        expect(page.locator(".packet-head h2")).to_have_text(f"Packet {packet}")
        expect(page.locator(".packet-place")).to_contain_text("4 of 6")
        check(page)
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".lane-title:visible").first).to_be_visible()
    page.locator(".lanes-plot").hover()
    check(page)
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=STARTUP)
    check(page)


def test_an_attack_can_be_read(blank: Page, hostile: Dashboard) -> None:
    page = enter(blank, hostile)
    page.evaluate("location.hash = '#/http/0'")
    expect(page.locator(".fields dd", has_text=ATTACKS[0]).first).to_be_visible()
    page.get_by_role("link", name="WebSocket").click()
    expect(page.locator(".bubble-text", has_text=ATTACKS[0])).to_be_visible()


def test_a_filter_made_of_an_attack_is_text_too(blank: Page, hostile: Dashboard) -> None:
    page = enter(blank, hostile)
    page.locator("#filter").fill('"<img src=x onerror=window.xss=1> no such"')
    expect(page.locator(".empty")).to_contain_text("<img src=x onerror=window.xss=1>")
    check(page)
