"""The documentation names everything there is to know: what it leaves out fails here."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import click
import pytest

from inspector.anomalies import ANOMALIES
from inspector.cli.commands import summary
from inspector.cli.main import COMMANDS, cli
from inspector.cli.terminal import Screen
from inspector.engine.capture import Capture
from inspector.query.wait_causes import CAUSES
from inspector.views.story import EventKind

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "guide.md").read_text("utf-8")
TEXTS = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def parameters() -> list[click.Parameter]:
    commands = [cli.get_command(click.Context(cli), name) for name in COMMANDS]
    return [parameter for command in commands if command for parameter in command.params]


def options() -> list[str]:
    return sorted({flag for option in parameters() for flag in option.opts if flag.startswith("--")})


@pytest.mark.parametrize("command", COMMANDS)
def test_the_guide_shows_every_command(command: str) -> None:
    assert f"wireglass {command}" in GUIDE


@pytest.mark.parametrize("option", options())
def test_the_guide_explains_every_option(option: str) -> None:
    assert re.search(rf"`[^`]*{option}\b[^`]*`", GUIDE)


@pytest.mark.parametrize(
    "choice",
    sorted(
        {choice for option in parameters() if isinstance(option.type, click.Choice) for choice in option.type.choices}
    ),
)
def test_the_guide_names_every_choice(choice: str) -> None:
    assert re.search(rf"`--\w+ {choice}\b", GUIDE)


@pytest.mark.parametrize("anomaly", ANOMALIES, ids=lambda anomaly: anomaly.code)
def test_every_anomaly_is_documented(anomaly: object) -> None:
    assert f"`{anomaly.code}`" in (ROOT / "docs" / "anomalies.md").read_text("utf-8")  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", CAUSES)
def test_every_cause_of_a_wait_is_documented(code: str) -> None:
    assert f"| `{code}` |" in (ROOT / "docs" / "waits.md").read_text("utf-8")


@pytest.mark.parametrize("kind", EventKind, ids=lambda kind: kind.name)
def test_every_kind_of_event_is_documented(kind: EventKind) -> None:
    assert f"`{kind.name.lower()}`" in GUIDE


@pytest.mark.parametrize("path", sorted((ROOT / "captures").glob("*.pcapng")), ids=lambda path: path.name)
def test_every_sample_capture_is_documented(path: Path) -> None:
    assert f"`{path.name}`" in GUIDE


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)
    assert not [link for link in links if not (path.parent / link).exists()]


CODE_TEXTS = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md", ROOT / "docs" / "how-to-add.md"]
"""Texts that name modules and what is in them."""

FOLDERS = (ROOT, ROOT / "inspector", ROOT / "tests" / "lab" / "scenarios", ROOT / "inspector" / "anomalies")
"""Folders in which a relative path of a text may begin."""

PLACEHOLDER = re.compile(r"NAME|^\.venv|\.bundle")


def quoted(path: Path) -> list[str]:
    """Texts between backticks, outside blocks of commands."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    return sorted({name for name in re.findall(r"`([^`\n]+)`", text) if not PLACEHOLDER.search(name)})


@pytest.fixture(scope="module")
def sources() -> str:
    paths = [path for folder in ("inspector", "web", "tests", "docs") for path in (ROOT / folder).rglob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in (*paths, *(ROOT / "web").rglob("*.js")))


@pytest.mark.parametrize("text", CODE_TEXTS, ids=lambda path: path.name)
def test_files_named_in_the_texts_are_there(text: Path) -> None:
    named = [name for name in quoted(text) if re.fullmatch(r"[\w./-]+/[\w./-]*|[\w./-]+\.(py|pxd|js|css|html)", name)]
    assert named
    assert not [name for name in named if not any((folder / name).exists() for folder in beside(text, named))]


def beside(text: Path, named: list[str]) -> list[Path]:
    """The folders in which a name may be: a list of modules gives the folder only once."""
    folders = {folder / name for folder in FOLDERS for name in named}
    return [*FOLDERS, text.parent, *sorted({path.parent for path in folders if path.is_file()})]


@pytest.mark.parametrize("text", CODE_TEXTS, ids=lambda path: path.name)
def test_classes_and_constants_named_in_the_texts_are_there(text: Path, sources: str) -> None:
    named = [name for name in quoted(text) if re.fullmatch(r"[A-Z]\w*[a-z]\w*|[A-Z][A-Z_]{3,}", name)]
    assert named
    assert not [name for name in named if not re.search(rf"\b{name}\b", sources)]


def test_a_place_is_named_for_many_changes() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("| what I want to change | where |\n|---|---|\n")[2]
    assert len(table.partition("\n\n")[0].splitlines()) >= 25


def test_make_targets_named_in_the_texts_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {name for path in TEXTS for name in re.findall(r"\bmake (\w[\w-]*)\b`", path.read_text("utf-8"))}
    assert named
    assert not [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)]


def test_the_tables_made_from_the_code_are_up_to_date() -> None:
    path = ROOT / "docs" / "anomalies_table.py"
    program = runpy.run_path(str(path))
    page = (ROOT / "docs" / "anomalies.md").read_text("utf-8")
    assert program["filled"](page) == page, "run `make docs`"


def test_the_list_of_fields_is_up_to_date() -> None:
    program = runpy.run_path(str(ROOT / "docs" / "filter_fields.py"))
    page = (ROOT / "docs" / "filter.md").read_text("utf-8")
    assert program["filled"](page) == page, "run `make docs`"


def test_what_is_said_of_the_scenarios_is_up_to_date() -> None:
    program = runpy.run_path(str(ROOT / "docs" / "scenarios_page.py"))
    for page in program["PAGES"]:
        assert program["filled"](page) == page.read_text("utf-8"), f"run `make docs`: {page.name}"


def test_the_man_page_is_up_to_date() -> None:
    program = runpy.run_path(str(ROOT / "docs" / "man_page.py"))
    assert program["page"]() == program["PAGE"].read_text("utf-8"), "run `make docs`"


def test_the_readme_shows_what_the_summary_prints(demo: Capture) -> None:
    shown = (
        (ROOT / "README.md").read_text("utf-8").split("$ wireglass summary captures/demo.pcapng\n")[1].split("```")[0]
    )
    assert shown.splitlines() == list(summary.lines(demo, Screen()))
