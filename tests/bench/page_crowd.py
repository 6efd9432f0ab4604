"""Many pages on one live capture, and one that stops reading: what it does to the capture, and to the others."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from playwright.sync_api import Browser, Page
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from inspector.units import size
from tests.bench import probe
from tests.bench.page_live import capturing, counters, lateness, mark
from tests.browser.conftest import enter
from tests.browser.dashboards import Dashboard

PAGES = 20
STALL_SECONDS = 9
"""Longer than what is kept for pages that lag, and less than after which one is cut off."""


def crowd(browser: Browser, seconds: int, count: int = PAGES) -> Iterator[str]:
    """The same traffic with one page open, then with `count`, then beside a client that does not read.

    Only one of the pages is drawn: twenty of them in one browser would measure how it shares out two processors. The
    others' feeds are read, every delta to its end, as theirs would be.
    """
    with capturing() as (traffic, dashboard), ExitStack() as stack:
        page = enter(probe.open_page(browser), dashboard)
        page.evaluate(probe.WATCH)
        traffic.start()
        mark(page, traffic, 2)
        alone = rate(dashboard, lambda: mark(page, traffic, seconds))
        waits_alone = lateness(page, traffic)

        readers = [stack.enter_context(Reader(page, dashboard)) for _ in range(count - 1)]
        traffic.marks.clear()
        together = rate(dashboard, lambda: mark(page, traffic, seconds))
        waits_together = lateness(page, traffic)

        with feed(page, dashboard, room=4096) as client:
            traffic.marks.clear()
            beside = rate(dashboard, lambda: mark(page, traffic, STALL_SECONDS))
            waits_beside = lateness(page, traffic)
            told = outcome(client)
        behind = catch_up(page, dashboard)
        least = min(reader.deltas for reader in readers)
        resyncs = sum(reader.resyncs for reader in readers)
        _, dropped = counters(page)
        server = probe.memory(dashboard)
        page.close()
    yield f"| | one page | {count} pages | {count} and one that does not read |"
    yield "|---|---:|---:|---:|"
    yield f"| packets/s captured | {alone:,.0f} | {together:,.0f} | {beside:,.0f} |"
    waits = (f"{probe.percentile(each, 95):.0f} ms" for each in (waits_alone, waits_together, waits_beside))
    yield f"| a new connection on a page after its SYN, p95 | {' | '.join(waits)} |"
    yield ""
    yield f"Of the {count} pages one is drawn; of the others the feeds are read: at least {least} deltas each, and"
    yield f"{resyncs} times one of them had to begin anew. Dropped in all: {dropped}. The page was up to date"
    yield f"{behind:.0f} ms after it was asked. The one that did not read for {STALL_SECONDS} s was {told}."
    yield f"The server's memory: {size(server)}."


class Reader(threading.Thread):
    """Reads a feed of its own to the end, every delta of it."""

    def __init__(self, page: Page, dashboard: Dashboard) -> None:
        super().__init__(daemon=True)
        self._feed = feed(page, dashboard)
        self.deltas = 0
        self.resyncs = 0

    def __enter__(self) -> Self:
        self._client = self._feed.__enter__()
        self.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._client.close()
        self.join()
        self._feed.__exit__(None, None, None)

    def run(self) -> None:
        for delta in self._client:
            self.deltas += 1
            self.resyncs += bool(json.loads(delta).get("resync"))


def catch_up(page: Page, dashboard: Dashboard) -> float:
    """Milliseconds until a page shows the current number of packets."""
    packets, began = probe.captured(dashboard), time.perf_counter()
    page.evaluate(probe.CAUGHT_UP, packets)
    return (time.perf_counter() - began) * 1000


def rate(dashboard: Dashboard, busy: Callable[[], None]) -> float:
    """Packets a second that were captured while `busy()` ran."""
    packets, began = probe.captured(dashboard), time.perf_counter()
    busy()
    return (probe.captured(dashboard) - packets) / (time.perf_counter() - began)


@contextmanager
def feed(page: Page, dashboard: Dashboard, room: int | None = None) -> Iterator[ClientConnection]:
    """A feed for this page; `room` limits the bytes sent and not read yet."""
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    secret = page.evaluate("localStorage.getItem('wireglass.session')")
    place = urllib.parse.urlsplit(dashboard.address)
    with ExitStack() as stack:
        client = stack.enter_context(socket.socket())
        if room:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        client.connect((place.hostname, place.port))
        client = stack.enter_context(
            connect(
                f"ws://{place.netloc}/feed",
                sock=client,
                origin=Origin(f"http://{place.netloc}"),
                additional_headers={"Cookie": cookie},
                max_size=None,
                max_queue=1 if room else 16,
            )
        )
        client.send(json.dumps({"csrf": secret}))
        yield client


def outcome(client: ClientConnection) -> str:
    """How the feed of a client that reads again ended."""
    end = time.monotonic() + STALL_SECONDS
    try:
        while time.monotonic() < end:
            if json.loads(client.recv(timeout=STALL_SECONDS)).get("resync"):
                return "told to begin anew"
    except ConnectionClosed:
        return "cut off"
    return "told all that it had missed"
