"""Holds the display filter against tshark's: `python -m tests.tshark.filter_agreement CAPTURE...`.

Expressions are made from the values that tshark finds in each capture. tshark evaluates all of them in one run: each is
the filter of a tap, which a Lua script registers.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import inspector
from inspector.errors import InspectorError
from inspector.query.language.field_list import FIELDS
from inspector.query.language.values import Kind

TAPS = """
local out, n = {}, 0
for line in io.lines(os.getenv("EXPRESSIONS")) do
  n = n + 1
  local i = n
  out[i] = {}
  local ok, tap = pcall(Listener.new, "frame", line)
  if ok then
    tap.packet = function(pinfo) table.insert(out[i], pinfo.number) end
  else
    out[i] = {"refused"}
  end
end
local last = Listener.new("frame")
function last.draw()
  local file = io.open(os.getenv("FOUND"), "w")
  for i = 1, n do file:write(table.concat(out[i], " "), "\\n") end
  file:close()
end
"""

SKIPPED = {
    "tcp.flags.ae",  # tshark 4.0.17 has it, older ones call it ns
    "frame.comment",
}

OURS_IS_ANOTHER = {
    "http.file_data": "tshark shows the body decoded, Wireglass as sent",
    "tcp.connection.synack": "",
}

QUOTED = {Kind.TEXT, Kind.TIME}
MOST_VALUES = 4


def tshark_finds(capture: Path, expressions: list[str]) -> list[str]:
    """The packet numbers that tshark finds for each expression, as text; "refused" if it does not read it."""
    with tempfile.TemporaryDirectory() as folder:
        script, given, found = (Path(folder) / name for name in ("taps.lua", "expressions", "found"))
        script.write_text(TAPS)
        given.write_text("\n".join(expressions) + "\n")
        subprocess.run(
            ["tshark", "-n", "-q", "-X", f"lua_script:{script}", "-r", str(capture)],
            env={**os.environ, "EXPRESSIONS": str(given), "FOUND": str(found), "TZ": "UTC"},
            capture_output=True, check=False, timeout=300,
        )  # fmt: skip
        return found.read_text().splitlines() if found.exists() else []


def wireshark_fields() -> list[str]:
    """The fields and protocols of the display filter that tshark has, too."""
    return [name for name, field in FIELDS.items() if field.is_wireshark and name not in SKIPPED]


def values_in(capture: Path) -> dict[str, list[str]]:
    """Some values of each field in a capture, as tshark prints them."""
    names = [name for name in wireshark_fields() if "." in name]
    fields = [argument for name in names for argument in ("-e", name)]
    printed = subprocess.run(
        ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=\x1f", "-E", "aggregator=\x1e", *fields],
        env={**os.environ, "TZ": "UTC"}, capture_output=True, check=False, timeout=300,
    ).stdout.decode("utf-8", "replace")  # fmt: skip
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in printed.split("\n"):
        for name, cell in zip(names, line.split("\x1f"), strict=False):
            for value in cell.split("\x1e"):
                if value and len(value) < 200:
                    found[name][value] = None
    return {name: list(values) for name, values in found.items()}


def expressions(capture: Path, seed: int = 0) -> list[str]:
    """Expressions about the fields of a capture: each field alone, its values in all comparisons, and combinations."""
    chance = random.Random(seed)
    made = [*wireshark_fields()]
    for name, values in values_in(capture).items():
        kind = FIELDS[name].kind
        chosen = chance.sample(values, min(len(values), MOST_VALUES))
        if kind in (Kind.LABEL, Kind.PROTOCOL):
            continue
        literals = [literal for value in chosen if (literal := _literal(kind, value)) is not None]
        for literal in literals:
            made += [f"{name} {sign} {literal}" for sign in ("==", "!=", "===", "!==")]
            if kind not in (Kind.BYTES, Kind.BOOLEAN):
                made += [f"{name} {sign} {literal}" for sign in (">", "<", ">=", "<=")]
            if kind is Kind.TEXT:
                made += [f"{name} contains {literal}", f"lower({name}) == {literal.lower()}"]
                made += [f"len({name}) == {len(literal) - 2}", f'{name} matches "{_pattern(literal)}"']
            if kind is Kind.BYTES and len(literal) >= 5:
                made += [
                    f"{name} contains {literal[:5]}",
                    f"{name}[0:2] == {literal[:5]}",
                    f"{name}[-1:1] == {literal[-2:]}",
                ]
            if kind in (Kind.IPV4, Kind.IPV6):
                made += [f"{name} == {literal}/{bits}" for bits in (0, 8, 13, 24, 32)]
            if kind is Kind.ETHERNET:
                made += [f"{name}[0:3] == {literal[:8]}", f"{name}[3] == {literal[9:11]}"]
            if kind is Kind.NUMBER and not literal.startswith("-"):
                made += [f"{name} & {literal} == {literal}", f"{name} + 1 > {literal}"]
        if len(literals) > 1 and kind is not Kind.BYTES:
            made += [f"{name} in {{{', '.join(literals)}}}", f"not {name} in {{{literals[0]}}}"]
            if kind in (Kind.NUMBER, Kind.IPV4, Kind.DURATION):
                made += [f"{name} in {{{literals[0]} .. {literals[1]}}}"]
        made += [f"count({name}) == 2", f"{name}#1", f"all {name} == {literals[0]}" if literals else name]
    for _ in range(len(made) // 3):
        one, other = chance.sample(made, 2)
        made.append(f"({one}) {chance.choice(['and', 'or'])} {chance.choice(['', 'not '])}({other})")
    return list(dict.fromkeys(made))


def _literal(kind: Kind, value: str) -> str | None:
    if kind is Kind.TEXT:
        return f'"{value}"' if value.isascii() and value.isprintable() and not set(value) & set('"\\') else None
    if kind is Kind.TIME:
        return f'"{value.removesuffix(" UTC")}"'
    if kind is Kind.BYTES:
        return ":".join(value[i : i + 2] for i in range(0, min(len(value), 40), 2))
    return value


def _pattern(literal: str) -> str:
    return "".join(char if char.isalnum() else "." for char in literal[1:7].upper())


def disagreements(capture: Path, asked: list[str]) -> Iterable[tuple[str, str, str]]:
    """(expression, tshark's packets, ours) where they differ. What tshark refuses is not compared."""
    theirs = tshark_finds(capture, asked)
    with inspector.open(capture) as ours:
        for expression, found in zip(asked, theirs, strict=True):
            if found == "refused":
                continue
            try:
                mine = " ".join(map(str, ours.numbers(ours.filter(expression)).tolist()))
            except InspectorError as error:
                mine = str(error)
            if mine != found:
                yield expression, found, mine


def main() -> None:
    total = wrong = 0
    by_field: dict[str, list[str]] = defaultdict(list)
    for path in map(Path, sys.argv[1:]):
        try:
            asked = expressions(path)
            found = list(disagreements(path, asked))
        except (InspectorError, ValueError, subprocess.TimeoutExpired) as error:
            print(f"{path}: {type(error).__name__} {str(error)[:100]}")
            continue
        total, wrong = total + len(asked), wrong + len(found)
        for expression, theirs, ours in found:
            if not expression.startswith("("):
                by_field[expression.split()[0]].append(f"{path.name}: {expression[:60]} | {theirs[:50]} | {ours[:70]}")
    for name, lines in sorted(by_field.items(), key=lambda item: -len(item[1])):
        print(f"{name}: {len(lines)}")
        for line in lines[:3]:
            print("   ", line)
    print(f"{total - wrong} of {total} agree")


if __name__ == "__main__":
    main()
