"""`make bench-page`: how quick the page is, on a million packets, on live traffic and for many, in a real browser.

    python -m tests.bench.browser [--quick] [--seconds N]

Chromium is driven over its DevTools protocol; figures go to docs/benchmarks-page.md. What is timed is what a person
sees: text that stands in the document after a frame was drawn.
"""

from __future__ import annotations

import argparse
import datetime
import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench import captures
from tests.bench.measure import machine
from tests.bench.page_crowd import PAGES, crowd
from tests.bench.page_live import live
from tests.bench.page_saved import saved
from tests.bench.trickle import RATE
from tests.browser.conftest import ARGUMENTS
from tests.chromium import CHROMIUM

REPORT = Path(__file__).parents[2] / "docs" / "benchmarks-page.md"

PACKETS = 1_000_000
LIVE_SECONDS = 600
CROWD_SECONDS = 30
QUICK_SECONDS = 10
QUICK_PAGES = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.browser", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer packets, a shorter while; nothing written to docs/")
    parser.add_argument("--seconds", type=int, default=LIVE_SECONDS, help="how long the live part lasts")
    options = parser.parse_args()
    with sync_playwright() as playwright, (Path(os.devnull) if options.quick else REPORT).open("w") as out:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for line in quick(browser) if options.quick else report(browser, options.seconds):
            print(line, flush=True)
            print(line, file=out, flush=True)
        browser.close()


def quick(browser: Browser) -> Iterator[str]:
    """Each part for a moment, to see that it works."""
    path = captures.load("short", 0.05)
    yield from saved(browser, path, captures.count(path))
    yield from live(browser, QUICK_SECONDS, QUICK_SECONDS // 2)
    yield from crowd(browser, QUICK_SECONDS // 2, QUICK_PAGES)


def report(browser: Browser, seconds: int) -> Iterator[str]:
    yield "# How quick the page is"
    yield ""
    yield f"Written by `make bench-page` on {datetime.date.today():%Y-%m-%d}. Machine: {machine()}. Chromium "
    yield f"{browser.version}, without a window. Server, browser and traffic share this machine."
    yield "Other work on it shows: trust the figures of a quiet one."
    yield ""
    yield f"## A saved capture of {PACKETS:,} packets"
    yield ""
    path = captures.first(captures.load("short", 10), PACKETS)
    yield from saved(browser, path, captures.count(path))
    yield ""
    yield f"## Live, {RATE:,} packets/s for {seconds:,} s"
    yield ""
    yield from live(browser, seconds)
    yield ""
    yield f"## Live, {RATE:,} packets/s, {PAGES} pages open"
    yield ""
    yield from crowd(browser, CROWD_SECONDS)
    yield ""
    yield f"Load average of the machine over the last 5 minutes: {os.getloadavg()[1]:.1f}."


if __name__ == "__main__":
    main()
