"""The class of one kind of anomaly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of anomaly: its code, texts, rule and severity.

    Attributes:
        detail: the sentence of a row, with {a}, {b}, {c} for its numbers, {a:byte} for a number with its noun and
            {a:time} for a number of nanoseconds.
        reference: the RFC section of the rule.
        severity: "note" (allowed, but worth knowing), "warning" (something went wrong on the way) or "violation" (a
            MUST of an RFC is broken).
        packet: which number is a packet number, if any: "a", "b" or "c".
        unknown: the sentence to use if one of the numbers is -1, which means unknown.
    """

    code: str
    title: str
    detail: str
    reference: str
    severity: str = "warning"
    packet: str = ""
    unknown: str = ""
