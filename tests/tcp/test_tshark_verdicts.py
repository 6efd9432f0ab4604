"""Every exported verdict held against tshark itself, on recordings and on what seeded programs make of them.

tshark 4.0 is the witness: the names and the rules are its own (docs/anomalies.md).
"""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

import inspector
from inspector.tcp.verdicts import TSHARK_SAYS, Verdict, tshark_names

from .mutations import Packets, pcap, variants

TSHARK = shutil.which("tshark")
WITNESS = "4.0."

RECORDINGS = Path(__file__).parent.parent.parent / "captures"

PACKETS_OF_A_RECORDING = 120
"""Each recording is taken eleven times: enough for every situation it was made for, in a few seconds."""

CONVERSATIONS = 500

NAMES = [str(verdict.name).lower() for verdict in Verdict if verdict not in TSHARK_SAYS]

Said = dict[int, list[str]]


def _version() -> str:
    assert TSHARK
    return subprocess.run([TSHARK, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]


def by_tshark(path: Path) -> Said:
    """tshark's verdicts by packet number."""
    assert TSHARK
    fields = [word for name in NAMES for word in ("-e", f"tcp.analysis.{name}")]
    command = [
        TSHARK,
        "-n",
        "-o",
        "tcp.reassemble_out_of_order:TRUE",
        "-r",
        str(path),
        "-T",
        "fields",
        "-e",
        "frame.number",
    ]
    found: Said = {}
    for line in subprocess.run([*command, *fields], capture_output=True, text=True, check=True).stdout.splitlines():
        number, *marks = line.split("\t")
        found[int(number)] = _narrowest([name for name, mark in zip(NAMES, marks, strict=True) if mark])
    return found


def _narrowest(names: list[str]) -> list[str]:
    """Without the retransmission that tshark adds to its kinds."""
    is_kind = {"fast_retransmission", "spurious_retransmission"} & set(names)
    return [name for name in names if name != "retransmission" or not is_kind]


def by_wireglass(path: Path) -> Said:
    """Our verdicts by packet number."""
    with inspector.open(path) as capture:
        return {row + 1: tshark_names(bits) for row, bits in enumerate(capture.packets["analysis"].tolist())}


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, list[str], list[str]]]]:
    """By variant: the number of each of its packets, tshark's verdicts and ours."""
    if TSHARK is None:
        pytest.skip("needs tshark (Debian: apt install tshark)")
    if not _version().startswith(WITNESS):
        pytest.skip(f"needs tshark {WITNESS}x, whose rules the verdicts follow")
    packets: Packets = []
    owners: list[str] = []
    for name, some in variants(RECORDINGS, PACKETS_OF_A_RECORDING, CONVERSATIONS):
        packets += some
        owners += [name] * len(some)
    path = tmp_path_factory.mktemp("witness") / "variants.pcap"
    path.write_bytes(pcap(packets))
    theirs, ours = by_tshark(path), by_wireglass(path)
    found = defaultdict(list)
    for number, name in enumerate(owners, 1):
        found[name].append((number, theirs[number], ours[number]))
    return found


Witnessed = dict[str, list[tuple[int, list[str], list[str]]]]


@pytest.mark.parametrize("verdict", NAMES)
def test_a_verdict_is_given_where_tshark_gives_it_and_nowhere_else(witnessed: Witnessed, verdict: str) -> None:
    is_met = False
    for name, packets in witnessed.items():
        wrong = [
            number - packets[0][0] + 1 for number, theirs, ours in packets if (verdict in theirs) != (verdict in ours)
        ]
        assert not wrong, f"{name}: packets {wrong}"
        is_met = is_met or any(verdict in theirs for _, theirs, _ in packets)
    assert is_met, "no packet has it: the comparison proves nothing"
