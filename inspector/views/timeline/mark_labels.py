"""Labels beside the marks of the timeline, as far as there is room: requests, messages and problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inspector.anomalies import ANOMALIES
from inspector.http.head import head
from inspector.query.troubles import SERIOUS
from inspector.tables.table import MessageKind
from inspector.tcp.verdicts import TROUBLE, verdict_names
from inspector.views.timeline.marks import Tick
from inspector.websocket.opcodes import Opcode

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from inspector.views.timeline.marks import Columns

MAX_MARKS = 400
"""Maximum number of marks of a kind that get a label; a drawing has no room for more."""

FEW = 24
"""Maximum number of blocks for which a block of several exchanges shows their number; with more blocks, the numbers
would be everywhere."""

LONGEST = 60
"""Maximum number of characters in a label."""

Words = list[str | None]


def messages(capture: Capture, arrows: Columns) -> Words:
    """For each arrow, a label with the beginning of its message; None if it stands for several messages, for a ping or
    a pong, or comes after the first MAX_MARKS.
    """
    table = capture.messages
    counted = zip(arrows["message"], arrows["count"], strict=True)
    return [
        _said(capture, row, int(table["kind"][row])) if count == 1 and i < MAX_MARKS else None
        for i, (row, count) in enumerate(counted)
    ]


def exchanges(capture: Capture, blocks: Columns) -> Words:
    """For each block, the request and the status code of its response, or the number of its exchanges, or None."""
    are_few = len(blocks["exchange"]) <= FEW
    words: Words = []
    for i, (row, count) in enumerate(zip(blocks["exchange"], blocks["count"], strict=True)):
        if count == 1 and i < MAX_MARKS:
            words.append(_asked(capture, row))
        else:
            words.append(f"{count} exchanges" if count > 1 and are_few else None)
    return words


def troubles(capture: Capture, ticks: Columns) -> dict[str, list[Any]]:
    """Labels of the ticks marked as trouble: `tick` (its index among the ticks), `side`, and `text`.

    The text is the packet's last verdict, the most specific one, or else the title of an anomaly.
    """
    packets = capture.packets
    places = np.flatnonzero(np.array(ticks["bits"], np.uint8) & Tick.TROUBLE.value)[:MAX_MARKS]
    rows = np.array(ticks["packet"], np.intp)[places] - 1
    odd = _titles(capture, rows)
    verdicts = (packets["analysis"][rows] & TROUBLE.value).tolist()
    names = {bits: verdict_names(bits)[-1] for bits in set(verdicts) if bits}
    words = [names.get(bits) or odd.get(row) for row, bits in zip(rows.tolist(), verdicts, strict=True)]
    return {"tick": places.tolist(), "side": packets["direction"][rows].tolist(), "text": words}


def _titles(capture: Capture, rows: npt.NDArray[np.intp]) -> dict[int, str]:
    """The title of the first serious anomaly of each of these packets, by the packet's row."""
    table = capture.anomalies
    chosen = np.flatnonzero(SERIOUS[table["code"]] & np.isin(table["packet"], rows))[::-1]
    codes, packets = table["code"][chosen].tolist(), table["packet"][chosen].tolist()
    return {packet: ANOMALIES[code].title for packet, code in zip(packets, codes, strict=True)}


def _said(capture: Capture, row: int, kind: int) -> str | None:
    table = capture.messages
    if kind == Opcode.CLOSE:
        code = int(table["close_code"][row])
        return f"close {code}" if code >= 0 else "close"
    if kind == Opcode.BINARY:
        return f"{int(table['bytes'][row])} bytes"
    address, length = int(table["text_address"][row]), int(table["text_bytes"][row])
    if kind != Opcode.TEXT or address < 0:
        return None
    text = capture.bytes_at(address, min(length, 4 * LONGEST)).decode("utf-8", "replace")
    return _line(text)


def _asked(capture: Capture, row: int) -> str:
    request, response = (int(capture.exchanges[name][row]) for name in ("request", "response"))
    kinds, statuses = capture.http_messages["kind"], capture.http_messages["status"]
    words = []
    if request >= 0 and kinds[request] == MessageKind.REQUEST:
        message_head = head(capture, request)
        words.append(f"{message_head.method} {message_head.target}")
    if response >= 0 and (status := int(np.int64(statuses[response]))):
        words.append(str(status))
    return _line(" ".join(words))


def _line(text: str) -> str:
    """The text on one line, shortened to at most LONGEST characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
