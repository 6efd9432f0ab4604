"""Generates the list of fields in docs/filter.md from the code: `python docs/filter_fields.py` (`make docs`)."""

from __future__ import annotations

from pathlib import Path

from inspector.query.language.field_list import rows

PAGE = Path(__file__).with_name("filter.md")
BEGIN, END = "<!-- made from the code: fields -->", "<!-- end -->"


def field_table() -> str:
    """A table with one row for each field: name, kind of value, origin and meaning."""
    lines = [
        f"| `{row['name']}` | {row['kind']} | {row['origin']} | {row['meaning']}{_values(row['values'])} |"
        for row in rows()
    ]
    return "\n".join(["| field | kind | origin | meaning |", "|---|---|---|---|", *lines])


def _values(names: str) -> str:
    shown = names.split()
    return f": {', '.join(shown)}" if 0 < len(shown) <= MOST_SHOWN else ""


MOST_SHOWN = 15
"""Longer lists of values, such as the codes of all anomalies, have a page of their own."""


def filled(text: str) -> str:
    """The page, with its list of fields regenerated."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{field_table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
