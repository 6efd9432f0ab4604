"""The transition table, as data."""

from __future__ import annotations

from inspector.tcp.states import TRANSITIONS, Signal, State, dense_table


def test_dense_table_says_what_the_transitions_say() -> None:
    table = dense_table()
    for state in State:
        for signal in Signal:
            assert table[16 * state + signal] == TRANSITIONS.get((state, signal), state)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {after for (before, _), after in TRANSITIONS.items() if after is not before}
    left = {before for (before, _), after in TRANSITIONS.items() if after is not before}
    assert reached == left == set(State)


def test_the_close_is_that_of_figure_5() -> None:
    """CLOSE-WAIT leads only to LAST-ACK: an end that sends its FIN before it receives the peer's is in FIN-WAIT-1."""
    assert {after for (before, _), after in TRANSITIONS.items() if before is State.CLOSE_WAIT} == {
        State.LAST_ACK,
        State.CLOSED,
    }


def test_a_reset_ends_every_state_but_two() -> None:
    """RFC 9293 §3.10.7.2 and §3.10.7.4: LISTEN ignores it, and SYN-RECEIVED returns to LISTEN after a passive open."""
    others = {Signal.GOT_RST: {State.LISTEN: State.LISTEN}, Signal.SENT_RST: {}} | {
        Signal.GOT_RST_WHEN_CALLED: {State.LISTEN: State.LISTEN, State.SYN_RECEIVED: State.LISTEN}
    }
    for signal, others_after in others.items():
        for state in State:
            after = dense_table()[16 * state + signal]
            assert after == others_after.get(state, State.CLOSED), f"{state.rfc_name}, {signal.name}"


def test_names_are_the_rfcs() -> None:
    assert State.FIN_WAIT_1.rfc_name == "FIN-WAIT-1"
    assert State.ESTABLISHED.rfc_name == "ESTABLISHED"
