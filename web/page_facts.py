"""Writes web/static/text/facts.js, the engine's facts that the page uses: `python -m web.page_facts` (`make docs`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inspector.compare.delivery_methods import NAMES
from inspector.http.head import NO_STATUS
from inspector.http.message_notes import PLAIN, note_names
from inspector.http.status_codes import FIRST_ERROR
from inspector.query.outcomes import WORDS
from inspector.tables.table import PROTOCOL_NAMES, Protocol
from inspector.tcp.states import CLOSING, MEANING, OPENING
from inspector.tcp.verdicts import TROUBLE, VERDICT_WORDS
from inspector.views.timeline.marks import Tick
from inspector.websocket.opcodes import CLOSE_MEANING, CLOSE_RANGES, NEVER_SENT, OPCODE_NAMES
from inspector.wire.ip_protocols import NOT_IP, WITHOUT_SEGMENT

MODULE = Path(__file__).parent / "static" / "text" / "facts.js"

HEAD = """\
// What the page knows of the engine's facts, made from the code by web/page_facts.py (`make docs`).
// deno-fmt-ignore-file
"""

FACTS: dict[str, tuple[str, Any]] = {
    "STATES": (
        "What each TCP state means for the side that is in it (RFC 9293 §3.3.2).",
        {state.rfc_name: meaning for state, meaning in MEANING.items()},
    ),
    "OPENING": ("States before a connection is open.", sorted(state.rfc_name for state in OPENING)),
    "CLOSING": ("States of a connection that is being closed.", sorted(state.rfc_name for state in CLOSING)),
    "VERDICTS": (
        "What TCP's analysis says of a packet: its name, whether it is a sign of trouble, and what it means.",
        {
            str(verdict.name).lower(): {
                "name": words.one,
                "isTrouble": bool(verdict & TROUBLE),
                "meaning": words.meaning,
            }
            for verdict, words in VERDICT_WORDS.items()
        },
    ),
    "OUTCOMES": (
        "What became of a connection: its kind, in a word, and in a sentence with the names of the ends left open.",
        {
            outcome.name.lower(): {"kind": words.kind, "short": words.short, "long": words.one}
            for outcome, words in WORDS.items()
        },
    ),
    "PROTOCOLS": (
        "What a connection speaks above TCP.",
        {Protocol(value).name.lower(): name for value, name in PROTOCOL_NAMES.items()},
    ),
    "IP_PROTOCOLS": ("What a packet is in which no TCP segment could be read, by IP protocol number.", WITHOUT_SEGMENT),
    "NOT_IP": ("The same of a packet that is not IP.", NOT_IP),
    "PLAIN_NOTES": ("Notes on an HTTP exchange in which there is nothing odd.", note_names(PLAIN)),
    "NO_STATUS": ("What is shown of an HTTP response without a status, as in HTTP/0.9.", NO_STATUS),
    "FIRST_ERROR": ("The first HTTP status that is an error (RFC 9110 §15.5).", FIRST_ERROR),
    "OPCODES": ("Names of WebSocket frames (RFC 6455 §5.2).", {int(code): name for code, name in OPCODE_NAMES.items()}),
    "CLOSE_CODES": (
        "What WebSocket close codes mean (RFC 6455 §7.4.1).",
        dict(sorted((CLOSE_MEANING | NEVER_SENT).items())),
    ),
    "CLOSE_RANGES": ("Of all others: the first code of each range, and what its codes are (§7.4.2).", CLOSE_RANGES),
    "TICK": ("Bits of a tick on the timeline.", {str(tick.name).lower(): tick.value for tick in Tick}),
    "KINDS": ("The ways to carry news that are compared, in the order of the columns.", list(NAMES.values())),
}
"""Maps each name that the page imports to its description and its value."""


def module() -> str:
    """The text of facts.js."""
    exports = (
        f"\n/** {doc} */\nexport const {name} = {json.dumps(value, ensure_ascii=False, indent=2)};\n"
        for name, (doc, value) in FACTS.items()
    )
    return HEAD + "".join(exports)


if __name__ == "__main__":
    MODULE.write_text(module(), "utf-8")
