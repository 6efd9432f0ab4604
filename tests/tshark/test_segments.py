"""TCP's columns, windows and every verdict compared with tshark, on recordings and on seeded mutations of them.

tshark 4.0 is the witness: the names and the rules of the verdicts are its own (docs/anomalies.md). Where both disagree,
`deviations` says why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import inspector
from inspector.tcp.flags_and_seq import ACK, FIN, SYN
from inspector.tcp.verdicts import COPY_SHIFT, TSHARK_SAYS, Verdict, tshark_names, verdict_names
from inspector.views.rows import packet_columns
from tests.tcp.mutations import Packets, pcap, variants

from .deviations import Disagreement, check
from .witness import fields, needs_witness

pytestmark = needs_witness

RECORDINGS = Path(__file__).parent.parent.parent / "captures"

PACKETS_OF_A_RECORDING = 120
"""Each recording is taken eleven times: enough for every situation it was made for, in a few seconds."""

CONVERSATIONS = 500

NAMES = [str(verdict.name).lower() for verdict in Verdict if verdict not in TSHARK_SAYS]

FIELDS = (
    "tcp.stream", "tcp.srcport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.seq", "tcp.ack", "tcp.len",
    "tcp.window_size_value", "tcp.window_size", "tcp.analysis.ack_rtt", *(f"tcp.analysis.{name}" for name in NAMES),
)  # fmt: skip

IN_ORDER = {"as it is", "dropped", "cut off", "one side", "from the middle", "wrapped", "windows closed"}
"""Programs that neither repeat nor reorder segments, nor set the clock."""

COLUMNS = ("flags", "seq_raw", "ack_raw", "payload")
"""Columns that have to be the same in every packet."""

Row = dict[str, Any]


@dataclass
class Witness:
    """Both views of each packet, in variants whose connections are the same in both."""

    disagreements: list[Disagreement]
    compared: Counter[str] = field(default_factory=Counter)
    """How many values of each part were compared, and how many packets have each verdict and each bit of ours."""


def _narrowest(names: list[str]) -> list[str]:
    """Without the retransmission that tshark adds to its kinds."""
    is_kind = {"fast_retransmission", "spurious_retransmission"} & set(names)
    return [name for name in names if name != "retransmission" or not is_kind]


def _theirs(line: dict[str, str]) -> Row:
    """One packet according to tshark."""
    flags, rtt = int(line["tcp.flags"], 16), line["tcp.analysis.ack_rtt"]
    return {
        "connection": int(line["tcp.stream"]),
        "port": line["tcp.srcport"],
        "flags": flags,
        "seq_raw": int(line["tcp.seq_raw"]),
        "ack_raw": int(line["tcp.ack_raw"]),
        "seq": int(line["tcp.seq"]),
        "ack": int(line["tcp.ack"]) if flags & ACK else None,
        "payload": int(line["tcp.len"]),
        "window": (int(line["tcp.window_size"]), int(line["tcp.window_size_value"])),
        "rtt": round(float(rtt) * 1e9) if rtt else None,
        "verdicts": _narrowest([name for name in NAMES if line[f"tcp.analysis.{name}"]]),
    }


def _ours(path: Path) -> list[Row]:
    """The same of every packet according to Wireglass."""
    with inspector.open(path) as capture:
        shown, packets = packet_columns(capture), capture.packets
        columns = {
            "connection": packets["connection"].tolist(),
            "flags": packets["flags"].tolist(),
            "seq_raw": packets["seq"].tolist(),
            "ack_raw": packets["ack"].tolist(),
            "seq": shown["seq"].tolist(),
            "ack": shown["ack"].tolist(),
            "payload": packets["payload"].tolist(),
            "window": packets["window"].tolist(),
            "rtt": shown["ack_rtt_ns"].tolist(),
            "bits": packets["analysis"].tolist(),
        }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _grouped(rows: list[Row]) -> list[int]:
    """The connections of these packets, numbered anew."""
    seen: dict[int, int] = {}
    return [seen.setdefault(row["connection"], len(seen)) for row in rows]


def _facts(theirs: list[Row]) -> Iterator[set[str]]:
    """What tshark's columns say about each packet of a variant and those before it."""
    has_syn: set[tuple[int, str]] = set()
    ports: dict[int, set[str]] = defaultdict(set)
    ends: Counter[tuple[int, str, int]] = Counter()
    for row in theirs:
        connection, own = row["connection"], row["port"]
        ports[connection].add(own)
        if row["flags"] & SYN:
            has_syn.add((connection, own))
        peers = ports[connection] - {own}
        facts = set()
        if not any((connection, peer) in has_syn for peer in peers):
            facts.add("peer's SYN not captured")
        if (connection, own) not in has_syn:
            facts.add("sender's SYN not captured")
        if any(ends[connection, peer, row["ack_raw"]] > 1 for peer in peers):
            facts.add("acknowledged segment sent twice")
        occupied = row["payload"] + bool(row["flags"] & (SYN | FIN))
        if occupied:
            ends[connection, own, (row["seq_raw"] + occupied) % 2**32] += 1
        yield facts


def _compare(name: str, theirs: list[Row], ours: list[Row], witness: Witness) -> None:
    """Compare the packets of one variant."""
    program = name.partition(", ")[2]
    for number, (their, our, facts) in enumerate(zip(theirs, ours, _facts(theirs), strict=True), 1):
        where, bits = f"{name}: packet {number}", our["bits"]

        def differ(part: str, one: object, other: object, where: str = where, facts: set[str] = facts) -> None:
            witness.compared[part] += 1
            if (one[0] if isinstance(one, tuple) else one) != other:
                witness.disagreements.append(Disagreement(part, where, one, other, frozenset(facts)))

        for column in COLUMNS:
            differ(column, their[column], our[column])
        differ("window", their["window"], our["window"])
        if program:
            differ("relative number", their["seq"], our["seq"])
            differ("relative number", their["ack"], our["ack"])
        if program in IN_ORDER:
            differ("round trip", their["rtt"], our["rtt"])
        facts |= {str(verdict.name) for verdict in TSHARK_SAYS if bits & verdict}
        facts |= {"captured twice"} if bits >> COPY_SHIFT else set()
        differ("verdict", their["verdicts"], verdict_names(bits))
        differ("exported verdict", their["verdicts"], tshark_names(bits))
        witness.compared.update(their["verdicts"])
        witness.compared.update(facts)


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Witness:
    packets: Packets = []
    stops: dict[str, int] = {}
    for name, some in variants(RECORDINGS, PACKETS_OF_A_RECORDING, CONVERSATIONS):
        packets += some
        stops[name] = len(packets)
    path = tmp_path_factory.mktemp("witness") / "variants.pcap"
    path.write_bytes(pcap(packets))
    theirs, ours = [_theirs(line) for line in fields(path, FIELDS)], _ours(path)
    witness, start = Witness([]), 0
    for name, stop in stops.items():
        one, other = theirs[start:stop], ours[start:stop]
        start = stop
        if _grouped(one) == _grouped(other):
            _compare(name, one, other, witness)
        else:
            made_up = frozenset({"made up"} if ", " not in name else ())
            witness.disagreements.append(Disagreement("connection", name, None, None, made_up))
    return witness


PARTS = ("connection", *COLUMNS, "relative number", "window", "round trip", "verdict", "exported verdict")


@pytest.mark.parametrize("part", PARTS)
def test_whatever_disagrees_with_tshark_is_a_known_deviation_and_each_of_them_is_needed(
    witness: Witness, part: str
) -> None:
    check({part}, witness.disagreements)
    assert part == "connection" or witness.compared[part] > 5000


def test_few_of_the_made_up_conversations_are_split_otherwise(witness: Witness) -> None:
    assert sum(one.part == "connection" for one in witness.disagreements) < CONVERSATIONS / 20


@pytest.mark.parametrize("verdict", NAMES)
def test_every_verdict_of_tshark_is_met(witness: Witness, verdict: str) -> None:
    assert witness.compared[verdict], "no packet has it: the comparison proves nothing"


@pytest.mark.parametrize("verdict", TSHARK_SAYS, ids=lambda verdict: verdict.name)
def test_every_verdict_that_tshark_does_not_have_is_met(witness: Witness, verdict: Verdict) -> None:
    assert witness.compared[str(verdict.name)], "no packet has it: the comparison proves nothing"
