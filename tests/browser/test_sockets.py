"""The Sockets page on the live demo: descriptors appear, connections lead to them, the past can be shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import enter, eventually, next_frame, press, settled_box
from tests.browser.dashboards import Dashboard, running

RECORDING = Path(__file__).parent.parent.parent / "captures" / "demo.pcapng"


@pytest.fixture
def view(page: Page) -> Page:
    """The demo, looked at in the Sockets view."""
    page.evaluate("location.hash = '#/sockets'")
    page.wait_for_selector(".stage[data-view=sockets]")
    return page


def column(page: Page, process: str) -> Locator:
    """A process's column; the last of that name."""
    return page.get_by_role("region", name=f"Process {process}", exact=True).last


def lit(page: Page, process: str) -> Locator:
    """The descriptors of a process that are connections now."""
    return column(page, process).locator(".fd-slot.lit:not(.listener)")


def fact(page: Page, kind: str) -> Locator:
    return page.locator(f".fd-facts [data-kind={kind}]")


REGISTERED_AND_OPEN = """column => [".fd-registry dt", ".fd-slot.lit:not(.listener) .fd-number"].map(
  one => [...column.querySelectorAll(one)].map(({ textContent }) => textContent))"""


def test_tokens_light_up_while_the_chat_is_open_and_the_diary_names_them(view: Page) -> None:
    press(view, "join")
    for process in ("Alice", "Bob"):
        expect(lit(view, process)).to_have_count(1)
    expect(lit(view, "chat")).to_have_count(2)
    diary = column(view, "chat").locator(".fd-registry")
    expect(diary.locator("dd")).to_have_text(["Alice", "Bob"])

    def registers_what_is_open() -> None:
        registered, opened = column(view, "chat").evaluate(REGISTERED_AND_OPEN)
        assert registered == opened
        assert len(registered) == 2

    eventually(view, registers_what_is_open)
    expect(view.locator(".fd-connection.wall")).to_have_count(2)
    press(view, "leave")
    expect(lit(view, "chat")).to_have_count(0)
    expect(column(view, "chat").locator(".fd-slot.free")).not_to_have_count(0)
    expect(diary).to_have_count(0)


def test_wire_and_kernel_stand_side_by_side_with_the_kernels_figures(view: Page) -> None:
    press(view, "join")
    row = view.locator(".fd-table tbody tr", has_text="Alice").first
    expect(row.locator(".mono")).to_have_text(["ESTABLISHED", "ESTABLISHED"])
    figures = re.compile(r"rtt .+ ± .+ · cwnd \d+ · pacing rate .+/s")
    expect(row.locator(".fd-figures")).to_contain_text(figures)
    press(view, "leave")


def test_a_messages_way_goes_from_token_to_token(view: Page) -> None:
    press(view, "join")
    press(view, "alice_says_hi")
    view.locator(".fd-path-button", has_text="Hi").last.click()
    steps = view.locator(".fd-steps li")
    expect(steps).to_have_count(7)
    expected = re.compile(
        r"Alice writes to fd \d+ \| connection #\d+, packet \d+ \| chat reads from fd (\d+) \| "
        r"registry: fd \1 is Alice; Bob is fd (\d+) \| chat writes to fd \2 \| connection #\d+, packet \d+ \| "
        r"Bob reads from fd \d+"
    )

    def path_is_told() -> None:
        texts = " | ".join(steps.all_inner_texts())
        assert expected.search(texts), texts

    eventually(view, path_is_told)
    expect(view.locator(".fd-step")).to_have_text(["1", "2", "3", "4"])
    expect(view.locator(".fd-connection.on-path.bore")).to_have_count(2)
    steps.get_by_role("link", name="packet").first.click()
    expect(view).to_have_title("Connections · Wireglass")
    expect(view.locator(".step.chosen .wire-what")).to_contain_text("Hi")
    press(view, "leave")


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        pytest.param("before_accept", "ESTABLISHED, not accepted yet", id="before accept there is no token"),
        pytest.param("gone_while_closing", "held by no process", id="the token goes, the connection closes"),
        pytest.param("time_wait", "TIME-WAIT, no owning process", id="TIME-WAIT belongs to nobody"),
    ],
)
def test_a_fact_leads_to_the_moment_that_shows_it(view: Page, kind: str, holds: str) -> None:
    press(view, "refresh_twice")
    fact(view, kind).get_by_role("button").click()
    # Now and then both ends are the kernel's alone at that moment.
    expect(view.locator(".fd-loose.chosen", has_text=holds)).not_to_have_count(0)
    expect(view).to_have_url(re.compile(r"#/sockets/\d+\?at=\d+"))
    expect(view.locator(".fd-table tr.chosen", has_text="none")).not_to_have_count(0)


@pytest.mark.parametrize("kind", ["lowest_free", "used_again"])
def test_numbers_are_handed_out_again(view: Page, kind: str) -> None:
    press(view, "refresh_twice")
    expect(fact(view, kind).locator("p").first).to_contain_text(re.compile(r"got \d+"))
    fact(view, kind).get_by_role("button").click()
    expect(view.locator(".fd-slot.chosen").first).to_be_visible()


def test_the_past_is_scrubbed_and_now_is_one_press_away(view: Page) -> None:
    press(view, "join")
    expect(lit(view, "Alice")).to_have_count(1)
    slider = view.get_by_role("slider", name="Time")
    slider.focus()
    view.keyboard.press("Home")
    expect(view.locator(".fd-time")).to_have_text("0.000\u202f000 s")
    expect(lit(view, "chat")).to_have_count(0)
    view.get_by_role("button", name="Now").click()
    expect(lit(view, "chat")).to_have_count(2)
    view.locator(".fd-line", has_text="chat").last.locator("svg").click(position={"x": 3, "y": 4})
    expect(view.locator(".fd-time")).not_to_contain_text("now")
    view.keyboard.press("Escape")
    expect(view.locator(".fd-time")).to_contain_text("now")
    press(view, "leave")


@pytest.fixture(scope="module")
def recorded() -> Iterator[Dashboard]:
    """A recording with descriptors, in which nothing moves by itself."""
    with running("open", str(RECORDING)) as dashboard:
        yield dashboard


def test_the_slider_ends_where_the_lanes_end_and_its_line_goes_through_them(blank: Page, recorded: Dashboard) -> None:
    view = enter(blank, recorded, "sockets")
    view.locator(".fd-line").first.wait_for()
    expect(view).to_have_url(re.compile(r"[?&]at=\d+"))

    def are_as_wide() -> None:
        rail, lane = view.evaluate(RAIL_AND_LANE)
        assert rail == lane
        assert rail[1] > 0

    eventually(view, are_as_wide)
    rail, lane = (settled_box(view.locator(one).first) for one in (".fd-rail", ".fd-line svg"))
    for part in (0.25, 0.8):
        x = rail["x"] + part * rail["width"]
        view.mouse.click(x, rail["y"] + rail["height"] - 8)
        view.wait_for_function(THUMB_AT, arg=[part, 1 / rail["width"]])
        view.wait_for_function(CURSOR_AT, arg=x)
    view.mouse.move(lane["x"] + 5, lane["y"] + 4)
    view.mouse.down()
    view.mouse.move(rail["x"] + rail["width"] / 2, lane["y"] + 40)
    view.mouse.up()
    view.wait_for_function(CURSOR_AT, arg=rail["x"] + rail["width"] / 2)


RAIL_AND_LANE = """() => [".fd-rail", ".fd-line svg"].map(one => {
  const { x, width } = document.querySelector(one).getBoundingClientRect();
  return [x, width];
})"""

THUMB_AT = "([part, nearly]) => Math.abs(document.querySelector('.fd-slider').value - part) <= nearly"
"""Whether the middle of the thumb is where the pointer is."""

CURSOR_AT = """x => { const box = document.querySelector('.fd-cursor').getBoundingClientRect();
  return Math.abs(box.left + box.width / 2 - x) < 1; }"""


def test_a_capture_that_is_over_opens_where_the_most_is_held(blank: Page, recorded: Dashboard) -> None:
    view = enter(blank, recorded, "sockets")
    expect(view.locator(".fd-connection-name").first).to_be_visible()
    expect(view).to_have_url(re.compile(r"[?&]at=\d+"))
    view.keyboard.press("Escape")
    expect(view.locator(".fd-time")).to_contain_text("end")


TIME_AND_CHANGE = "header => ['.fd-time', '.fd-change'].map(one => header.querySelector(one).textContent)"


def test_arrow_keys_step_from_change_to_change(blank: Page, recorded: Dashboard) -> None:
    view = enter(blank, recorded, "sockets")
    view.locator(".fd-line").first.wait_for()
    view.get_by_role("slider", name="Time").focus()
    view.keyboard.press("Home")
    when, said = "0.000\u202f000 s", []
    expect(view.locator(".fd-time")).to_have_text(when)

    def next_change() -> list[str]:
        shown: list[str] = view.locator(".fd-history header").evaluate(TIME_AND_CHANGE)
        assert shown[0] != when
        return shown

    for _ in range(12):
        view.keyboard.press("ArrowRight")
        when, change = eventually(view, next_change)
        said.append(change)
    assert any(re.fullmatch(r"\w+ opens fd \d+ for connection #\d+", text) for text in said), said
    view.keyboard.press("End")
    expect(view.locator(".fd-time")).to_contain_text("end")
    view.locator(".fd-main").focus()
    view.keyboard.press("ArrowLeft")
    expect(view.locator(".fd-time")).not_to_contain_text("end")


def test_what_is_chosen_by_key_keeps_the_focus_though_all_is_drawn_anew(blank: Page, recorded: Dashboard) -> None:
    view = enter(blank, recorded, "sockets")
    for control in (fact(view, "time_wait").get_by_role("button"), view.locator(".fd-path-button").first):
        control.focus()
        view.keyboard.press("Enter")
        expect(view).to_have_url(re.compile("at="))
        expect(control).to_be_focused()
    view.locator("button.fd-slot").first.focus()
    view.keyboard.press("Enter")
    expect(view.locator("button.fd-slot.chosen").first).to_be_visible()
    expect(view.locator("button.fd-slot:focus")).to_have_count(1)


@pytest.mark.parametrize("control", ["button.fd-slot", ".fd-table a", "button.fd-loose"])
def test_a_click_that_has_begun_arrives_though_the_view_is_drawn_anew(
    blank: Page, recorded: Dashboard, control: str
) -> None:
    view = enter(blank, recorded, "sockets")
    expect(view).to_have_url(re.compile(r"[?&]at=\d+"))  # where both chat clients are connected
    if control == "button.fd-loose":
        fact(view, "time_wait").get_by_role("button").click()
        expect(view.locator(".fd-loose.chosen")).to_have_count(1)
        view.keyboard.press("Escape")
        expect(view.locator(".fd-loose.chosen")).to_have_count(0)
    view.locator(control).first.hover()
    view.mouse.down()
    when = view.locator(".fd-time").inner_text()
    view.keyboard.press("ArrowRight")
    expect(view.locator(".fd-time")).not_to_have_text(when)
    next_frame(view)
    view.mouse.up()
    expect(view).to_have_url(re.compile(r"#/(sockets|connections)/\d+"))


def test_the_history_shows_the_stretch_of_time_that_was_chosen(blank: Page, recorded: Dashboard) -> None:
    view = enter(blank, recorded, "sockets")
    view.locator(".fd-line").first.wait_for()
    view.get_by_role("slider", name="Time").focus()
    view.keyboard.press("Home")
    view.get_by_role("button", name="Zoom in").click()
    expect(view.locator(".span-chip")).to_be_visible()
    expect(view).to_have_url(re.compile(r"[?&]t=0-"))
    view.get_by_role("button", name="Zoom out").click()
    expect(view.locator(".span-chip")).to_be_hidden()


def test_a_connections_sockets_say_their_tokens(page: Page) -> None:
    page.evaluate("location.hash = '#/connections'")
    press(page, "get")
    for side, process in (("client", "visitor"), ("server", "cafe")):
        expect(page.locator(f".socket.{side} .socket-fd")).to_have_text(re.compile(rf"was fd \d+ in {process}"))
    page.locator(".socket.client .socket-fd").click()
    expect(page).to_have_title("Sockets · Wireglass")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_view_shuts_nobody_out(chromium: Browser, demo: Dashboard, theme: str) -> None:
    """axe-core finds nothing; its script is injected, which the policy would refuse."""
    with chromium.new_context(bypass_csp=True, color_scheme=theme) as context:  # type: ignore[arg-type]
        page = enter(context.new_page(), demo)
        press(page, "join")
        press(page, "alice_says_hi")
        page.evaluate("location.hash = '#/sockets'")
        page.locator(".fd-path-button").last.click()
        page.locator(".fd-steps").wait_for()
        results = Axe().run(page)
        press(page, "leave")
        assert results.violations_count == 0, results.generate_report()


SIDEWAYS = """() => ['html', '.fd-page', '.fd-figure', '.fd-track', '.fd-side', '.fd-kernel-states']
  .filter(one => { const found = document.querySelector(one); return found.scrollWidth > found.clientWidth; })"""


COLUMNS = """processes => processes.map(process => {
  const { x, y } = [...document.querySelectorAll(`[aria-label="Process ${process}"]`)].at(-1).getBoundingClientRect();
  return [x, y];
})"""


def test_on_a_narrow_screen_processes_stand_in_a_stack_and_nothing_scrolls_sideways(view: Page) -> None:
    press(view, "join")
    view.set_viewport_size({"width": 390, "height": 844})
    expect(view.locator(".fd-connection.wall")).to_have_count(2)

    def form_a_stack() -> None:
        places = view.evaluate(COLUMNS, ["Alice", "chat", "Bob"])
        assert [y for _, y in places] == sorted(y for _, y in places)
        assert len({x for x, _ in places}) == 1
        assert view.evaluate(SIDEWAYS) == []

    eventually(view, form_a_stack)
    expect(view.locator(".fd-table")).to_be_visible()
    view.set_viewport_size({"width": 1440, "height": 900})
    view.wait_for_function("getComputedStyle(document.querySelector('.fd-columns')).flexDirection === 'row'")
    press(view, "leave")
