"""The page on a saved capture: how soon something is drawn, how quickly any row shows, what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, WebSocket

from inspector.units import size
from tests.bench import probe
from tests.browser.conftest import enter
from tests.browser.dashboards import running

JUMPS = 40
SCROLL_SECONDS = 5


def saved(browser: Browser, path: Path, packets: int) -> Iterator[str]:
    """Short HTTP connections, from the first view to the last row."""
    with running("open", str(path)) as dashboard:
        page = probe.open_page(browser)
        ended: list[float] = []
        page.on("websocket", lambda feed: _listen(feed, ended))
        begun = time.time()
        page.goto(dashboard.url)
        drawn = page.evaluate(probe.DRAWN, packets) / 1000
        while_analysed = drawn - max([begun, *ended[:1]])
        begun = time.time()
        page.reload()
        reloaded = page.evaluate(probe.DRAWN, packets) / 1000 - begun

        enter(page, dashboard, "packets")
        page.wait_for_selector(".packets .grid-row:not(.missing):not(.head)")
        page.evaluate(probe.OBSERVE)
        # The golden ratio spreads jumps evenly over the list, far from each other.
        jumps = [page.evaluate(probe.JUMP, (i * 0.618034) % 1) for i in range(1, JUMPS + 1)]
        jumping = page.evaluate("window.__tasks.splice(0)")
        page.evaluate(probe.JUMP, 0.3)
        frames = page.evaluate(probe.SCROLL, SCROLL_SECONDS)
        scrolling = page.evaluate("window.__tasks")
        middle, most = probe.percentile(jumps, 50), probe.percentile(jumps, 95)
        yield "| | | wanted |"
        yield "|---|---:|---:|"
        yield f"| first view drawn, after the analysis had ended | {while_analysed * 1000:.0f} ms | 1000 ms |"
        yield f"| first view drawn, from opening the page on an analysed capture | {reloaded * 1000:.0f} ms | 1000 ms |"
        yield f"| a jump to any row until it is there, median of {JUMPS} | {middle:.0f} ms | 100 ms |"
        yield f"| the same, p95 and the longest | {most:.0f} ms, {max(jumps):.0f} ms | 100 ms |"
        yield f"| tasks over {probe.LONG_MS} ms meanwhile, the longest | {probe.long_tasks(jumping)} | 0 |"
        yield f"| the same while scrolling for {SCROLL_SECONDS} s | {probe.long_tasks(scrolling)} | 0 |"
        yield f"| from frame to frame while scrolling, p95 | {probe.percentile(frames, 95):.0f} ms | |"
        yield f"| the page's JavaScript memory | {size(probe.heap(page))} | |"
        yield f"| all memory of the page's process | {size(probe.renderer(browser))} | 200 MB |"
        yield f"| the server's memory | {size(probe.memory(dashboard))} | |"
        page.close()


def _listen(feed: WebSocket, ended: list[float]) -> None:
    """Record when the feed reports the end of the analysis."""
    feed.on("framereceived", lambda said: '"state":"ended"' in said and ended.append(time.time()))
