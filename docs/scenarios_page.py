"""Generates the parts of the docs that list the lab's scenarios: `python docs/scenarios_page.py` (`make docs`)."""

from __future__ import annotations

from pathlib import Path

from inspector.lab.glossary import PRIMER
from inspector.lab.scenarios import GROUPS, Scenario

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- made from the code: {name} -->", "<!-- end of {name} -->"

DEMO = (
    "The demo, every button once: a GET, a POST, a page refreshed twice, three requests on one connection; then Alice "
    "and Bob join a WebSocket chat, exchange messages, receive a pushed message, and leave"
)


def conditions(scenario: Scenario) -> str:
    """The conditions of a scenario, in words: link or loopback, kernel settings."""
    where = f"over a link, seen from the {scenario.view.name.lower()}'s end" if scenario.link else "on loopback"
    changed = [f"`net.ipv4.{name} = {value}`" for name, value in scenario.settings.items()]
    return f"{where}, with {' and '.join(changed)}" if changed else where


def words() -> str:
    """The glossary."""
    return "\n".join(f"- **{word}.** {meaning}" for word, meaning in PRIMER.items())


def chapters() -> str:
    """A section for each group, with a paragraph for each scenario."""
    parts = []
    for group in GROUPS:
        parts += [f"## {group.title}", group.about]
        for one in group.scenarios:
            parts += [f"### {one.title}", one.about, f"`wireglass lab run {one.name}`: {conditions(one)}."]
    return "\n\n".join(parts)


def recordings() -> str:
    """A table with one row per recording."""
    rows = [f"| `{one.name}.pcapng` | {one.title} |" for group in GROUPS for one in group.scenarios]
    return "\n".join(["| file | content |", "|---|---|", f"| `demo.pcapng` | {DEMO} |", *rows])


PAGES = {
    ROOT / "docs" / "scenarios.md": {"words": words(), "scenarios": f"\n{chapters()}\n"},
    ROOT / "docs" / "guide.md": {"recordings": recordings()},
    ROOT / "captures" / "README.md": {"recordings": recordings()},
}
"""Generated texts, by page and by the name of the marks around them."""


def filled(path: Path) -> str:
    """The page, with the text between its marks regenerated."""
    text = path.read_text("utf-8")
    for name, made in PAGES[path].items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{made}\n{end}{after}"
    return text


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page), "utf-8")
