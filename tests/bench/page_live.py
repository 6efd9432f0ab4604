"""The page on live traffic, for as long as somebody may leave it open; and one that was in the background."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from inspector.units import size
from tests.bench import probe
from tests.bench.trickle import Trickle
from tests.browser.conftest import enter
from tests.browser.dashboards import Dashboard, running

MARKS_EVERY_SECONDS = 0.5
WARM_SECONDS = 120
"""Time after which the page's memory no longer grows."""

AWAY_SECONDS = 20


@contextmanager
def capturing() -> Iterator[tuple[Trickle, Dashboard]]:
    """A dashboard that captures steady traffic, which begins when it is started."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Trickle() as traffic,
        running("live", "-f", f"tcp port {traffic.port}", "--record", str(Path(folder, "live.pcapng"))) as dashboard,
    ):
        yield traffic, dashboard


def live(browser: Browser, seconds: int, away_seconds: int = AWAY_SECONDS) -> Iterator[str]:
    """Steady traffic, and now and then a new connection that is looked for on the page."""
    with capturing() as (traffic, dashboard):
        page = enter(probe.open_page(browser), dashboard)
        page.evaluate(probe.OBSERVE)
        page.evaluate(probe.WATCH)
        traffic.start()
        warm = min(WARM_SECONDS, seconds // 2)
        mark(page, traffic, warm)
        early = probe.heap(page), probe.renderer(browser), probe.memory(dashboard)
        mark(page, traffic, seconds - warm)
        page.wait_for_timeout(1000)
        late = probe.heap(page), probe.renderer(browser), probe.memory(dashboard)
        waits = lateness(page, traffic)
        tasks = page.evaluate("window.__tasks")
        packets, dropped = counters(page)
        away = absence(page, dashboard, away_seconds)
        page.close()
    yield "| | | wanted |"
    yield "|---|---:|---:|"
    yield f"| packets shown, dropped | {packets}, {dropped} | 0 dropped |"
    middle = probe.percentile(waits, 50)
    yield f"| a new connection on the page after its SYN, median of {len(waits)} | {middle:.0f} ms | |"
    yield f"| the same, p95 | {probe.percentile(waits, 95):.0f} ms | 250 ms |"
    yield f"| connections that never showed | {len(traffic.marks) - len(waits)} | 0 |"
    yield f"| tasks over {probe.LONG_MS} ms on the main thread, the longest | {probe.long_tasks(tasks)} | |"
    for name, begin, end in zip(("JavaScript memory", "memory of its process"), early, late, strict=False):
        yield f"| the page's {name} after {warm} s, at the end | {size(begin)}, {size(end)} | flat |"
    yield f"| the server's memory after {warm} s, at the end | {size(early[2])}, {size(late[2])} | bounded |"
    yield f"| frozen in the background for {away_seconds} s, then up to date within | {away:.0f} ms | 1000 ms |"


def mark(page: Page, traffic: Trickle, seconds: float) -> None:
    """Open a connection now and then, for so long."""
    for _ in range(int(seconds / MARKS_EVERY_SECONDS)):
        traffic.mark()
        page.wait_for_timeout(MARKS_EVERY_SECONDS * 1000)


def lateness(page: Page, traffic: Trickle) -> list[float]:
    """Milliseconds from each mark's SYN until it stood on the page, of those that did."""
    seen = page.evaluate("window.__seen")
    return [seen[str(port)] - sent for port, sent in traffic.marks.items() if str(port) in seen]


def counters(page: Page) -> tuple[str, str]:
    """Packets and drops, as the page shows them."""
    return page.locator(".counter.packets b").inner_text(), page.locator(".counter.dropped b").inner_text()


def absence(page: Page, dashboard: Dashboard, seconds: int) -> float:
    """Milliseconds that a page needs to catch up after it was frozen, as browsers freeze hidden pages."""
    with probe.devtools(page) as session:
        session.send("Page.setWebLifecycleState", {"state": "frozen"})
        page.wait_for_timeout(seconds * 1000)
        captured = probe.captured(dashboard)
        began = time.perf_counter()
        session.send("Page.setWebLifecycleState", {"state": "active"})
        page.evaluate(probe.CAUGHT_UP, captured)
    return (time.perf_counter() - began) * 1000
