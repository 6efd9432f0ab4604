"""The syntax tree of a display filter. `str` of a node is an expression that is parsed as the same node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from inspector.query.language.tokens import quoted

_AT = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written; its meaning depends on the field that it is compared with."""

    text: str
    is_quoted: bool = False
    at: int = _AT

    def __str__(self) -> str:
        return quoted(self.text) if self.is_quoted else self.text


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field by its name; `layers` chooses among several headers of the same protocol (`ip.addr#2`): 1 is the
    outermost one, -1 the innermost. Empty for all.
    """

    name: str
    layers: tuple[tuple[int | None, int | None], ...] = ()
    at: int = _AT

    def __str__(self) -> str:
        return self.name + (f"#[{_ranges(self.layers)}]" if self.layers else "")


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes or characters of an operand: (first, stop) for each range, negative from the end, None for open."""

    of: Operand
    ranges: tuple[tuple[int | None, int | None], ...]
    at: int = _AT

    def __str__(self) -> str:
        return f"{self.of}[{','.join(f'{_end(first)}:{_length(first, stop)}' for first, stop in self.ranges)}]"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one or more operands."""

    name: str
    arguments: tuple[Operand | Literal, ...]
    at: int = _AT

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left` and `right` joined by + - * / % or &; a unary minus has no `left`."""

    operator: str
    left: Operand | Literal | None
    right: Operand | Literal
    at: int = _AT

    def __str__(self) -> str:
        if self.left is None:
            return f"-{self.right}"
        return f"{{{self.left} {self.operator} {self.right}}}"


Operand = Union[FieldRef, Slice, Call, Arithmetic]  # noqa: UP007 - evaluated before the classes are known


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether a field, or the result of an operation, is present; of bitwise `&`: whether it is not 0."""

    operand: Operand
    at: int = _AT

    def __str__(self) -> str:
        return str(self.operand)


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison by `== != === !== > >= < <= contains matches`; `quantifier` is "any", "all" or ""."""

    operator: str
    left: Operand
    right: Operand | Literal
    quantifier: str = ""
    at: int = _AT

    def __str__(self) -> str:
        return f"{self.quantifier + ' ' if self.quantifier else ''}{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Among:
    """`in` a set of values and ranges."""

    left: Operand
    items: tuple[tuple[Literal, Literal | None], ...]
    quantifier: str = ""
    at: int = _AT

    def __str__(self) -> str:
        items = ", ".join(f"{first}" if last is None else f"{first} .. {last}" for first, last in self.items)
        return f"{self.quantifier + ' ' if self.quantifier else ''}{self.left} in {{{items}}}"


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word or string: a keyword, port, address, connection number or status, or else text to be found."""

    text: str
    is_quoted: bool = False
    at: int = _AT

    def __str__(self) -> str:
        return quoted(self.text) if self.is_quoted else self.text


@dataclass(frozen=True, slots=True)
class Not:
    child: Node
    at: int = _AT

    def __str__(self) -> str:
        return f"not {_grouped(self.child)}"


@dataclass(frozen=True, slots=True)
class Junction:
    """Two or more conditions joined by "and", "or" or "xor"."""

    operator: str
    children: tuple[Node, ...]
    at: int = _AT

    def __str__(self) -> str:
        return f" {self.operator} ".join(map(_grouped, self.children))


Node = Union[Exists, Compare, Among, Word, Not, Junction]  # noqa: UP007


def fields_of(node: Node | Operand | Literal | None) -> Iterator[FieldRef]:
    """The fields that occur in a node."""
    if isinstance(node, FieldRef):
        yield node
    for child in _children(node):
        yield from fields_of(child)


def _children(node: Node | Operand | Literal | None) -> tuple[Node | Operand | Literal | None, ...]:
    match node:
        case Junction():
            return node.children
        case Not():
            return (node.child,)
        case Exists():
            return (node.operand,)
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Among():
            return (node.left,)
        case Slice():
            return (node.of,)
        case Call():
            return node.arguments
    return ()


def words_of(node: Node) -> Iterator[Word]:
    """The bare words of a filter."""
    if isinstance(node, Word):
        yield node
    elif isinstance(node, Not):
        yield from words_of(node.child)
    elif isinstance(node, Junction):
        for child in node.children:
            yield from words_of(child)


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, Junction) else str(node)


def _end(value: int | None) -> str:
    return "" if value is None else str(value)


def _length(first: int | None, stop: int | None) -> str:
    """The part of a slice behind the colon: a length."""
    return "" if stop is None else str(stop - (first or 0))


def _ranges(layers: tuple[tuple[int | None, int | None], ...]) -> str:
    return ",".join(_end(first) if first == last else f"{_end(first)}-{_end(last)}" for first, last in layers)
