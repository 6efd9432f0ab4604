"""Every view on every recorded capture, and on one of nothing but attacks: something is drawn, and nothing goes wrong.

One dashboard is turned from capture to capture by its source switch, and one page follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect
from scapy.utils import wrpcap

from inspector.lab.sample_captures import recordings
from tests.browser.conftest import COLOURS, STARTUP, TURN, WINDOW, enter
from tests.browser.dashboards import running
from tests.browser.test_hostile import ATTACKS, check, http, websocket

CAPTURES = Path(__file__).parents[2] / "captures"

SHOW = """name => void fetch("/api/sources/sample", {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Token": localStorage.getItem("wireglass.session") },
  body: JSON.stringify({ name }),
})"""
"""Turns the dashboard to a sample, as its source switch does; the page then begins anew by itself."""

LENGTHS = """() => fetch("/api/snapshot", { headers: { "X-Token": localStorage.getItem("wireglass.session") } })
  .then((answer) => answer.json()).then(({ lengths }) => lengths)"""
"""How many rows each table of what is on show has."""

VIEWS = {
    "timeline": ("connections", ".lane:visible .lane-title"),
    "overview": ("packets", ".js-plotly-plot .main-svg"),
    "connections/0": ("connections", ".ladder .step.packet"),
    "connections/0?tab=streams": ("connections", ".stream > *"),
    "connections/0?tab=graphs": ("connections", ".pane-graphs .main-svg"),
    "connections/0?tab=facts": ("connections", ".facts-summary dd"),
    "packets?packet=1": ("packets", ".packet-place"),
    "http/0": ("exchanges", ".head-line"),
    "websocket": ("messages", ".bubble-facts"),
    "sockets": ("tokens", ".fd-main canvas, .fd-main svg"),
    "compare": ("connections", ".compare-table, .empty h2"),
}
"""Each view with its table, and what it shows when that table has rows."""

EMPTY = ".stage .empty h2:visible"


@dataclass
class Walker:
    """A page that goes from view to view, and the errors on the way."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # called off by the page itself: the view was left
            self.complaints.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.url}: {response.status}")

    def walk(self) -> None:
        """Go through all views of what is on show."""
        expect(self.page.locator(".source-text")).to_have_text(re.compile("^saved · "), timeout=STARTUP)
        lengths = self.page.evaluate(LENGTHS)
        for view, (table, stands) in VIEWS.items():
            self.page.evaluate(TURN, view if lengths[table] else view.partition("/")[0])
            expect(self.page.locator(stands if lengths[table] else EMPTY).first).to_be_visible(timeout=STARTUP)
            if view == "timeline" and lengths[table]:
                self.page.wait_for_function(f"() => ({COLOURS})() > 3")
            expect(self.page.locator(".problem:not(.note)")).to_be_hidden()
            assert self.complaints == [], view


@pytest.fixture(scope="module")
def walker(chromium: Browser) -> Iterator[Walker]:
    """A page on a dashboard that shows the recorded demo, until it is turned to something else."""
    with (
        running("open", str(CAPTURES / "demo.pcapng")) as dashboard,
        chromium.new_context(viewport=WINDOW, reduced_motion="reduce") as context,  # type: ignore[arg-type]
    ):
        walker = Walker(enter(context.new_page(), dashboard))
        walker.listen()
        yield walker


def test_every_capture_can_be_chosen() -> None:
    assert sorted(recordings()) == sorted(path.stem for path in CAPTURES.glob("*.pcapng"))


@pytest.mark.parametrize("name", recordings())
def test_every_view_of(walker: Walker, name: str) -> None:
    walker.complaints.clear()
    with walker.page.expect_event("domcontentloaded"):
        walker.page.evaluate(SHOW, name)
    expect(walker.page.locator(".source-text")).to_contain_text(f"{name}.pcapng", timeout=STARTUP)
    expect(walker.page.locator(".counter.packets b")).not_to_have_text("0")
    walker.walk()


def test_every_view_of_nothing_but_attacks(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "'\"><svg onload=window.xss=1>.pcap"
    talks = [(http(2000 + i, attack), websocket(3000 + i, attack)) for i, attack in enumerate(ATTACKS)]
    wrpcap(str(file), [packet for pair in talks for talk in pair for packet in talk])
    with running("open", str(file)) as dashboard, chromium.new_context(viewport=WINDOW) as context:  # type: ignore[arg-type]
        walker = Walker(enter(context.new_page(), dashboard))
        walker.listen()
        walker.walk()
        for view in VIEWS:
            walker.page.evaluate(TURN, view)
            check(walker.page)
