"""The overview: figures within the content security policy, and every number leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import inspector
from inspector.lab.recordings import demo_recording
from tests.browser.conftest import enter
from tests.browser.dashboards import Dashboard, running

SOON = 15_000
"""Milliseconds until the charts are there: their library has to be fetched and read once."""


@pytest.fixture(scope="module")
def saved() -> Iterator[Dashboard]:
    """The recorded demo."""
    with running("open", str(demo_recording())) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    enter(blank, saved, "overview")
    expect(blank.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=SOON)
    return blank


def test_figures_are_drawn_and_the_policy_has_nothing_to_complain_of(page: Page) -> None:
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    expect(page.locator("[data-figure=packets] .bars .point").first).to_be_attached()
    layers = page.locator("[data-figure=packets] .main-svg")
    boxes = [layers.nth(i).bounding_box() for i in range(layers.count())]
    assert len({(box["x"], box["y"]) for box in boxes if box}) == 1, "the layers of a figure lie over each other"


def test_counters_say_how_much_there_was(page: Page) -> None:
    expect(page.locator(".overview-counters")).to_contain_text("104")
    expect(page.locator(".overview-counters")).to_contain_text("connections")


def test_a_busy_server_leads_to_its_connections(page: Page) -> None:
    page.locator(".overview-list .link", has_text=":8765").click()
    expect(page).to_have_title("Connections · Wireglass")
    expect(page.locator(".grid-row:not(.head):visible")).to_have_count(2, timeout=SOON)


def test_a_heavy_connection_and_the_slowest_answer_lead_to_themselves(page: Page) -> None:
    page.locator(".overview-list .link", has_text="#4").click()
    expect(page).to_have_url(re.compile(r"#/connections/4$"))
    page.go_back()
    page.locator(".percentiles .link").click()
    expect(page).to_have_url(re.compile(r"#/http/\d+$"))


def test_a_stretch_dragged_on_a_figure_is_chosen_for_every_view(page: Page) -> None:
    with inspector.open(demo_recording()) as capture:
        times, table, visits = capture.packets["time_ns"], capture.connections, len(capture.exchanges)
    quiet = (table["end_ns"][4] + table["start_ns"][5]) / 2  # behind the visits, before the chat
    where = float((quiet - times[0]) / (times[-1] - times[0]))
    box = page.locator("[data-figure=packets] .nsewdrag").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * where, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, y, steps=5)
    page.mouse.up()
    expect(page.locator(".span-chip")).to_be_visible(timeout=SOON)
    expect(page).to_have_url(re.compile(r"[?&]t="))
    expect(page.locator(".overview-counters div", has_text="HTTP exchanges").locator("dd")).not_to_have_text(
        str(visits), timeout=SOON
    )


def test_another_theme_recolours_the_figures(page: Page) -> None:
    bar = page.locator("[data-figure=bytes] .bars .point path").first
    before = bar.get_attribute("style")
    page.get_by_role("button", name="Dark theme").click()
    page.wait_for_function(
        "before => document.querySelector('[data-figure=bytes] .bars .point path').getAttribute('style') !== before",
        arg=before,
    )


def test_on_a_narrow_screen_nothing_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth") is False
    overview = page.locator(".overview")
    page.wait_for_function(
        "() => { const o = document.querySelector('.overview'); return o.scrollWidth <= o.clientWidth; }"
    )
    expect(overview).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, saved: Dashboard, theme: str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), saved, "overview")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=SOON)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
