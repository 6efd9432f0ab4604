"""The numbers of the RFC."""

from __future__ import annotations

import pytest

from inspector.websocket.opcodes import CLOSE_MEANING, NEVER_SENT, close_meaning, is_undefined, must_not_be_sent


def test_close_codes_are_meaningful_never_sent_undefined_or_free_to_use() -> None:
    for code in range(65536):
        kinds = [code in CLOSE_MEANING, must_not_be_sent(code), is_undefined(code), 3000 <= code <= 4999]
        assert kinds.count(True) == 1
    assert sorted(NEVER_SENT) == [1005, 1006, 1015]


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (1000, "normal closure"),
        (1004, "reserved"),
        (1006, "the connection ended without a close frame"),
        (1016, "reserved"),
        (2999, "reserved"),
        (3000, "for libraries and frameworks, registered with IANA"),
        (4000, "for private use, agreed between the two applications"),
        (999, "not a close code"),
        (5000, "not a close code"),
    ],
)
def test_a_close_code_in_words(code: int, meaning: str) -> None:
    assert close_meaning(code) == meaning
