"""Layers: a test walks all imports, and fails if a lower layer imports a higher one."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAYERS: tuple[tuple[str, ...], ...] = (
    ("inspector.errors", "inspector.pure_python", "inspector.uncompiled_cython", "inspector.units"),
    ("inspector.anomalies",),
    ("inspector.tables",),
    ("inspector.pcap",),
    ("inspector.live",),
    ("inspector.wire",),
    ("inspector.tcp",),
    ("inspector.http",),
    ("inspector.websocket",),
    ("inspector.descriptors",),
    ("inspector.sockets",),
    ("inspector.engine",),
    ("inspector.content",),
    ("inspector.query",),
    ("inspector.views",),
    ("inspector.compare", "inspector.notebook"),
    ("inspector.export",),
    ("inspector.lab.process",),
    ("inspector.lab.scenarios",),
    ("inspector.lab",),
    ("web.errors",),
    ("web.server",),
    ("web.auth",),
    ("web.session",),
    ("web.api", "web.feed"),
    ("web",),
    ("inspector.cli", "inspector.__main__"),
)
"""Lowest first, a line a folder. A module may import its own layer and those before it."""

CORE = (
    "inspector.anomalies",
    "inspector.tables",
    "inspector.wire",
    "inspector.tcp",
    "inspector.http",
    "inspector.websocket",
    "inspector.descriptors",
    "inspector.engine.application_layer",
    "inspector.engine.capture",
    "inspector.engine.clocks",
    "inspector.engine.client_server_swap",
    "inspector.content",
    "inspector.query",
    "inspector.views",
    "inspector.compare",
)
"""What does no I/O and knows no clock."""

EDGES_ONLY = {"flask", "flask_sock", "scapy", "socket", "threading", "time", "subprocess", "asyncio", "plotly"}

SCAPY_MAY_STAND_IN = {"inspector.wire.scapy_dissect"}
"""Takes one packet apart when somebody opens it; scapy is what it is made of."""

PAGE = ROOT / "web" / "static"

PAGE_LAYERS = (
    "types",
    "text",
    "state",
    "net",
    "widgets",
    "lab",
    "timeline",
    "packets",
    "http",
    "sockets",
    "connection",
    "websocket",
    "compare",
    "overview",
    "login",
    "shell",
    "app.js",
)
"""The page's folders, lowest first; the same law."""


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


OF_THE_DEMO = re.compile(r"\b(alice|bob|carol|dave|welcome|diary|coffee)\b", re.IGNORECASE)
"""Words of the demo's chat, its guests and its pages."""


@pytest.mark.parametrize(
    "module", [name for name in modules() if not re.match(r"inspector\.(lab|cli)\b|inspector$|web", name)]
)
def test_only_the_lab_and_the_command_line_know_the_demo(module: str) -> None:
    assert not OF_THE_DEMO.findall(modules()[module].read_text("utf-8"))


def test_the_law_would_notice_an_import_that_goes_up(tmp_path: Path) -> None:
    upward = tmp_path / "x.py"
    upward.write_text("def f():\n    from web import Session\n")
    assert [layer(name) for name in imports("x", upward)] == [layer("web")]
    assert layer("web") > layer("inspector.tcp.states")  # type: ignore[operator]


def test_no_module_imports_itself_by_way_of_others() -> None:
    paths = modules()
    wanted = {name: {_module(found, paths) for found in imports(name, path)} - {name} for name, path in paths.items()}
    while leaves := {name for name, needs in wanted.items() if not needs & wanted.keys()}:
        wanted = {name: needs for name, needs in wanted.items() if name not in leaves}
    assert not wanted


def _module(name: str, paths: dict[str, Path]) -> str:
    """The module that an imported name is, or lies in."""
    while name and name not in paths:
        name = name.rpartition(".")[0]
    return name


def page_imports(script: Path) -> list[Path]:
    """What a script of the page imports."""
    named = re.findall(r"""(?:\bfrom|\bimport) *\(?["'](\.[^"']+)["']""", script.read_text("utf-8"))
    return [(script.parent / name).resolve() for name in named]


def page_layer(script: Path) -> int:
    return PAGE_LAYERS.index(script.relative_to(PAGE).parts[0])


@pytest.mark.parametrize("script", sorted(PAGE.rglob("*.js")), ids=lambda path: str(path.relative_to(PAGE)))
def test_a_script_of_the_page_imports_nothing_higher_than_itself(script: Path) -> None:
    assert not [path for path in page_imports(script) if not path.exists() or page_layer(path) > page_layer(script)]


def test_the_scripts_of_the_page_import_each_other() -> None:
    assert page_layer(PAGE / "shell" / "app_shell.js") in map(page_layer, page_imports(PAGE / "app.js"))


def loaded_by(code: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after running the code."""
    tell = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", f"{code}\n{tell}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


def test_the_command_line_starts_without_the_engine() -> None:
    heavy = {"numpy", "flask", "scapy", "plotly", "rich", "web", "websockets", "Cython"}
    assert not loaded_by("import inspector.cli.main") & heavy


def test_opening_a_capture_loads_numpy_and_nothing_heavier() -> None:
    loaded = loaded_by("import inspector; inspector.open; import inspector.views.rows, inspector.views.capture_summary")
    assert "numpy" in loaded
    assert not loaded & {"flask", "scapy", "plotly", "rich", "web", "websockets"}
