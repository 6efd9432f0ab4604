"""The view Compare: answers beside each other, each leading to the packets that prove it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import enter, expect_no_overflow
from tests.browser.dashboards import Dashboard, running
from tests.compare.traffic import five_ways

KINDS = ["HTTP, closed each time", "HTTP, kept alive", "Polling", "Server-Sent Events", "WebSocket"]


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The same news in five ways, opened as a saved capture."""
    path = five_ways(tmp_path_factory.mktemp("five") / "five.pcapng")
    with running("open", str(path)) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, five: Dashboard) -> Page:
    """Its view Compare."""
    enter(blank, five).get_by_role("link", name="Compare").click()
    blank.wait_for_selector(".compare-table")
    return blank


def test_where_no_demo_runs_the_command_is_told(page: Page) -> None:
    expect(page.locator(".compare-run code")).to_have_text("wireglass compare --run")
    expect(page.get_by_role("button", name="Send the same news in all five ways")).to_be_hidden()
    expect(page.get_by_role("button", name="The whole capture")).to_be_hidden()


def test_every_kind_is_a_column_and_every_question_a_row(page: Page) -> None:
    expect(page.locator(".compare-table thead th:not(:first-child)")).to_contain_text(KINDS)
    expect(page.locator(".compare-table tbody th")).to_have_count(10)
    expect(page.locator(".compare-cell")).to_have_count(50)


def test_an_answer_opens_its_proof_and_the_proof_leads_to_the_packet(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^6 connections")).click()
    expect(page).to_have_url(re.compile("#/compare/11$"))
    proof = page.get_by_role("list", name="HTTP, closed each time: packets that prove it")
    expect(proof.get_by_role("listitem")).to_have_count(6)
    proof.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"#/connections/4\?packet=31"))
    page.go_back()
    expect(page.locator(".compare-proof")).to_contain_text("How it was computed")


def test_the_address_opens_the_same_answer_again(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^150 ms")).click()
    page.reload()
    expect(page.locator("td.open .compare-cell")).to_contain_text("150 ms")


def test_an_answer_opens_and_closes_by_keyboard_and_keeps_the_focus(page: Page) -> None:
    cell = page.get_by_role("button", name=re.compile("^33.8 bytes"))
    cell.focus()
    page.keyboard.press("Enter")
    expect(cell).to_have_attribute("aria-expanded", "true")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".compare-proof")).to_have_count(0)


def test_popular_claims_stand_beside_what_was_measured(page: Page) -> None:
    truths = page.locator(".compare-claims")
    expect(truths).to_contain_text("3 requests used 1 connection")
    truths.get_by_role("link", name="packet 36").click()
    expect(page).to_have_url(re.compile(r"packet=36"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_anybody_can_use_it_at_every_width(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_role("button", name=re.compile("^6 connections")).click()
    expect(page.locator(".compare-proof")).to_be_visible()
    expect_no_overflow(page)
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


def test_a_recorded_demo_says_what_it_lacks(blank: Page) -> None:
    from inspector.lab.sample_captures import demo_recording

    with running("open", str(demo_recording())) as dashboard:
        enter(blank, dashboard).get_by_role("link", name="Compare").click()
        expect(blank.locator(".compare-absent")).to_contain_text("Not in this capture")
        expect(blank.locator(".compare-table thead")).not_to_contain_text("Polling")
