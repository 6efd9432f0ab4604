"""The timeline: lanes, marks, moving in time, and the stretch of time that every other view is left with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import inspector
from inspector.lab.sample_captures import demo_recording
from tests.browser.conftest import (
    COLOURS,
    STARTUP,
    enter,
    eventually,
    expect_no_overflow,
    next_frame,
    press,
    reported,
    settled_box,
)
from tests.browser.dashboards import Dashboard, running


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    enter(blank, saved, "timeline")
    expect(blank.locator(".lane:visible")).to_have_count(7, timeout=STARTUP)
    blank.wait_for_function(f"() => ({COLOURS})() > 8")
    return blank


def centre(page: Page, selector: str) -> tuple[float, float, float]:
    """The left edge, the middle's height, and the width of an element."""
    box = settled_box(page.locator(selector))
    return box["x"], box["y"] + box["height"] / 2, box["width"]


def time_range(page: Page) -> str:
    """The time range that is selected now, in words; the address follows a little later."""
    next_frame(page)
    return page.locator(".span-chip").inner_text()


def test_it_is_the_first_page(blank: Page, saved: Dashboard) -> None:
    blank.goto(saved.url)
    expect(blank).to_have_title("Timeline · Wireglass")
    expect(blank.locator(".lane:visible").first).to_be_visible(timeout=STARTUP)


def test_each_connection_has_a_lane_under_its_server(page: Page) -> None:
    expect(page.locator(".lane-title:visible")).to_have_text(
        ["#0 GET /", "#1 POST /orders", "#2 GET /", "#3 GET /", "#4 GET / +2", "#5 GET /chat", "#6 GET /chat"]
    )
    expect(page.locator(".lane-group:visible b")).to_have_text([re.compile(r"^:\d+$")] * 2)
    expect(page.locator(".lane:visible").nth(1)).to_contain_text("201")
    expect(page.locator(".lane:visible").nth(5)).to_contain_text("↑")
    weight = "words => words.map(word => getComputedStyle(word).fontWeight)"

    def are_painted() -> None:
        assert page.evaluate(COLOURS) > 8
        assert set(page.locator(".lane-outcome b").evaluate_all(weight)) == {"400"}, "nothing of this is trouble"

    eventually(page, are_painted)


def test_lanes_are_ordered_as_wished_and_the_address_keeps_it(page: Page) -> None:
    page.get_by_role("button", name="Duration").click()
    expect(page.locator(".lane-title:visible").first).to_have_text("#5 GET /chat")
    expect(page).to_have_url(re.compile("order=duration"))
    page.reload()
    expect(page.locator(".lane-title:visible").first).to_have_text("#5 GET /chat", timeout=STARTUP)


def test_silence_is_folded_and_the_address_keeps_it(page: Page) -> None:
    fold = page.get_by_role("button", name="Fold silence")
    with page.expect_response("**/api/lanes*fold=1*"):
        fold.click()
    expect(page).to_have_url(re.compile("fold=1"))
    left, y, width = centre(page, ".lanes canvas")
    page.mouse.move(left + width * 0.75, y)
    page.mouse.wheel(0, -300)
    expect(page).to_have_url(re.compile(r"t=[34]\.\d+-[56]\.\d+"))
    page.reload()
    expect(fold).to_have_attribute("aria-pressed", "true", timeout=STARTUP)
    expect(page.locator(".lane:visible")).to_have_count(2)
    fold.click()
    expect(page).not_to_have_url(re.compile("fold"))


def test_a_stretch_dragged_on_the_brush_is_shown_and_filters_every_list(page: Page) -> None:
    left, y, width = centre(page, ".brush")
    page.mouse.move(left + width * 0.1, y)
    page.mouse.down()
    page.mouse.move(left + width * 0.3, y, steps=4)
    page.mouse.up()
    expect(page.locator(".lane-title:visible")).to_have_text(["#1 POST /orders", "#2 GET /", "#3 GET /"])
    expect(page.locator(".span-chip")).to_be_visible()
    expect(page).to_have_url(re.compile(r"t=0\.\d+-\d\.\d+"))
    page.get_by_role("link", name="HTTP").click()
    expect(page.locator(".grid-row:not(.head):visible")).to_have_count(3)
    page.reload()
    expect(page.locator(".grid-row:not(.head):visible")).to_have_count(3, timeout=STARTUP)
    page.locator(".span-chip").click()
    expect(page.locator(".grid-row:not(.head):visible")).to_have_count(9)


def test_a_stretch_dragged_on_the_lanes_is_zoomed_into(page: Page) -> None:
    left, y, width = centre(page, ".lanes-plot")
    page.mouse.move(left + width * 0.6, y)
    page.mouse.down()
    page.mouse.move(left + width * 0.7, y, steps=4)
    expect(page.locator(".lane-select")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".lane-title:visible")).to_have_text(["#5 GET /chat", "#6 GET /chat"])


def test_the_wheel_zooms_where_the_pointer_is(page: Page) -> None:
    with inspector.open(demo_recording()) as capture:
        times, start = capture.packets["time_ns"], capture.connections["start_ns"]
    where = (start[2] - times[0]) / (times[-1] - times[0])
    left, y, width = centre(page, ".axis")
    page.mouse.move(left + width * float(where), y)
    page.mouse.wheel(0, -1200)
    expect(page.locator(".lane-title:visible", has_text="#6")).to_have_count(0)
    expect(page.locator(".lane-title:visible", has_text="#2 GET /")).to_have_count(1)


def test_the_keyboard_moves_in_time_and_among_lanes(page: Page) -> None:
    page.locator(".lanes").focus()
    for _ in range(4):
        page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"t="))
    zoomed = time_range(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".span-chip")).not_to_have_text(zoomed)
    page.keyboard.press("Escape")
    expect(page.locator(".lane:visible")).to_have_count(7)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".lane[aria-selected=true]")).to_contain_text("#1 POST /orders")
    page.keyboard.press("End")
    expect(page.locator(".lane[aria-selected=true]")).to_contain_text("#6")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#/connections/6"))


def test_the_pointer_is_told_what_it_is_on_and_a_click_goes_there(page: Page) -> None:
    left, _, width = centre(page, ".lanes-plot")
    _, y, _ = centre(page, ".lane:visible >> nth=0")
    page.mouse.move(left + 6, y)
    expect(page.locator(".lane-note")).to_contain_text("packet")
    page.mouse.click(left + 6, y)
    expect(page).to_have_url(re.compile(r"#/connections/0\?packet=\d+"))
    page.go_back()
    expect(page.locator(".lane:visible")).to_have_count(7)
    page.mouse.move(left + width / 2, y)
    expect(page.locator(".lane-note")).to_have_text(re.compile(r"^3\.\d+ s$"))


def test_the_edges_of_the_brush_are_moved_by_keys(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/timeline?t=1-3'; }")
    edge = page.get_by_role("slider", name="End of the time range")
    expect(edge).to_have_attribute("aria-valuetext", "3.000 s")
    edge.focus()
    page.keyboard.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuetext", re.compile(r"^2\.9\d\d s$"))


def test_the_filter_leaves_lanes_and_says_when_none_is_left(page: Page) -> None:
    page.locator("#filter").fill("chat")
    expect(page.locator(".lane-title:visible")).to_have_text(["#5 GET /chat", "#6 GET /chat"])
    page.locator("#filter").fill("no such thing")
    expect(page.locator(".timeline .empty")).to_contain_text("No connections")


HEIGHTS = "names => names.map(name => document.querySelector(name).getBoundingClientRect().height)"


def test_few_lanes_share_the_room_and_say_more(page: Page) -> None:
    def share_the_room() -> None:
        room, lane = page.evaluate(HEIGHTS, [".lanes", ".lane:not([hidden])"])
        assert 0.95 * room < 7 * lane <= room

    eventually(page, share_the_room)
    expect(page.locator(".lane-side:visible")).to_have_count(0)
    page.locator("#filter").fill("chat")
    expect(page.locator(".lane:visible")).to_have_count(2)
    client = page.locator(".lane-side.client:visible").first
    expect(client).to_have_text(re.compile(r"^127\.0\.0\.1:\d+\d+ B in \d+ packets$"))


def test_lanes_that_come_by_themselves_do_not_change_the_others_under_the_pointer(blank: Page, tmp_path: Path) -> None:
    with running("demo", "--record", str(tmp_path / "demo.pcapng")) as dashboard:
        page = enter(blank, dashboard, "timeline")
        height = "document.querySelector('.lane').getBoundingClientRect().height"
        press(page, "get")
        expect(page.locator(".lane:visible")).to_have_count(1)
        tall = settled_box(page.locator(".lane").first)["height"]
        page.locator(".lanes-plot").hover()
        for _ in range(2):
            with reported(page, "refresh_twice"):
                page.locator(".demo-bar [data-action=refresh_twice]").press("Enter")
        expect(page.locator(".lane-title", has_text="#4")).to_be_attached()
        assert page.evaluate(height) == tall
        page.locator("#filter").hover()
        page.wait_for_function(f"{height} < {tall} - 50")


def test_live_traffic_gets_its_lane_by_itself_and_the_newest_is_followed(blank: Page, demo: Dashboard) -> None:
    page = enter(blank, demo, "timeline")
    assert Axe().run(page).violations_count == 0
    page.locator(".timeline .empty").get_by_role("button", name="Get a page").click()
    expect(page.locator(".lane-title:visible")).to_have_text(["#0 GET /"])
    expect(page.locator(".demo-bar-line")).to_have_class(re.compile("report"))
    page.get_by_role("button", name="Last 30 s").click()
    expect(page).to_have_url(re.compile(r"t=last30"))
    press(page, "post")
    expect(page.locator(".lane-title:visible").last).to_have_text("#1 POST /orders")


def test_fingers_pinch_and_push(chromium: Browser, saved: Dashboard) -> None:
    touch = "([type, id, x]) => document.querySelector('.lanes-plot').dispatchEvent(new PointerEvent(type, {"
    touch += "pointerId: id, pointerType: 'touch', clientX: x, clientY: 300, bubbles: true, isPrimary: id === 1 }))"
    with chromium.new_context(has_touch=True) as context:
        page = enter(context.new_page(), saved, "timeline")
        expect(page.locator(".lane:visible")).to_have_count(7, timeout=STARTUP)
        page.evaluate("() => { Element.prototype.setPointerCapture = () => {}; }")
        left, _, width = centre(page, ".lanes-plot")
        middle = left + width * 0.25
        for type_, id_, x in (
            ("pointerdown", 1, middle - 20), ("pointerdown", 2, middle + 20), ("pointermove", 1, middle - 200),
            ("pointermove", 2, middle + 200), ("pointerup", 1, middle - 200), ("pointerup", 2, middle + 200),
        ):  # fmt: skip
            page.evaluate(touch, [type_, id_, x])
        expect(page).to_have_url(re.compile(r"t="))
        pinched = time_range(page)
        for type_, x in (("pointerdown", middle), ("pointermove", middle - 60), ("pointerup", middle - 60)):
            page.evaluate(touch, [type_, 1, x])
        expect(page.locator(".span-chip")).not_to_have_text(pinched)


def test_on_a_narrow_screen_nothing_is_cut_off(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".lane:visible")).to_have_count(7)
    expect_no_overflow(page)
    assert centre(page, ".lanes-plot")[2] > 250


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("hash_", ["timeline", "timeline/5?t=3-5&order=trouble"])
def test_axe_finds_nothing(chromium: Browser, saved: Dashboard, theme: str, hash_: str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), saved, hash_)
        page.wait_for_selector(".lane:visible")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
