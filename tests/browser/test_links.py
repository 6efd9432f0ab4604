"""Links between the views: what they open here, in a tab of their own, and where Back returns to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import enter
from tests.browser.dashboards import Dashboard


@pytest.mark.parametrize("pressed", ["middle", "Control"])
def test_a_link_opens_in_a_tab_of_its_own_with_the_filter_of_the_moment(
    blank: Page, saved: Dashboard, pressed: str
) -> None:
    enter(blank, saved, "http/0")
    link = blank.locator(".panel-head .link")
    expect(link).to_contain_text("connection #0")
    blank.locator("#filter").fill("8000")
    with blank.context.expect_page() as opened:
        if pressed == "middle":
            link.click(button="middle")
        else:
            link.click(modifiers=["Control"])
    tab = opened.value
    expect(tab.locator(".connection-title")).to_have_text("#0 HTTP")
    expect(tab).to_have_url(re.compile(r"#/connections/0\?packet=\d+&q=8000$"))
    expect(tab.locator(".step.chosen .wire-what")).to_contain_text("GET /")
    expect(blank).to_have_url(re.compile(r"#/http/0\?q=8000$"))
    tab.close()


def test_from_packet_to_exchange_to_packet_to_connection_and_back(blank: Page, saved: Dashboard) -> None:
    enter(blank, saved, "packets?packet=49")
    places = blank.locator(".packet-places")
    places.get_by_role("link", name=re.compile("^(request|response) of exchange")).first.click()
    expect(blank).to_have_url(re.compile(r"#/http/\d+$"))
    blank.locator(".exchange-places a").last.click()
    expect(blank).to_have_url(re.compile(r"#/connections/\d+\?packet=\d+$"))
    expect(blank.locator(".step.chosen")).to_be_visible()
    places.get_by_role("link", name="packet table").click()
    expect(blank).to_have_url(re.compile(r"#/packets\?packet=\d+$"))
    blank.go_back()
    expect(blank).to_have_url(re.compile(r"#/connections/\d+\?packet=\d+$"))
    blank.go_back()
    expect(blank.locator(".exchange-places")).to_be_visible()
    blank.go_back()
    expect(blank).to_have_url(re.compile(r"#/packets\?packet=49$"))
    expect(places).to_contain_text("connection #")


LISTS = {
    "1": "listbox", "2": "region", "3": "grid", "4": "grid", "5": "grid", "6": "log", "7": "group", "8": "region",
}  # fmt: skip
"""The role of what has the focus in each view, by the view's key."""


def test_a_view_opened_by_its_key_has_the_focus_in_its_list(blank: Page, saved: Dashboard) -> None:
    enter(blank, saved, "overview")
    for key, role in [*LISTS.items(), *reversed(LISTS.items())]:
        blank.keyboard.press(key)
        expect(blank.locator(f"[role={role}][data-arrow-keys]:focus")).to_have_count(1)
    blank.keyboard.press("4")
    expect(blank.locator(".packets .grid-row:not(.head):visible").first).to_be_visible()
    blank.keyboard.press("ArrowDown")
    expect(blank).to_have_url(re.compile(r"#/packets\?packet=1$"))
    blank.keyboard.press("ArrowDown")
    expect(blank).to_have_url(re.compile(r"#/packets\?packet=2$"))


def test_after_a_link_after_closing_and_after_back_the_arrow_keys_walk_the_list(blank: Page, saved: Dashboard) -> None:
    enter(blank, saved, "http/4")
    expect(blank.locator(".exchange-places")).to_be_visible()
    blank.keyboard.press("ArrowDown")  # with the focus nowhere, as in a tab that was just opened
    expect(blank).to_have_url(re.compile(r"#/http/5$"))
    expect(blank.locator(".exchange h2")).to_have_text("Exchange 5")
    blank.locator(".exchange-places a").first.press("Enter")
    expect(blank.get_by_role("listbox", name="Packets of this connection")).to_be_focused()
    expect(blank.locator(".step.chosen")).to_be_visible()
    blank.keyboard.press("ArrowDown")
    expect(blank).to_have_url(re.compile(r"#/connections/4\?packet=49$"))
    blank.go_back()
    grid = blank.get_by_role("grid", name="HTTP exchanges")
    expect(grid).to_be_focused()
    expect(blank.locator(".exchange-places")).to_be_visible()
    blank.locator(".panel").get_by_role("button", name="Close").click()
    expect(grid).to_be_focused()
