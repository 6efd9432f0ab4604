"""The overview: figures within the content security policy, and every number leads somewhere."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

import inspector
from inspector.lab.sample_captures import demo_recording, recordings
from inspector.query.time_range import Span
from inspector.views.overview import Overview
from tests.browser.conftest import STARTUP, WINDOW, enter, eventually, expect_no_overflow, next_frame, settled_box
from tests.browser.dashboards import Dashboard, running


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    enter(blank, saved, "overview")
    expect(blank.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=STARTUP)
    return blank


PLACES = """elements => elements.map(element => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return [x, y, width, height];
})"""


def test_figures_are_drawn_and_the_policy_has_nothing_to_complain_of(page: Page) -> None:
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    expect(page.locator("[data-figure=packets] .bars .point").first).to_be_attached()
    layers = page.locator("[data-figure=packets] .main-svg")

    def lie_over_each_other() -> None:
        corners = layers.evaluate_all(PLACES)
        assert len(corners) > 1
        assert len({(x, y) for x, y, _, _ in corners}) == 1

    eventually(page, lie_over_each_other)


def test_counters_say_how_much_there_was(page: Page) -> None:
    with inspector.open(demo_recording()) as capture:
        expect(page.locator(".overview-counters")).to_contain_text(str(len(capture.packets)))
    expect(page.locator(".overview-counters")).to_contain_text("connections")


def test_a_busy_server_leads_to_its_connections(page: Page) -> None:
    page.locator(".overview-list .link", has_text=":8765").click()
    expect(page).to_have_title("Connections · Wireglass")
    expect(page.locator(".grid-row:not(.head):visible")).to_have_count(2)


def test_a_heavy_connection_and_the_slowest_answer_lead_to_themselves(page: Page) -> None:
    page.locator(".overview-list .link", has_text="#4").click()
    expect(page).to_have_url(re.compile(r"#/connections/4$"))
    page.go_back()
    page.locator(".percentiles .link").click()
    expect(page).to_have_url(re.compile(r"#/http/\d+$"))


def test_focus_selection_scroll_and_a_press_outlast_new_percentiles(page: Page) -> None:
    """Another time range stands in for a capture that grows: it draws the same anew."""
    page.set_viewport_size({"width": 1440, "height": 500})
    slowest = page.locator(".percentiles .link")
    expect(slowest).to_have_text("8.93 ms")
    slowest.focus()
    page.locator(".percentiles tbody th").last.evaluate("name => getSelection().selectAllChildren(name)")
    place = page.locator(".overview").evaluate("view => view.scrollTop")
    assert place > 0
    page.evaluate("() => { location.hash = '#/overview?t=1-4'; }")
    expect(slowest).to_have_text("5.7 ms")
    expect(slowest).to_be_focused()
    assert page.evaluate("() => String(getSelection())") == "Wait for the response"
    assert page.locator(".overview").evaluate("view => view.scrollTop") == place
    slowest.hover()
    page.mouse.down()
    page.evaluate("() => { location.hash = '#/overview'; }")
    expect(slowest).to_have_text("8.93 ms")
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"#/http/0$"))


def test_a_kind_of_trouble_leads_to_all_of_its_packets(blank: Page) -> None:
    with running("open", str(recordings()["loss-fast"][0])) as dashboard:
        page = enter(blank, dashboard, "overview")
        expect(page.locator(".source-text")).to_have_text(re.compile("^saved"))
        row = page.locator(".trouble-row").first
        times = int(row.locator("b").inner_text(timeout=STARTUP))
        row.locator(".overview-name .link").click()
        expect(page).to_have_title("Packets · Wireglass")
        expect(page).to_have_url(re.compile(r"#/packets\?q=is%3A[a-z-]+$"))
        expect(page.locator(".tools-text")).to_contain_text(f"{times} of")
        expect(page.locator(".grid-row:not(.head):visible")).to_have_count(times)
        page.reload()
        expect(page.locator(".tools-text")).to_contain_text(f"{times} of", timeout=STARTUP)


def test_a_verdict_is_explained_where_its_packet_is_pointed_at(blank: Page) -> None:
    with running("open", str(recordings()["loss-timer"][0])) as dashboard:
        page = enter(blank, dashboard, "overview")
        packet = page.locator(".trouble-packets .link").first
        expect(packet).to_be_visible(timeout=STARTUP)
        packet.hover()
        expect(page.locator(".why-sentence")).to_contain_text("first sent in packet")
        page.mouse.move(5, 5)
        expect(page.locator(".why")).to_be_hidden()
        packet.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        expect(page.locator(".why-sentence")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".why")).to_be_hidden()


def counter(page: Page, name: str) -> Locator:
    return page.locator(".overview-counters div", has_text=name).locator("dd")


def test_a_stretch_dragged_on_a_figure_is_chosen_for_every_view(page: Page) -> None:
    with inspector.open(demo_recording()) as capture:
        times, table = capture.packets["time_ns"], capture.connections
        quiet = int(table["end_ns"][4] + table["start_ns"][5]) // 2  # behind the visits, before the chat
        wanted = Overview(capture, Span(quiet, int(times[-1]))).counters()
        where = float((quiet - times[0]) / (times[-1] - times[0]))
    expect(page.locator("[data-figure=packets] .bars .point").first).to_be_attached()
    box = settled_box(page.locator("[data-figure=packets] .nsewdrag"))
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * where, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 20, y, steps=5)  # beyond its edge lies nothing
    page.mouse.up()
    expect(page.locator(".span-chip")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]t="))
    for name, number in {"packets": wanted["packets"], "connections": 2, "HTTP exchanges": 2}.items():
        expect(counter(page, name)).to_have_text(str(number))
    expect(counter(page, "WebSocket messages")).to_have_text(str(wanted["messages"]))
    assert wanted["messages"] > 10


def test_nothing_moves_while_the_figures_come_and_the_counts_grow(chromium: Browser, saved: Dashboard) -> None:
    """Every pane keeps the place that it had first: before the answer, before the library, and after both."""
    with chromium.new_context(viewport=WINDOW) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.route("**/plotly.min.js", lambda route: route.abort())
        enter(page, saved, "overview")
        expect(page.locator(".overview-pane .trouble").first).to_be_visible()
        before = places(page)
        page.unroute("**/plotly.min.js")
        page.reload()
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=STARTUP)
        assert places(page) == before


def places(page: Page) -> object:
    """Where the panes lie, and their plots."""
    next_frame(page)
    return page.locator(".overview-pane, .overview-plot, .overview-counters").evaluate_all(PLACES)


def test_another_theme_recolours_the_figures(page: Page) -> None:
    bar = page.locator("[data-figure=bytes] .bars .point path").first
    before = bar.get_attribute("style")
    assert before
    page.get_by_role("button", name="Dark theme").click()
    expect(bar).not_to_have_attribute("style", before)


def test_on_a_narrow_screen_nothing_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect_no_overflow(page, "html", ".overview")
    expect(page.locator(".overview")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, saved: Dashboard, theme: str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), saved, "overview")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=STARTUP)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
