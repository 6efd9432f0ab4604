"""Writes what the texts say of the lab's scenarios from the code: `python docs/scenarios_page.py` (`make docs`)."""

from __future__ import annotations

from pathlib import Path

from inspector.lab.glossary import PRIMER
from inspector.lab.scenarios import GROUPS, Scenario

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- made from the code: {name} -->", "<!-- end of {name} -->"

DEMO = (
    "The demo, every button once: a page fetched, a coffee ordered, a page refreshed twice, three questions on one "
    "kept pipe; then Alice and Bob join a WebSocket chat, say “Hi” and answer, hear its news unasked, and leave"
)


def conditions(scenario: Scenario) -> str:
    """Under which conditions it is staged, in words."""
    where = f"over a link, seen from the {scenario.view.name.lower()}'s end" if scenario.link else "on loopback"
    changed = [f"`net.ipv4.{name} = {value}`" for name, value in scenario.settings.items()]
    return f"{where}, with {' and '.join(changed)}" if changed else where


def words() -> str:
    """What the words mean in which the rest is told."""
    return "\n".join(f"- **{word}.** {meaning}" for word, meaning in PRIMER.items())


def chapters() -> str:
    """Every scenario in a paragraph, by groups."""
    parts = []
    for group in GROUPS:
        parts += [f"## {group.title}", group.about]
        for one in group.scenarios:
            parts += [f"### {one.title}", one.about, f"`wireglass lab run {one.name}`: {conditions(one)}."]
    return "\n\n".join(parts)


def recordings() -> str:
    """One row a recording."""
    rows = [f"| `{one.name}.pcapng` | {one.title} |" for group in GROUPS for one in group.scenarios]
    return "\n".join(["| file | its story |", "|---|---|", f"| `demo.pcapng` | {DEMO} |", *rows])


PAGES = {
    ROOT / "docs" / "scenarios.md": {"words": words(), "scenarios": f"\n{chapters()}\n"},
    ROOT / "docs" / "guide.md": {"recordings": recordings()},
    ROOT / "captures" / "README.md": {"recordings": recordings()},
}
"""What stands between which marks of which page."""


def filled(path: Path) -> str:
    """The page with everything between its marks made anew."""
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
