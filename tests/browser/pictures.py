"""Takes the pictures in docs/pictures/ again: `python -m tests.browser.pictures`.

The demo runs, its buttons are pressed, and Chromium looks at it: a picture shows nothing that did not happen.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, enter
from tests.browser.dashboards import running

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"

WINDOW = {"width": 1440, "height": 900}
ACTIONS = ("get", "post", "refresh_twice", "join", "alice_says_hi", "bob_answers", "server_push")


def press(page: Page, action: str) -> None:
    """Press one of the demo's buttons and wait for its report."""
    page.locator(f".strip [data-action={action}]").click()
    page.locator(".strip-line.report").wait_for()


def main() -> None:
    """Take the dashboard's pictures, by day and by night: the life of a chat connection from its beginning."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=WINDOW, color_scheme="light")  # type: ignore[arg-type]
        with running("demo", "--record", str(Path(folder, "demo.pcapng"))) as dashboard:
            enter(page, dashboard)
            for action in ACTIONS:
                press(page, action)
            page.locator(".ladder .step:visible").first.wait_for()
            page.locator(".ladder").hover()
            page.mouse.wheel(0, -10_000)
            page.get_by_text("SYN", exact=True).first.wait_for()
            page.mouse.move(0, 0)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.screenshot(path=PICTURES / f"dashboard-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()
