"""The live feed in a real browser: lost and found again, paused and caught up."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import ACTING, enter, press
from tests.browser.dashboards import Dashboard


def test_a_dropped_feed_is_found_again_and_nothing_is_missing(blank: Page, demo: Dashboard) -> None:
    routes: list[WebSocketRoute] = []
    is_down = [False]

    def relay(route: WebSocketRoute) -> None:
        if is_down[0]:
            route.close()
            return
        route.connect_to_server()
        routes.append(route)

    blank.route_web_socket("**/feed", relay)
    page = enter(blank, demo)
    press(page, "get")
    rows = page.locator(".grid-row:not(.head)")
    expect(rows).to_have_count(1)

    is_down[0] = True
    routes[-1].close()
    expect(page.locator(".source.lost")).to_contain_text("trying again")
    press(page, "refresh_twice")
    expect(rows).to_have_count(1)

    is_down[0] = False
    expect(page.locator(".source.live")).to_be_visible()
    expect(rows).to_have_count(3)


def test_a_paused_view_stands_still_and_catches_up(page: Page) -> None:
    press(page, "get")
    rows = page.locator(".grid-row:not(.head)")
    expect(page.locator(".grid-row[aria-selected=true]")).to_be_visible()  # the newest, so all others are there too
    before = rows.count()
    page.get_by_role("button", name="Pause the view").click()
    expect(page.locator(".source")).to_contain_text("view paused")
    press(page, "get")
    expect(page.locator(".source")).to_contain_text("packets behind")
    assert rows.count() == before
    page.get_by_role("button", name="Pause the view").click()
    expect(rows).to_have_count(before + 1)


def test_a_dashboard_that_ends_is_said_to_be_gone(blank: Page, demo: Dashboard) -> None:
    """Last in this module: nothing can be asked of the demo afterwards."""
    blank.route_web_socket("**/feed", lambda route: route.connect_to_server())
    page = enter(blank, demo)
    demo.process.terminate()
    expect(page.locator(".source.lost")).to_contain_text("no connection to Wireglass", timeout=ACTING)
