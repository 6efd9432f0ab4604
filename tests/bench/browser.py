"""`make bench-page`: how quick the page is, on a million packets and on live traffic, in a real browser.

    python -m tests.bench.browser [--quick]

Chromium is driven over its DevTools protocol; figures go to docs/benchmarks-page.md. What is timed is what a person
sees: text that stands in the document after a frame was drawn.
"""

from __future__ import annotations

import argparse
import datetime
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from inspector.terminal import size
from tests.bench import captures
from tests.bench.measure import machine
from tests.bench.trickle import RATE, Trickle
from tests.browser.conftest import ARGUMENTS, CHROMIUM, enter
from tests.browser.dashboards import Dashboard, running

REPORT = Path(__file__).parents[2] / "docs" / "benchmarks-page.md"

PACKETS = 1_000_000
JUMPS = 40
LIVE_SECONDS = 600
MARKS_EVERY_SECONDS = 0.5
LONG_MS = 100

OBSERVE = """() => {
  window.__tasks = [];
  new PerformanceObserver((list) => window.__tasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "longtask" });
}"""

FRAME = "const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"

LOADED = f"""async (packets) => {{
  {FRAME}
  const digits = () => document.querySelector(".counter.packets b").textContent.replace(/\\D/g, "");
  while (Number(digits()) < packets) await frame();
}}"""
"""Waits until the page has been told of all packets."""

DRAWN = f"""async () => {{
  {FRAME}
  const stands = () => document.querySelector(".stage canvas");
  while (!stands() || document.querySelector(".counter.packets b").textContent === "0") await frame();
  await frame();
  return performance.now();
}}"""
"""Milliseconds from the navigation until the timeline is drawn."""

JUMP = """async (part) => {
  const list = document.querySelector(".packets .virtual");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const begin = performance.now();
  list.scrollTop = part * (list.scrollHeight - list.clientHeight);
  await frame();
  const inSight = () => {
    const { top, bottom } = list.getBoundingClientRect();
    return [...list.querySelectorAll(".grid-row")].filter((row) => {
      const box = row.getBoundingClientRect();
      return box.bottom > top + 1 && box.top < bottom - 1;
    });
  };
  while (performance.now() - begin < 10_000) {
    const rows = inSight();
    if (rows.length && rows.every((row) => !row.classList.contains("missing"))) break;
    await frame();
  }
  return performance.now() - begin;
}"""
"""Milliseconds from a jump of the scroll bar until every row in sight has its content."""

WATCH = """() => {
  window.__seen = {};
  const note = (mark) => requestAnimationFrame(() => setTimeout(() => (window.__seen[mark] ??= Date.now())));
  new MutationObserver(() => {
    for (const cell of document.querySelectorAll(".cell.pair")) {
      const port = /:(\\d+) → /.exec(cell.title)?.[1];
      if (port && !(port in window.__seen)) note(port);
    }
  }).observe(document.querySelector(".stage"), { childList: true, subtree: true, attributes: true });
}"""
"""Notes when each connection stands on the page, by its client's port and by the wall clock that both sides share."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.browser", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer packets, a shorter while; nothing written to docs/")
    parser.add_argument("--seconds", type=int, default=LIVE_SECONDS, help="how long the live part lasts")
    options = parser.parse_args()
    lines: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--js-flags=--expose-gc"])
        packets, seconds = (30_000, 20) if options.quick else (PACKETS, options.seconds)
        for line in report(browser, packets, seconds, options.quick):
            print(line, flush=True)
            lines.append(line)
        browser.close()
    if not options.quick:
        REPORT.write_text("\n".join(lines) + "\n")


def report(browser: Browser, packets: int, seconds: int, is_quick: bool) -> Iterator[str]:
    yield "# How quick the page is"
    yield ""
    yield f"Written by `make bench-page` on {datetime.date.today():%Y-%m-%d}. Machine: {machine()}. Chromium "
    yield f"{browser.version}, without a window. Server, browser and traffic share this machine."
    yield "Other work on it shows: trust the figures of a quiet one."
    yield ""
    yield f"## A saved capture of {packets:,} packets"
    yield ""
    path = captures.load("short", 0.05) if is_quick else captures.first(captures.load("short", 10), packets)
    yield from saved(browser, path, captures.count(path))
    yield ""
    yield f"## Live, {RATE:,} packets/s for {seconds:,} s"
    yield ""
    yield from live(browser, seconds)
    yield ""
    yield f"Load average of the machine over the last 5 minutes: {os.getloadavg()[1]:.1f}."


def saved(browser: Browser, path: Path, packets: int) -> Iterator[str]:
    """Short HTTP connections, from the first view to the last row."""
    with running("open", str(path)) as dashboard:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        enter(page, dashboard)
        page.evaluate(LOADED, packets)
        page.reload()
        drawn = page.evaluate(DRAWN)
        page.evaluate(OBSERVE)
        page.get_by_role("link", name="Packets").click()
        page.wait_for_selector(".packets .grid-row:not(.missing):not(.head)")
        # The golden ratio spreads jumps evenly over the list, far from each other.
        jumps = sorted(page.evaluate(JUMP, (i * 0.618034) % 1) for i in range(1, JUMPS + 1))
        tasks = page.evaluate("window.__tasks")
        yield "| | |"
        yield "|---|---:|"
        yield f"| first view drawn, from opening the page | {drawn:.0f} ms |"
        yield f"| a jump to any row until it is there, median of {JUMPS} | {jumps[len(jumps) // 2]:.0f} ms |"
        yield f"| the same, p95 | {jumps[-(-len(jumps) * 95 // 100) - 1]:.0f} ms |"
        yield f"| tasks over {LONG_MS} ms on the main thread meanwhile | {sum(task > LONG_MS for task in tasks)} |"
        yield f"| the longest task | {max(tasks, default=0):.0f} ms |"
        yield f"| the page's JavaScript memory | {size(heap(page))} |"
        yield f"| the server's memory | {size(memory(dashboard))} |"
        page.close()


def live(browser: Browser, seconds: int) -> Iterator[str]:
    """Steady traffic, and now and then a new connection that is looked for on the page."""
    with tempfile.TemporaryDirectory() as folder, Trickle() as traffic:
        recording = Path(folder, "live.pcapng")
        expression = f"tcp port {traffic.port}"
        with running("live", "-f", expression, "--record", str(recording)) as dashboard:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            enter(page, dashboard)
            page.get_by_role("link", name="Connections").click()
            page.evaluate(OBSERVE)
            page.evaluate(WATCH)
            traffic.start()
            middle = 0
            for i in range(int(seconds / MARKS_EVERY_SECONDS)):
                traffic.mark()
                page.wait_for_timeout(MARKS_EVERY_SECONDS * 1000)
                if i == int(min(120, seconds / 2) / MARKS_EVERY_SECONDS):
                    middle = heap(page)
            page.wait_for_timeout(1000)
            seen = page.evaluate("window.__seen")
            late = sorted(seen[str(port)] - sent for port, sent in traffic.marks.items() if str(port) in seen)
            tasks = page.evaluate("window.__tasks")
            packets = page.locator(".counter.packets b").inner_text()
            dropped = page.locator(".counter.dropped b").inner_text()
            end, server = heap(page), memory(dashboard)
            page.close()
    yield "| | |"
    yield "|---|---:|"
    yield f"| packets shown, dropped | {packets}, {dropped} |"
    yield f"| a new connection on the page after its SYN, median of {len(late)} | {late[len(late) // 2]:.0f} ms |"
    yield f"| the same, p95 | {late[-(-len(late) * 95 // 100) - 1]:.0f} ms |"
    yield f"| connections that never showed | {len(traffic.marks) - len(late)} |"
    yield f"| tasks over {LONG_MS} ms on the main thread | {sum(task > LONG_MS for task in tasks)} |"
    yield f"| the page's JavaScript memory early on, at the end | {size(middle)}, {size(end)} |"
    yield f"| the server's memory at the end | {size(server)} |"


def heap(page: Page) -> int:
    """Bytes of JavaScript objects in the page that are in use."""
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return int(metrics["JSHeapUsedSize"])


def memory(dashboard: Dashboard) -> int:
    """Resident bytes of the dashboard's process."""
    return int(psutil.Process(dashboard.process.pid).memory_info().rss)


if __name__ == "__main__":
    main()
