"""A real browser on a real dashboard. Whatever the browser's console complains of fails the test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    FloatRect,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from inspector.lab.sample_captures import demo_recording
from tests.browser.dashboards import Dashboard, running
from tests.chromium import CHROMIUM, MISSING

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--force-color-profile=srgb",
]  # fmt: skip

GONE = ("net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_RESET")
"""Chromium's messages about a server that has ended: the page handles it, but cannot keep them from the console."""

WINDOW = {"width": 1440, "height": 900}

STARTUP = 60_000
"""Milliseconds for what happens once: a program starts, a large script is fetched and read."""

ACTING = 30_000
"""Milliseconds that an action itself may take: it starts and ends processes."""

SOON = 15_000
"""Milliseconds for everything else that a page does: feed, fetch, drawing. Generous, since both processors may be busy;
it costs no time where the page is quick."""

expect.set_options(timeout=SOON)

Result = TypeVar("Result")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser there is nothing to try."""
    if CHROMIUM is None:
        for item in items:
            if "tests/browser/" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason=MISSING))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The demo: servers, clients and a live capture."""
    recording = tmp_path_factory.mktemp("demo") / "demo.pcapng"
    with running("demo", "--record", str(recording)) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def saved() -> Iterator[Dashboard]:
    """The recorded demo, opened as a saved capture: always the same rows, seven connections to two servers."""
    with running("open", str(demo_recording())) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile that fetches the page's files once for a whole module."""
    with chromium.new_context(viewport=WINDOW, reduced_motion="reduce", color_scheme="light") as fresh:  # type: ignore[arg-type]
        yield fresh


@pytest.fixture
def context(profile: BrowserContext) -> Iterator[BrowserContext]:
    """The profile, emptied after each test of all but those files."""
    yield profile
    if profile.pages:  # their storage, wherever they have gone by now
        everything = {"origin": "*", "storageTypes": "local_storage"}
        profile.new_cdp_session(profile.pages[0]).send("Storage.clearDataForOrigin", everything)
    for page in profile.pages:
        page.close()
    profile.clear_cookies()
    profile.clear_permissions()


@pytest.fixture
def blank(context: BrowserContext) -> Iterator[Page]:
    """An empty page; fails in the end when anything on it went wrong, be it a script or the content security policy."""
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(gone in message.text for gone in GONE):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert not complaints


@pytest.fixture
def page(blank: Page, demo: Dashboard) -> Page:
    """The demo's dashboard, opened by the link that the terminal printed."""
    return enter(blank, demo)


COLOURS = """() => {
  const plot = document.querySelector(".lanes-plot");
  const copy = new OffscreenCanvas(plot.width, plot.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(plot, 0, 0); // since the browser warns when a canvas itself is read again and again
  return new Set(new Uint32Array(copy.getImageData(0, 0, plot.width, plot.height).data.buffer)).size;
}"""
"""How many colours there are on the timeline's canvas."""

TURN = "view => { history.replaceState(null, '', `#/${view}`); dispatchEvent(new PopStateEvent('popstate')); }"


def enter(page: Page, dashboard: Dashboard, view: str = "connections") -> Page:
    """Open a dashboard, wait until it is live, and turn to a view."""
    page.goto(dashboard.url)
    page.wait_for_selector(".source.live, .source.still >> text=/ · /", timeout=STARTUP)
    page.evaluate(TURN, view)
    return page


def press(page: Page, action: str) -> None:
    """Press a button of the demo's strip and wait for its report; the page must then keep up by itself."""
    with reported(page, action):
        page.locator(f".demo-bar [data-action={action}]").click()
    page.mouse.move(0, 0)


@contextmanager
def reported(page: Page, action: str) -> Iterator[None]:
    """Ends when an action that is set off meanwhile has been reported, this time and not once before."""
    with page.expect_response(f"**/api/demo/{action}", timeout=ACTING):
        yield
    next_frame(page)  # which no longer shows the report of an earlier action
    expect(page.locator(".demo-bar-line.report")).to_be_visible()
    expect(page.locator(".demo-bar-line.trouble")).to_have_count(0)


def next_frame(page: Page) -> None:
    """Return once the page has drawn all that has happened to it so far."""
    page.evaluate("() => new Promise(requestAnimationFrame)")


def eventually(page: Page, check: Callable[[], Result]) -> Result:
    """The result of `check`, which is repeated after each drawn frame until it succeeds, for SOON at most.

    For what `expect` cannot say about a page that is still drawing. Measurements that are compared belong in one
    `evaluate`, so that they are of the same drawing. An element that was replaced before it was read is not there yet.

    Raises:
        AssertionError, Error: of the last repetition.
    """
    end = time.monotonic() + SOON / 1000
    while True:
        try:
            next_frame(page)
            return check()
        except (AssertionError, Error):
            if time.monotonic() > end:
                raise


def settled_box(element: Locator) -> FloatRect:
    """The place of an element on the page in CSS pixels, once it is the same in two frames in a row."""
    boxes: list[FloatRect | None] = [None]

    def check() -> FloatRect:
        boxes.append(element.bounding_box())
        box = boxes[-1]
        assert box
        assert box == boxes[-2]
        return box

    return eventually(element.page, check)


def expect_no_overflow(page: Page, *selectors: str) -> None:
    """None of these elements, by default the page itself, has content to scroll to sideways."""
    too_wide = """names => names.filter(name => {
      const { scrollWidth, clientWidth } = document.querySelector(name);
      return scrollWidth > clientWidth;
    })"""

    def check() -> None:
        assert page.evaluate(too_wide, selectors or ["html"]) == []

    eventually(page, check)
