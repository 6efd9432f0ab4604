"""Parses a display filter: text → tokens → syntax tree. Whether values fit their fields is checked in `checking`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection

from inspector.query.language.errors import FilterError
from inspector.query.language.foreign import is_foreign, translated
from inspector.query.language.syntax import (
    Among,
    Arithmetic,
    Call,
    Compare,
    Exists,
    FieldRef,
    Junction,
    Literal,
    Node,
    Not,
    Operand,
    Slice,
    Word,
    words_of,
)
from inspector.query.language.tokens import Kind, Token, tokens

MAX_WORDS = 16
"""Maximum number of bare words: each may take a search through the file."""

MAX_DEPTH = 50
"""Maximum number of groups and negations inside each other, and of arithmetic operators: Python's stack bounds them."""

COMPARISONS = {
    "==": "==", "eq": "==", "any_eq": "==",
    "!=": "!=", "ne": "!=", "all_ne": "!=",
    "===": "===", "all_eq": "===",
    "!==": "!==", "any_ne": "!==", "~=": "!==",
    ">": ">", "gt": ">", "<": "<", "lt": "<", ">=": ">=", "ge": ">=", "<=": "<=", "le": "<=",
    "contains": "contains", "matches": "matches", "~": "matches",
}  # fmt: skip
"""How an operator may be written, and the operator that it means."""

ANDS, ORS, XORS = {"and", "&&"}, {"or", "||"}, {"xor", "^^"}
CONNECTIVES = {**dict.fromkeys(ORS, "or"), **dict.fromkeys(XORS, "xor"), **dict.fromkeys(ANDS, "and")}
NOTS = {"not", "!"}

FUNCTIONS = {"len": 1, "count": 1, "lower": 1, "upper": 1, "string": 1, "abs": 1, "min": 0, "max": 0}
"""The functions, each with its number of arguments; 0 for one or more."""

ADDITIVE, MULTIPLICATIVE = {"+", "-"}, {"*", "/", "%"}

_LAYERED = re.compile(r"(.+?)#(.*)", re.DOTALL)
_RANGE = re.compile(r"(-?\d+)?(?:([:-])(-?\d+)?)?")

Ranges = tuple[tuple[int | None, int | None], ...]


def parse(text: str, fields: Collection[str]) -> Node | None:
    """The syntax tree of a display filter; None if it is empty.

    Args:
        fields: the names of all fields and protocols.
    Raises:
        FilterError: the text cannot be read.
    """
    found = tokens(text)
    if found[0].kind is Kind.END:
        return None
    node = _Parser(text, found, fields).whole()
    words = list(words_of(node))
    if len(words) > MAX_WORDS:
        raise FilterError(f"Up to {MAX_WORDS} words are looked for.", words[MAX_WORDS].at, len(words[MAX_WORDS].text))
    return node


def unknown_field(name: str, fields: Collection[str]) -> str:
    """A sentence about a name that is no field's, with the nearest names."""
    near = difflib.get_close_matches(name[:100], fields, 2, 0.7)
    hint = f" Did you mean {' or '.join(near)}?" if near else " `wireglass fields` lists all fields."
    return f"There is no field {name}.{hint}"


class _Parser:
    def __init__(self, text: str, found: list[Token], fields: Collection[str]) -> None:
        self._text = text
        self._tokens = found
        self._fields = fields
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._condition()
        token = self._peek()
        if token.kind is not Kind.END:
            raise self._wrong(token, "There is no opening parenthesis for this one." if token.value == ")" else "")
        return node

    # -- tokens ----------------------------------------------------------------------------------------------------

    def _peek(self, further: int = 0) -> Token:
        return self._tokens[min(self._next + further, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _is(self, values: Collection[str], further: int = 0) -> bool:
        token = self._peek(further)
        return token.kind in (Kind.OPERATOR, Kind.WORD) and token.value.lower() in values

    def _expect(self, value: str, after: Token) -> Token:
        token = self._peek()
        if token.kind is not Kind.OPERATOR or token.value != value:
            opened = f" that closes the one at character {after.start + 1}" if value in ")}" else ""
            raise self._wrong(token, f"Expected “{value}”{opened}.")
        return self._take()

    def _wrong(self, token: Token, sentence: str = "") -> FilterError:
        if not sentence:
            shown = (
                f"“{token.value}” is not expected here" if token.kind is not Kind.END else "The filter ends too soon"
            )
            sentence = (
                f"{shown}; expected a field, a word or a parenthesis. Text with signs in it needs quotation marks."
            )
        return FilterError(sentence, token.start, token.stop - token.start)

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._wrong(token, f"More than {MAX_DEPTH} levels inside each other are not read.")

    # -- conditions ------------------------------------------------------------------------------------------------

    def _condition(self) -> Node:
        return self._joined("or", ORS, lambda: self._joined("xor", XORS, self._conjunction))

    def _joined(self, operator: str, signs: set[str], part: Callable[[], Node]) -> Node:
        children = [part()]
        while self._is(signs):
            self._take()
            children.append(part())
        return _junction(operator, children)

    def _conjunction(self) -> Node:
        """Conditions joined by "and", or by nothing."""
        children = [self._negation()]
        while True:
            if self._is(ANDS):
                self._take()
            elif not self._begins_condition():
                return _junction("and", children)
            children.append(self._negation())

    def _begins_condition(self) -> bool:
        token = self._peek()
        if token.kind is Kind.OPERATOR:
            return token.value in ("(", "!", "{")
        return token.kind in (Kind.WORD, Kind.STRING) and not self._is(ORS | XORS)

    def _negation(self) -> Node:
        token = self._peek()
        if self._is(NOTS):
            self._deeper(token)
            self._take()
            node: Node = Not(self._negation(), token.start)
            self._depth -= 1
            return node
        if token.kind is Kind.OPERATOR and token.value == "(":
            self._deeper(token)
            self._take()
            node = self._condition()
            self._expect(")", token)
            self._depth -= 1
            return node
        return self._test()

    def _test(self) -> Node:
        token = self._peek()
        if self._is(CONNECTIVES) or token.kind is Kind.END:
            raise self._wrong(token)
        quantifier = ""
        if self._is({"any", "all"}) and self._is_operand(1):
            quantifier = self._take().value.lower()
        if not self._is_operand():
            return self._word(quantifier)
        operand = self._sum()
        if self._is({"in"}) or (self._is({"not"}) and self._is({"in"}, 1)):
            return self._among(operand, quantifier, token)
        return self._comparison(operand, quantifier, token)

    def _comparison(self, left: Operand, quantifier: str, token: Token) -> Node:
        """A chain of comparisons, each with the right side of the one before it (`1 < a < 5`), or a bare operand."""
        chain: list[Node] = []
        while (sign := self._peek().value.lower()) in COMPARISONS and self._is(COMPARISONS):
            at = self._take().start
            right = self._operation(ADDITIVE, self._product, is_right=True)
            chain.append(Compare(COMPARISONS[sign], left, right, quantifier, at))
            if isinstance(right, Literal):
                break
            left = right
        if self._peek().value == "=" or (self._peek().value.startswith("=") and not self._is(COMPARISONS)):
            raise self._wrong(self._peek(), "Equality is written == here.")
        if not chain and quantifier:
            raise self._wrong(self._peek(), f"Expected a comparison after “{quantifier} {left}”.")
        return _junction("and", chain) if chain else Exists(left, token.start)

    def _among(self, operand: Operand, quantifier: str, token: Token) -> Node:
        is_negated = self._is({"not"})
        for _ in range(1 + is_negated):
            self._take()
        opened = self._peek()
        if opened.value != "{":
            raise self._wrong(opened, "Expected “{” and a set of values after “in”, as in {80, 443, 8000..8100}.")
        self._take()
        items = [self._item()]
        while not (self._peek().kind is Kind.OPERATOR and self._peek().value == "}"):
            if self._peek().value == ",":
                self._take()
            items.append(self._item())
        self._expect("}", opened)
        node = Among(operand, tuple(items), quantifier, token.start)
        return Not(node, token.start) if is_negated else node

    def _item(self) -> tuple[Literal, Literal | None]:
        """One value of a set, or a range of values."""
        token = self._peek()
        if token.kind is Kind.WORD and ".." in token.value and token.value != "..":
            self._take()
            first, _, last = token.value.partition("..")
            if first and last:
                return Literal(first, at=token.start), Literal(last, at=token.stop - len(last))
            if first:
                return Literal(first, at=token.start), self._value()
            raise self._wrong(token, "Expected the first value of the range before “..”.")
        value = self._value()
        follows = self._peek()
        if follows.kind is Kind.WORD and follows.value.startswith(".."):
            self._take()
            rest = follows.value[2:]
            return value, Literal(rest, at=follows.start + 2) if rest else self._value()
        return value, None

    def _value(self) -> Literal:
        token = self._peek()
        if token.kind not in (Kind.WORD, Kind.STRING):
            shown = "the end" if token.kind is Kind.END else f"“{token.value}”"
            raise self._wrong(token, f"Expected a value or a field before {shown}.")
        self._take()
        return Literal(token.value, token.kind is Kind.STRING, token.start)

    # -- words -----------------------------------------------------------------------------------------------------

    def _word(self, quantifier: str) -> Node:
        token = self._take()
        follows = self._peek()
        if token.kind is Kind.OPERATOR or token.kind is Kind.SLICE:
            raise self._wrong(token)
        if token.kind is Kind.WORD and is_foreign(token.value):
            argument = None
            if follows.kind in (Kind.WORD, Kind.STRING) and not self._is(CONNECTIVES):
                argument = follows
            node, has_taken = translated(token, argument)
            self._next += has_taken
            return node
        if follows.kind is Kind.OPERATOR and follows.value == "(" and follows.is_adjacent and token.kind is Kind.WORD:
            raise self._wrong(token, f"There is no function {token.value}(). There are {', '.join(FUNCTIONS)}.")
        compares = self._is(COMPARISONS) or (self._is({"in"}) and self._is({"{"}, 1))
        if compares or quantifier or (follows.kind is Kind.SLICE and follows.is_adjacent):
            sign = follows.value
            if token.kind is Kind.STRING or token.value[0].isdigit():
                raise self._wrong(token, f"Expected a field before “{sign}”; values are on the right.")
            raise self._wrong(token, unknown_field(token.value, self._fields))
        if token.kind is Kind.WORD:
            self._check_word(token)
        return Word(token.value, token.kind is Kind.STRING, token.start)

    def _check_word(self, token: Token) -> None:
        """Raise FilterError for a word that was probably meant as a condition about a field."""
        name = re.match(r"[A-Za-z0-9_.]*", token.value)[0].rstrip(".").lower()  # type: ignore[index]
        namespace = name.partition(".")[0]
        rest = token.value[len(name) :]
        if name in self._fields and rest[:1] == "=":
            raise FilterError("Equality is written == here.", token.start + len(name))
        if "." in name and name in self._fields and rest:
            raise FilterError(f"Expected a space or an operator after {name}.", token.start + len(name), len(rest))
        if "." in name and not rest and any(field.startswith(namespace + ".") for field in self._fields):
            raise FilterError(
                f'{unknown_field(name, self._fields)} To find it as text, write "{name}".', token.start, len(name)
            )

    # -- operands --------------------------------------------------------------------------------------------------

    def _is_operand(self, further: int = 0) -> bool:
        """Whether the next token is a field, a function with its parenthesis, or a group in braces."""
        token, follows = self._peek(further), self._peek(further + 1)
        if token.kind is Kind.OPERATOR:
            return token.value == "{"
        if token.kind is not Kind.WORD:
            return False
        if follows.kind is Kind.OPERATOR and follows.value == "(" and follows.is_adjacent:
            return token.value.lower() in FUNCTIONS
        name = token.value.lower()
        return name in self._fields or self._layered(name) or (name[:1] == "-" and name[1:] in self._fields)

    def _layered(self, name: str) -> bool:
        found = _LAYERED.fullmatch(name)
        return found is not None and found[1] in self._fields

    def _sum(self) -> Operand:
        operand = self._operation(ADDITIVE, self._product)
        assert not isinstance(operand, Literal), "only the right side may be one"
        return operand

    def _product(self, *, is_right: bool = False) -> Operand | Literal:
        return self._operation(MULTIPLICATIVE, self._masked, is_right=is_right)

    def _masked(self, *, is_right: bool = False) -> Operand | Literal:
        return self._operation({"&"}, self._operand, is_right=is_right)

    def _operation(
        self, signs: set[str], part: Callable[..., Operand | Literal], is_right: bool = False
    ) -> Operand | Literal:
        left = part(is_right=is_right)
        while self._is(signs) and not (isinstance(left, Literal) and (left.is_quoted or not is_right)):
            sign = self._take()
            self._deeper(sign)
            left = Arithmetic(sign.value, left, part(is_right=True), sign.start)
        return left

    def _operand(self, *, is_right: bool = False) -> Operand | Literal:
        token = self._peek()
        if not self._is_operand():
            if is_right:
                return self._value()
            raise self._wrong(token)
        self._take()
        operand: Operand
        if token.value == "{":
            self._deeper(token)
            grouped = self._operation(ADDITIVE, self._product, is_right=is_right)
            self._expect("}", token)
            self._depth -= 1
            if isinstance(grouped, Literal):
                return grouped
            operand = grouped
        elif self._peek().value == "(" and self._peek().is_adjacent and token.value.lower() in FUNCTIONS:
            operand = self._call(token)
        elif token.value[0] == "-":
            return Arithmetic("-", None, FieldRef(token.value[1:].lower(), at=token.start + 1), token.start)
        else:
            operand = self._field(token)
        while self._peek().kind is Kind.SLICE and self._peek().is_adjacent:
            self._deeper(token)
            operand = Slice(operand, _slice_ranges(self._take()), token.start)
        return operand

    def _field(self, token: Token) -> FieldRef:
        name = token.value.lower()
        if name in self._fields:
            return FieldRef(name, at=token.start)
        found = _LAYERED.fullmatch(name)
        assert found is not None
        text, at = found[2], token.start + len(found[1]) + 1
        if not text and self._peek().kind is Kind.SLICE and self._peek().is_adjacent:
            brackets = self._take()
            text, at = brackets.value, brackets.start + 1
        layers: list[tuple[int | None, int | None]] = []
        for part in text.split(","):
            layer = re.fullmatch(r"\s*(-?\d{1,3})(?:(-|:)(\d{1,3})?)?\s*", part)
            if layer is None:
                raise FilterError(
                    "Expected the number of a layer after #, as in ip.addr#2, where 1 is the outermost.", at, len(text)
                )
            first = int(layer[1])
            length = int(layer[3]) if layer[3] else None
            last = first if not layer[2] else length if layer[2] == "-" or length is None else first + length - 1
            layers.append((first, last))
        return FieldRef(found[1], tuple(layers), token.start)

    def _call(self, token: Token) -> Call:
        self._deeper(token)
        opened = self._take()
        name = token.value.lower()
        arguments: list[Operand | Literal] = []
        while not (self._peek().kind is Kind.OPERATOR and self._peek().value == ")"):
            if arguments:
                self._expect(",", opened)
            if arguments and not self._is_operand():
                arguments.append(self._value())
            elif self._is_operand():
                arguments.append(self._sum())
            else:
                raise self._wrong(self._peek(), f"Expected a field in {name}().")
        self._expect(")", opened)
        wanted = FUNCTIONS[name]
        if not arguments or (wanted and len(arguments) != wanted):
            raise self._wrong(token, f"{name}() takes {'one field' if wanted else 'one or more fields'}.")
        self._depth -= 1
        return Call(name, tuple(arguments), token.start)


def _junction(operator: str, children: list[Node]) -> Node:
    return children[0] if len(children) == 1 else Junction(operator, tuple(children), children[0].at)


def _slice_ranges(token: Token) -> Ranges:
    found = []
    for part in token.value.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None or not part.strip() or len(part) > 20:
            raise _bad_slice(token)
        first = int(match[1]) if match[1] else 0
        if match[2] is None:
            found.append((first, first + 1 or None))
        elif match[3] is None:
            found.append((first, None))
        else:
            length = int(match[3]) if match[2] == ":" else int(match[3]) - first + 1
            if length <= 0:
                raise _bad_slice(token)
            found.append((first, first + length or None))
    return tuple(found)


def _bad_slice(token: Token) -> FilterError:
    return FilterError(
        "Expected offset:length, first-last or one offset inside the brackets, as in [0:3].",
        token.start,
        token.stop - token.start,
    )
