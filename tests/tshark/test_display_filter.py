"""The display filter selects the packets that tshark's selects, for expressions made from what tshark finds."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.tshark.filter_agreement import disagreements, expressions

CAPTURES = Path(__file__).parent.parent.parent / "captures"

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")

DEVIATIONS = {
    r"tcp\.analysis|tcp\.completeness": "The analysis of TCP differs where deviations.py says so.",
    r"http\.time": "tshark pairs a response with the latest request, also of several that are pipelined.",
    r"http\.file_data": "tshark decodes a body, the filter searches it as it was sent.",
}


@pytest.mark.parametrize("name", ["keep-alive", "chat", "ipv6", "pipelining", "half-close"])
def test_the_same_packets_as_tshark(name: str) -> None:
    capture = CAPTURES / f"{name}.pcapng"
    asked = expressions(capture)
    assert len(asked) > 300
    different = [
        found for found in disagreements(capture, asked) if not any(re.search(rule, found[0]) for rule in DEVIATIONS)
    ]
    assert not different
