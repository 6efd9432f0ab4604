"""The one-direction law, held by walking every import: nothing lower knows of anything higher."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "inspector.plain",
        "inspector.errors",
        "inspector.terminal",
        "inspector.garbage",
        "inspector.supervision",
        "inspector.times",
    ),
    (
        "inspector.tables",
        "inspector.arena",
        "inspector.anomalies",
        "inspector.oddities",
        "inspector.writer",
        "inspector.chunk_index",
        "inspector.roles",
    ),
    ("inspector.stretches", "inspector.clocks"),
    ("inspector.addresses",),
    ("inspector.sources", "inspector.wire"),
    ("inspector.tcp",),
    ("inspector.pieces",),
    ("inspector.http", "inspector.websocket"),
    ("inspector.conversations", "inspector.tokens"),
    ("inspector.capture", "inspector.sockets", "inspector.recordings"),
    ("inspector.outcomes",),
    ("inspector.story", "inspector.spans"),
    (
        "inspector.rows",
        "inspector.digest",
        "inspector.troubles",
        "inspector.compare",
        "inspector.search",
        "inspector.finder",
        "inspector.transcript",
        "inspector.trial",
        "inspector.lanes",
        "inspector.panorama",
        "inspector.marks",
        "inspector.mark_words",
        "inspector.panorama",
        "inspector.lane_rows",
        "inspector.lane_states",
        "inspector.activity",
        "inspector.figures",
        "inspector.ladder",
        "inspector.facts",
        "inspector.dialogue",
    ),
    ("inspector.cargo",),
    ("inspector.lab",),
    ("web",),
    ("inspector.doctor", "inspector.commands"),
    ("inspector.cli", "inspector.__main__"),
)
"""Lowest first. A module may import its own layer and those before it."""

CORE = (
    "inspector.tables",
    "inspector.arena",
    "inspector.anomalies",
    "inspector.addresses",
    "inspector.wire",
    "inspector.tcp",
    "inspector.pieces",
    "inspector.http",
    "inspector.websocket",
    "inspector.conversations",
    "inspector.tokens",
    "inspector.story",
    "inspector.outcomes",
    "inspector.spans",
    "inspector.lanes",
    "inspector.marks",
    "inspector.mark_words",
    "inspector.lane_rows",
    "inspector.lane_states",
    "inspector.activity",
    "inspector.rows",
    "inspector.digest",
    "inspector.ends",
    "inspector.compare",
)
"""What does no I/O and knows no clock."""

EDGES_ONLY = {"flask", "flask_sock", "scapy", "socket", "threading", "time", "subprocess", "asyncio", "plotly"}

SCAPY_MAY_STAND_IN = {"inspector.wire.dissect"}
"""Takes one packet apart when somebody opens it; scapy is what it is made of."""


def modules() -> dict[str, Path]:
    paths = [path for folder in ("inspector", "web") for path in (ROOT / folder).rglob("*.py")]
    return {_name(path): path for path in sorted(paths)}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(module: str, path: Path) -> Iterator[str]:
    """Full names of what a module imports when it runs, inside functions too, but not for type checkers alone."""
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        todo += ast.iter_child_nodes(node)


def _is_below(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def layer(name: str) -> int | None:
    """The number of the layer that a module, or a name in it, belongs to."""
    return next((i for i, prefixes in enumerate(LAYERS) if any(_is_below(name, p) for p in prefixes)), None)


@pytest.mark.parametrize("module", [name for name in modules() if name != "inspector"])
def test_a_module_imports_nothing_higher_than_itself(module: str) -> None:
    own = layer(module)
    assert own is not None, f"{module} has no layer: name it in LAYERS"
    higher = {name for name in imports(module, modules()[module]) if (layer(name) or 0) > own}
    assert not higher


@pytest.mark.parametrize("module", [name for name in modules() if any(_is_below(name, prefix) for prefix in CORE)])
def test_the_core_does_no_io_and_knows_no_clock(module: str) -> None:
    allowed = {"scapy"} if module in SCAPY_MAY_STAND_IN else set()
    edges = {name.partition(".")[0] for name in imports(module, modules()[module])} & EDGES_ONLY
    assert edges <= allowed


def test_the_law_would_notice_an_import_that_goes_up(tmp_path: Path) -> None:
    upward = tmp_path / "x.py"
    upward.write_text("def f():\n    from web import Session\n")
    assert [layer(name) for name in imports("x", upward)] == [layer("web")]
    assert layer("web") > layer("inspector.tcp.states")  # type: ignore[operator]


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after running the code."""
    tell = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", f"{code}\n{tell}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_starts_without_the_engine() -> None:
    heavy = {"numpy", "flask", "scapy", "plotly", "rich", "web", "websockets", "Cython"}
    assert not loaded_by("import inspector.cli") & heavy


def test_opening_a_capture_loads_numpy_and_nothing_heavier() -> None:
    loaded = loaded_by("import inspector; inspector.open; import inspector.rows, inspector.digest")
    assert "numpy" in loaded
    assert not loaded & {"flask", "scapy", "plotly", "rich", "web", "websockets"}
