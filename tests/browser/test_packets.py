"""The packet table in a real browser: any row, columns, layers and bytes, keys, bookmarks and notes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import inspector
from inspector.lab.sample_captures import demo_recording
from tests.browser.conftest import STARTUP, enter, eventually, expect_no_overflow
from tests.browser.dashboards import Dashboard, running
from tests.tools import needs_tshark, tshark_fields
from tests.web.traffic import Wire, exchange

with inspector.open(demo_recording()) as _demo:
    PACKETS = len(_demo.packets)
    """Packets of the recorded demo."""

MANY = 4000
"""Exchanges of the long capture: 32 000 packets, far more than a page holds."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The recorded demo, a copy of it, since notes are kept beside a capture."""
    file = tmp_path_factory.mktemp("packets") / "demo.pcapng"
    shutil.copy(demo_recording(), file)
    with running("open", str(file)) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    return show(enter(blank, saved), "#/packets")


def show(page: Page, address: str) -> Page:
    page.evaluate("hash => { location.hash = hash; }", address)
    expect(page.locator(".packets .grid-row:not(.head):not(.missing):visible").first).to_be_visible()
    return page


def row(page: Page, number: int) -> Locator:
    return page.locator(".packets .grid-row:not(.head):visible").filter(
        has=page.locator(".cell.number", has_text=re.compile(f"^{number}$"))
    )


def test_the_table_tells_what_each_packet_means(page: Page) -> None:
    expect(row(page, 1).locator(".packet-what")).to_have_text("SYN")
    expect(row(page, 4).locator(".packet-what")).to_have_text("GET /")
    expect(row(page, 6).locator(".packet-what")).to_have_text("200 OK")
    expect(row(page, 4)).to_contain_class("means-request")
    expect(page.locator(".tools-text")).to_have_text(f"{PACKETS} packets")


def test_columns_are_chosen_and_remembered(page: Page) -> None:
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="flags").check()
    page.get_by_role("checkbox", name="Protocol").uncheck()
    page.keyboard.press("Escape")
    expect(row(page, 2).locator(".cell.flags")).to_have_text("SYN ACK")
    expect(page.locator(".packets .cell.protocol")).to_have_count(0)
    page.reload()
    expect(row(page, 2).locator(".cell.flags")).to_have_text("SYN ACK")


def test_a_field_lights_its_bytes_and_a_byte_its_field(page: Page) -> None:
    row(page, 4).click()
    expect(page.locator(".hex-text", has_text="GET / ")).to_be_visible()
    page.locator(".field-row", has_text="source port").hover()
    expect(page.locator(".hex-byte.lit")).to_have_count(2)
    port = int("".join(page.locator(".hex-byte.lit").all_inner_texts()), 16)
    expect(page.locator(".field-row", has_text="source port")).to_contain_text(str(port))
    page.locator(".hex-byte[data-byte='23']").hover()
    expect(page.locator(".layers .lit")).to_have_text(re.compile("Internet Protocol|next protocol"))
    page.locator(".hex-byte[data-byte='23']").click()
    expect(page.locator(".field-row.lit")).to_contain_text("next protocol")
    expect(page.locator(".field-row.lit")).to_be_visible()


def test_layers_go_by_keyboard(page: Page) -> None:
    row(page, 4).click()
    page.locator(".layer").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".field-row.lit")).to_contain_text("destination hardware address")
    expect(page.locator(".hex-byte.lit")).to_have_count(6)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".layer.lit")).to_contain_text("Ethernet")


def test_packets_go_by_keyboard_one_by_one_and_within_their_connection(page: Page) -> None:
    page.get_by_role("grid", name="Packets").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".packet-head h2")).to_have_text("Packet 2")
    expect(page).to_have_url(re.compile(r"#/packets\?packet=2$"))
    with inspector.open(demo_recording()) as capture:
        of_chat = [i + 1 for i in (capture.packets["connection"] == 5).nonzero()[0]]
    show(page, f"#/packets?packet={of_chat[5]}")
    expect(page.locator(".packet-place")).to_have_text(f"6 of {len(of_chat)} in #5")
    page.keyboard.press(".")
    expect(page.locator(".packet-head h2")).to_have_text(f"Packet {of_chat[6]}")
    expect(page.locator(".packet-place")).to_have_text(f"7 of {len(of_chat)} in #5")
    page.keyboard.press(",")
    expect(page.locator(".packet-head h2")).to_have_text(f"Packet {of_chat[5]}")
    page.keyboard.press("Escape")
    expect(page.locator(".packet-pane")).to_be_hidden()


def test_the_filter_is_answered_by_the_server(page: Page) -> None:
    page.locator("#filter").fill("syn client")
    expect(page.locator(".tools-text")).to_have_text(f"7 of {PACKETS} packets")
    rows = page.locator(".packets .grid-row:not(.head):visible")
    expect(rows).to_have_count(7)
    rows.nth(2).click()
    expect(rows.nth(2)).to_have_attribute("aria-selected", "true")
    page.locator("#filter").fill("no such thing anywhere")
    expect(page.locator(".packets .empty")).to_contain_text("No match")
    page.locator("#filter").fill("")
    expect(page.locator(".packets .grid-row[aria-selected=true]")).to_be_visible()


@needs_tshark
def test_bookmarks_and_notes_come_back_and_wireshark_shows_them(page: Page, tmp_path: Path) -> None:
    row(page, 4).click()
    expect(page.locator(".packet-place")).to_contain_text("4 of")
    page.keyboard.press("b")
    expect(row(page, 4).locator(".note-mark")).to_have_attribute("data-kind", "bookmark")
    row(page, 6).click()
    expect(page.locator(".packet-place")).to_contain_text("6 of")
    page.keyboard.press("n")
    page.keyboard.type("<b>why</b> 4 ms?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note-text")).to_have_text("<b>why</b> 4 ms?")
    expect(row(page, 6).locator(".note-mark")).to_have_attribute("data-kind", "note")
    page.get_by_role("button", name="2 notes").click()
    expect(page.locator(".packets .grid-row:not(.head):visible")).to_have_count(2)
    page.reload()
    expect(page.locator(".note-text")).to_have_text("<b>why</b> 4 ms?")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a copy").click()
    copy = tmp_path / "copy.pcapng"
    download.value.save_as(copy)
    assert download.value.suggested_filename == "demo-with-notes.pcapng"
    comments = {int(number): text for number, text in tshark_fields(copy, "frame.number", "frame.comment") if text}
    assert comments == {4: "Bookmark", 6: "<b>why</b> 4 ms?"}
    for number in (4, 6):
        show(page, f"#/packets?packet={number}")
        expect(page.locator(".packet-place")).to_contain_text(f"{number} of")
        page.keyboard.press("n")
        page.get_by_role("button", name="Delete note").click()
        expect(row(page, number).locator(".note-mark")).to_have_attribute("data-kind", "none")


def test_a_narrow_screen_shows_table_and_packet(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    row(page, 4).click()
    expect(page.locator(".layers")).to_be_visible()
    expect_no_overflow(page)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    wire = Wire(tmp_path_factory.mktemp("long") / "long.pcapng")
    for i in range(MANY):
        exchange(wire, 10_000 + i, f"/{i}")
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


def test_any_row_of_a_long_table_shows_and_few_are_in_the_document(blank: Page, long: Dashboard) -> None:
    page = show(enter(blank, long), "#/packets")
    rows = page.locator(".packets .grid-rows")

    def are_few() -> None:
        assert page.locator(".packets .grid-row").count() < 90

    for part, number in ((0.5, 16_000), (0.999, 31_900), (0.1, 3_200), (0.75, 24_000)):
        rows.evaluate("(rows, part) => { rows.scrollTop = part * (rows.scrollHeight - rows.clientHeight); }", part)
        expect(
            page.locator(".packets .grid-row:not(.missing) .cell.number", has_text=str(number)[:2]).first
        ).to_be_visible()
        expect(page.locator(".packets .grid-row.missing:visible")).to_have_count(0)
        eventually(page, are_few)
    page.get_by_role("grid", name="Packets").focus()
    page.keyboard.press("End")
    expect(page.locator(".packet-head h2")).to_have_text("Packet 32\u202f000")


def test_a_note_of_one_page_is_on_the_others(page: Page, context: BrowserContext, saved: Dashboard) -> None:
    other = enter(context.new_page(), saved, "packets?packet=5")
    show(page, "#/packets?packet=5")
    for one in (page, other):
        expect(one.locator(".layer").first).to_be_visible(timeout=STARTUP)
    page.get_by_role("button", name="Add a note").click()
    page.get_by_role("textbox", name="Note").fill("seen from both")
    page.get_by_role("button", name="Save note").click()
    expect(other.locator(".note-text")).to_have_text("seen from both")
    expect(other.locator(".tools .button", has_text="1 note")).to_be_visible()
    page.get_by_role("button", name="Add a note").click()
    page.get_by_role("button", name="Delete note").click()
    expect(other.locator(".note-text")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shuts_nobody_out(chromium: Browser, saved: Dashboard, theme: str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = show(enter(context.new_page(), saved), "#/packets?packet=4")
        expect(page.locator(".field-row:visible").first).to_be_visible()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
