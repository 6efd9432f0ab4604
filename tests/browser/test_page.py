"""The page as a tool: its address, filter, keyboard, pause, narrow screens and accessibility."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import STARTUP, enter, eventually, expect_no_overflow, next_frame, settled_box
from tests.browser.dashboards import Dashboard

VIEWS = ["connections", "http", "websocket"]


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    """The recorded demo's dashboard."""
    enter(blank, saved)
    blank.wait_for_selector(".grid-row:not(.head)")
    return blank


def test_the_key_leaves_the_address_bar(page: Page) -> None:
    expect(page).not_to_have_url(re.compile("t="))
    page.go_back()
    expect(page).to_have_url("about:blank")


def test_without_a_key_the_page_says_where_the_key_is(blank: Page, saved: Dashboard) -> None:
    blank.goto(saved.address)
    expect(blank.locator("main")).to_contain_text("Open the link that Wireglass printed")
    blank.get_by_label("paste the link").fill(saved.url)
    blank.get_by_role("button", name="Open the dashboard").click()
    expect(blank.locator(".lane:visible").first).to_be_visible(timeout=STARTUP)


def test_a_second_tab_needs_no_key(page: Page, saved: Dashboard) -> None:
    """A pasted link to a part of the page, a middle click: the session is the browser's, not the tab's."""
    second = page.context.new_page()
    second.goto(f"{saved.address}#/connections/2")
    expect(second.locator(".step.packet").first).to_be_visible(timeout=STARTUP)
    second.close()


def test_the_address_holds_what_is_shown_and_a_reload_shows_it_again(page: Page) -> None:
    page.locator(".grid-row:not(.head)").nth(2).click()
    page.locator(".step.packet").nth(1).click()
    chosen = page.locator(".step.chosen").get_attribute("data-packet")
    expect(page).to_have_url(re.compile(rf"#/connections/2\?packet={chosen}$"))
    page.reload()
    expect(page.locator(".step.chosen")).to_have_attribute("data-packet", str(chosen), timeout=STARTUP)


def test_going_back_goes_back(page: Page) -> None:
    page.get_by_role("link", name="HTTP").click()
    expect(page).to_have_title("HTTP · Wireglass")
    page.go_back()
    expect(page).to_have_title("Connections · Wireglass")


def test_the_filter_leaves_what_matches_and_says_when_nothing_does(page: Page) -> None:
    rows = page.locator(".grid-row:not(.head):visible")
    expect(rows).to_have_count(7)
    page.keyboard.press("/")
    page.keyboard.type("websocket")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="WebSocket")).to_have_count(2)
    page.locator("#filter").fill("no such thing")
    expect(page.locator(".empty")).to_contain_text("No match")
    page.locator("#filter").press("Escape")
    expect(rows).to_have_count(7)


def test_lists_and_ladder_go_by_keyboard(page: Page) -> None:
    page.get_by_role("grid", name="Connections").focus()
    page.keyboard.press("Home")
    expect(page.locator(".connection-title")).to_contain_text("#0")
    first = page.locator(".step.packet").first
    before = first.get_attribute("data-packet")
    assert before
    page.keyboard.press("ArrowDown")
    expect(page.locator(".connection-title")).to_contain_text("#1")
    expect(first).not_to_have_attribute("data-packet", before)
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".step.chosen .wire-what")).to_have_text("SYN ACK")
    page.keyboard.press("Escape")
    expect(page.locator(".step.chosen")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".connection")).to_be_hidden()


AT_ONCE = """async () => {
  const ladder = document.querySelector(".ladder");
  ladder.focus();
  for (const key of ["ArrowDown", "ArrowDown", "Escape"]) {
    ladder.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    for (let turn = 0; turn < 50; turn += 1) await null;
  }
}"""
"""Presses two keys and Escape before anything is drawn."""


def test_escape_takes_back_a_selection_that_was_not_drawn_yet(page: Page) -> None:
    page.get_by_role("grid", name="Connections").focus()
    page.keyboard.press("Home")
    expect(page.locator(".step.packet").first).to_be_visible()
    page.evaluate(AT_ONCE)
    next_frame(page)
    expect(page.locator(".step.chosen")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("packet="))


def test_the_views_have_keys_and_the_help_names_them(page: Page) -> None:
    page.keyboard.press("1")
    expect(page).to_have_title("Timeline · Wireglass")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("How to read Wireglass")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_saved_capture_offers_no_lab(page: Page) -> None:
    expect(page.locator(".demo-bar")).to_be_hidden()
    expect(page.get_by_role("link", name="Lab")).to_be_hidden()
    expect(page.locator(".source")).to_contain_text("saved")


def test_on_a_narrow_screen_the_chosen_connection_covers_the_list(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".panel")).to_be_hidden()
    page.locator(".grid-row:not(.head)").first.click()
    expect(page.locator(".ladder.narrow .step.packet").first).to_be_visible()
    expect_no_overflow(page)
    page.get_by_role("button", name="Close this connection").click()
    expect(page.locator(".panel")).to_be_hidden()


def test_on_a_narrow_screen_nothing_of_a_connection_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    rows = page.locator(".grid-row:not(.head):visible")
    expect(rows.filter(has_text="10 packets, ")).not_to_have_count(0)
    assert settled_box(rows.first)["height"] > 40
    cut = """() => [...document.querySelectorAll(".grid-row:not(.head) .cell")]
      .filter((cell) => cell.offsetParent && !cell.classList.contains("life"))
      .filter((cell) => cell.scrollWidth > cell.clientWidth || cell.scrollHeight > cell.clientHeight + 1)
      .map((cell) => cell.textContent)"""

    def nothing_is_cut() -> None:
        assert page.evaluate(cut) == []

    eventually(page, nothing_is_cut)
    page.get_by_role("grid", name="Connections").press("End")
    expect(page.locator(".connection-title")).to_be_visible()


def test_on_a_narrow_screen_a_long_source_moves_nothing_else(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    before, after = page.evaluate(
        """() => {
          const parts = [...document.querySelectorAll(".bar, .bar-buttons, .filters")];
          const places = () => parts.map((part) => part.getBoundingClientRect().toJSON());
          const before = places();
          document.querySelector(".source-text").textContent = "no connection to Wireglass, ".repeat(3);
          return [before, places()];
        }"""
    )
    assert after == before


def test_on_a_narrow_screen_five_views_are_below_and_the_others_behind_more(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".rail > a:visible")).to_have_count(5)
    expect(page.get_by_role("link", name="Compare")).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("link", name="Compare").click()
    expect(page).to_have_title("Compare · Wireglass")
    expect(page.get_by_role("link", name="Compare")).to_be_hidden()
    expect(page.get_by_role("button", name="More", exact=True)).to_have_class(re.compile("current"))


def test_a_list_keeps_only_the_rows_in_sight_in_the_document(page: Page) -> None:
    page.locator(".grid-row:not(.head):visible", has_text="WebSocket").first.click()
    expect(page.locator(".ladder .step:visible").first).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 420})
    page.wait_for_function("() => document.querySelectorAll('.ladder .step:not([hidden])').length < 18")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_view_shuts_anybody_out(chromium: Browser, saved: Dashboard, view: str, theme: str) -> None:
    """axe-core finds nothing: contrast, names, roles, focus. Its script is injected, which the policy would refuse."""
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), saved)
        page.evaluate("hash => { location.hash = hash; }", f"#/{view}/{'' if view == 'websocket' else 1}")
        page.wait_for_selector(".ladder .step.packet, .head-line, .bubble")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
