"""The faults that can be put into a piece of source."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.faults import faults_of


def variants(folder: Path, name: str, content: str) -> list[str]:
    path = folder / name
    path.write_text(content)
    return [fault.put_in(content.encode()).decode() for fault in faults_of(path)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a not in b", ["a in b"]),
        ("(a + b) == c", ["(a - b) == c", "(a + b) != c"]),
        ("a and b", ["a or b"]),
        ("a **  b", []),
        ("a += 1", ["a -= 1", "a += 2"]),
        ("not a", ["a"]),
        ("call()", ["pass"]),
        ("side = 'client'", ['side = "server"']),
        ("a = True", ["a = False"]),
        ("if a:\n    b = c", ["if not (a):\n    b = c"]),
        ("def f(a: int | None) -> list[1]: ...", []),
        ('"""Text of 1 < 2."""', []),
        ("if cython.compiled:\n    a = 1\nelse:\n    a = b", []),
        ("raise Error(1)", []),
        ("über = 'ä' if a == b else c", ["über = 'ä' if a != b else c"]),
    ],
)
def test_python(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert variants(tmp_path, "a.py", content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a === b", ["a !== b"]),
        ("if (a && !b) c = true;", ["if (a || !b) c = true;", "if (a && b) c = true;", "if (a && !b) c = false;"]),
        ("x = y + 1;", ["x = y - 1;", "x = y + 2;"]),
        ('// a < 1\nside = "left";', ['// a < 1\nside = "right";']),
        ("`${a} < 1`", []),
        ("f = (a) => /[/]1/.test(a);", []),
        ("a /* 1 < 2 */ = b1;", []),
    ],
)
def test_javascript(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert variants(tmp_path, "a.js", content) == expected


def test_css(tmp_path: Path) -> None:
    content = "a { color: var(--fine); width: var(--wide); } b { fill: var(--bad); display: none; }"
    assert variants(tmp_path, "a.css", content) == [
        content.replace("--fine", "--bad"),
        content.replace("--bad", "--fine"),
        content.replace("display: none;", ""),
    ]
