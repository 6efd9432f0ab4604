from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.descriptors.reports import MAX_HOLDERS, MAX_TEXT, NOWHERE, Call, Sighting, parse, socket_of_text
from inspector.tcp.states import State
from tests.descriptors.craft import LOCAL, REMOTE, call, gone, seen


def changed(line: bytes, **facts: Any) -> bytes:
    return json.dumps({**json.loads(line), **facts}).encode()


def test_a_call_is_read() -> None:
    read = parse(call("accept", 1, 7, 55, local=LOCAL, remote=REMOTE))
    assert isinstance(read, Call)
    assert (read.fd, read.local, read.remote) == (7, (4, 0, 0x7F000001, 8000), (4, 0, 0x7F000001, 51514))


def test_the_last_word_of_a_call_is_read() -> None:
    read = parse(call("close", 1, 7, 55, state="LAST-ACK", figures={"rtt_us": 3}))
    assert isinstance(read, Call)
    assert (read.state, read.figures) == (State.LAST_ACK, {"rtt_us": 3})
    assert parse(call("close", 1, 7, 55, state="ASLEEP")) is None
    assert parse(call("close", 1, 7, 55, state="LAST-ACK", figures={"rtt_us": "3"})) is None


def test_a_sighting_is_read() -> None:
    read = parse(seen(1, "FIN-WAIT-2", holders=[[1, "x", 2]], figures={"rtt_us": 3, "pacing_rate": None}))
    assert isinstance(read, Sighting)
    assert (read.state, read.holders, read.figures) == (State.FIN_WAIT_2, ((1, "x", 2),), {"rtt_us": 3})
    ended = parse(gone(2))
    assert isinstance(ended, Sighting)
    assert not ended.is_listed


def test_ipv6_is_read() -> None:
    assert socket_of_text("[2001:db8::1]:443") == (6, 0x20010DB8 << 32, 1, 443)


WELL = call("socket", 1, 7, 55)
LOOK = seen(1, "ESTABLISHED")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="bytes that are no text"),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b'{"x": 1}', id="an object of another kind"),
        pytest.param(b"[" * 50_000, id="deeper than deep"),
        pytest.param(changed(WELL, call="explode"), id="a call that is none"),
        pytest.param(changed(WELL, call=[1]), id="a call that is a list"),
        pytest.param(changed(WELL, fd=-1), id="a negative number"),
        pytest.param(changed(WELL, fd=1.5), id="a broken number"),
        pytest.param(changed(WELL, fd=True), id="true for a number"),
        pytest.param(changed(WELL, pid=2**31), id="a process too many"),
        pytest.param(changed(WELL, inode=2**63), id="an inode too large"),
        pytest.param(changed(WELL, time_ns=2**62 + 1), id="a time after all times"),
        pytest.param(changed(WELL, process=7), id="a name that is a number"),
        pytest.param(changed(WELL, local="nowhere"), id="no socket"),
        pytest.param(changed(WELL, local="1.2.3.4:99999"), id="a port too large"),
        pytest.param(changed(LOOK, state="LIMBO"), id="a state that is none"),
        pytest.param(changed(LOOK, holders=[1]), id="holders that are numbers"),
        pytest.param(changed(LOOK, figures={"rtt_us": "x"}), id="figures that are words"),
        pytest.param(changed(LOOK, unread=2**32), id="more unread than there can be"),
    ],
)
def test_what_makes_no_sense_is_no_report(line: bytes) -> None:
    assert parse(line) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda a: (
            st.lists(a)
            | st.dictionaries(st.sampled_from(["call", "seen", "fd", "local", "holders", "figures", "state"]), a)
        ),
        max_leaves=12,
    )
)
def test_nothing_that_a_file_may_hold_makes_it_stumble(told: Any) -> None:
    read = parse(json.dumps(told).encode())
    assert read is None or isinstance(read, (Call, Sighting))


def test_texts_and_lists_are_cut() -> None:
    named = parse(changed(WELL, process="x" * 1000))
    assert isinstance(named, Call)
    assert len(named.process) == MAX_TEXT
    assert named.local == NOWHERE
    crowded = parse(changed(LOOK, holders=[[1, "x", 2]] * 1000))
    assert isinstance(crowded, Sighting)
    assert len(crowded.holders) == MAX_HOLDERS
