"""One connection in the browser: a ladder of any length, verdicts explained, playback, and the other tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import STARTUP, enter, eventually, expect_no_overflow, settled_box
from tests.browser.dashboards import Dashboard, running
from tests.web.traffic import ACK, PSH, SYN, Talk, Wire

SHOWN = ".step.packet, .stream-turn, .graphs-plot .main-svg, .facts-group"
"""What each tab shows once it has something to show."""

ROUNDS = 2000
"""Questions and answers of the long connection: four packets each."""

FIRST_OF_LONG = 11
"""Number of its first packet."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Connection 0: one exchange with a retransmission. Connection 1: 8003 packets, some of them retransmissions."""
    with running("open", str(recorded(tmp_path_factory.mktemp("ladder") / "long.pcapng"))) as dashboard:
        yield dashboard


def recorded(path: Path) -> Path:
    wire = Wire(path)
    talk = Talk(wire, 40001)
    talk.client(b"GET /first HTTP/1.1\r\nHost: demo\r\n\r\n")
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello")
    wire.put((40001, 80), 1036, 5044, ACK)
    wire.put((80, 40001), 5001, 1036, PSH | ACK, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello")
    talk.close()
    client, server = (40002, 80), (80, 40002)
    wire.put(client, 99, 0, SYN)
    wire.put(server, 299, 100, SYN | ACK)
    wire.put(client, 100, 300, ACK)
    for i in range(ROUNDS):
        wire.put(client, 100 + 10 * i, 300 + 20 * i, PSH | ACK, b"0123456789")
        wire.put(server, 300 + 20 * i, 110 + 10 * i, PSH | ACK, b"01234567890123456789")
        wire.put(client, 110 + 10 * i, 320 + 20 * i, ACK)
        wire.put(server, 300 + 20 * i, 110 + 10 * i, PSH | ACK, b"01234567890123456789")
    wire.close()
    return path


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    return enter(blank, saved)


def show(page: Page, address: str) -> None:
    """Go to a part of the page by its address."""
    page.evaluate("hash => { location.hash = hash; }", address)


def chosen(page: Page) -> Locator:
    return page.locator(".step.chosen:visible")


def place(page: Page) -> Locator:
    return page.locator(".playback-place")


def test_a_long_connection_shows_its_beginning_and_few_rows(page: Page) -> None:
    show(page, "#/connections/1")
    expect(page.locator(".step.packet:visible").first).to_be_visible()
    expect(place(page)).to_contain_text("8003")
    steps = page.locator(".ladder .step")

    def are_few() -> None:
        assert steps.count() < 60

    eventually(page, are_few)


def test_a_long_connection_that_was_left_shows_again(page: Page) -> None:
    for _ in range(2):
        show(page, "#/connections/1")
        expect(page.locator(".step.packet:visible").first).to_contain_text("SYN")
        show(page, "#/connections")
        expect(page.locator(".connection")).to_be_hidden()


def test_it_opens_at_the_packet_that_the_address_names(page: Page) -> None:
    show(page, "#/connections/1?packet=6000")
    expect(chosen(page)).to_have_attribute("data-packet", "6000")
    expect(chosen(page)).to_be_in_viewport()


def test_keys_and_slider_reach_every_packet(page: Page) -> None:
    show(page, "#/connections/1")
    expect(page.locator(".step.packet:visible").first).to_be_visible()
    page.locator(".ladder").focus()
    page.keyboard.press("End")
    expect(place(page)).to_contain_text(re.compile(r"packet 8003 of 8003"))
    expect(chosen(page)).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"packet={FIRST_OF_LONG + 8002}"))
    page.keyboard.press("ArrowUp")
    expect(place(page)).to_contain_text("packet 8002 of 8003")
    expect(page).to_have_url(re.compile(f"packet={FIRST_OF_LONG + 8001}"))
    page.locator(".playback-slider").fill("4000")
    expect(place(page)).to_contain_text("packet 4001 of 8003")
    expect(chosen(page)).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"packet={FIRST_OF_LONG + 4000}"))
    page.keyboard.press("Escape")
    expect(chosen(page)).to_have_count(0)


def test_scrolling_far_fetches_what_shows(page: Page) -> None:
    show(page, "#/connections/1")
    expect(page.locator(".step.packet:visible").first).to_be_visible()
    page.locator(".ladder").evaluate("ladder => { ladder.scrollTop = ladder.scrollHeight / 2; }")
    shown = page.locator(".step.packet:visible .wire-number").first
    expect(shown).to_have_text(re.compile(r"^[34]\d\d\d$"))


def test_a_verdict_is_explained_where_it_stands(page: Page) -> None:
    show(page, "#/connections/0")
    page.locator(".badge", has_text="spurious retransmission").hover()
    sheet = page.get_by_role("tooltip")
    expect(sheet).to_contain_text("the peer's last ACK")
    expect(sheet).to_contain_text("Other possible causes")
    expect(sheet).to_contain_text("RFC 9293")
    page.mouse.move(5, 5)
    expect(sheet).to_be_hidden()


def test_by_key_the_chosen_packet_s_verdict_is_explained(page: Page) -> None:
    show(page, "#/connections/0?packet=6")
    expect(chosen(page)).to_have_attribute("data-packet", "6")
    page.locator(".ladder").focus()
    page.keyboard.press("ArrowDown")
    sheet = page.get_by_role("tooltip")
    expect(sheet).to_contain_text("spurious retransmission")
    expect(chosen(page)).to_have_attribute("aria-describedby", "why")
    page.keyboard.press("ArrowDown")
    expect(sheet).to_be_hidden()


def test_what_was_compared_leads_to_its_packet(page: Page) -> None:
    show(page, "#/connections/0")
    page.locator(".badge", has_text="spurious retransmission").hover()
    page.get_by_role("tooltip").locator(".why-proof").first.click()
    expect(page).to_have_url(re.compile(r"packet=\d+"))


def test_time_to_scale_and_back(page: Page) -> None:
    show(page, "#/connections/1?packet=4000")
    expect(chosen(page)).to_be_in_viewport()
    page.get_by_role("button", name="To scale").click()
    expect(page.locator(".playback-scale")).to_contain_text("per 100 px")
    expect(chosen(page)).to_be_in_viewport()
    even = settled_box(chosen(page))["height"]
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    expect(chosen(page)).to_be_in_viewport()

    def is_taller() -> None:
        assert chosen(page).evaluate("row => row.getBoundingClientRect().height") > 2 * even

    eventually(page, is_taller)
    page.get_by_role("button", name="Even", exact=True).click()
    expect(page.locator(".playback-scale")).to_be_hidden()
    expect(chosen(page)).to_be_in_viewport()


def test_playback_goes_from_packet_to_packet_and_stays_where_it_is_paused(page: Page) -> None:
    show(page, "#/connections/1")
    expect(page.locator(".step.packet:visible").first).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(place(page)).to_contain_text(re.compile(r"packet [3-9] of 8003"))
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page).to_have_url(re.compile(r"packet=\d+"))
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_facts_stand_side_by_side_and_lead_to_packets(page: Page) -> None:
    show(page, "#/connections/0?tab=facts")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("both ends sent FIN")
    again = facts.locator("tr", has_text="retransmitted bytes").locator("td")
    expect(again).to_have_text(["0 B", "43 B"])
    facts.locator("tr", has_text="spurious retransmission").get_by_role("link").click()
    expect(page).to_have_url(re.compile("packet=7"))


def test_what_was_said_as_text_hex_and_messages(page: Page) -> None:
    show(page, "#/connections/0?tab=streams")
    said = page.locator(".stream")
    expect(said.locator("pre").first).to_contain_text("GET /first HTTP/1.1")
    expect(said.locator("pre.text")).to_have_count(2)
    page.get_by_role("button", name="Hex").click()
    expect(said.locator("pre.hex").first).to_contain_text("00000000  47 45 54 20")
    page.get_by_role("button", name="Messages").click()
    expect(said.locator(".stream-title")).to_have_text(["GET /first HTTP/1.1", "HTTP/1.1 200 OK"])
    expect(said.locator("pre")).to_have_text("Hello")
    expect(page).to_have_url(re.compile("tab=streams-messages"))
    page.reload()
    expect(said.locator(".stream-title").first).to_be_visible()
    said.get_by_role("link", name="packet 4").click()
    expect(said.locator(".stream-turn.chosen")).to_have_count(1)


def test_a_long_talk_comes_in_parts(page: Page) -> None:
    show(page, "#/connections/1?tab=streams")
    part = page.locator(".stream-place")
    expect(part).to_have_text(re.compile("^pieces 1 to 100 of 4000$"))
    page.get_by_role("button", name="Next page").click()
    expect(part).to_contain_text("101 to 200")
    show(page, "#/connections/1?packet=6000&tab=streams")
    page.get_by_role("button", name="Go to the selected packet").click()
    expect(part).to_contain_text(re.compile(r"29\d1|2901|3001"))


@pytest.mark.parametrize("graph", ["stevens", "tcptrace", "round-trips", "throughput", "window"])
def test_every_graph_is_drawn(page: Page, graph: str) -> None:
    show(page, f"#/connections/1?tab=graphs-{graph}")
    expect(page.locator(f".graphs [data-graph={graph}]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".graphs-plot .scatterlayer .trace").first).to_be_attached(timeout=STARTUP)


def test_a_point_of_a_graph_leads_to_its_packet(page: Page) -> None:
    show(page, "#/connections/0?tab=graphs-stevens")
    page.locator(".graphs-plot .scatterlayer .points path").nth(1).wait_for(state="attached", timeout=STARTUP)
    point = settled_box(page.locator(".graphs-plot .scatterlayer .points path").nth(1))
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"packet=\d+"))


def test_tabs_go_by_arrow_and_stay_with_the_reader(page: Page) -> None:
    show(page, "#/connections/0")
    page.get_by_role("tab", name="Ladder").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Statistics")).to_have_attribute("aria-selected", "true")
    page.locator(".grid-row:not(.head)").nth(1).click()
    expect(page).to_have_url(re.compile(r"#/connections/1\?tab=facts"))


@pytest.mark.parametrize("tab", ["", "streams-messages", "graphs-window", "facts"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_tab_shuts_anybody_out(chromium: Browser, saved: Dashboard, tab: str, theme: str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), saved)
        show(page, f"#/connections/0?packet=7&tab={tab}")
        page.locator(SHOWN).locator("visible=true").first.wait_for(timeout=STARTUP)
        if not tab:
            page.locator(".badge").first.hover()
            expect(page.get_by_role("tooltip")).to_be_visible()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("tab", ["", "streams", "graphs-tcptrace", "facts"])
def test_a_narrow_screen_has_room_for_every_tab(page: Page, tab: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, f"#/connections/0?tab={tab}")
    page.locator(SHOWN).locator("visible=true").first.wait_for(timeout=STARTUP)
    expect_no_overflow(page, "html", ".connection")
