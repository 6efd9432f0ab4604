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
