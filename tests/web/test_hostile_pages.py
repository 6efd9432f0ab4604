"""Pages of others in the browser that has our dashboard open: real Chromium, real cookies, real name rebinding."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.chromium import CHROMIUM, MISSING
from web.dashboard import Dashboard
from web.session.session import Session

from .traffic import sample
from .visitor import Visitor, port_of, program, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=MISSING)

REBOUND = "evil.test"
"""A name that the browser resolves to 127.0.0.1, as an attacker's name server would."""

TRY_FEED = """
(url) => new Promise((resolve) => {
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send('{}');
  socket.onmessage = (event) => resolve("read " + event.data);
  socket.onerror = () => resolve("refused");
})
"""

TRY_FETCH = """
async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return answer.type === "opaque" ? "opaque" : answer.status + " " + await answer.text();
  } catch (error) {
    return "refused";
  }
}
"""

TRY_TAG = """
([tag, attribute, url]) => new Promise((resolve) => {
  const element = document.createElement(tag);
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("refused");
  element[attribute] = url;
  document.body.append(element);
})
"""


class HostilePage(BaseHTTPRequestHandler):
    """An empty page without any policy, as an attacker would serve it."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>hostile</title><body></body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def hostile_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), HostilePage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    path = sample(tmp_path_factory.mktemp("hostile") / "sample.pcapng")
    with served(Session.of_replay(path, speed=0.0001)) as dashboard:  # slow: there is something to pause all the time
        yield dashboard


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    rebinding = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", rebinding])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def context(browser: Browser, dashboard: Dashboard) -> Iterator[BrowserContext]:
    """A browser in which our dashboard is open, logged in and at work."""
    context = browser.new_context()
    ours = context.new_page()
    ours.goto(dashboard.url)
    ours.get_by_role("link", name="Connections").first.click()
    ours.get_by_text("40001").first.wait_for()
    assert any(cookie["name"] == f"__insp_{port_of(dashboard)}" for cookie in context.cookies())
    yield context
    context.close()


@pytest.fixture(params=["127.0.0.1", "localhost", REBOUND])
def hostile(request: pytest.FixtureRequest, context: BrowserContext, hostile_port: int) -> Iterator[Page]:
    """A hostile page beside it, under one of the names that lead to this machine."""
    page = context.new_page()
    page.goto(f"http://{request.param}:{hostile_port}/")
    yield page
    page.close()


def test_it_cannot_open_the_feed(hostile: Page, dashboard: Dashboard) -> None:
    for host in ("127.0.0.1", "localhost", REBOUND):
        assert hostile.evaluate(TRY_FEED, f"ws://{host}:{port_of(dashboard)}/feed") == "refused"


def test_it_cannot_read_the_api(hostile: Page, dashboard: Dashboard) -> None:
    for mode in ("cors", "no-cors"):
        options = {"mode": mode, "credentials": "include"}
        said = hostile.evaluate(TRY_FETCH, [f"{dashboard.address}api/snapshot", options])
        assert said in ("refused", "opaque")


def test_it_cannot_press_a_button(hostile: Page, dashboard: Dashboard) -> None:
    for kind in ("text/plain", "application/json"):
        options = {"method": "POST", "credentials": "include", "headers": {"Content-Type": kind}, "body": "{}"}
        for mode in ("cors", "no-cors"):
            hostile.evaluate(TRY_FETCH, [f"{dashboard.address}api/capture/pause", {**options, "mode": mode}])
    assert program(dashboard).get("/api/snapshot")["capture"]["state"] == "running"


def test_it_cannot_load_parts_of_ours(hostile: Page, dashboard: Dashboard) -> None:
    assert hostile.evaluate(TRY_TAG, ["script", "src", f"{dashboard.address}static/shell/theme.js"]) == "refused"
    assert hostile.evaluate(TRY_TAG, ["img", "src", f"{dashboard.address}static/mark.svg"]) == "refused"


def test_it_cannot_read_the_token_that_our_tabs_share(
    hostile: Page, context: BrowserContext, dashboard: Dashboard
) -> None:
    stored = "localStorage.getItem('wireglass.session')"
    token = context.pages[0].evaluate(stored)
    assert token
    assert hostile.evaluate(stored) is None
    # Its server is sent the cookie, and a program can make up every header field; without the token it reads nothing.
    cookie = f"__insp_{port_of(dashboard)}"
    stolen = "; ".join(f"{c['name']}={c['value']}" for c in context.cookies() if c["name"] == cookie)
    assert (
        Visitor(port_of(dashboard)).ask("/api/snapshot", Cookie=stolen, Sec_Fetch_Site="same-origin").refusal() == 401
    )


def test_it_cannot_frame_ours(hostile: Page, dashboard: Dashboard) -> None:
    hostile.evaluate(TRY_TAG, ["iframe", "src", dashboard.address])
    assert "Wireglass" not in "".join(frame.content() for frame in hostile.frames[1:] if frame.url == dashboard.address)


def test_a_rebound_name_leads_nowhere(context: BrowserContext, dashboard: Dashboard) -> None:
    page = context.new_page()
    answer = page.goto(f"http://{REBOUND}:{port_of(dashboard)}/")
    assert answer is not None
    assert answer.status == 403
    page.close()


def test_the_key_is_in_no_address_and_no_storage_that_stays(context: BrowserContext, dashboard: Dashboard) -> None:
    ours = context.pages[0]
    assert dashboard.token not in ours.url
    assert ours.evaluate("history.length") <= 3  # an empty page, the timeline, the connections
    assert dashboard.token not in ours.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "__insp" not in ours.evaluate("document.cookie")


def test_without_the_key_the_page_shows_nothing(browser: Browser, dashboard: Dashboard, tmp_path: Path) -> None:
    context = browser.new_context()
    stranger = context.new_page()
    stranger.goto(dashboard.address)
    stranger.get_by_text("terminal").first.wait_for()
    assert "40001" not in stranger.content()
    context.close()
