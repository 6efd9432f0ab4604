"""Every sentence of an anomaly agrees in number with its counts."""

from __future__ import annotations

import re

import pytest

from inspector.anomalies import ANOMALIES
from inspector.anomalies.registry import describe, index_of


@pytest.mark.parametrize("code", [anomaly.code for anomaly in ANOMALIES])
def test_one_of_a_thing_is_singular(code: str) -> None:
    assert not re.search(
        r"\b1 (bytes|lines|pieces|requests|\w+ (bytes|requests|characters)|[\w-]+ characters)\b",
        describe(index_of(code), 1, 1, 1),
    )


def test_a_count_has_its_noun() -> None:
    assert describe(index_of("tcp-window-shrunk"), 1, 0, 0).endswith(" moved back by 1 byte.")
    assert describe(index_of("tcp-window-shrunk"), 1200, 0, 0).endswith(" moved back by 1,200 bytes.")
