"""Takes the pictures in docs/pictures/ again: `python -m tests.browser.pictures`.

The demo runs, its buttons are pressed, and Chromium looks at it: a picture shows nothing that did not happen.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, TURN, enter
from tests.browser.dashboards import running
from tests.chromium import CHROMIUM

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"

WINDOW = {"width": 1440, "height": 900}
ACTIONS = ("get", "post", "refresh_twice", "keep_alive", "join", "alice_says_hi", "bob_answers", "server_push")

BREATH_MS = 450
"""Pause between two presses, so that the connections do not overlap."""


def press(page: Page, action: str) -> None:
    """Press one of the demo's buttons and wait for its report."""
    page.locator(f".demo-bar [data-action={action}]").click()
    page.locator(".demo-bar-line.report").wait_for()
    page.wait_for_timeout(BREATH_MS)


def timeline(page: Page) -> None:
    """Every connection as a lane: short ones, and two that stay."""
    page.evaluate(TURN, "timeline")
    page.locator(".lane:visible").nth(6).wait_for()


def connection(page: Page) -> None:
    """The life of one, packet by packet."""
    page.evaluate(TURN, "connections")
    page.locator(".grid-row:not(.head):visible").nth(1).click()
    page.get_by_text("Connection close").wait_for()


def sockets(page: Page) -> None:
    """The path of a message, from file descriptor to file descriptor."""
    page.evaluate(TURN, "sockets")
    page.locator(".fd-path-button", has_text="Hi").first.click()
    page.locator(".fd-steps").wait_for()


def overview(page: Page) -> None:
    """The capture in one screen."""
    page.evaluate(TURN, "overview")
    page.locator("[data-figure=times] .main-svg").first.wait_for()


VIEWS: tuple[Callable[[Page], None], ...] = (timeline, connection, sockets, overview)


def main() -> None:
    """Take a picture of each view, by day and by night."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=WINDOW, reduced_motion="reduce")  # type: ignore[arg-type]
        with running("demo", "--record", str(Path(folder, "demo.pcapng"))) as dashboard:
            enter(page, dashboard, "timeline")
            for action in ACTIONS:
                press(page, action)
            for show in VIEWS:
                show(page)
                page.mouse.move(0, 0)
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    page.wait_for_timeout(BREATH_MS)  # figures are drawn anew in the other theme's colours
                    page.screenshot(path=PICTURES / f"{show.__name__}-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()
