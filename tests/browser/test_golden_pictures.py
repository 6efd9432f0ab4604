"""Pictures of the views beside golden ones: what only pixels tell, as colours by CSS, overlaps and clipping.

Texts are drawn in a font of empty boxes, so that fonts of the machine decide nothing; what they say is asserted
elsewhere. Left out are a browser's own check boxes, and the activity below the lanes.
After an intended change of the look, `REWRITE_GOLDEN=1 pytest tests/browser/test_golden_pictures.py` writes the
pictures anew: look at each.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from inspector.lab.sample_captures import demo_recording, recordings
from tests.browser.blank_font import blank_font
from tests.browser.conftest import enter, eventually
from tests.browser.dashboards import Dashboard, running
from tests.compare.traffic import five_ways

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "REWRITE_GOLDEN"

WINDOW = {"width": 1200, "height": 780}

MOST_BYTES = 60_000
"""Of a golden picture."""

FONT = f"""
@font-face {{ font-family: Blank; src: url(data:font/ttf;base64,{base64.b64encode(blank_font()).decode()}); }}
:root {{ --text: Blank; --mono: Blank; }}
* {{ font-family: Blank !important; text-rendering: geometricPrecision !important; }}
input[type=checkbox], .brush-canvas {{ visibility: hidden; }}
"""

WITHOUT_TEXT = """
CanvasRenderingContext2D.prototype.fillText = () => {};
CanvasRenderingContext2D.prototype.measureText = (text) => ({ width: 6 * text.length });
"""
"""A canvas does not wait for a font."""

COMPARE = """async ([golden, shown]) => {
  const BLOCK = 8; // pixels of a side
  const MOST = 6; // mean difference of a block's values, of 255: a line of another colour is more, its blur is less
  const pixels = async (base64) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    return { context, width, height, data: context.getImageData(0, 0, width, height).data };
  };
  const [before, after] = await Promise.all([golden, shown].map(pixels));
  const { width, height, context } = after;
  if (before.width !== width || before.height !== height) return { places: ["the whole: its size"], picture: shown };
  const places = [];
  context.fillStyle = "rgb(255 0 0 / 50%)";
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      let [sum, values] = [0, 0];
      for (let y = top; y < Math.min(top + BLOCK, height); y += 1) {
        for (let x = left; x < Math.min(left + BLOCK, width); x += 1) {
          for (let i = 4 * (y * width + x); i % 4 < 3; i += 1, values += 1) {
            sum += Math.abs(before.data[i] - after.data[i]);
          }
        }
      }
      if (sum <= MOST * values) continue;
      places.push(`${left},${top}`);
      context.fillRect(left, top, BLOCK, BLOCK);
    }
  }
  const bytes = new Uint8Array(await (await context.canvas.convertToBlob()).arrayBuffer());
  return { places, picture: btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), "")) };
}"""
"""Blocks of two PNGs (base64) that differ, as "left,top" in pixels, and the second with these in red."""


def ladder(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/connections/0'; }")
    expect(page.locator(".step.packet")).to_have_count(8)


def lanes(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/timeline'; }")
    expect(page.locator(".lane:visible")).to_have_count(7)


def chat(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/websocket/5'; }")
    expect(page.locator(".bubble:visible").first).to_be_visible()


def sockets(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/sockets'; }")
    expect(page.locator("button.fd-slot").first).to_be_visible()
    expect(page.locator(".fd-line").first).to_be_visible()


def compare(page: Page) -> None:
    page.evaluate("() => { location.hash = '#/compare/11'; }")
    expect(page.locator(".compare-proof")).to_be_visible()


Show = Callable[[Page], None]

PICTURES: dict[str, tuple[str, Show, str]] = {
    "ladder": ("abort", ladder, "light"),
    "ladder-dark": ("abort", ladder, "dark"),
    "lanes": ("demo", lanes, "light"),
    "chat": ("demo", chat, "light"),
    "sockets": ("demo", sockets, "light"),
    "compare": ("five", compare, "light"),
}
"""By name: the recording, what is shown of it, and the theme."""


@pytest.fixture(scope="module")
def dashboards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Dashboard]]:
    five = five_ways(tmp_path_factory.mktemp("five") / "five.pcapng")
    with (
        running("open", str(demo_recording())) as demo,
        running("open", str(recordings()["abort"][0])) as aborted,
        running("open", str(five)) as compared,
    ):
        yield {"demo": demo, "abort": aborted, "five": compared}


def taken(page: Page) -> bytes:
    """A picture of the page once two in a row are the same."""
    pictures = [b""]

    def check() -> bytes:
        pictures.append(page.screenshot(animations="disabled", caret="hide", scale="css"))
        assert pictures[-1] == pictures[-2]
        return pictures[-1]

    return eventually(page, check)


def compared(chromium: Browser, golden: bytes, shown: bytes) -> dict[str, Any]:
    page = chromium.new_page()
    found: dict[str, Any] = page.evaluate(COMPARE, [base64.b64encode(picture).decode() for picture in (golden, shown)])
    page.close()
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_view_looks_as_it_should(chromium: Browser, dashboards: dict[str, Dashboard], name: str) -> None:
    recording, show, theme = PICTURES[name]
    golden = GOLDEN / f"{name}.png"
    options: dict[str, Any] = {"viewport": WINDOW, "reduced_motion": "reduce", "color_scheme": theme}
    with chromium.new_context(**options, device_scale_factor=1, bypass_csp=True) as context:
        page = context.new_page()
        page.add_init_script(WITHOUT_TEXT)
        enter(page, dashboards[recording])
        page.add_style_tag(content=FONT)
        page.evaluate("() => document.fonts.load('13px Blank')")
        show(page)
        if REWRITE in os.environ:
            golden.write_bytes(taken(page))
        assert golden.stat().st_size < MOST_BYTES
        found: dict[str, Any] = {}

        def check() -> None:
            found.update(compared(chromium, golden.read_bytes(), taken(page)))
            assert not found["places"]

        try:
            eventually(page, check)
        except AssertionError:
            difference = Path(tempfile.mkdtemp(prefix="wireglass-golden-")) / f"{name}.png"
            difference.write_bytes(base64.b64decode(found["picture"]))
            pytest.fail(f"{len(found['places'])} places look different, as at {found['places'][:5]}: see {difference}")


def test_a_line_of_another_colour_is_found(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 200, "height": 100})
    pictures = []
    for colour in ("#0072B2", "#A35F00", "#0072B4"):
        page.set_content(f"<hr style='border: 0; height: 1px; background: {colour}'>")
        pictures.append(page.screenshot())
    page.close()
    golden, other, same = pictures
    assert len(compared(chromium, golden, other)["places"]) > 20
    assert compared(chromium, golden, same)["places"] == []
