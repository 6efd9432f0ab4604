from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
from inspector.live.privileges import drop_capabilities
assert drop_capabilities()
print(*[line for line in open("/proc/self/status") if line.startswith(("Cap", "NoNew"))])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_dropped_capabilities_are_gone_and_cannot_come_back() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    facts = dict(line.split(":\t") for line in done.stdout.split("\n ") if line.strip())
    assert [int(facts[name], 16) for name in ("CapInh", "CapPrm", "CapEff")] == [0, 0, 0]
    assert int(facts["NoNewPrivs"]) == 1
