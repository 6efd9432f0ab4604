"""Operands of conditions: fields, slices, functions and arithmetic, checked once and then read for a scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from inspector.query.language.errors import FilterError
from inspector.query.language.field import Cost, Field
from inspector.query.language.scope import Part, Scope
from inspector.query.language.syntax import Arithmetic, Call, FieldRef, Literal, Operand, Slice
from inspector.query.language.values import NUMERIC, SLICEABLE, Kind, duration, number, objects, to_bytes
from inspector.tables.addresses import address
from inspector.tables.arrays import Rows, Values

Parts = list[Part]


@dataclass(frozen=True)
class Source:
    """An operand that has been checked: its kind of value, and how it is read.

    Attributes:
        names: of a NAME the values by index; of a number, names that stand for numbers.
        presence: where it is, whatever its values.
        tables: the tables whose fields it reads.
    """

    kind: Kind
    read: Callable[[Scope], Parts]
    presence: Callable[[Scope], Parts]
    cost: int
    tables: frozenset[str]
    names: tuple[str, ...] = ()
    largest: int = 0
    label: str = ""


def source(operand: Operand, fields: Mapping[str, Field]) -> Source:
    """Check an operand. Raises FilterError."""
    match operand:
        case FieldRef():
            return _field(operand, fields[operand.name])
        case Slice():
            return _slice(operand, fields)
        case Call():
            return _call(operand, fields)
        case Arithmetic():
            return _arithmetic(operand, fields)


def _field(ref: FieldRef, field: Field) -> Source:
    read, presence = field.read, field.presence or field.read
    if ref.layers:
        read, presence = _at_layers(read, ref.layers), _at_layers(presence, ref.layers)
    tables = frozenset((field.table,))
    return Source(field.kind, read, presence, int(field.cost), tables, field.names, field.largest, field.name)


def _at_layers(
    read: Callable[[Scope], Parts], layers: tuple[tuple[int | None, int | None], ...]
) -> Callable[[Scope], Parts]:
    def chosen(scope: Scope) -> Parts:
        parts = read(scope)
        deepest = np.zeros(len(scope), np.int64)
        for part in parts:
            where = slice(None) if part.at is None else part.at
            deepest[where] = np.maximum(deepest[where], part.layer)
        found = []
        for part in parts:
            at = np.arange(len(scope)) if part.at is None else part.at
            wanted = np.zeros(len(at), bool)
            for first, last in layers:
                begin = _from_outside(first or 1, deepest[at])
                stop = np.full(len(at), 1 << 30) if last is None else _from_outside(last, deepest[at])
                wanted |= (part.layer >= begin) & (part.layer <= stop)
            found.append(Part(part.values[wanted], at[wanted], part.layer))
        return found

    return chosen


def _from_outside(layer: int, deepest: Values) -> Values:
    return np.full(len(deepest), layer) if layer > 0 else deepest + 1 + layer


def _slice(node: Slice, fields: Mapping[str, Field]) -> Source:
    of = source(node.of, fields)
    if of.kind not in SLICEABLE:
        raise FilterError(f"{node.of} is {of.kind.phrase}; only bytes, texts and addresses can be sliced.", node.at)
    of = as_text(of)
    ranges = node.ranges

    def read(scope: Scope) -> Parts:
        found = []
        for values, at, layer in of.read(scope):
            pieces = values.tolist() if of.kind is Kind.TEXT else to_bytes(of.kind, values)
            cut = [_cut(piece, ranges) for piece in pieces]
            known = np.array([piece is not None for piece in cut], bool)
            kept = objects([piece for piece in cut if piece is not None])
            where = np.flatnonzero(known)
            found.append(Part(kept, where if at is None else at[where], layer))
        return found

    kind = Kind.TEXT if of.kind is Kind.TEXT else Kind.BYTES
    return Source(kind, read, read, Cost.TEXT, of.tables, label=str(node))


def _cut(piece: bytes | str, ranges: tuple[tuple[int | None, int | None], ...]) -> bytes | str | None:
    """The pieces of a value that the ranges name, joined; None where it is too short for one of them."""
    found = piece[:0]
    for first, stop in ranges:
        begin = first or 0
        part = piece[begin:stop]
        end = len(piece) if stop is None else stop if stop >= 0 else len(piece) + stop
        wanted = end - (begin if begin >= 0 else len(piece) + begin)
        if len(part) != wanted or not part:
            return None
        found += part  # type: ignore[operator]
    return found


def as_text(of: Source) -> Source:
    """A NAME as the text of its name; any other source as it is."""
    if of.kind is not Kind.NAME:
        return of
    names = objects(list(of.names))

    def read(scope: Scope) -> Parts:
        return [Part(names[values], at, layer) for values, at, layer in of.read(scope)]

    return Source(Kind.TEXT, read, of.presence, of.cost, of.tables, label=of.label)


def _call(node: Call, fields: Mapping[str, Field]) -> Source:
    if node.name in ("min", "max"):
        return _extreme(node, fields)
    argument = node.arguments[0]
    assert not isinstance(argument, Literal), "the parser takes a field first"
    of = source(argument, fields)
    make, kind = _FUNCTIONS[node.name](node, as_text(of))
    of = as_text(of)

    def read(scope: Scope) -> Parts:
        return make(scope, of.read(scope))

    cost = of.cost if node.name in ("count", "abs") else Cost.TEXT
    return Source(kind, read, read, cost, of.tables, label=str(node))


Made = tuple[Callable[[Scope, Parts], Parts], Kind]


def _wrong_kind(node: Call, of: Source, wanted: str) -> FilterError:
    return FilterError(f"{node.name}() takes {wanted}; {of.label} is {of.kind.phrase}.", node.at, len(node.name))


def _each_value(make: Callable[[Values], Values]) -> Callable[[Scope, Parts], Parts]:
    return lambda _scope, parts: [Part(make(values), at, layer) for values, at, layer in parts]


def _len(node: Call, of: Source) -> Made:
    if of.kind not in SLICEABLE:
        raise _wrong_kind(node, of, "a text, bytes or an address")
    lengths = _each_value(lambda values: np.array([len(piece) for piece in to_bytes(of.kind, values)], np.int64))
    return lengths, Kind.NUMBER


def _count(_node: Call, _of: Source) -> Made:
    def count(scope: Scope, parts: Parts) -> Parts:
        total = np.zeros(len(scope), np.int64)
        for part in parts:
            total[slice(None) if part.at is None else part.at] += 1
        at = np.flatnonzero(total)
        return [Part(total[at], at)]

    return count, Kind.NUMBER


def _cased(node: Call, of: Source) -> Made:
    if of.kind is not Kind.TEXT:
        raise _wrong_kind(node, of, "a text")
    change = str.lower if node.name == "lower" else str.upper
    return _each_value(lambda values: objects([change(text) for text in values.tolist()])), Kind.TEXT


def _string(node: Call, of: Source) -> Made:
    if of.kind in (Kind.PROTOCOL, Kind.BYTES, Kind.LABEL):
        raise _wrong_kind(node, of, "a field with a number, an address or a text")
    return _each_value(lambda values: objects(shown(of.kind, values))), Kind.TEXT


def _abs(node: Call, of: Source) -> Made:
    if of.kind not in NUMERIC:
        raise _wrong_kind(node, of, "a number or a duration")
    return _each_value(np.abs), of.kind


_FUNCTIONS: dict[str, Callable[[Call, Source], Made]] = {
    "len": _len, "count": _count, "lower": _cased, "upper": _cased, "string": _string, "abs": _abs,
}  # fmt: skip


def shown(kind: Kind, values: Values) -> list[str]:
    """The values as text."""
    if kind is Kind.IPV4:
        return [address(4, 0, value) for value in values.tolist()]
    if kind is Kind.IPV6:
        return [address(6, high, low) for high, low in values.tolist()]
    if kind is Kind.ETHERNET:
        return [value.to_bytes(6, "big").hex(":") for value in values.tolist()]
    if kind in (Kind.DURATION, Kind.TIME):
        return [f"{value / 1e9:.9f}" for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def _extreme(node: Call, fields: Mapping[str, Field]) -> Source:
    sources = [source(each, fields) for each in node.arguments if not isinstance(each, Literal)]
    for of in sources:
        if of.kind not in NUMERIC or of.kind is not sources[0].kind:
            raise _wrong_kind(node, of, "numbers, or values of one kind")
    literals = [_constant(sources[0].kind, each) for each in node.arguments if isinstance(each, Literal)]
    better = np.minimum if node.name == "min" else np.maximum
    worst = (1 << 62) if node.name == "min" else -(1 << 62)

    def read(scope: Scope) -> Parts:
        best, known = np.full(len(scope), worst), np.zeros(len(scope), bool)
        for of in sources:
            for values, at, _layer in of.read(scope):
                where = slice(None) if at is None else at
                best[where] = better(best[where], values)
                known[where] = True
        for value in literals:
            best = better(best, value)
        at = np.flatnonzero(known)
        return [Part(best[at], at)]

    tables = frozenset().union(*(of.tables for of in sources))
    return Source(sources[0].kind, read, read, max(of.cost for of in sources), tables, label=str(node))


def _constant(kind: Kind, literal: Literal) -> int:
    return duration(literal) if kind is Kind.DURATION else number(literal)


def _arithmetic(node: Arithmetic, fields: Mapping[str, Field]) -> Source:
    sides = [each for each in (node.left, node.right) if each is not None]
    sources = [source(each, fields) if not isinstance(each, Literal) else None for each in sides]
    known = [each for each in sources if each is not None]
    kind = known[0].kind if known else Kind.NUMBER
    for of in known:
        if of.kind not in NUMERIC:
            raise FilterError(f"{of.label} is {of.kind.phrase}; it cannot be computed with.", node.at)
    if node.operator == "&" and any(of.kind is not Kind.NUMBER for of in known):
        raise FilterError(f"{known[0].label} is {known[0].kind.phrase}; & takes numbers.", node.at)
    kind = Kind.DURATION if any(of.kind is Kind.DURATION for of in known) else kind
    scaled = node.operator in ("*", "/", "%")  # a factor has no unit

    def operand(each: Operand | Literal, of: Source | None) -> Callable[[Scope], Parts]:
        if of is not None:
            return of.read
        assert isinstance(each, Literal)
        value = number(each) if scaled else _constant(kind, each)
        return lambda scope: [Part(np.full(len(scope), value, np.int64), None)]

    reads = [operand(*each) for each in zip(sides, sources, strict=True)]

    def read(scope: Scope) -> Parts:
        if len(reads) == 1:
            return [Part(-values, at, layer) for values, at, layer in reads[0](scope)]
        found = []
        for left, right, at, layer in paired(reads[0](scope), reads[1](scope)):
            with np.errstate(over="ignore"):
                result, defined = _computed(node.operator, left.astype(np.int64), right.astype(np.int64))
            if not defined.all():
                result, at = result[defined], np.flatnonzero(defined) if at is None else at[defined]
            found.append(Part(result, at, layer))
        return found

    tables = frozenset().union(*(of.tables for of in known))
    return Source(kind, read, read, max((of.cost for of in known), default=0), tables, label=str(node))


def _computed(operator: str, left: Values, right: Values) -> tuple[Values, Values]:
    """The result, and where it is defined: nothing is divided by 0. Quotients are cut towards 0, as in C."""
    defined = np.ones(len(left), bool)
    if operator in ("/", "%"):
        defined = right != 0
        divisor = np.where(defined, right, 1)
        quotient = np.sign(left) * np.sign(divisor) * (np.abs(left) // np.abs(divisor))
        return (quotient if operator == "/" else left - quotient * divisor), defined
    compute = {"+": np.add, "-": np.subtract, "*": np.multiply, "&": np.bitwise_and}[operator]
    return compute(left, right), defined


def paired(left: Parts, right: Parts) -> Iterator[tuple[Values, Values, Rows | None, int]]:
    """Each occurrence of one operand with each of the other at the same position."""
    for one in left:
        for other in right:
            if one.at is None and other.at is None:
                yield one.values, other.values, None, one.layer
            elif one.at is None:
                yield one.values[other.at], other.values, other.at, one.layer
            elif other.at is None:
                yield one.values, other.values[one.at], one.at, one.layer
            else:
                at, mine, theirs = np.intersect1d(one.at, other.at, assume_unique=True, return_indices=True)
                yield one.values[mine], other.values[theirs], at, one.layer
