"""Scripts of the page's benchmarks: they time what a person sees, and read the memory of browser and server."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, CDPSession, Page

from tests.browser.conftest import WINDOW
from tests.browser.dashboards import Dashboard

LONG_MS = 100
"""A task of the main thread that takes longer is felt."""

PATIENCE_MS = 120_000

FRAME = "const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
"""Waits until the document has been drawn."""

OBSERVE = """() => {
  window.__tasks = [];
  new PerformanceObserver((list) => window.__tasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "longtask" });
}"""

PACKETS = """() => Number(document.querySelector(".counter.packets b").textContent.replace(/\\D/g, ""))"""
"""The number of packets that the page shows."""

DRAWN = f"""async (packets) => {{
  {FRAME}
  const told = {PACKETS};
  const stands = () => document.querySelector(".lane:not([hidden]) .lane-title");
  while (!document.querySelector(".counter.packets b") || told() < packets || !stands()) await frame();
  await frame();
  return Date.now();
}}"""
"""Milliseconds since 1970 at which the timeline is drawn and all packets are counted."""

JUMP = f"""async (part) => {{
  {FRAME}
  const list = document.querySelector(".packets .virtual");
  const begin = performance.now();
  list.scrollTop = part * (list.scrollHeight - list.clientHeight);
  await frame();
  const inSight = () => {{
    const {{ top, bottom }} = list.getBoundingClientRect();
    return [...list.querySelectorAll(".grid-row")].filter((row) => {{
      const box = row.getBoundingClientRect();
      return box.bottom > top + 1 && box.top < bottom - 1;
    }});
  }};
  while (performance.now() - begin < 10_000) {{
    const rows = inSight();
    if (rows.length && rows.every((row) => !row.classList.contains("missing"))) break;
    await frame();
  }}
  return performance.now() - begin;
}}"""
"""Milliseconds from a jump of the scroll bar until every row in sight has its content."""

SCROLL = """async (seconds) => {
  const list = document.querySelector(".packets .virtual");
  const end = performance.now() + seconds * 1000;
  const frames = [];
  let last = performance.now();
  while (performance.now() < end) {
    await new Promise((done) => requestAnimationFrame(done));
    frames.push(performance.now() - last);
    last = performance.now();
    list.scrollTop += 160;
  }
  return frames;
}"""
"""Scrolls a few rows a frame for so long; milliseconds from frame to frame."""

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
"""Records when each connection appears on the page, by its client's port and by the wall clock that both sides
share."""

CAUGHT_UP = f"""async (packets) => {{
  {FRAME}
  const told = {PACKETS};
  while (told() < packets) await frame();
}}"""
"""Waits until the page shows this number of packets."""


def percentile(values: Sequence[float], percent: int) -> float:
    """The value by nearest rank; not a number for none."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)] if ordered else float("nan")


def long_tasks(tasks: Sequence[float]) -> str:
    """How many tasks were too long, and how long the longest was."""
    return f"{sum(task > LONG_MS for task in tasks)}, {max(tasks, default=0):.0f} ms"


@contextmanager
def devtools(page: Page) -> Iterator[CDPSession]:
    """A DevTools session of the page."""
    session = page.context.new_cdp_session(page)
    try:
        yield session
    finally:
        session.detach()


def heap(page: Page) -> int:
    """Bytes of JavaScript objects in the page that are in use."""
    with devtools(page) as session:
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return int(metrics["JSHeapUsedSize"])


def renderer(browser: Browser) -> int:
    """Bytes that the largest of the browser's page processes has to itself: objects, document, drawings, code."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    pages = [psutil.Process(one["id"]) for one in processes if one["type"] == "renderer"]
    return max(int(process.memory_full_info().uss) for process in pages)


def memory(dashboard: Dashboard) -> int:
    """Resident bytes of the dashboard's process."""
    return int(psutil.Process(dashboard.process.pid).memory_info().rss)


def captured(dashboard: Dashboard) -> int:
    """How many packets the dashboard has, asked of it by its JSON."""
    key = urllib.parse.urldefrag(dashboard.url).fragment.removeprefix("t=")
    question = urllib.request.Request(f"{dashboard.address}api/snapshot", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(question) as answer:
        return int(json.load(answer)["capture"]["packets"])


def open_page(browser: Browser) -> Page:
    """A page in a profile of its own; where many are open it may take its time."""
    page = browser.new_page(viewport=WINDOW)  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    return page
