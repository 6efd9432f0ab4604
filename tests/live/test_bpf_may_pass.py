"""Programs evaluated on incomplete packets, compared with the kernel's decisions on complete ones."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.live import bpf
from inspector.live.bpf_may_pass import may_pass
from inspector.pcap.formats import LinkType
from tests.live.test_bpf import UNWANTED, WANTED, ethernet, passes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux runs classic BPF before local sockets")

EXPRESSIONS = [
    "tcp port 8000",
    "host 127.0.0.1 and not port 80",
    "net 127.0.0.0/8",
    "ip6",
    "tcp[tcpflags] & tcp-syn != 0",
    "portrange 1-443 or udp",
    "ip[8] + ip[9] * 2 - 3 > 70 or ip6[6] = 6",
    "ip[6:2] & 0x1fff = 0 and ip[2:2] >> 2 = 15",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("packet", [*WANTED.values(), *UNWANTED.values()], ids=[*WANTED, *UNWANTED])
def test_a_packet_known_whole_is_judged_as_the_kernel_judges_it(expression: str, packet: bytes) -> None:
    program = bpf.compile_filter(expression, LinkType.ETHERNET)
    framed = ethernet(packet)
    assert may_pass(program, dict(enumerate(framed))) == (passes(program, framed) is not None)


@given(st.sampled_from(EXPRESSIONS), st.sampled_from([*WANTED.values(), *UNWANTED.values()]), st.data())
def test_knowing_less_never_turns_away_what_passes(expression: str, packet: bytes, data: st.DataObject) -> None:
    framed = ethernet(packet)
    program = bpf.compile_filter(expression, LinkType.ETHERNET)
    kept = data.draw(st.sets(st.integers(0, len(framed) - 1)))
    known = {at: octet for at, octet in enumerate(framed) if at in kept}
    assert may_pass(program, known) >= may_pass(program, dict(enumerate(framed)))
