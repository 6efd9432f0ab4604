"""The HTTP view in a real browser: waterfall, headers, cookies, bodies, curl, anomalies; hostile bodies too."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import enter
from tests.browser.dashboards import Dashboard, running
from tests.web.traffic import Talk, Wire, exchange

ORDER = {"name": "Alice", "items": [{"drink": "flat white", "n": 12345678901234567890}], "note": "<img src=x>"}


def png() -> bytes:
    """A picture of two by two pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (2).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    pixels = zlib.compress((b"\0" + b"\xff\0\0" * 2) * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def answer(body: bytes, media: str, *fields: str) -> bytes:
    lines = [f"Content-Type: {media}", f"Content-Length: {len(body)}", *fields]
    return ("HTTP/1.1 200 OK\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>top.xss=1</script></svg>"
PAGE = b"<!doctype html><script>top.xss=1</script><img src=x onerror=top.xss=1>"

ANSWERS = [
    answer(json.dumps(ORDER).encode(), "application/json", "Set-Cookie: id=7; Path=/; HttpOnly"),
    answer(png(), "text/html"),
    answer(SVG, "image/svg+xml"),
    answer(SVG, "image/png"),
    answer(PAGE, "text/html"),
    answer(png()[:40] + b"\0" * 40, "image/png"),
    answer(bytes(range(256)) * 100, "application/octet-stream"),
    answer(b"a=1&b=%3Cscript%3E", "application/x-www-form-urlencoded"),
]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """One exchange for each response; then one that is ambiguous and unanswered, and a response without a request."""
    wire = Wire(tmp_path_factory.mktemp("http") / "bodies.pcapng")
    for i, said in enumerate(ANSWERS):
        talk = Talk(wire, 40_000 + i)
        body = json.dumps(ORDER).encode()
        talk.client(
            b"POST /%d?q=a+b&x=<script> HTTP/1.1\r\nHost: x\r\nCookie: seen=1; theme=dark\r\n" % i
            + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        talk.server(said)
        talk.close()
    Talk(wire, 41_000).client(b"POST /odd HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    Talk(wire, 41_001).server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


ODD, ORPHAN = len(ANSWERS), len(ANSWERS) + 1


MANY = 900
"""More exchanges than the page loads at once."""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Many exchanges; the third has a word of its own in its target and its body."""
    wire = Wire(tmp_path_factory.mktemp("http") / "long.pcapng")
    for i in range(MANY):
        exchange(wire, 20_000 + i, *(("/needle", b"in the haystack") if i == 2 else (f"/hay/{i}", b"straw")))
    wire.close()
    with running("open", str(wire.path)) as dashboard:
        yield dashboard


@pytest.fixture
def page(blank: Page, saved: Dashboard) -> Page:
    return enter(blank, saved)


def show(page: Page, exchange: int) -> Page:
    page.evaluate("hash => { location.hash = hash; }", f"#/http/{exchange}")
    expect(page.locator(".panel-head h2")).to_have_text(f"Exchange {exchange}")
    return page


def part(side: Locator, title: str) -> Locator:
    """The values that one part of a message holds."""
    summary = side.page.locator("summary", has_text=re.compile(f"^{title}"))
    return side.locator(".part").filter(has=summary).locator("dd")


def check(page: Page) -> None:
    """Nothing of a body became more than text or a picture of the page's own making."""
    assert page.evaluate("window.xss") is None
    assert page.locator("#app :is(script, iframe, object, embed, svg script)").count() == 0
    sources = page.locator("#app img").evaluate_all("images => images.map(image => image.getAttribute('src'))")
    assert all(source == "/static/mark.svg" or source.startswith("blob:") for source in sources)


def test_the_list_takes_the_whole_width_until_an_exchange_is_chosen(page: Page) -> None:
    page.get_by_role("link", name="HTTP").click()
    row = page.locator(".http .grid-row:not(.head)").first
    expect(row.locator(".waterfall i[data-kind=wait]")).to_be_visible()
    expect(page.locator(".panel.exchange")).to_be_hidden()
    row.click()
    expect(page.locator(".panel.exchange")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".panel.exchange")).to_be_hidden()


def test_the_waterfall_compares_lengths_or_shows_when(page: Page) -> None:
    page.get_by_role("link", name="HTTP").click()
    expect(page.locator(".http .grid-row:not(.head) .waterfall i[data-kind=wait]").first).to_be_visible()
    lefts = "bars => bars.filter(bar => !bar.hidden).map(bar => bar.getBoundingClientRect().left)"
    bars = "[...document.querySelectorAll('.http .grid-row:not(.head) .waterfall i[data-kind=wait]')]"
    page.wait_for_function(f"() => new Set(({lefts})({bars}).map(Math.round)).size === 1")
    page.get_by_role("button", name="Timeline").click()
    page.wait_for_function(f"() => new Set(({lefts})({bars}).map(Math.round)).size > 3")
    page.reload()
    expect(page.get_by_role("button", name="Timeline")).to_have_attribute("aria-pressed", "true")


def test_an_exchange_shows_timing_query_cookies_and_folded_json(page: Page) -> None:
    show(page, 0)
    expect(page.locator(".timing-what").first).to_have_text("Connect")
    asks, answers = page.locator(".head-block.client"), page.locator(".head-block.server")
    expect(part(asks, "Query")).to_have_text(["a b", "<script>"])
    expect(part(asks, "Cookies")).to_have_text(["1", "dark"])
    expect(part(answers, "Set-Cookie")).to_contain_text("7 Path=/; HttpOnly")
    expect(answers.locator(".json-leaf", has_text="Alice")).to_be_visible()
    branch = answers.locator(".json-branch", has_text="items").last
    branch.locator("> summary").click()
    expect(answers.locator(".json-number")).to_be_hidden()
    branch.locator("> summary").click()
    answers.locator(".json-branch", has_text="drink").last.locator("> summary").click()
    expect(answers.locator(".json-number")).to_have_text("12345678901234567890")
    answers.get_by_role("button", name="Text").click()
    expect(answers.locator(".body-text")).to_contain_text('"note": "<img src=x>"')
    answers.get_by_role("button", name="Bytes").click()
    expect(answers.locator(".hex-text").first).to_contain_text('{"name')
    check(page)


def test_a_picture_is_shown_by_what_its_bytes_are(page: Page) -> None:
    show(page, 1)
    image = page.locator(".body-picture")
    expect(image).to_be_visible()
    page.wait_for_function("() => document.querySelector('.body-picture').naturalWidth === 2")
    expect(page.locator(".head-block.server .body-facts")).to_contain_text("looks like image/png · 2 × 2 pixels")
    check(page)


@pytest.mark.parametrize("exchange", [2, 3, 4])
def test_pages_and_svg_are_text_whatever_they_say_they_are(page: Page, exchange: int) -> None:
    show(page, exchange)
    expect(page.locator(".head-block.server .body-text")).to_contain_text("<script>top.xss=1</script>")
    expect(page.locator(".body-picture")).to_have_count(0)
    check(page)


def test_a_damaged_picture_is_said_to_be_one(page: Page) -> None:
    show(page, 5)
    expect(page.locator(".head-block.server .body-note")).to_contain_text("cannot show this image")
    page.locator(".head-block.server").get_by_role("button", name="Bytes").click()
    expect(page.locator(".head-block.server .hex")).to_contain_text("PNG")


def test_bytes_are_bounded_and_forms_are_taken_apart(page: Page) -> None:
    show(page, 6)
    expect(page.locator(".head-block.server .body-hex")).to_be_visible()
    expect(page.locator(".head-block.server .body-note")).to_contain_text("of 25.6 kB")
    show(page, 7)
    expect(page.locator(".head-block.server .body-stage dd")).to_have_text(["1", "<script>"])


def test_a_request_can_be_copied_as_curl_and_is_shown(page: Page) -> None:
    show(page, 0)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.locator(".copied")).to_contain_text("Copied.")
    said = page.evaluate("navigator.clipboard.readText()")
    expect(page.locator(".copied-text")).to_have_text(said)
    assert re.match(r"curl --globoff .*'http://127\.0\.0\.1:80/0\?q=a\+b&x=<script>'", said)
    check(page)


def test_ambiguities_and_orphans_are_said_with_the_rule(page: Page) -> None:
    show(page, ODD)
    odd = page.locator(".anomalies li").first
    expect(odd).to_contain_text("RFC 9112")
    expect(page.locator(".head-none")).to_have_text("The response is not in the capture.")
    odd.get_by_role("link", name="packet").click()
    expect(page).to_have_url(re.compile(r"#/packets\?packet=\d+$"))
    show(page, ORPHAN)
    expect(page.locator(".head-none")).to_have_text("The request is not in the capture.")
    expect(page.locator(".anomalies")).to_be_visible()
    expect(page.locator(".http .grid-row[aria-selected=true] .target")).to_contain_text("request not captured")


def test_an_exchange_that_is_not_there_says_so(blank: Page, saved: Dashboard) -> None:
    page = blank.context.new_page()
    enter(page, saved)
    page.evaluate("location.hash = '#/http/999'")
    expect(page.locator(".panel.exchange")).to_contain_text("There is no exchange 999")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("exchange", ["", 0, ODD])
def test_it_shuts_nobody_out(chromium: Browser, saved: Dashboard, theme: str, exchange: int | str) -> None:
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), saved)
        page.evaluate("hash => { location.hash = hash; }", f"#/http/{exchange}")
        page.wait_for_selector(".head-line" if exchange != "" else ".grid-row:not(.head) .waterfall i")
        page.wait_for_load_state("networkidle")
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("view", ["http", "connections"])
def test_the_filter_looks_at_all_exchanges_and_not_at_the_newest_alone(blank: Page, long: Dashboard, view: str) -> None:
    page = enter(blank, long, view)
    rows = page.locator(".grid-row:not(.head):visible")
    expect(rows.first).to_contain_text("0")
    page.locator("#filter").fill("haystack")
    expect(rows).to_have_count(1)
    rows.click()
    expect(page).to_have_url(re.compile(f"#/{view}/2\\?q=haystack$"))
    expect(rows).to_have_attribute("aria-selected", "true")
    page.locator("#filter").fill("straw")
    expect(page.locator(".grid-table")).to_have_attribute("aria-rowcount", str(MANY))
    page.locator("#filter").fill("")
    expect(page.locator(".grid-row[aria-selected=true]")).to_contain_text("2")


def test_a_shared_address_with_a_filter_shows_the_chosen_row_wherever_it_stands(blank: Page, long: Dashboard) -> None:
    page = enter(blank, long)
    page.evaluate("location.hash = '#/http/700?q=straw'")
    expect(page.locator(".grid-row[aria-selected=true]")).to_contain_text("/hay/700")
    expect(page.locator(".http .tools-text")).to_have_text(f"{MANY - 1} of {MANY} exchanges")
