"""The WebSocket view in a real browser: sides, control frames and fragments on demand, JSON, ratio, close, latency."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import enter, eventually, settled_box
from tests.browser.dashboards import Dashboard, running
from tests.query.test_push_causes import masked
from tests.web.traffic import Talk, Wire, chat, frame

MANY = 1500
"""Messages of the long conversation: more than the page loads at once."""

HOSTILE = '{"say": "<img src=x onerror=window.xss=1>", "__proto__": {"polluted": 1}, "n": 12345678901234567890}'


def packed(wire: Wire, port: int, text: str) -> Talk:
    """A conversation with permessage-deflate, in which the server sends `text` compressed."""
    talk = Talk(wire, port)
    talk.client(
        b"GET /packed HTTP/1.1\r\nHost: demo\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    talk.server(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    deflate = zlib.compressobj(wbits=-15)
    data = (deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
    talk.server(bytes((0xC1, len(data))) + data)
    return talk


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Alice (#0) and Bob (#1), a compressed conversation (#2), a long one (#3)."""
    wire = Wire(tmp_path_factory.mktemp("websocket") / "chat.pcapng")
    alice, bob = chat(wire, 40001), chat(wire, 40002)
    alice.client(masked('{"say": "Hi", "to": "Bob"}'))  # message 0
    bob.server(frame('{"from": "Alice", "say": "Hi"}'))  # 1
    alice.client(b"\x89\x80" + bytes(4))  # 2, a ping
    alice.server(b"\x8a\0")  # 3, a pong
    bob.server(b"\x01\x02ab" + b"\x00\x02cd" + b"\x80\x01e")  # 4, in three frames
    bob.server(frame(HOSTILE))  # 5
    alice.server(b"\x88\x0c" + (1001).to_bytes(2, "big") + b"<b>bye</b>")  # 6
    packed(wire, 40003, json.dumps({"words": ["again"] * 100}))  # 7
    long = chat(wire, 40004)
    for i in range(MANY):
        long.server(frame(f"number {i}"))
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    return enter(blank, saved)


def show(page: Page, place: str) -> Page:
    page.evaluate("hash => { location.hash = hash; }", f"#/websocket{place}")
    conversation = re.match(r"/\d+", place)
    name = f"#{conversation[0][1:]} " if conversation else "All conversations"
    expect(page.locator(".conversation-item[aria-current=page]")).to_contain_text(name)
    expect(page.locator(".bubble:visible").first).to_be_visible()
    return page


def test_direction_is_told_by_side(page: Page) -> None:
    show(page, "/1")
    heard = page.locator(".bubble.server .bubble-text", has_text='"from": "Alice"')
    said = show(page, "/0").locator(".bubble.client .bubble-text", has_text='"to": "Bob"')
    expect(said).to_be_visible()
    left = settled_box(said)["x"]
    show(page, "/1")
    expect(heard).to_be_visible()
    assert left < settled_box(heard)["x"]


def test_control_frames_and_fragments_show_on_demand(page: Page) -> None:
    show(page, "/0")
    expect(page.locator(".bubble:visible")).to_have_count(2)
    page.get_by_label("Pings and pongs").check()
    expect(page.locator(".bubble:visible")).to_have_count(4)
    expect(page.locator(".bubble.control:visible").first).to_contain_text("The client: ping")
    show(page, "/1")
    expect(page.locator(".bubble-frames:visible")).to_have_count(0)
    page.get_by_label("Frames").check()
    lines = page.locator(".bubble-frames:visible")
    expect(lines).to_contain_text("text · 2 B")
    expect(lines).to_contain_text("continuation · 1 B · FIN")


def test_a_close_says_why_in_words(page: Page) -> None:
    show(page, "/0")
    close = "The server closes the WebSocket: 1001, going away: “<b>bye</b>”"
    expect(page.locator(".bubble.control")).to_have_text(re.compile(re.escape(close)))
    expect(page.locator(".conversation-facts")).to_contain_text(
        "WebSocket closed by the server first: 1001, going away"
    )
    expect(page.locator(".conversation-facts")).to_contain_text("/chat")


def test_latency_to_the_push_is_told_at_both_ends_and_leads_there(page: Page) -> None:
    show(page, "/0")
    expect(page.locator(".bubble.client .bubble-push")).to_have_text(" · pushed to #1 after 1 ms")
    page.locator(".bubble.client").click()
    expect(page.locator(".panel.message")).to_contain_text("Packets do not prove the cause")
    page.locator(".panel.message").get_by_role("link", name="message 1").click()
    expect(page).to_have_url(re.compile(r"#/websocket/1\?m=1$"))
    expect(page.locator(".panel.message h2")).to_have_text("Message 1")
    expect(page.locator(".bubble.chosen:visible .bubble-push")).to_have_text(" · 1 ms after the message on #0")


def test_json_is_folded_keeps_its_digits_and_is_never_markup(page: Page) -> None:
    show(page, "/1?m=5")
    panel = page.locator(".panel.message")
    expect(panel.locator(".json-leaf", has_text="<img src=x onerror=window.xss=1>")).to_be_visible()
    expect(panel.locator(".json-number").last).to_have_text("12345678901234567890")
    panel.get_by_role("button", name="Bytes").click()
    expect(panel.locator(".hex-text").first).to_contain_text('{"say')
    assert page.evaluate("window.xss") is None
    assert page.evaluate("({}).polluted") is None
    assert page.locator("#app :is(script, iframe, object, embed, form, style)").count() == 0


def test_compression_is_told_per_message_and_for_the_conversation(page: Page) -> None:
    show(page, "/2")
    expect(page.locator(".bubble-facts")).to_contain_text(re.compile(r"911 B · sent as \d+ B, \d+ %"))
    expect(page.locator(".conversation-facts")).to_contain_text("permessage-deflate")
    expect(page.locator(".conversation-facts")).to_contain_text(re.compile(r"server 1 message, 911 B, sent as \d+ B"))


def test_a_long_conversation_is_read_from_its_end_and_scrolls_to_its_beginning(page: Page) -> None:
    show(page, "/3")
    expect(page.locator(".bubble-text", has_text=f"number {MANY - 1}")).to_be_visible()
    page.locator(".chat").evaluate("chat => { chat.scrollTop = 0; }")
    expect(page.locator(".bubble-text", has_text=re.compile("^number 0$"))).to_be_visible()

    def are_few() -> None:
        assert page.locator(".bubble").count() < 80

    eventually(page, are_few)


def test_messages_go_by_keyboard(page: Page) -> None:
    show(page, "/0")
    page.locator(".chat").focus()
    page.keyboard.press("Home")
    expect(page.locator(".panel.message h2")).to_have_text("Message 0")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".panel.message h2")).to_have_text("Message 6")
    page.keyboard.press("Escape")
    expect(page.locator(".panel.message")).to_be_hidden()


def test_a_message_leads_to_its_packets(page: Page) -> None:
    show(page, "/1?m=1")
    page.get_by_role("link", name="Show packets").click()
    expect(page).to_have_url(re.compile(r"#/connections/1\?packet=\d+$"))


def test_the_filter_searches_what_was_said(page: Page) -> None:
    show(page, "")
    page.locator("#filter").fill("#3 7")
    expect(page.locator(".bubble:visible")).to_have_count(1)
    expect(page.locator(".bubble:visible")).to_contain_text("number 7")
    page.locator("#filter").fill("no such words")
    expect(page.locator(".conversation .empty")).to_contain_text("No match")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "/0?m=0", "/1?m=4"])
def test_it_shuts_nobody_out(chromium: Browser, saved: Dashboard, theme: str, place: str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = show(enter(context.new_page(), saved), place)
        page.wait_for_load_state("networkidle")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
