"""Conditions of a display filter: checked once, then decided for the positions of a scope."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from inspector.query.language.errors import FilterError
from inspector.query.language.field import Cost, Field
from inspector.query.language.operands import Parts, Source, as_text, paired, source
from inspector.query.language.scope import BY_PACKET, Scope
from inspector.query.language.syntax import (
    Among,
    Arithmetic,
    Compare,
    Exists,
    FieldRef,
    Junction,
    Literal,
    Node,
    Not,
    Word,
)
from inspector.query.language.values import (
    NUMERIC,
    ORDER,
    TRUTHS,
    Kind,
    Test,
    as_bytes,
    compare_ipv6,
    duration,
    each,
    ethernet,
    halves,
    ipv4,
    ipv6,
    moment,
    number,
    pattern_of,
    to_bytes,
    wrong,
)
from inspector.tables.arrays import Mask, Values

WordMask = Callable[[str, Word], tuple[Mask, bool]]
"""For a table and a bare word: the rows that match, and whether these are rows of packets, since the table has no words
of its own."""

ALL_OPERATORS = {"!=", "==="}
"""Comparisons that must hold for all occurrences of a field; of the others, one is enough."""

SPOKEN = {"http", "websocket"}
"""Protocols that a connection speaks: of packets, they name those in which a message ends, as in Wireshark; of other
tables, all rows of such a connection."""

DENSE = 0.25
"""Where fewer positions than this share are left, the next condition is decided for those alone."""


@dataclass(frozen=True)
class Condition:
    """A condition that has been checked.

    Attributes:
        decide: which positions of a scope meet it.
        tables: the tables whose fields it reads; "packets" also stands for words decided by packet.
    """

    node: Node
    decide: Callable[[Scope], Mask]
    cost: int
    tables: frozenset[str]
    children: tuple[Condition, ...] = ()

    def needs_packets(self, table: str) -> bool:
        """Whether, to decide it for rows of a table, their packets are looked at one by one."""
        if table == "packets":
            return False
        if table in BY_PACKET:
            return bool(self.tables - {table})
        return bool(self.tables & {"packets", "anomalies"})


def condition(node: Node, fields: Mapping[str, Field], words: WordMask, table: str) -> Condition:
    """Check a node of the syntax tree, for rows of a table. Raises FilterError."""
    match node:
        case Junction():
            return _junction(node, [condition(child, fields, words, table) for child in node.children])
        case Not():
            of = condition(node.child, fields, words, table)
            return Condition(node, lambda scope: ~of.decide(scope), of.cost, of.tables, (of,))
        case Word():
            return _word(node, words, table)
        case Exists(operand=FieldRef(name=name, layers=())) if name in SPOKEN and table != "packets":
            return _word(Word(name, at=node.at), words, table)
        case Exists():
            return _exists(node, source(node.operand, fields))
        case Compare():
            return _compare(node, fields)
        case Among():
            return _among(node, fields)


def _junction(node: Junction, children: list[Condition]) -> Condition:
    decide = {"and": _all_of, "or": _any_of, "xor": _one_of}[node.operator]
    ordered = sorted(children, key=lambda child: child.cost) if node.operator != "xor" else children
    tables = frozenset().union(*(child.tables for child in children))
    cost = max(child.cost for child in children)
    return Condition(node, lambda scope: decide(ordered, scope), cost, tables, tuple(children))


def _all_of(children: list[Condition], scope: Scope) -> Mask:
    mask = children[0].decide(scope)
    for child in children[1:]:
        mask = _narrowed(child, scope, mask)
    return mask


def _any_of(children: list[Condition], scope: Scope) -> Mask:
    mask = children[0].decide(scope)
    for child in children[1:]:
        mask = mask | _narrowed(child, scope, ~mask)
    return mask


def _narrowed(child: Condition, scope: Scope, open_at: Mask) -> Mask:
    """The positions that are open and meet a condition, which is decided for them alone if they are few or it is
    expensive.
    """
    left = int(np.count_nonzero(open_at))
    if not left:
        return np.zeros(len(scope), bool)
    if left == len(scope) or (child.cost < Cost.TEXT and left > DENSE * len(scope)):
        return child.decide(scope) & open_at
    positions = np.flatnonzero(open_at)
    found = np.zeros(len(scope), bool)
    found[positions[child.decide(scope.chosen(positions))]] = True
    return found


def _one_of(children: list[Condition], scope: Scope) -> Mask:
    mask = children[0].decide(scope)
    for child in children[1:]:
        mask = mask ^ child.decide(scope)
    return mask


def _word(node: Word, words: WordMask, table: str) -> Condition:
    is_by_packet = table not in ("packets", "connections", "exchanges", "messages")

    def decide(scope: Scope) -> Mask:
        mask, of_packets = words(scope.name, node)
        return np.asarray(mask[scope.related("packets").rows if of_packets else scope.rows])

    tables = frozenset(("packets",)) if is_by_packet else frozenset((table,))
    return Condition(node, decide, Cost.TEXT, tables)


def _exists(node: Exists, of: Source) -> Condition:
    is_masked = isinstance(node.operand, Arithmetic)

    def decide(scope: Scope) -> Mask:
        mask = np.zeros(len(scope), bool)
        for values, at, _layer in of.presence(scope):
            where = slice(None) if at is None else at
            mask[where] |= values != 0 if is_masked else True
        return mask

    return Condition(node, decide, of.cost if of.kind is not Kind.PROTOCOL else Cost.HEADER, of.tables)


def _quantified(size: int, parts: Parts, test: Test, is_all: bool) -> Mask:
    found = np.full(size, is_all)
    exists = np.zeros(size, bool)
    for values, at, _layer in parts:
        passed = test(values)
        if is_all:
            exists[slice(None) if at is None else at] = True
            found[~passed if at is None else at[~passed]] = False
        elif at is None:
            found |= passed
        else:
            found[at[passed]] = True
    return found & exists if is_all else found


def _is_all(operator: str, quantifier: str) -> bool:
    return quantifier == "all" or (not quantifier and operator in ALL_OPERATORS)


def _compare(node: Compare, fields: Mapping[str, Field]) -> Condition:
    left = source(node.left, fields)
    if left.kind is Kind.LABEL:
        raise FilterError(f"{left.label} has no value to compare; write it alone.", node.at, len(node.operator))
    if node.operator == "matches" and not (isinstance(node.right, Literal)):
        raise FilterError("Expected a regular expression in quotation marks after matches.", node.at)
    right = node.right
    if isinstance(right, FieldRef) and _is_meant_as_name(right, left, fields):
        right = Literal(right.name, at=right.at)
    is_all = _is_all(node.operator, node.quantifier)
    if isinstance(right, Literal):
        test = literal_test(left, node.operator, right)
        read = left.read
        return Condition(node, lambda scope: _quantified(len(scope), read(scope), test, is_all), left.cost, left.tables)
    return _compare_operands(node, left, source(right, fields), is_all)


def _is_meant_as_name(ref: FieldRef, left: Source, fields: Mapping[str, Field]) -> bool:
    """Whether a bare word on the right, such as http, is a value of the left side and not a protocol."""
    return (
        "." not in ref.name
        and fields[ref.name].kind is Kind.PROTOCOL
        and left.kind in (Kind.NAME, Kind.TEXT, Kind.NUMBER)
    )


def _compare_operands(node: Compare, left: Source, right: Source, is_all: bool) -> Condition:
    left, right = as_text(left), as_text(right)
    fits = left.kind is right.kind or (left.kind in NUMERIC and right.kind in NUMERIC)
    if not fits or left.kind in (Kind.LABEL, Kind.PROTOCOL):
        raise FilterError(
            f"{left.label} is {left.kind.phrase}, {right.label} {right.kind.phrase}: they cannot be compared.",
            node.at,
        )
    if node.operator == "contains":
        if left.kind not in (Kind.TEXT, Kind.BYTES):
            raise FilterError(f"{left.label} is {left.kind.phrase}; contains takes a text or bytes.", node.at)

        def test(one: Values, other: Values) -> Mask:
            return np.array([b in a for a, b in zip(one.tolist(), other.tolist(), strict=True)], bool)
    elif left.kind is Kind.IPV6:

        def test(one: Values, other: Values) -> Mask:
            return compare_ipv6(node.operator, one, other)
    else:
        order = ORDER[node.operator]

        def test(one: Values, other: Values) -> Mask:
            return np.asarray(order(one, other), bool)

    def decide(scope: Scope) -> Mask:
        found = np.full(len(scope), is_all)
        exists = np.zeros(len(scope), bool)
        for one, other, at, _layer in paired(left.read(scope), right.read(scope)):
            passed = test(one, other)
            where = np.arange(len(scope)) if at is None else at
            exists[where] = True
            if is_all:
                found[where[~passed]] = False
            else:
                found[where[passed]] = True
        return found & exists

    return Condition(node, decide, max(left.cost, right.cost), left.tables | right.tables)


def _among(node: Among, fields: Mapping[str, Field]) -> Condition:
    left = source(node.left, fields)
    if left.kind in (Kind.LABEL, Kind.PROTOCOL):
        raise FilterError(f"{left.label} has no value that could be in a set.", node.at)
    tests: list[Test] = []
    for first, last in node.items:
        if last is None:
            tests.append(literal_test(left, "==", first))
        else:
            low, high = literal_test(left, ">=", first), literal_test(left, "<=", last)
            tests.append(lambda values, low=low, high=high: low(values) & high(values))  # type: ignore[misc]

    def test(values: Values) -> Mask:
        found = np.zeros(len(values), bool)
        for one in tests:
            found |= one(values)
        return found

    is_all = node.quantifier == "all"
    return Condition(
        node, lambda scope: _quantified(len(scope), left.read(scope), test, is_all), left.cost, left.tables
    )


def literal_test(left: Source, operator: str, literal: Literal) -> Test:
    """A test of an operand's values against a literal. Raises FilterError if the literal is no value of that kind."""
    kind = left.kind
    if operator == "matches":
        return _matches(left, literal)
    if operator == "contains":
        return _contains(left, literal)
    order = ORDER[operator]
    if kind is Kind.NAME:
        return _named(left, operator, literal)
    if kind is Kind.TEXT:
        text = literal.text
        return each(lambda value: bool(order(value, text)))
    if kind in (Kind.BYTES, Kind.PROTOCOL):
        data = as_bytes(literal)
        return each(lambda value: bool(order(value, data)))
    if kind is Kind.IPV4:
        wanted, mask = ipv4(literal)
        return lambda values: np.asarray(order(values & mask, wanted))
    if kind is Kind.IPV6:
        address, prefix = ipv6(literal)
        high, low = halves(prefix)
        return lambda values: compare_ipv6(operator, values & np.array([high, low]), halves(address))
    value = _number(left, literal)
    if kind is Kind.BOOLEAN:
        value = int(value != 0)
    return lambda values: np.asarray(order(values, value))


def _number(left: Source, literal: Literal) -> int:
    kind = left.kind
    if kind is Kind.ETHERNET:
        return ethernet(literal)
    if kind is Kind.DURATION:
        return duration(literal)
    if kind is Kind.TIME:
        return moment(literal)
    names = TRUTHS if kind is Kind.BOOLEAN else {name.lower(): i for i, name in enumerate(left.names) if name}
    value = number(literal, names)
    if left.largest and value > left.largest:
        raise FilterError(
            f"“{literal.text}” is too large; {left.label} is at most {left.largest}.", literal.at, len(literal.text)
        )
    if abs(value) >= 1 << 62:
        raise wrong(literal, "a number that fits into 62 bits")
    return value


def _named(left: Source, operator: str, literal: Literal) -> Test:
    text = literal.text.lower()
    if operator not in ("==", "!=", "===", "!=="):
        raise FilterError(
            f"{left.label} is a name; names are compared with ==, !=, in, contains or matches.", literal.at
        )
    names = [name.lower() for name in left.names]
    normal = (
        text if text in names else text.replace("_", "-") if text.replace("_", "-") in names else text.replace("-", "_")
    )
    if not text or normal not in names:
        near = difflib.get_close_matches(text[:60], [name for name in names if name], 2, 0.6)
        shown = [name for name in left.names if name]
        choices = " or ".join(near) if near else ", ".join(shown[:12]) + (", …" if len(shown) > 12 else "")
        raise wrong(literal, f"a value of {left.label}: {choices}")
    index = names.index(normal)
    order = ORDER[operator]
    return lambda values: np.asarray(order(values, index))


def _by_name(left: Source, passes: Callable[[str], bool]) -> Test:
    table = np.array([bool(name) and passes(name) for name in left.names], bool)
    return lambda values: table[values]


def _contains(left: Source, literal: Literal) -> Test:
    if left.kind is Kind.NAME:
        return _by_name(left, lambda name: literal.text in name)
    if left.kind is Kind.TEXT:
        text = literal.text
        return each(lambda value: text in value)
    if left.kind in (Kind.NUMBER, Kind.BOOLEAN, Kind.TIME, Kind.DURATION):
        raise FilterError(
            f"{left.label} is {left.kind.phrase}; contains takes a text, bytes or an address.", literal.at
        )
    data, kind = as_bytes(literal), left.kind
    return lambda values: np.array([data in value for value in to_bytes(kind, values)], bool)


def _matches(left: Source, literal: Literal) -> Test:
    if left.kind is Kind.NAME:
        found = pattern_of(literal)
        return _by_name(left, lambda name: found(name.encode()))
    if left.kind is Kind.TEXT:
        found = pattern_of(literal)
        return each(lambda value: found(value.encode("utf-8", "surrogateescape")))
    if left.kind not in (Kind.BYTES, Kind.PROTOCOL):
        raise FilterError(
            f"{left.label} is {left.kind.phrase}; matches takes a text or bytes, such as string({left.label}).",
            literal.at,
        )
    found = pattern_of(literal, is_bytes=True)
    return lambda values: np.array([found(value) for value in values.tolist()], bool)
