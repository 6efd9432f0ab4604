"""Finds claims in a scenario's text that no check covers."""

from __future__ import annotations

import re
from collections.abc import Iterable

NAMES = re.compile(r"(RFC|figures?) \d+|§[\d.]+|HTTP/1\.1|IPv6|half-(open|close)|::1|\w+\(\d\)")
"""What has a number in its name, and claims nothing by it."""

AMOUNTS = re.compile(
    r"\d[\d.,]*\d|\d|\b(two|three|four|five|eight|nine|ten|eleven|thousand|gigabyte|twice|half|tenth)\b", re.IGNORECASE
)

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")


def unheld(text: str, held: Iterable[str]) -> list[str]:
    """The sentences of a text that contain none of the phrases `held`, and its amounts that are in none of them."""
    covered = [at.span() for phrase in held for at in re.finditer(re.escape(phrase), text)]
    allowed = covered + [at.span() for at in NAMES.finditer(text)]
    found = [
        f"{amount[0]} (in “{text[max(0, amount.start() - 20) : amount.end() + 20]}”)"
        for amount in AMOUNTS.finditer(text)
        if not any(first <= amount.start() and amount.end() <= last for first, last in allowed)
    ]
    ends = [at.start() for at in SENTENCE.finditer(text)] + [len(text)]
    for start, end in zip([0, *ends], ends, strict=False):
        if not any(first < end and last > start for first, last in covered):
            found.append(text[start:end].strip())
    return found
