"""What no packet of an end has shown is drawn dashed and called assumed; an end that was never heard is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import enter, settled_box
from tests.browser.dashboards import Dashboard, running
from tests.web.traffic import ACK, RST, SYN, Wire


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """0: a SYN-ACK that nothing shows to have arrived. 1: SYNs without an answer. 2: a refused connection."""
    wire = Wire(tmp_path_factory.mktemp("assumed") / "assumed.pcapng")
    wire.put((40000, 80), 100, 0, SYN)
    wire.put((80, 40000), 500, 101, SYN | ACK)
    wire.put((40001, 80), 100, 0, SYN)
    wire.put((40001, 80), 100, 0, SYN)
    wire.put((40002, 80), 100, 0, SYN)
    wire.put((80, 40002), 0, 101, RST | ACK)
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    return enter(blank, saved)


def test_an_assumed_state_is_dashed_named_and_heard(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/connections/0'; }")
    answer = page.locator(".step.packet:visible").nth(1)
    expect(answer.locator(".step-state.client")).to_have_class("step-state client assumed")
    expect(answer.locator(".band.client .below")).to_have_class("below established assumed")
    expect(answer.locator(".band.client")).to_have_attribute(
        "title", "ESTABLISHED. Assumed: no packet of this end has shown it."
    )
    expect(answer.locator(".band.client .below")).to_have_css("mask-image", re.compile("^repeating-linear-gradient"))
    expect(answer.locator(".band.server .below")).to_have_class("below opening")
    states = re.escape("client ESTABLISHED (assumed), server SYN-RECEIVED")
    expect(answer).to_have_attribute("aria-label", re.compile(f"{states}$"))


def test_of_an_end_that_was_never_heard_nothing_is_claimed(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/connections/1'; }")
    start = page.locator(".step.start:visible")
    expect(start.locator(".step-state.server")).to_have_text("unknown")
    expect(start.locator(".step-state.server")).to_have_attribute(
        "title", "Unknown: nothing from this end was captured."
    )
    band = page.locator(".step.packet:visible .band.server .below.unknown").first
    expect(band).to_be_visible()
    assert settled_box(band)["height"] > 1
    expect(page.locator(".story-phase:visible")).to_have_text("No answer seen")
    expect(page.locator(".socket", has_text="listening")).to_have_count(0)


def test_a_port_that_refused_never_listened(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/connections/2'; }")
    expect(page.locator(".step.start:visible .step-state.server")).to_have_text("CLOSED")
    expect(page.locator(".story-phase:visible")).to_have_text("Connection refused")
    expect(page.locator(".ladder:visible")).not_to_contain_text("LISTEN")


def test_the_table_of_packets_tells_assumed_from_known(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/packets'; }")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="States").check()
    page.keyboard.press("Escape")
    rows = page.locator(".packets .grid-row:not(.head):visible .cell.states")
    expect(rows.nth(1)).to_have_attribute("aria-label", "ESTABLISHED (assumed) / SYN-RECEIVED")
    expect(rows.nth(1).locator(".assumed")).to_have_text("ESTABLISHED")
    expect(rows.nth(2)).to_have_attribute("aria-label", "SYN-SENT / unknown")


def test_the_legend_explains_both(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator(".sheet .legend")).to_contain_text("assumed: no packet from that end has shown its state")
    expect(page.locator(".sheet .legend")).to_contain_text("nothing from that end was captured")
