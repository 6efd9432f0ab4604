"""Claims of a text that no check covers are found."""

from __future__ import annotations

import pytest

from tests.lab.scenarios.texts import unheld

TEXT = "Three requests take 0.3 s (RFC 9112 §9.3). The server closes."


@pytest.mark.parametrize(
    ("held", "found"),
    [
        pytest.param(["Three requests", "0.3 s", "server closes"], [], id="all of it is held"),
        pytest.param(
            ["Three requests", "0.3 s"], ["The server closes."], id="a sentence that nothing was held against"
        ),
        pytest.param(["requests", "0.3 s", "closes"], ["Three (in “Three requests take 0.”)"], id="an amount"),
    ],
)
def test_what_nothing_was_held_against(held: list[str], found: list[str]) -> None:
    assert [one[:20] for one in unheld(TEXT, held)] == [one[:20] for one in found]
