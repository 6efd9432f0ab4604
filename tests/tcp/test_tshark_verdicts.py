"""Every exported verdict compared with tshark, on recordings and on seeded mutations of them.

tshark 4.0 is the witness: the names and the rules are its own (docs/anomalies.md). It begins a new conversation with
every SYN of another number, and all that follows is of that; here what goes on in the old connection stays there, and
is judged there. So what is put into other connections is not compared.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
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
"""Verdicts by packet number."""
Placed = dict[int, int]
"""The connection of each packet by its number."""


def _version() -> str:
    assert TSHARK
    return subprocess.run([TSHARK, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]


def by_tshark(path: Path) -> tuple[Said, Placed]:
    """tshark's verdicts and conversations."""
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
        "-e",
        "tcp.stream",
    ]
    found: Said = {}
    placed: Placed = {}
    for line in subprocess.run([*command, *fields], capture_output=True, text=True, check=True).stdout.splitlines():
        number, stream, *marks = line.split("\t")
        found[int(number)] = _narrowest([name for name, mark in zip(NAMES, marks, strict=True) if mark])
        placed[int(number)] = int(stream)
    return found, placed


def _narrowest(names: list[str]) -> list[str]:
    """Without the retransmission that tshark adds to its kinds."""
    is_kind = {"fast_retransmission", "spurious_retransmission"} & set(names)
    return [name for name in names if name != "retransmission" or not is_kind]


def by_wireglass(path: Path) -> tuple[Said, Placed]:
    """Our verdicts and connections."""
    with inspector.open(path) as capture:
        analysis, connection = (capture.packets[name].tolist() for name in ("analysis", "connection"))
    return {row + 1: tshark_names(bits) for row, bits in enumerate(analysis)}, dict(enumerate(connection, 1))


def _grouped(placed: Placed, numbers: list[int]) -> list[int]:
    """The connections of these packets, numbered anew."""
    seen: Placed = {}
    return [seen.setdefault(placed[number], len(seen)) for number in numbers]


@dataclass(frozen=True)
class Witness:
    """Of each variant the packets' numbers, tshark's verdicts and ours; and the variants that are not compared."""

    compared: dict[str, list[tuple[int, list[str], list[str]]]]
    elsewhere: list[str]


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> Witness:
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
    (theirs, their_place), (ours, our_place) = by_tshark(path), by_wireglass(path)
    numbers = defaultdict(list)
    for number, name in enumerate(owners, 1):
        numbers[name].append(number)
    elsewhere = [name for name, some in numbers.items() if _grouped(their_place, some) != _grouped(our_place, some)]
    return Witness(
        {
            name: [(number, theirs[number], ours[number]) for number in some]
            for name, some in numbers.items()
            if name not in elsewhere
        },
        elsewhere,
    )


def test_only_numbers_that_are_made_up_are_put_into_other_connections_than_tsharks(witnessed: Witness) -> None:
    assert all(name.startswith("conversation ") for name in witnessed.elsewhere)
    assert len(witnessed.elsewhere) < CONVERSATIONS / 20


@pytest.mark.parametrize("verdict", NAMES)
def test_a_verdict_is_given_where_tshark_gives_it_and_nowhere_else(witnessed: Witness, verdict: str) -> None:
    is_met = False
    for name, packets in witnessed.compared.items():
        wrong = [
            number - packets[0][0] + 1 for number, theirs, ours in packets if (verdict in theirs) != (verdict in ours)
        ]
        assert not wrong, f"{name}: packets {wrong}"
        is_met = is_met or any(verdict in theirs for _, theirs, _ in packets)
    assert is_met, "no packet has it: the comparison proves nothing"
