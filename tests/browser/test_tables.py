"""The tables in a real browser: sorted by any column, with the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import enter, eventually
from tests.browser.dashboards import Dashboard, running
from tests.web.traffic import Wire, exchange

MANY = 900
"""More exchanges than the page loads at once."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Many exchanges, each on a connection of its own; the longer the later."""
    wire = Wire(tmp_path_factory.mktemp("tables") / "many.pcapng")
    for i in range(MANY):
        exchange(wire, 20_000 + i, f"/hay/{i}", b"straw" * i)
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    return enter(blank, saved, "http")


def title(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader").filter(has=page.get_by_role("button", name=name, exact=True))


def first(page: Page, column: str) -> Locator:
    return page.locator(f".grid-row:not(.head):not(.missing)[data-index='0'] .cell.{column}")


def sort(page: Page, name: str) -> None:
    title(page, name).get_by_role("button").click()


def test_a_press_sorts_another_turns_round_a_third_gives_the_order_of_the_file(page: Page) -> None:
    expect(first(page, "target")).to_have_text("/hay/0")
    for way, target, address in (
        ("ascending", "/hay/0", "order=bytes"),
        ("descending", f"/hay/{MANY - 1}", "order=-bytes"),
        ("none", "/hay/0", "#/http"),
    ):
        sort(page, "Size")
        expect(title(page, "Size")).to_have_attribute("aria-sort", way)
        expect(first(page, "target")).to_have_text(target)
        page.wait_for_function("wanted => location.hash.includes(wanted)", arg=address)
    assert "order" not in page.url


def test_the_order_is_kept_by_a_reload_and_by_each_view(page: Page) -> None:
    sort(page, "Path")
    sort(page, "Path")
    expect(first(page, "target")).to_have_text("/hay/99")
    page.wait_for_function("() => location.hash.includes('order=-target')")
    page.reload()
    expect(first(page, "target")).to_have_text("/hay/99")
    page.get_by_role("link", name="Packets").click()
    expect(first(page, "number")).to_have_text("1")
    page.get_by_role("link", name="HTTP").click()
    expect(first(page, "target")).to_have_text("/hay/99")


def test_a_filter_and_an_order_together(page: Page) -> None:
    sort(page, "Size")
    sort(page, "Size")
    page.get_by_role("searchbox").fill("/hay/12")
    expect(page.locator(".tools-text")).to_have_text("11 of 900 exchanges")
    expect(first(page, "target")).to_have_text("/hay/129")


def test_the_chosen_row_stays_in_sight(page: Page) -> None:
    first(page, "target").click()
    expect(page.locator(".panel-head h2")).to_have_text("Exchange 0")
    page.locator(".grid-table").focus()
    sort(page, "#")
    sort(page, "#")
    chosen = page.locator(".grid-row[aria-selected=true]")
    expect(chosen).to_have_attribute("data-index", str(MANY - 1))

    def is_in_sight() -> None:
        box, rows = chosen.bounding_box(), page.locator(".grid-rows").bounding_box()
        assert box is not None
        assert rows is not None
        assert rows["y"] <= box["y"]
        assert box["y"] + box["height"] <= rows["y"] + rows["height"] + 1

    eventually(page, is_in_sight)


def test_titles_work_by_keyboard(page: Page) -> None:
    expect(first(page, "target")).to_have_text("/hay/0")
    title(page, "Status").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(title(page, "Status")).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Space")
    expect(title(page, "Status")).to_have_attribute("aria-sort", "descending")
    expect(title(page, "Status").get_by_role("button")).to_be_focused()


def test_a_column_is_resized_and_keeps_its_width(page: Page) -> None:
    expect(first(page, "host")).to_be_visible()
    edge = page.get_by_role("separator", name="Width of Host")
    width = "() => document.querySelector(\".grid-row[data-index='0'] .cell.host\").getBoundingClientRect().width"
    edge.focus()
    before = int(edge.get_attribute("aria-valuenow") or 0)
    page.keyboard.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", str(before + 16))
    assert page.evaluate(width) == before + 16
    box = edge.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 1003, box["y"] + 5)
    page.mouse.up()
    assert page.evaluate(width) > 1000
    assert page.locator(".grid-table").evaluate("table => table.scrollWidth > table.clientWidth")
    page.reload()
    expect(first(page, "host")).to_be_visible()
    assert page.evaluate(width) > 1000
    page.get_by_role("separator", name="Width of Host").press("Enter")
    assert page.evaluate(width) < 200


def test_columns_of_exchanges_are_chosen(page: Page) -> None:
    expect(first(page, "host")).to_be_visible()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="Host").uncheck()
    page.keyboard.press("Escape")
    expect(first(page, "host")).to_have_count(0)
    page.reload()
    expect(first(page, "target")).to_have_text("/hay/0")
    expect(first(page, "host")).to_have_count(0)


@pytest.mark.parametrize(
    ("view", "column", "expected"), [("packets", "Destination", "number"), ("connections", "#", "id")]
)
def test_every_list_is_sorted_alike(blank: Page, saved: Dashboard, view: str, column: str, expected: str) -> None:
    page = enter(blank, saved, view)
    before = first(page, expected).inner_text()
    sort(page, column)
    sort(page, column)
    expect(title(page, column)).to_have_attribute("aria-sort", "descending")
    expect(first(page, expected)).not_to_have_text(before)


ROWS = (("http", "target", "#/http/3"), ("connections", "duration", "#/connections/3"), ("packets", "info", "packet=4"))


@pytest.mark.parametrize(("view", "column", "address"), ROWS)
@pytest.mark.parametrize("way", ["middle", "control"])
def test_a_row_opens_in_another_tab(
    blank: Page, saved: Dashboard, view: str, column: str, address: str, way: str
) -> None:
    page = enter(blank, saved, view)
    cell = page.locator(f".grid-row[data-index='3'] .cell.{column}")
    with page.context.expect_page() as opened:
        if way == "middle":
            cell.click(button="middle")
        else:
            cell.click(modifiers=["Control"])
    assert address in opened.value.url
    assert address not in page.url
    opened.value.close()


LINK_OF_A_MENU = """() => new Promise((found) =>
  addEventListener("contextmenu", (event) => found(
    document.elementFromPoint(event.clientX, event.clientY).closest("a")?.getAttribute("href")), { once: true }))"""


def test_the_context_menu_of_any_cell_is_that_of_the_row_s_link(page: Page) -> None:
    page.evaluate(f"() => {{ window.asked = ({LINK_OF_A_MENU})(); }}")
    page.locator(".grid-row[data-index='5'] .cell.bytes").click(button="right")
    assert page.evaluate("window.asked") == "#/http/5"
    expect(page.locator(".raised")).to_have_count(0)


def test_what_is_cut_is_shown_whole_to_pointer_and_keyboard(page: Page) -> None:
    edge = page.get_by_role("separator", name="Width of Path")
    edge.focus()
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    cell, whole = page.locator(".grid-row[data-index='7'] .cell.target"), page.locator(".cut-text")
    cell.hover()
    expect(whole).to_have_text("/hay/7")
    page.keyboard.press("Escape")
    expect(whole).to_have_count(0)
    assert cell.get_attribute("title") == "/hay/7"
    page.locator(".grid-table").focus()
    page.mouse.move(0, 0)
    page.keyboard.press("ArrowDown")
    expect(whole).to_have_text("Path: /hay/0")
    page.keyboard.press("ArrowDown")
    expect(whole).to_have_text("Path: /hay/1")
    assert Axe().run(page).violations_count == 0


def test_columns_of_connections_are_chosen_and_sorted_by(blank: Page, saved: Dashboard) -> None:
    page = enter(blank, saved, "connections")
    for name in ("Start", "States", "Outcome", "Duration", "Packets", "Sent", "Received", "Retrans."):
        expect(title(page, name)).to_be_visible()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="Handshake").check()
    page.keyboard.press("Escape")
    expect(title(page, "Handshake")).to_be_visible()
    sort(page, "Received")
    sort(page, "Received")
    expect(title(page, "Received")).to_have_attribute("aria-sort", "descending")
    expect(first(page, "id")).to_have_text(str(MANY - 1))


def test_a_sorted_table_is_accessible(page: Page) -> None:
    sort(page, "Size")
    expect(title(page, "Size")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(".grid-row.missing")).to_have_count(0)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
