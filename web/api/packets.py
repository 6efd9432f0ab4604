"""The API of the packet table: filtered rows of up to millions of packets, one packet dissected, and the notes on
packets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, Response, request

from inspector.engine.clocks import elapsed
from inspector.pcap.notes_file import Note, NotKept
from inspector.pcap.packet_comments import pieces
from inspector.query.outcomes import silent_ends
from inspector.tables.addresses import socket_of
from inspector.tables.arrays import Rows
from inspector.views import rows
from inspector.views.packet_info import cargo, within
from web.api.filtered_rows import chosen, listed, place
from web.api.parameters import asked_range
from web.errors import Refused

if TYPE_CHECKING:
    from inspector.engine.capture import Capture
    from web.session.session import Session

MAX_ANOMALIES = 20
"""Maximum number of anomalies listed for one packet; the others are counted."""

DOWNLOAD = {
    "Content-Disposition": 'attachment; filename="capture-with-notes.pcapng"',
    "Content-Type": "application/octet-stream",
}


class Packets:
    """The handlers of requests for the packets of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def table(self) -> dict[str, Any]:
        """The rows between `start` and `stop` of those that match `connection`, `from`, `to` and `q`."""
        with self._session.reading() as capture:
            found, total = chosen(self._session, capture, "packets")
            since = _since_previous(capture, found, listed(self._session, capture, "packets"))
            rows_found = [
                {**row, "since_ns": ns} for row, ns in zip(listed_packet_rows(capture, found), since, strict=True)
            ]
            return {"rows": rows_found, "total": total, "rev": self._session.deltas.rev}

    def place(self, number: int) -> dict[str, Any]:
        """The position of packet `number` among the filtered packets; null if it is not among them."""
        with self._session.reading() as capture:
            return place(self._session, capture, "packets", number - 1)

    def packet(self, number: int) -> dict[str, Any]:
        """One packet: its row, layers and bytes, its neighbours in the connection, and the exchanges, messages and
        anomalies that it belongs to.
        """
        with self._session.reading() as capture:
            row = _known(capture, number)
            found = listed_packet_rows(capture, np.array([row]))[0]
            raw = capture.packet_bytes(row)
            link_type = capture.interfaces[int(capture.packets["interface"][row])].link_type
            beside = {**_neighbours(capture, row), **_belonging(capture, row)}
        if len(raw) < found["captured"]:
            raise Refused(410, f"The file was truncated or overwritten: packet {number} is lost.", "Open it again.")
        from inspector.wire.scapy_dissect import dissect  # late: importing scapy takes a second

        return {"packet": found, "layers": dissect(raw, link_type), "bytes": raw.hex(), **beside}

    def notes(self) -> dict[str, Any]:
        """The packets with a note, in order, from `start` to `stop`."""
        with self._session.reading() as capture:
            noted = np.array(sorted(row for row in capture.source.comments if row < len(capture.packets)), np.intp)
            return {
                "rows": listed_packet_rows(capture, noted[asked_range(len(noted))]),
                "total": len(noted),
                "kept_in": capture.source.notebook.path.name,
                "unsaved": len(capture.source.notebook.notes),
            }

    def note(self, number: int) -> dict[str, Any]:
        """Store the note that the page sends for a packet; an empty text deletes the note."""
        text = _text_said()
        with self._session.reading() as capture:
            row = _known(capture, number)
            try:
                capture.source.note(Note(row, int(capture.packets["time_ns"][row]), text))
            except NotKept as error:
                raise Refused(409, str(error), "The earlier note is unchanged.") from error
            found = listed_packet_rows(capture, np.array([row]))[0]
        self._session.noted()
        return {"packet": found}

    def copy(self) -> Response:
        """A download of the capture as pcapng, with its notes as packet comments. For a capture that is still growing,
        it contains the packets read so far.
        """
        with self._session.reading() as capture:
            copy = pieces(capture.source, capture.packets, dict(capture.source.comments))
        return Response(copy, headers=DOWNLOAD)


def make_packets(session: Session) -> Blueprint:
    """The routes of the packets, under /api."""
    api, packets = Blueprint("packets", __name__, url_prefix="/api"), Packets(session)
    api.get("/packets", endpoint="table")(packets.table)
    api.get("/packets/<int:number>", endpoint="packet")(packets.packet)
    api.get("/packets/<int:number>/place", endpoint="place")(packets.place)
    api.post("/packets/<int:number>/note", endpoint="note")(packets.note)
    api.get("/notes", endpoint="notes")(packets.notes)
    api.get("/notes/copy", endpoint="copy")(packets.copy)
    return api


def listed_packet_rows(capture: Capture, chosen: Rows) -> list[rows.Row]:
    """Packet rows with both sockets, the protocol, the clock within which times can be compared, and a description of
    what the packet carries.
    """
    carried = cargo(capture, chosen)
    sockets = _sockets(capture, chosen)
    clocks = capture.packets["clock"][chosen].tolist()
    found = zip(rows.packet_rows(capture, chosen), sockets, clocks, carried, strict=True)
    return [
        {**row, **pair, "clock": clock, "carries": carries, "carries_more": more}
        for row, pair, clock, (carries, more) in found
    ]


def _since_previous(capture: Capture, chosen: Rows, every: Rows | None) -> list[int | None]:
    """For each packet, the time since the previous one of `every` (None: all packets); 0 for the first one, None where
    timestamps go backwards.
    """
    at = chosen if every is None else np.searchsorted(every, chosen)
    before = at - 1 if every is None or not len(every) else every[at - 1]
    since = np.where(at > 0, elapsed(capture.packets, before, chosen), 0)
    return [ns if ns >= 0 else None for ns in since.tolist()]


def _sockets(capture: Capture, chosen: Rows) -> list[dict[str, str | None]]:
    """For each packet, the sockets and the protocol of its connection, and the end without captured packets; all null
    for a packet without a connection.
    """
    owners = capture.packets["connection"][chosen].tolist()
    known = sorted({owner for owner in owners if owner >= 0})
    silent = [rows.SENDERS[end] for end in silent_ends(capture.connections, known).tolist()]
    sockets = {
        owner: {
            "client": socket_of(capture.connections, owner, 0),
            "server": socket_of(capture.connections, owner, 1),
            "protocol": rows.PROTOCOLS[capture.connections["protocol"][owner]],
            "silent": end,
        }
        for owner, end in zip(known, silent, strict=True)
    }
    return [sockets.get(owner, NO_CONNECTION) for owner in owners]


NO_CONNECTION: dict[str, str | None] = dict.fromkeys(("client", "server", "protocol", "silent"))


def _known(capture: Capture, number: int) -> int:
    """The row of packet `number`. Raises Refused if there is no such packet."""
    if not 1 <= number <= len(capture.packets):
        raise Refused(404, f"There is no packet {number}.", "Choose one from the list.")
    return number - 1


def _neighbours(capture: Capture, row: int) -> dict[str, Any]:
    """The previous and the next packet in the same connection, and the packet's position in it with the number of its
    packets; all null for a packet without a connection.
    """
    connection = int(capture.packets["connection"][row])
    if connection < 0:
        return {"previous": None, "next": None, "place": None}
    of_it = np.flatnonzero(capture.packets["connection"] == connection)
    at = int(np.searchsorted(of_it, row))
    return {
        "previous": int(of_it[at - 1]) + 1 if at else None,
        "next": int(of_it[at + 1]) + 1 if at + 1 < len(of_it) else None,
        "place": [at + 1, len(of_it)],
    }


def _belonging(capture: Capture, row: int) -> dict[str, Any]:
    """The requests, responses and messages with bytes in the packet, and its anomalies; how many are not listed."""
    pieces, more = within(capture, row)
    anomalies = np.flatnonzero(capture.anomalies["packet"] == row)
    return {
        "within": pieces,
        "within_more": more,
        "anomalies": rows.anomaly_rows(capture, anomalies[:MAX_ANOMALIES]),
        "anomalies_more": max(len(anomalies) - MAX_ANOMALIES, 0),
    }


def _text_said() -> str:
    """The `text` in the request's JSON body. Raises Refused if there is none."""
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        body = None
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise Refused(400, "The request holds no text.", 'Send {"text": "…"}; an empty text deletes the note.')
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()
