"""Finds the rows of a table that a display filter selects.

One definition holds for every table: a row is selected if the filter holds for the row and one of its packets. A field
of another table has the values of all rows that belong to them, and a comparison decides as in Wireshark what several
values mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from inspector.query.language.conditions import Condition, WordMask, condition
from inspector.query.language.field_list import FIELDS
from inspector.query.language.headers import Headers
from inspector.query.language.scope import Links, Scope
from inspector.query.language.syntax import Junction, Node, words_of
from inspector.tables.arrays import Mask, Rows
from inspector.tables.table import Table

if TYPE_CHECKING:
    from inspector.engine.capture import Capture


class Evaluator:
    """Evaluates display filters on one capture, which may grow.

    Args:
        words: decides bare words.
    """

    def __init__(self, capture: Capture, words: WordMask) -> None:
        self._capture = capture
        self._headers = Headers(capture)
        self._words = words

    def matching(self, name: str, node: Node, events: Table | None = None) -> Rows:
        """Rows of the table `name` that the filter selects, ascending.

        Args:
            events: the table of events, if `name` is "events".
        Raises:
            FilterError: the filter compares a field with something that is no value of it.
        """
        links = Links(self._capture, self._headers, events)
        rows = links.everything(name)
        checked = condition(node, FIELDS, self._words, name)
        if not len(rows):
            return rows
        return rows[_decided(checked, Scope(links, name, rows, rows if name == "packets" else None))]


def _decided(checked: Condition, scope: Scope) -> Mask:
    """Which rows meet a condition, itself or by one of their packets. What needs no packets is decided first."""
    if not checked.needs_packets(scope.name):
        return checked.decide(scope)
    operator = checked.node.operator if isinstance(checked.node, Junction) else ""
    if operator == "or":
        found = np.zeros(len(scope), bool)
        for child in checked.children:
            found[~found] = _decided(child, scope.chosen(np.flatnonzero(~found)))
        return found
    if operator == "and":
        found = np.ones(len(scope), bool)
        for child in checked.children:
            if not child.needs_packets(scope.name):
                found[found] = child.decide(scope.chosen(np.flatnonzero(found)))
        left = np.flatnonzero(found)
        found[left] = _by_packets(checked, scope.chosen(left))
        return found
    return _by_packets(checked, scope)


def _by_packets(checked: Condition, scope: Scope) -> Mask:
    found = np.zeros(len(scope), bool)
    for at, packets in scope.links.packets_of(scope.name, scope.rows):
        pairs = Scope(scope.links, scope.name, scope.rows[at], packets)
        found[at[checked.decide(pairs)]] = True
    return found


def reading(node: Node) -> str | None:
    """How a filter with bare words, or in another program's form, was read; None where it says so itself."""
    return str(node) if next(words_of(node), None) is not None else None
