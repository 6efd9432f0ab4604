"""The numbers of the RFC."""

from __future__ import annotations

from inspector.websocket.protocol import CLOSE_MEANING, may_be_sent


def test_every_close_code_with_a_meaning_may_be_sent_and_reserved_ones_may_not() -> None:
    assert all(may_be_sent(code) for code in CLOSE_MEANING)
    assert [code for code in range(1000, 3001) if may_be_sent(code)] == [*sorted(CLOSE_MEANING), 3000]
    assert not any(may_be_sent(code) for code in (1004, 1005, 1006, 1015, 5000))
