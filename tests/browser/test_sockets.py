"""The Sockets view on the live demo: tokens light up, pipes lead to them, the past can be looked at again."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import SOON, enter
from tests.browser.dashboards import Dashboard
from tests.browser.test_demo import press


@pytest.fixture
def view(page: Page) -> Page:
    """The demo, looked at in the Sockets view."""
    page.evaluate("location.hash = '#/sockets'")
    page.wait_for_selector(".stage[data-view=sockets]")
    return page


def column(page: Page, process: str) -> Locator:
    """A process's column; the last of that name."""
    return page.get_by_role("region", name=f"Process {process}", exact=True).last


def lit(page: Page, process: str) -> Locator:
    """Its tokens that are pipes now."""
    return column(page, process).locator(".tk-slot.lit:not(.listener)")


def fact(page: Page, kind: str) -> Locator:
    return page.locator(f".tk-facts [data-kind={kind}]")


def test_tokens_light_up_while_the_chat_is_open_and_the_diary_names_them(view: Page) -> None:
    press(view, "join")
    for process in ("Alice", "Bob"):
        expect(lit(view, process)).to_have_count(1, timeout=SOON)
    expect(lit(view, "chat")).to_have_count(2, timeout=SOON)
    diary = column(view, "chat").locator(".tk-diary")
    expect(diary.locator("dd")).to_have_text(["Alice", "Bob"], timeout=SOON)
    assert diary.locator("dt").all_inner_texts() == lit(view, "chat").locator(".tk-number").all_inner_texts()
    expect(view.locator(".tk-pipe.wall")).to_have_count(2, timeout=SOON)
    press(view, "leave")
    expect(lit(view, "chat")).to_have_count(0, timeout=SOON)
    expect(column(view, "chat").locator(".tk-slot.free")).not_to_have_count(0)
    expect(diary).to_have_count(0)


def test_wire_and_kernel_stand_side_by_side_with_the_kernels_figures(view: Page) -> None:
    press(view, "join")
    row = view.locator(".tk-table tbody tr", has_text="Alice").first
    expect(row.locator(".mono")).to_have_text(["ESTABLISHED", "ESTABLISHED"], timeout=SOON)
    expect(row.locator(".tk-figures")).to_contain_text(re.compile(r"rtt .+ ± .+ · cwnd \d+ · paced .+/s"), timeout=SOON)
    press(view, "leave")


def test_a_messages_way_goes_from_token_to_token(view: Page) -> None:
    press(view, "join")
    press(view, "alice_says_hi")
    view.locator(".tk-way-button", has_text="Hi").last.click()
    steps = view.locator(".tk-steps li")
    expect(steps).to_have_count(7, timeout=SOON)
    texts = " | ".join(steps.all_inner_texts())
    assert re.search(
        r"Alice writes into token \d+ \| through pipe #\d+, packet \d+ \| chat reads from token (\d+) \| "
        r"the diary: \1 is Alice; Bob is (\d+) \| chat writes into token \2 \| through pipe #\d+, packet \d+ \| "
        r"Bob reads from token \d+",
        texts,
    ), texts
    assert view.locator(".tk-step").all_inner_texts() == ["1", "2", "3", "4"]
    expect(view.locator(".tk-pipe.way.bore")).to_have_count(2)
    steps.get_by_role("button").first.click()
    expect(view).to_have_title("Connections · Wireglass")
    expect(view.locator(".step.chosen .wire-what")).to_contain_text("Hi", timeout=SOON)
    press(view, "leave")


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        pytest.param("before_accept", "ESTABLISHED, not accepted yet", id="before accept there is no token"),
        pytest.param("gone_while_closing", "token given back", id="the token goes, the connection closes"),
        pytest.param("time_wait", "TIME-WAIT, belongs to nobody", id="TIME-WAIT belongs to nobody"),
    ],
)
def test_a_fact_leads_to_the_moment_that_shows_it(view: Page, kind: str, holds: str) -> None:
    press(view, "refresh_twice")
    fact(view, kind).get_by_role("button").click()
    # Now and then both ends are the kernel's alone at that moment.
    expect(view.locator(".tk-loose.chosen", has_text=holds)).not_to_have_count(0, timeout=SOON)
    assert re.search(r"#/sockets/\d+\?at=\d+", view.url)
    expect(view.locator(".tk-table tr.chosen", has_text="nobody")).not_to_have_count(0)


@pytest.mark.parametrize("kind", ["lowest_free", "used_again"])
def test_numbers_are_handed_out_again(view: Page, kind: str) -> None:
    press(view, "refresh_twice")
    expect(fact(view, kind).locator("p").first).to_contain_text(re.compile(r"was handed \d+"), timeout=SOON)
    fact(view, kind).get_by_role("button").click()
    expect(view.locator(".tk-slot.chosen").first).to_be_visible(timeout=SOON)


def test_the_past_is_scrubbed_and_now_is_one_press_away(view: Page) -> None:
    press(view, "join")
    expect(lit(view, "Alice")).to_have_count(1, timeout=SOON)
    slider = view.get_by_role("slider", name="Moment")
    slider.focus()
    view.keyboard.press("Home")
    expect(view.locator(".tk-when")).to_have_text("0.000 s")
    expect(lit(view, "chat")).to_have_count(0)
    view.get_by_role("button", name="Now").click()
    expect(lit(view, "chat")).to_have_count(2, timeout=SOON)
    view.locator(".tk-line", has_text="chat").last.locator("svg").click(position={"x": 3, "y": 4})
    expect(view.locator(".tk-when")).not_to_contain_text("now")
    view.keyboard.press("Escape")
    expect(view.locator(".tk-when")).to_contain_text("now")
    press(view, "leave")


def test_a_connections_sockets_say_their_tokens(page: Page) -> None:
    page.evaluate("location.hash = '#/connections'")
    press(page, "get")
    for side, process in (("client", "visitor"), ("server", "cafe")):
        expect(page.locator(f".socket.{side} .socket-token")).to_have_text(
            re.compile(rf"was token \d+ in {process}"), timeout=SOON
        )
    page.locator(".socket.client .socket-token").click()
    expect(page).to_have_title("Sockets · Wireglass")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_view_shuts_nobody_out(chromium: Browser, demo: Dashboard, theme: str) -> None:
    """axe-core finds nothing; its script is injected, which the policy would refuse."""
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), demo)
        press(page, "join")
        press(page, "alice_says_hi")
        page.evaluate("location.hash = '#/sockets'")
        page.locator(".tk-way-button").last.click()
        page.locator(".tk-steps").wait_for()
        results = Axe().run(page)
        press(page, "leave")
        assert results.violations_count == 0, results.generate_report()


def test_on_a_narrow_screen_nothing_runs_out_of_it(view: Page) -> None:
    press(view, "get")
    view.set_viewport_size({"width": 390, "height": 844})
    expect(column(view, "cafe")).to_be_visible()
    assert view.evaluate("document.querySelector('.tk').scrollWidth <= document.querySelector('.tk').clientWidth")
