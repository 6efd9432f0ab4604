"""Many pages on one live capture, and one that stops reading: what it does to the capture, and to the others."""

from __future__ import annotations

import json
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Page
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from inspector.terminal import size
from tests.bench import probe
from tests.bench.page_live import capturing, counters, lateness, mark
from tests.browser.conftest import enter
from tests.browser.dashboards import Dashboard

PAGES = 20
STALL_SECONDS = 9
"""Longer than what is kept for pages that lag, and less than after which one is cut off."""


def crowd(browser: Browser, seconds: int, count: int = PAGES) -> Iterator[str]:
    """The same traffic with one page open, then with `count`, then beside a client that does not read."""
    with capturing() as (traffic, dashboard):
        pages = [enter(probe.open_page(browser), dashboard)]
        watch(pages[0])
        traffic.start()
        mark(pages[0], traffic, 2)
        alone = rate(dashboard, lambda: mark(pages[0], traffic, seconds))
        waits_alone = lateness(pages[0], traffic)

        for _ in range(count - 1):
            pages.append(enter(probe.open_page(browser), dashboard))
        watch(pages[-1])
        traffic.marks.clear()
        together = rate(dashboard, lambda: mark(pages[-1], traffic, seconds))
        waits_together = lateness(pages[-1], traffic)

        with stalled(browser, dashboard) as client:
            traffic.marks.clear()
            beside = rate(dashboard, lambda: mark(pages[-1], traffic, STALL_SECONDS))
            waits_beside = lateness(pages[-1], traffic)
            told = outcome(client)
        behind = [catch_up(page, dashboard) for page in pages]
        _, dropped = counters(pages[0])
        server = probe.memory(dashboard)
        for page in pages:
            page.close()
    yield f"| | one page | {count} pages | {count} and one that does not read |"
    yield "|---|---:|---:|---:|"
    yield f"| packets/s captured | {alone:,.0f} | {together:,.0f} | {beside:,.0f} |"
    waits = (f"{probe.percentile(each, 95):.0f} ms" for each in (waits_alone, waits_together, waits_beside))
    yield f"| a new connection on a page after its SYN, p95 | {' | '.join(waits)} |"
    yield ""
    yield f"Dropped in all: {dropped}. The slowest page was up to date {max(behind):.0f} ms after it was asked. The one"
    yield f"that did not read for {STALL_SECONDS} s was {told}. The server's memory: {size(server)}."


def catch_up(page: Page, dashboard: Dashboard) -> float:
    """Milliseconds until a page tells of as many packets as there are now."""
    packets, began = probe.captured(dashboard), time.perf_counter()
    page.evaluate(probe.CAUGHT_UP, packets)
    return (time.perf_counter() - began) * 1000


def watch(page: Page) -> None:
    """Look out for marks on this page."""
    page.evaluate(probe.WATCH)


def rate(dashboard: Dashboard, busy: Callable[[], None]) -> float:
    """Packets a second that were captured while `busy()` ran."""
    packets, began = probe.captured(dashboard), time.perf_counter()
    busy()
    return (probe.captured(dashboard) - packets) / (time.perf_counter() - began)


@contextmanager
def stalled(browser: Browser, dashboard: Dashboard) -> Iterator[ClientConnection]:
    """A feed that is open and that nobody reads; it has as little room for what is sent as a socket can have."""
    page = enter(probe.open_page(browser), dashboard)
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    secret = page.evaluate("sessionStorage.getItem('wireglass.session')")
    page.close()
    place = urllib.parse.urlsplit(dashboard.address)
    with ExitStack() as stack:
        pipe = stack.enter_context(socket.socket())
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        pipe.connect((place.hostname, place.port))
        feed = stack.enter_context(
            connect(
                f"ws://{place.netloc}/feed",
                sock=pipe,
                origin=Origin(f"http://{place.netloc}"),
                additional_headers={"Cookie": cookie},
                max_size=None,
                max_queue=1,
            )
        )
        feed.send(json.dumps({"csrf": secret}))
        yield feed


def outcome(client: ClientConnection) -> str:
    """What became of a client that reads again."""
    end = time.monotonic() + STALL_SECONDS
    try:
        while time.monotonic() < end:
            if json.loads(client.recv(timeout=STALL_SECONDS)).get("resync"):
                return "told to begin anew"
    except ConnectionClosed:
        return "cut off"
    return "told all that it had missed"
