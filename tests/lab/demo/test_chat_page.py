"""Two browser tabs in person: Chromium against the running lab, directly and through the relay."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from inspector.lab import Lab
from tests.chromium import CHROMIUM, MISSING
from tests.waiting import PATIENCE_SECONDS

expect.set_options(timeout=1000 * PATIENCE_SECONDS)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Chromium's own sandbox does not start for root.
    flags = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def tabs(browser: Browser, room: Lab) -> Iterator[tuple[Page, Page]]:
    """Two tabs that have joined as the page proposes; closing them leaves the room."""
    context = browser.new_context()
    alice, bob = context.new_page(), context.new_page()
    for tab in (alice, bob):
        tab.goto(room.addresses["chat_page"])
        tab.get_by_role("button", name="Join").click()
        expect(tab.locator("#room")).to_be_visible()
    yield alice, bob
    context.close()


def say(tab: Page, words: str) -> None:
    tab.get_by_label("Your words").fill(words)
    tab.get_by_role("button", name="Say it").click()


def test_two_tabs_are_alice_and_bob_and_talk(tabs: tuple[Page, Page]) -> None:
    alice, bob = tabs
    expect(alice.locator("#token")).to_contain_text("You are Alice.")
    expect(bob.locator("#token")).to_contain_text("You are Bob.")
    expect(alice.locator("#here")).to_have_text("Also here: Bob.")
    say(alice, "Hi")
    expect(bob.locator(".heard")).to_have_text("Alice: Hi")
    say(bob, "<b>Hi</b> Alice")
    expect(alice.locator(".heard")).to_have_text("Bob: <b>Hi</b> Alice")
    expect(alice.locator("b")).to_have_count(0)


def test_the_server_speaks_to_tabs_unasked(tabs: tuple[Page, Page], room: Lab) -> None:
    assert "Alice and Bob" in room.run("server_push")["result"]
    for tab in tabs:
        expect(tab.locator(".news")).to_contain_text("The server, unasked:")


def test_leaving_closes_the_connection_and_tells_the_other(tabs: tuple[Page, Page]) -> None:
    alice, bob = tabs
    bob.get_by_role("button", name="Leave").click()
    expect(bob.get_by_role("status")).to_have_text("You have left; the connection is closed.")
    expect(alice.locator("#talk")).to_contain_text("Bob has left.")
    expect(alice.locator("#here")).to_have_text("Nobody else is here yet.")


def test_a_taken_name_is_said_and_another_can_be_tried(tabs: tuple[Page, Page], room: Lab) -> None:
    third = tabs[0].context.new_page()
    third.goto(room.addresses["chat_page"] + "#Alice")
    third.get_by_role("button", name="Join").click()
    expect(third.get_by_role("status")).to_have_text("The name Alice is already taken.")
    third.get_by_label("Who are you?").fill("Carol")
    third.get_by_role("button", name="Join").click()
    expect(third.locator("#here")).to_have_text("Also here: Alice, Bob.")


def test_a_coffee_can_be_ordered_by_hand(browser: Browser, lab: Lab) -> None:
    with browser.new_page() as page:
        page.goto(lab.addresses["http"])
        page.get_by_label("Your name").fill("Dora")
        page.get_by_label("A drink").select_option("hot chocolate")
        page.get_by_role("button", name="Order").click()
        expect(page.locator("body")).to_contain_text("One hot chocolate for Dora, coming up.")
