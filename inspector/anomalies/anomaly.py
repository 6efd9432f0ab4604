"""What is said of one kind of oddity."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of oddity.

    `detail` is a sentence with the places {a}, {b}, {c} for the row's numbers, {a:time} where one is ns; `unknown` is
    the sentence where one of them is -1, not known. `severity` is "note" (lawful, worth knowing), "warning" (something
    went wrong on the way) or "violation" (a MUST of an RFC is broken). `packet` says which of the numbers is a packets
    row + 1, if one is.
    """

    code: str
    title: str
    detail: str
    reference: str
    severity: str = "warning"
    packet: str = ""
    unknown: str = ""
