"""Nothing that matters is cut: numbers, ports, units and statuses are whole in every list, at any width of window."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import STARTUP, enter
from tests.browser.dashboards import Dashboard, running

MANY = 100_001
"""Packets of the long capture: the first number of six digits and the one after it."""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A capture of so many packets that their numbers are set in groups of three digits."""
    path = tmp_path_factory.mktemp("room") / "long.pcap"
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    packet = struct.pack("<IIII", 1_700_000_000, 0, 42, 42) + bytes(12) + b"\x08\x06" + bytes(28)
    path.write_bytes(header + packet * MANY)
    with running("open", str(path)) as dashboard:
        yield dashboard


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_number_of_a_late_packet_is_whole(blank: Page, long: Dashboard, width: int) -> None:
    page = enter(blank, long, f"packets?packet={MANY}")
    page.set_viewport_size({"width": width, "height": 800})
    number = page.locator("[aria-selected=true]:visible .cell.number")
    expect(number).to_have_text("100\u202f001", timeout=STARTUP)
    assert number.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
