"""Generates the tables of docs/anomalies.md from the code: `python docs/anomalies_table.py` (`make docs`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from inspector.anomalies import HTTP, IP, TCP, WEBSOCKET, Anomaly
from inspector.tcp.states import TRANSITIONS, Signal, State

PAGE = Path(__file__).with_name("anomalies.md")
BEGIN, END = "<!-- made from the code: {name} -->", "<!-- end -->"


def anomaly_table(anomalies: Sequence[Anomaly]) -> str:
    """A table with one row per anomaly: code, title, sentence, rule and severity."""
    rows = [f"| `{a.code}` | {a.title} | {_sentence(a)} | {a.reference} | {a.severity} |" for a in anomalies]
    return "\n".join(["| code | title | sentence | rule | severity |", "|---|---|---|---|---|", *rows])


def _sentence(anomaly: Anomaly) -> str:
    """The sentence with `{a} bytes` for `{a:byte}`, escaped for Markdown."""
    plural = re.sub(r"{(\w):(?!time})([a-z][a-z -]*)}", r"{\1} \2s", anomaly.detail)
    return plural.replace("|", "\\|")


def transition_table() -> str:
    """A table with one row per TCP state: the next state after each signal."""
    rows = []
    for state in State:
        moves = [
            f"{_words(signal)} → **{after.rfc_name}**"
            for (before, signal), after in TRANSITIONS.items()
            if before is state and after is not state and (after is not State.CLOSED or "RST" not in signal.name)
        ]
        rows.append(f"| {state.rfc_name} | {'; '.join(moves) or '–'} |")
    return "\n".join(["| state | transitions |", "|---|---|", *rows])


def _words(signal: Signal) -> str:
    words = signal.name.lower().replace("_", " ")
    for flag in ("syn", "ack", "fin", "rst"):
        words = words.replace(flag, flag.upper())
    return words


TABLES = {
    "IP": anomaly_table(IP),
    "TCP": anomaly_table(TCP),
    "HTTP": anomaly_table(HTTP),
    "WebSocket": anomaly_table(WEBSOCKET),
    "states": transition_table(),
}


def filled(text: str) -> str:
    """The page, with every table between its marks regenerated."""
    for name, table in TABLES.items():
        begin = BEGIN.format(name=name)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(END)
        text = f"{before}{begin}\n{table}\n{END}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
