"""The columns of each table that are printed for people; csv and json contain all columns, for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.cli.terminal import NONE, Column, printable
from inspector.units import duration, seconds, size
from inspector.websocket.opcodes import OPCODE_NAMES
from inspector.wire.ip_protocols import kind_without_segment

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed column, and the function that makes its text from a row."""

    column: Column
    text: Callable[[Row], str]


def _number(title: str, text: Callable[[Row], Any], style: str = "", is_optional: bool = False) -> Cell:
    return Cell(Column(title, True, style=style, is_optional=is_optional), lambda row: _or_dash(text(row)))


def _words(title: str, text: Callable[[Row], Any], limit: int = 44, style: str = "", is_optional: bool = False) -> Cell:
    return Cell(Column(title, limit=limit, style=style, is_optional=is_optional), lambda row: _or_dash(text(row)))


def _or_dash(value: Any) -> str:
    return NONE if value is None else printable(str(value))


def _pair(values: Sequence[int], text_of: Callable[[int], str] = str) -> str:
    return " / ".join(text_of(value) for value in values)


def _of(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name]


def _moment(name: str) -> Callable[[Row], Any]:
    """A function that formats the time in the column `name` as seconds since the capture's first packet, or returns
    None if the time is unknown.
    """
    return lambda row: None if row[name] is None else seconds(row[name])


def _part(side: str, name: str) -> Callable[[Row], Any]:
    """A function that returns a field of an exchange's request or response, or None if that message is missing."""
    return lambda row: row[side] and row[side][name]


def state_of(row: Row, side: str) -> str | None:
    """The TCP state of an endpoint, with a question mark if none of its own packets has confirmed it, and "unknown" if
    none was captured.
    """
    if row.get("silent") == side:
        return "unknown"
    name: str | None = row[f"{side}_state"]
    return f"{name}?" if row[f"{side}_state_assumed"] else name


def _wait(row: Row) -> str:
    return duration(row["timing_ns"]["wait"])


def _flags(row: Row) -> str:
    """The TCP flags of a packet; for a packet without a TCP segment, what kind of packet it is."""
    if row["connection"] is not None:
        return " ".join(row["flags"]) or NONE
    return kind_without_segment(row["ip_protocol"])


def _content(row: Row) -> str:
    if row["text"] is not None:
        return str(row["text"])
    return f"[{row['hex']}]" if row["hex"] else ""


_TIME = _number("time", _moment("at_ns"), "dim")
_CONNECTION = _number("conn", _of("connection"))
_SENDER = _words("sender", _of("direction"), is_optional=True)

VIEWS: dict[str, tuple[Cell, ...]] = {
    "packets": (
        _number("number", _of("number"), "bold"),
        _TIME,
        _CONNECTION,
        _SENDER,
        _words("flags", _flags),
        _number("seq", _of("seq")),
        _number("ack", _of("ack"), is_optional=True),
        _number("window", _of("window"), is_optional=True),
        _number("payload", _of("payload")),
        _words("client state", lambda row: state_of(row, "client"), style="cyan"),
        _words("server state", lambda row: state_of(row, "server"), style="yellow"),
        _words("analysis", lambda row: " ".join(row["analysis"]), style="red"),
    ),
    "connections": (
        _number("id", _of("id"), "bold"),
        _number("start", _moment("at_ns"), "dim"),
        _words("client", _of("client"), style="cyan"),
        _words("server", _of("server"), style="yellow"),
        _words("network", _of("network"), is_optional=True),
        _words("protocol", _of("protocol"), is_optional=True),
        _number("packets", lambda row: _pair(row["packets"]), is_optional=True),
        _number("bytes", lambda row: _pair(row["bytes"], size)),
        _number("duration", lambda row: duration(row["duration_ns"]) if row["duration_ns"] is not None else ""),
        _words("states", lambda row: f"{state_of(row, 'client')} / {state_of(row, 'server')}", is_optional=True),
        _words("closed by", _of("closed_by"), is_optional=True),
        _words("conn_state", _of("conn_state")),
        _words("history", _of("history"), limit=12, style="dim", is_optional=True),
    ),
    "exchanges": (
        _number("id", _of("id"), "bold"),
        _CONNECTION,
        _number("time", lambda row: _moment("at_ns")(row["request"] or row["response"]), "dim"),
        _words("method", _part("request", "method")),
        _words("target", _part("request", "target"), style="cyan"),
        _words("status", _part("response", "status"), style="bold"),
        _words("reason", _part("response", "reason"), limit=20, is_optional=True),
        _number("sent", lambda row: size(row["request"]["body_bytes"]) if row["request"] else NONE, is_optional=True),
        _number(
            "received", lambda row: size(row["response"]["body_bytes"]) if row["response"] else NONE, is_optional=True
        ),
        _number("wait", _wait),
        _number("total", lambda row: duration(row["took_ns"]), is_optional=True),
        _words("notes", lambda row: " ".join(row["notes"]), style="red"),
    ),
    "frames": (
        _number("id", _of("id"), "bold"),
        _CONNECTION,
        _number("packet", _of("packet")),
        _TIME,
        _SENDER,
        _words("opcode", lambda row: OPCODE_NAMES.get(row["opcode"], f"reserved {row['opcode']:#x}")),
        _words("fin", lambda row: "fin" if row["fin"] else "more"),
        _number("rsv", _of("rsv"), is_optional=True),
        _words("masked", lambda row: "masked" if row["masked"] else "", is_optional=True),
        _number("length", _of("length")),
        _number("message", _of("message")),
    ),
    "messages": (
        _number("id", _of("id"), "bold"),
        _CONNECTION,
        _TIME,
        _SENDER,
        _words("kind", _of("kind")),
        _number("frames", _of("frames"), is_optional=True),
        _number("bytes", _of("bytes")),
        _words("deflate", lambda row: "deflated" if row["compressed"] else "", is_optional=True),
        _number("code", _of("close_code")),
        _words("content", _content, limit=60),
    ),
    "anomalies": (
        _number("packet", _of("packet"), "bold"),
        _CONNECTION,
        _words("sender", _of("direction")),
        _words("severity", _of("severity"), style="yellow", is_optional=True),
        _words("code", _of("code"), style="red"),
        _words("detail", _of("detail"), limit=80),
        _words("reference", _of("reference"), style="dim", is_optional=True),
    ),
    "tokens": (
        _number("id", _of("id"), "bold"),
        _words("process", _of("process"), limit=16, style="cyan"),
        _number("pid", _of("pid"), is_optional=True),
        _number("fd", _of("fd"), "bold"),
        _words("role", _of("role"), is_optional=True),
        _number("opened", _moment("opened_at_ns")),
        _words("opened by", _of("opened_by"), is_optional=True),
        _number("closed", _moment("closed_at_ns")),
        _words("local", _of("local")),
        _words("remote", _of("remote")),
        _CONNECTION,
        _words("registered as", _of("name"), limit=24, is_optional=True),
    ),
    "kernel": (
        _TIME,
        _CONNECTION,
        _words("end", _of("direction"), is_optional=True),
        _words("local", _of("local")),
        _words("remote", _of("remote"), is_optional=True),
        _words("kernel state", lambda row: row["state"] if row["listed"] else "gone", style="cyan"),
        _words("state in packets", _of("wire_state"), style="yellow"),
        _number("fd", _of("token"), is_optional=True),
        _number("rtt", lambda row: row["rtt_us"] and duration(row["rtt_us"] * 1000), is_optional=True),
        _number("cwnd", _of("congestion_window"), is_optional=True),
        _words("why they differ", lambda row: row["why"] or row["remark"] or "", limit=80),
    ),
    "waits": (
        _number("time", _moment("at_ns"), "dim"),
        _CONNECTION,
        _words("what", _of("what"), limit=40, style="cyan"),
        _number("wait", lambda row: duration(row["wait_ns"])),
        _words("cause", lambda row: " or ".join([row["cause"], *row["alternatives"]]), style="bold"),
        _number("share", lambda row: f"{100 * row['cause_ns'] // row['wait_ns']} %", is_optional=True),
        _words("waited", _of("sentence"), limit=160),
    ),
    "events": (
        _number("id", _of("id"), "bold"),
        _TIME,
        _CONNECTION,
        _number("packet", _of("packet")),
        _words("what happened", _of("sentence"), limit=120),
    ),
}
"""The printed columns, by table."""
