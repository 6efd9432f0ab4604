"""Columns of rows: values as numpy arrays, which become Python values, JSON, csv or Arrow only when they are written.

Every column has the same methods; `tolist` gives the values of the contract (docs/guide.md).
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from json.encoder import encode_basestring_ascii
from typing import Any

import numpy as np

from inspector.tables.arrays import Mask, Values
from inspector.tables.table import SIDES
from inspector.tables.text_cells import Cells, Digits, Part, cells_of, chosen_of, joined, masked

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Prefixes that make a spreadsheet evaluate a cell as a formula. Captured text that starts with one of them gets an
apostrophe before it."""

_NEEDS_QUOTES = re.compile('[,"\r\n]')

LOOSE = (", ", ": ")
"""What separates items and keys in the JSON of the table commands."""

COMPACT = (",", ":")
"""What separates them in `analyze --json`."""

Separators = tuple[str, str]


class Column(ABC):
    """Values of one column, one per row."""

    @abstractmethod
    def __len__(self) -> int:
        """The number of rows."""

    @abstractmethod
    def tolist(self) -> list[Any]:
        """The values as they are in JSON."""

    @abstractmethod
    def where(self, is_known: Mask) -> Column:
        """The column with null where the mask is false."""

    @abstractmethod
    def json(self, separators: Separators) -> Part:
        """The values as JSON."""

    @abstractmethod
    def csv(self) -> Part:
        """The values as fields of csv lines."""

    @abstractmethod
    def arrow(self) -> Any:
        """The values as a `pyarrow.Array`, whose type depends on the column, not on its values."""

    def flat(self, name: str) -> dict[str, Column]:
        """The column, or its parts, under the names that csv has for them."""
        return {name: self}


@dataclass(frozen=True)
class Numbers(Column):
    """Whole numbers; null where `is_known` is false."""

    values: Values
    is_known: Mask | None = None

    def __len__(self) -> int:
        return len(self.values)

    def tolist(self) -> list[Any]:
        return _with_none(self.values.tolist(), self.is_known)

    def where(self, is_known: Mask) -> Numbers:
        return replace(self, is_known=is_known if self.is_known is None else self.is_known & is_known)

    def json(self, separators: Separators) -> Part:
        return self._text(b"null")

    def csv(self) -> Part:
        return self._text(b"")

    def _text(self, null: bytes) -> Part:
        if self.is_known is not None and not self.is_known.any():
            return null
        if self.values.dtype == np.uint64 and self.values.max() >= 1 << 63:
            return masked(cells_of([b"%d" % value for value in self.values.tolist()]), self.is_known, null)
        is_known = None if self.is_known is None or self.is_known.all() else self.is_known
        if is_known is None and (self.values == self.values[0]).all():
            return b"%d" % int(self.values[0])
        return Digits(self.values, is_known, null)

    def arrow(self) -> Any:
        import pyarrow

        mask = None if self.is_known is None else ~self.is_known
        return pyarrow.array(np.ascontiguousarray(self.values), mask=mask)


def known(values: Values, where: Mask | None = None) -> Numbers:
    """Numbers that are null where the mask is false or, without a mask, where a value is negative."""
    return Numbers(values, values >= 0 if where is None else where)


@dataclass(frozen=True)
class Words(Column):
    """Values of which there are few: that of row i is `words[codes[i]]`.

    Attributes:
        codes: may be negative, as an index that counts from the end.
        words: None, or what `of` says.
        of: "text", "flag" (bool), or a list: "texts" or "numbers".
    """

    codes: Values
    words: Sequence[Any]
    of: str = "text"

    def __len__(self) -> int:
        return len(self.codes)

    def tolist(self) -> list[Any]:
        words = self.words
        if any(isinstance(word, (list, tuple)) for word in words):  # a list of its own for each row
            return [word if word is None else [*word] for word in map(words.__getitem__, self.codes.tolist())]
        return list(map(words.__getitem__, self.codes.tolist()))

    def where(self, is_known: Mask) -> Words:
        unknown = len(self.words)
        codes = np.where(is_known, self.codes % unknown, unknown)
        return Words(codes, (*self.words, None), self.of)

    def json(self, separators: Separators) -> Part:
        return self._text([json_text(word, separators) for word in self.words])

    def csv(self) -> Part:
        return self._text([csv_text(word).encode("utf-8", "backslashreplace") for word in self.words])

    def _text(self, words: list[bytes]) -> Part:
        if len(set(words)) == 1 or (self.codes == self.codes[0]).all():
            return words[int(self.codes[0])]
        return chosen_of(words, self.codes)

    def arrow(self) -> Any:
        import pyarrow

        types = {
            "text": pyarrow.string(),
            "flag": pyarrow.bool_(),
            "texts": pyarrow.list_(pyarrow.string()),
            "numbers": pyarrow.list_(pyarrow.int64()),
        }
        codes = self.codes % len(self.words)
        if self.of != "text":
            return pyarrow.array(list(self.words), types[self.of]).take(pyarrow.array(codes, pyarrow.int32()))
        is_null = np.array([word is None for word in self.words], bool)[codes]
        words = pyarrow.array([word or "" for word in self.words], types[self.of])
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes, pyarrow.int32(), mask=is_null), words)


def booleans(values: Values) -> Words:
    """True where a value is not 0."""
    return Words((values != 0).astype(np.intp), (False, True), "flag")


def words_of(values: Values, word: Any, of: str = "text") -> Words:
    """The word of each value, which the function `word` gives; few values differ."""
    found = np.unique(values)
    codes = np.searchsorted(found, values) if len(found) > 1 else np.zeros(len(values), np.intp)
    return Words(codes, [word(value) for value in found.tolist()], of)


@dataclass(frozen=True)
class Texts(Column):
    """Strings, or null."""

    values: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.values)

    def tolist(self) -> list[Any]:
        return list(self.values)

    def where(self, is_known: Mask) -> Texts:
        return Texts(_with_none(list(self.values), is_known))

    def json(self, separators: Separators) -> Part:
        return cells_of([b"null" if v is None else encode_basestring_ascii(v).encode() for v in self.values])

    def csv(self) -> Part:
        return cells_of([csv_text(value).encode("utf-8", "backslashreplace") for value in self.values])

    def arrow(self) -> Any:
        import pyarrow

        return pyarrow.array(self.values, pyarrow.string())


@dataclass(frozen=True)
class Nested(Column):
    """Lists of objects; in csv and Arrow they are JSON."""

    values: Sequence[list[Any]]

    def __len__(self) -> int:
        return len(self.values)

    def tolist(self) -> list[Any]:
        return list(self.values)

    def where(self, is_known: Mask) -> Column:
        raise NotImplementedError("no part of a record is a list of objects")

    def json(self, separators: Separators) -> Part:
        return _few([json_text(value, separators) if value else b"[]" for value in self.values])

    def csv(self) -> Part:
        return _few([csv_text(value).encode() if value else b"" for value in self.values])

    def arrow(self) -> Any:
        import pyarrow

        return pyarrow.array([json.dumps(value) for value in self.values], pyarrow.string())


@dataclass(frozen=True)
class Pairs(Column):
    """A value for each end of a connection: client, server."""

    ends: tuple[Column, Column]

    def __len__(self) -> int:
        return len(self.ends[0])

    def tolist(self) -> list[Any]:
        return [[*pair] for pair in zip(*(column.tolist() for column in self.ends), strict=True)]

    def where(self, is_known: Mask) -> Column:
        raise NotImplementedError("both ends of a connection are known")

    def json(self, separators: Separators) -> Part:
        first, second = (column.json(separators) for column in self.ends)
        return joined([b"[", first, separators[0].encode(), second, b"]"], len(self))

    def csv(self) -> Part:
        raise NotImplementedError("csv has a column for each end")

    def arrow(self) -> Any:
        raise NotImplementedError("Arrow has a column for each end")

    def flat(self, name: str) -> dict[str, Column]:
        return {f"{name}.{side}": column for side, column in zip(SIDES, self.ends, strict=True)}


def pairs(values: Values) -> Pairs:
    """Pairs of numbers, of shape (n, 2)."""
    return Pairs((Numbers(values[:, 0]), Numbers(values[:, 1])))


@dataclass(frozen=True)
class Records(Column):
    """Objects whose keys are columns; null where `is_known` is false."""

    parts: dict[str, Column]
    is_known: Mask | None = None

    def __len__(self) -> int:
        return len(next(iter(self.parts.values())))

    def tolist(self) -> list[Any]:
        return _with_none(records(self.parts), self.is_known)

    def where(self, is_known: Mask) -> Column:
        raise NotImplementedError("no part of a record is a record")

    def json(self, separators: Separators) -> Part:
        if self.is_known is not None and not self.is_known.any():
            return b"null"
        return masked(json_rows(self.parts, separators), self.is_known, b"null")

    def csv(self) -> Part:
        raise NotImplementedError("csv has a column for each part")

    def arrow(self) -> Any:
        raise NotImplementedError("Arrow has a column for each part")

    def flat(self, name: str) -> dict[str, Column]:
        return {
            f"{name}.{key}": part if self.is_known is None or self.is_known.all() else part.where(self.is_known)
            for key, part in self.parts.items()
        }


Columns = dict[str, Column]


def records(columns: Columns) -> list[dict[str, Any]]:
    """The rows as one dictionary each."""
    names = tuple(columns)
    values = (column.tolist() for column in columns.values())
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def flattened(columns: Columns) -> Columns:
    """The columns with pairs and objects split into columns of their own: `bytes.client`, `request.target`."""
    return {key: part for name, column in columns.items() for key, part in column.flat(name).items()}


def json_rows(columns: Columns, separators: Separators, end: bytes = b"") -> Cells:
    """Each row as a JSON object, with `end` after it."""
    comma, colon = separators
    rows = len(next(iter(columns.values())))
    if not rows:
        return cells_of([])
    parts: list[Part] = []
    for i, (name, column) in enumerate(columns.items()):
        parts += [f"{comma if i else '{'}{json.dumps(name)}{colon}".encode(), column.json(separators)]
    return joined([*parts, b"}" + end], rows)


def csv_rows(columns: Columns) -> Cells:
    """Each row as a line of csv, with its line end; the columns must be flat."""
    rows = len(next(iter(columns.values())))
    if not rows:
        return cells_of([])
    texts = [column.csv() for column in columns.values()]
    if len(texts) == 1:  # an empty line would be no row
        texts = [_or_quotes(texts[0])]
    parts = [part for text in texts for part in (b",", text)]
    return joined([*parts[1:], b"\n"], rows)


def _or_quotes(text: Part) -> Part:
    if isinstance(text, Digits):
        return text._replace(null=b'""')
    if isinstance(text, bytes):
        return text or b'""'
    return masked(text, text.ends > text.starts, b'""')


def csv_text(value: Any) -> str:
    """One value as a field of a csv line."""
    text = csv_value(value)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _NEEDS_QUOTES.search(text) else text


def csv_value(value: Any) -> str:
    """The text of a field, before it is put in quotes: null is empty, strings of a list are joined by spaces, and other
    lists are JSON.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, (list, tuple)):
        return " ".join(value) if all(isinstance(item, str) for item in value) else json.dumps(value)
    return str(value)


def json_text(value: Any, separators: Separators) -> bytes:
    """One value as JSON."""
    return json.dumps(value, separators=separators).encode()


def _few(texts: list[bytes]) -> Part:
    return texts[0] if len(set(texts)) == 1 else cells_of(texts)


def _with_none(values: list[Any], is_known: Mask | None) -> list[Any]:
    if is_known is None or is_known.all():
        return values
    return [value if one else None for value, one in zip(values, is_known.tolist(), strict=True)]
