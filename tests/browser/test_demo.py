"""Every button of the demo, on live capture: its traffic appears on the page within a second or two, and correctly."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ACTING, enter, eventually, press
from tests.browser.dashboards import Dashboard
from tests.lab.conftest import needs_namespace

STAGING = 30_000
"""Milliseconds for a scenario: a network, five processes, and the time that the scenario itself takes."""


def ladder(page: Page) -> Locator:
    """The rows of the chosen connection's ladder."""
    return page.locator(".ladder .step:visible")


def says(page: Page, *texts: str) -> None:
    """The ladder has a packet that carries each of these."""
    for text in texts:
        expect(ladder(page).locator(".wire-what", has_text=text).first).to_be_visible()


def goes_through(page: Page, side: str, *states: str) -> None:
    """One side begins with these states, as they are written along its lifeline."""

    def check() -> None:
        texts = page.locator(f".ladder .step:visible .step-state.{side}").all_inner_texts()
        assert [text for text in texts if text.strip()][: len(states)] == list(states)

    eventually(page, check)


def number_of(page: Page, view: str) -> int:
    """The number beside a view in the rail."""
    text = page.locator(".rail-item", has_text=view).locator(".rail-count").inner_text()
    return int(re.sub(r"\D", "", text) or "0")


def grows(page: Page, view: str, by: int) -> Callable[[], None]:
    """Remembers a view's number now; the returned call expects it to have grown by so many.

    What was set off before must have been counted already, so each test waits for all that it sets off.
    """
    before = number_of(page, view)
    count = page.locator(".rail-item", has_text=view).locator(".rail-count")
    return lambda: expect(count).to_have_text(str(before + by))


def test_get_shows_a_connection_opened_used_and_closed(page: Page) -> None:
    has_connection, has_exchange = grows(page, "Connections", 1), grows(page, "HTTP", 1)
    press(page, "get")
    has_connection()
    has_exchange()
    says(page, "SYN", "SYN ACK", "GET /", "200 OK", "FIN")
    phases = page.locator(".story-phase")
    expect(phases).to_have_text(["Handshake", "Request", "Response", "Connection close"])
    goes_through(page, "client", "CLOSED", "SYN-SENT", "ESTABLISHED")
    goes_through(page, "server", "LISTEN", "SYN-RECEIVED", "ESTABLISHED")
    for side in ("client", "server"):
        last = page.locator(f".ladder .step:visible .step-state.{side}").filter(has_text=re.compile(r"\S")).last
        expect(last).to_have_text(re.compile("^(TIME-WAIT|CLOSED)$"))
    expect(page.locator(".connection-facts")).to_contain_text("closed by the")


def test_the_sockets_are_taken_apart_into_address_and_port(page: Page) -> None:
    press(page, "get")
    for side in ("client", "server"):
        socket = page.locator(f".socket.{side}")
        expect(socket.locator(".address b")).to_have_text("127.0.0.1")
        expect(socket.locator(".port b")).to_have_text(re.compile(r"^\d+$"))
    expect(page.locator(".sockets-hint")).to_contain_text("Each end is named by an IP address and a port")
    expect(page.locator(".connection-facts")).to_contain_text("closed by the")


def test_post_shows_what_was_brought_along(page: Page) -> None:
    has_exchange = grows(page, "HTTP", 1)
    press(page, "post")
    has_exchange()
    says(page, "POST /orders", "201 Created")


def test_refresh_twice_builds_two_connections(page: Page) -> None:
    has_connections, has_exchanges = grows(page, "Connections", 2), grows(page, "HTTP", 2)
    press(page, "refresh_twice")
    has_connections()
    has_exchanges()
    expect(page.locator(".demo-bar-links a")).to_have_count(2)


def test_clear_hides_what_has_been_and_the_chip_brings_it_back(page: Page) -> None:
    has_connection = grows(page, "Connections", 1)
    press(page, "get")
    has_connection()
    rows = page.locator(".grid-row:not(.head):visible")
    expect(rows).not_to_have_count(0)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page).to_have_url(re.compile(r"t=since\d"))
    press(page, "get")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="HTTP").click()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Connections").first.click()
    page.get_by_role("button", name="Time range since").click()
    expect(rows).to_have_count(number_of(page, "Connections"))


def test_keep_alive_sends_three_requests_on_one_connection(page: Page) -> None:
    has_connection, has_exchanges = grows(page, "Connections", 1), grows(page, "HTTP", 3)
    press(page, "keep_alive")
    has_connection()
    has_exchanges()
    expect(page.locator(".story-phase", has_text="Request")).to_have_count(3)
    expect(page.locator(".connection-facts")).to_contain_text("closed by the client")


def test_the_chat_stays_open_and_either_side_speaks(page: Page) -> None:
    """Join, both send, the server pushes, both leave: in one test, since each button needs the one before."""
    has_connections = grows(page, "Connections", 2)
    press(page, "join")
    has_connections()
    says(page, "101 Switching Protocols")
    expect(page.locator(".connection-title")).to_contain_text("WebSocket")
    expect(page.locator(".connection-facts")).to_contain_text("open")
    expect(page.locator(".story-phase", has_text="Upgrade to WebSocket")).to_be_visible()

    page.get_by_role("link", name="WebSocket").click()
    chat = page.locator(".bubble:visible")
    press(page, "alice_says_hi")
    expect(chat.filter(has_text='"Hi"').and_(page.locator(".client"))).to_have_count(1)
    expect(chat.filter(has_text='"Hi"').and_(page.locator(".server"))).to_have_count(1)
    press(page, "bob_answers")
    expect(chat.filter(has_text="how are you?").and_(page.locator(".client"))).to_have_count(1)
    expect(chat.filter(has_text="how are you?").and_(page.locator(".server"))).to_have_count(1)
    press(page, "server_push")
    expect(chat.filter(has_text="news").and_(page.locator(".server"))).to_have_count(2)

    press(page, "leave")
    expect(chat.filter(has_text="closes the WebSocket: 1000, normal closure").first).to_be_visible()
    expect(page.locator(".conversation-item", has_text="closed")).to_have_count(2)


LIVES = """() => [...document.querySelectorAll('.grid-row:not(.head)')].map(row => [
  row.querySelector('.cell.protocol').textContent,
  row.querySelector('.life-bar').dataset.kind,
  parseFloat(getComputedStyle(row.querySelector('.life-bar'), '::before').width)])"""
"""Protocol, kind of bar and width of the bar in pixels, for each connection listed."""


def test_short_and_long_lives_are_told_apart_at_a_glance(page: Page) -> None:
    press(page, "join")
    press(page, "get")

    def are_told_apart() -> None:
        lives = page.evaluate(LIVES)
        assert all(width >= 3 for _, _, width in lives)
        assert ["WebSocket", "open"] in [life[:2] for life in lives]
        assert any(kind != "open" for _, kind, _ in lives)

    eventually(page, are_told_apart)
    press(page, "leave")


def test_counters_count_what_was_captured(page: Page) -> None:
    counter = page.locator(".counter.packets b")
    before = int(re.sub(r"\D", "", counter.inner_text()))
    press(page, "get")

    def has_grown() -> None:
        assert int(re.sub(r"\D", "", counter.inner_text())) >= before + 8

    eventually(page, has_grown)
    expect(page.locator(".counter.dropped b")).to_have_text("0")


def test_the_lab_explains_each_button_and_says_what_came_of_it(page: Page) -> None:
    page.get_by_role("link", name="Lab").click()
    expect(page.locator(".lab [data-action=syn-flood]")).to_be_visible()
    page.locator(".lab summary", has_text="New to this?").click()
    expect(page.locator(".lab-words dt")).to_have_text(["Socket", "Pipe", "Packet", "Token", "Short-lived, long-lived"])
    rows = page.locator(".lab li")

    def each_is_explained() -> None:
        explanations = rows.locator("p:first-child").all_inner_texts()
        assert len(explanations) == rows.count() == page.locator(".lab [data-action]").count() >= 9
        assert all(len(explanation) > 40 for explanation in explanations)

    eventually(page, each_is_explained)
    page.locator(".lab [data-action=get]").click()
    expect(rows.first.locator(".lab-outcome")).to_contain_text("200 OK", timeout=ACTING)


@needs_namespace
def test_a_scenario_is_played_at_the_press_of_a_button_and_leads_to_its_connections(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/lab/5'; }")
    entry = page.locator(".lab li", has=page.locator("[data-action=simultaneous-close]"))
    entry.locator("[data-action=simultaneous-close]").click()
    expect(entry.locator(".lab-outcome")).to_contain_text("CLOSING", timeout=STAGING)
    entry.get_by_role("link", name="Connection").click()
    expect(page.locator(".ladder .step:visible .step-state.client", has_text="CLOSING")).to_be_visible()
    page.get_by_role("link", name="Sockets").click()
    for process in ("client", "server"):  # they ended with the scenario, and so did the listening socket
        expect(page.locator(".fd-process.idle", has_text=process)).to_be_visible()


@needs_namespace
def test_the_news_in_five_ways_leads_on_to_the_comparison(page: Page) -> None:
    page.get_by_role("link", name="Lab").click()
    page.locator(".lab-index a", has_text="News").click()
    expect(page).to_have_url(re.compile("#/lab/2$"))
    entry = page.locator(".lab li", has=page.locator("[data-action=news]"))
    entry.locator("[data-action=news]").click()
    expect(entry.locator(".lab-outcome")).to_contain_text("reached five readers", timeout=STAGING)
    entry.get_by_role("link", name="Compare the five").click()
    expect(page.locator(".stage[data-view=compare]")).to_contain_text("Server-Sent Events", timeout=ACTING)


@needs_namespace
def test_the_same_news_run_through_all_five_where_they_are_compared(page: Page) -> None:
    page.get_by_role("link", name="Compare").click()
    button = page.get_by_role("button", name="Send the same news in all five ways")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-busy", "true")
    expect(page.locator(".compare-run [role=status]:visible")).to_contain_text("reached five readers", timeout=STAGING)
    expect(page.locator(".compare-table thead th")).to_have_count(6, timeout=ACTING)
    expect(button).to_be_focused()


@needs_namespace
def test_a_port_that_was_used_twice_leads_to_both_connections(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/lab/5'; }")
    entry = page.locator(".lab li", has=page.locator("[data-action=time-wait]"))
    entry.locator("[data-action=time-wait]").click()
    connections = entry.locator(".lab-links").get_by_role("link", name="Connection")
    expect(connections).to_have_text([re.compile(r"^Connection \d+$")] * 2, timeout=STAGING)
    first, second = connections.all_inner_texts()
    assert first != second
    entry.get_by_role("link", name="Its file descriptors, step by step").click()
    expect(page.locator(".fd-change")).to_contain_text(f"connection #{first.removeprefix('Connection ')}")
    expect(page.locator(".span-chip")).to_be_visible()


def test_a_packet_opens_with_its_layers_and_bytes(page: Page) -> None:
    press(page, "get")
    says(page, "GET /")
    page.locator(".step.request").first.click()
    expect(page.locator(".layer", has_text="Transmission Control Protocol")).to_be_visible(timeout=ACTING)
    expect(page.locator(".hex-text", has_text="GET / ")).to_be_visible()
    page.locator(".field-row", has_text="source port").hover()
    expect(page.locator(".hex-byte.lit")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".packet-pane")).to_be_hidden()


def test_an_exchange_shows_both_heads_and_leads_to_its_packets(page: Page) -> None:
    has_exchange = grows(page, "HTTP", 1)
    press(page, "post")
    has_exchange()
    page.get_by_role("link", name="HTTP").click()
    page.locator(".grid-row:not(.head)", has_text="POST").last.click()
    panel = page.locator(".panel.exchange")
    expect(panel.locator(".head-line").first).to_have_text("POST /orders HTTP/1.1")
    expect(panel.locator(".head-line").last).to_have_text("HTTP/1.1 201 Created")
    expect(panel.locator(".fields dt", has_text=re.compile("^content-type$", re.IGNORECASE)).first).to_be_visible()
    panel.get_by_role("link", name="Show packets").click()
    expect(page.locator(".step.chosen .wire-what")).to_have_text("POST /orders")


def test_on_a_narrow_screen_the_buttons_show_that_they_go_on(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    chat = page.get_by_role("group", name="WebSocket chat")
    last = chat.get_by_role("button").last
    expect(chat.locator(".overflow-step.right")).to_be_visible()
    expect(chat.locator(".overflow-step.left")).to_be_hidden()
    row = chat.locator(".demo-bar-row")
    while row.evaluate("row => row.scrollLeft + row.clientWidth < row.scrollWidth - 2"):
        before = row.evaluate("row => row.scrollLeft")
        chat.locator(".overflow-step.right").click()
        page.wait_for_function(
            "before => document.querySelector('.of-ws .demo-bar-row').scrollLeft > before", arg=before
        )
    expect(last).to_be_in_viewport(ratio=1)
    expect(chat.locator(".overflow-step.left")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".overflow-step:visible")).to_have_count(0)


def test_neither_the_strip_nor_the_lab_shuts_anybody_out(chromium: Browser, demo: Dashboard) -> None:
    with chromium.new_context(bypass_csp=True) as context:  # axe's script is injected, which the policy would refuse
        page = enter(context.new_page(), demo)
        press(page, "join")
        press(page, "leave")
        for view in ("connections", "lab"):
            page.evaluate("hash => { location.hash = hash; }", f"#/{view}")
            page.wait_for_selector(f".stage[data-view={view}]")
            results = Axe().run(page)
            assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_follows_the_theme_of_the_system_until_told_otherwise(page: Page, theme: str) -> None:
    body = page.locator("body")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expected = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 19, 23)"}
    expect(body).to_have_css("background-color", expected[theme])
    other = "dark" if theme == "light" else "light"
    page.get_by_role("button", name=f"{other} theme").click()
    expect(body).to_have_css("background-color", expected[other])
    page.reload()
    page.wait_for_selector(".bar")
    expect(body).to_have_css("background-color", expected[other])
