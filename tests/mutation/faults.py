"""Small faults that a slip could put into a source file, for Python, JavaScript and CSS alike."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: in `path`, the bytes [start, stop) become `after`."""

    path: Path
    start: int
    stop: int
    after: bytes

    def put_in(self, content: bytes) -> bytes:
        """The content of the file with the fault."""
        return content[: self.start] + self.after + content[self.stop :]

    def describe(self, root: Path) -> str:
        """Place, and the line before and after."""
        content = self.path.read_bytes()
        line = content.count(b"\n", 0, self.start) + 1
        begin = content.rfind(b"\n", 0, self.start) + 1
        end = content.find(b"\n", self.stop)
        before = content[begin:end].decode().strip()
        after = self.put_in(content)[begin : end + len(self.after) - (self.stop - self.start)].decode().strip()
        return f"{self.path.relative_to(root)}:{line}: `{before}` → `{after}`"


def faults_of(path: Path) -> list[Fault]:
    """Every fault that is known for this file, in file order."""
    make = {".py": _in_python, ".js": _in_javascript, ".css": _in_css}[path.suffix]
    return sorted(make(path), key=lambda fault: (fault.start, fault.after))


# -- Python ------------------------------------------------------------------------------------------------------------

OPERATORS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "in": ("not in",), "not in": ("in",), "is": ("is not",), "is not": ("is",), "and": ("or",), "or": ("and",),
    "+": ("-",), "-": ("+",), "*": ("//",), "//": ("*",), "/": ("*",), "%": ("//",), "&": ("|",), "|": ("&",),
    "<<": (">>",), ">>": ("<<",), "+=": ("-=",), "-=": ("+=",), "|=": ("&=",), "&=": ("|=",),
}  # fmt: skip
"""What may stand in an operator's place."""

OPERATOR = re.compile(rb"\*\*|not\s+in|is\s+not|<<=?|>>=?|//=?|<=|>=|==|!=|[-+*/%&|]=|\b(?:in|is|and|or)\b|[-<>+*/%&|]")

WORDS = {"client": "server", "left": "right", "start": "end", "p90": "p95", "request": "response", "sent": "received"}
WORDS |= {other: word for word, other in WORDS.items()}
"""Words that are easily confused, where they are a whole string."""


def _in_python(path: Path) -> Iterator[Fault]:
    content = path.read_bytes()
    lines = [0, *(match.end() for match in re.finditer(rb"\n", content))]
    tree = ast.parse(content)

    def start(node: ast.expr | ast.stmt) -> int:
        return lines[node.lineno - 1] + node.col_offset

    def stop(node: ast.expr | ast.stmt) -> int:
        return lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def between(left: int, right: int) -> Iterator[Fault]:
        found = OPERATOR.search(content, left, right)
        for after in OPERATORS.get(re.sub(r"\s+", " ", found[0].decode()), ()) if found else ():
            assert found
            yield Fault(path, found.start(), found.end(), after.encode())

    for node in _run(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from between(stop(node.left), start(node.comparators[0]))
        elif isinstance(node, ast.BoolOp):
            yield from between(stop(node.values[0]), start(node.values[1]))
        elif isinstance(node, ast.BinOp):
            yield from between(stop(node.left), start(node.right))
        elif isinstance(node, ast.AugAssign):
            yield from between(stop(node.target), start(node.value))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield Fault(path, start(node), start(node.operand), b"")
        elif isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield Fault(
                path, start(node.test), stop(node.test), b"not (" + content[start(node.test) : stop(node.test)] + b")"
            )
        elif isinstance(node, ast.Constant):
            after = _other_constant(node.value)
            if after is not None:
                yield Fault(path, start(node), stop(node), after)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield Fault(path, start(node), stop(node), b"pass")


def _other_constant(value: object) -> bytes | None:
    if isinstance(value, bool):
        return str(not value).encode()
    if isinstance(value, int):
        return str(value + 1).encode()
    if isinstance(value, str) and value in WORDS:
        return f'"{WORDS[value]}"'.encode()
    return None


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below this one that the plain engine runs: no annotations, texts, or code for compiled modules."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr | ast.Raise | ast.ImportFrom):
                continue
            if isinstance(child, ast.If) and re.search(r"TYPE_CHECKING|cython", ast.unparse(child.test)):
                yield from _run(ast.Module(child.orelse, []))
                continue
            yield child
            yield from _run(child)


# -- JavaScript --------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    rb"(?P<skip>//[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`|(?<=[(,=:\[!&|?{};\n])\s*/(?![/*])(?:\\.|\[[^\]]*\]|[^/\\\n\[])+/[a-z]*)"
    rb"|(?P<text>\"(?:\\.|[^\"\\\n])*\")"
    rb"|(?P<sign>===|!==|<=|>=|=>|&&|\|\||(?<= )[-+*/<>](?= )|!(?=[\w(]))"
    rb"|\b(?P<word>true|false)\b|(?<![\w.#])(?P<number>\d+)(?![\w.])",
    re.DOTALL,
)

SIGNS = {
    "===": "!==", "!==": "===", "<=": "<", ">=": ">", "<": "<=", ">": ">=", "&&": "||", "||": "&&", "!": "",
    "+": "-", "-": "+", "*": "/", "/": "*",
}  # fmt: skip


def _in_javascript(path: Path) -> Iterator[Fault]:
    for found in TOKEN.finditer(path.read_bytes()):
        kind, token = found.lastgroup, found[0].decode()
        if kind == "sign" and token in SIGNS:
            after = SIGNS[token]
        elif kind == "word":
            after = "false" if token == "true" else "true"
        elif kind == "number":
            after = str(int(token) + 1)
        elif kind == "text" and token[1:-1] in WORDS:
            after = f'"{WORDS[token[1:-1]]}"'
        else:
            continue
        yield Fault(path, found.start(), found.end(), after.encode())


# -- CSS ---------------------------------------------------------------------------------------------------------------

TOKEN_USE = re.compile(rb"(?:color|background|fill|stroke|border)[\w-]*:[^;{}]*?var\((--[\w-]+)\)")
HIDING = re.compile(rb"[\w-]+: (?:none|hidden);")


def _in_css(path: Path) -> Iterator[Fault]:
    """Another token in the place of each that colours something, and no hiding."""
    content = path.read_bytes()
    uses = list(TOKEN_USE.finditer(content))
    names = sorted({use[1] for use in uses})
    for use in uses if len(names) > 1 else ():
        other = names[(names.index(use[1]) + 1) % len(names)]
        yield Fault(path, use.start(1), use.end(1), other)
    for found in HIDING.finditer(content):
        yield Fault(path, found.start(), found.end(), b"")
