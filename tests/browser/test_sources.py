"""The source switch: from what was there first to samples, files and interfaces, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

import inspector
from inspector.lab.scenarios import SCENARIOS
from inspector.live.capture_rights import may_capture
from tests.browser.conftest import ACTING, enter
from tests.browser.dashboards import Dashboard, running
from tests.compare.traffic import five_ways
from tests.conftest import DEMO


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dashboard]:
    """A dashboard on the five-way test; its recordings are kept apart from the user's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with running("open", str(five_ways(tmp_path / "five.pcapng"))) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    """Its page, with the sheet open."""
    return choose(enter(blank, saved))


def demo_packets() -> int:
    with inspector.open(DEMO) as capture:
        return len(capture.packets)


def choose(page: Page) -> Page:
    page.get_by_role("button", name="Choose a source").click()
    expect(page.get_by_role("heading", name="Sample captures")).to_be_visible()
    return page


def test_a_sample_is_shown_and_the_way_back_is_there(page: Page) -> None:
    page.get_by_role("button", name=SCENARIOS["short-lived"].title, exact=True).click()
    expect(page.locator(".source")).to_contain_text("short-lived.pcapng", timeout=ACTING)
    expect(page.locator(".counter.packets b")).to_have_text("30", timeout=ACTING)
    choose(page).get_by_role("button", name="Back to the original source").click()
    expect(page.locator(".source")).to_contain_text("five.pcapng", timeout=ACTING)


def test_a_file_is_sent_tried_out_and_shown(page: Page) -> None:
    page.get_by_label("File", exact=True).set_input_files(DEMO)
    expect(page.locator(".source")).to_contain_text("demo.pcapng", timeout=ACTING)
    expect(page.locator(".counter.packets b")).to_have_text(str(demo_packets()), timeout=ACTING)


def test_a_file_that_is_no_capture_changes_nothing(context: BrowserContext, saved: Dashboard, tmp_path: Path) -> None:
    page = choose(enter(context.new_page(), saved))  # a refusal stands in the console, and may
    path = tmp_path / "holiday.gif"
    path.write_bytes(b"GIF89a" * 20_000)
    page.get_by_label("File", exact=True).set_input_files(path)
    expect(page.locator(".sources-outcome")).to_contain_text("holiday.gif is not a capture", timeout=ACTING)
    page.keyboard.press("Escape")
    expect(page.locator(".source")).to_contain_text("five.pcapng")


@pytest.mark.skipif(not may_capture()[0], reason="needs the right to capture")
def test_an_interface_is_captured_paused_gone_on_with_and_stopped(page: Page) -> None:
    page.get_by_label("Capture filter").fill("tcp port 9")
    page.get_by_role("button", name="Start capture").click()
    expect(page.locator(".source.live")).to_contain_text("live · lo", timeout=ACTING)
    choose(page).get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator(".source.still")).to_contain_text("capture paused · lo")
    choose(page).get_by_role("button", name="Resume", exact=True).click()
    expect(page.locator(".source.live")).to_contain_text("live · lo")
    choose(page).get_by_role("button", name="Stop capture").click()
    expect(page.locator(".source.still")).to_contain_text("ended · lo", timeout=ACTING)


def test_other_pages_follow(page: Page, saved: Dashboard) -> None:
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")
    other = opened.value
    enter(other, saved)
    page.get_by_role("button", name=SCENARIOS["keep-alive"].title, exact=True).click()
    expect(other.locator(".source")).to_contain_text("keep-alive.pcapng", timeout=ACTING)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_anybody_can_use_it_at_every_width(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.sources")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"#/|/$"))
