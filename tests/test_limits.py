"""The values of all limits. What happens at a limit and beyond it, the tests of its module show.

A limit changes on purpose only: in the code, in docs/architecture.md, and here. Most are far too large to be reached in
a test, which sets a smaller one; so nothing else would notice one that is a hundred times as large.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LIMITS: dict[str, dict[str, float]] = {
    "inspector/compare/comparison.py": {"MOST_PROOFS": 8},
    "inspector/compare/delivery.py": {"MOST_TEXTS": 64, "MOST_MESSAGES": 500},
    "inspector/compare/lifetimes.py": {"MOST_DRAWN": 60},
    "inspector/compare/messages.py": {"CONTENT_BYTES": 16 * 1024},
    "inspector/compare/polling.py": {
        "MOST_REQUESTS": 20000,
        "MOST_ANSWERS": 4096,
        "HEAD_BYTES": 4096,
        "BODY_BYTES": 64 * 1024,
    },
    "inspector/compare/report.py": {"MOST_CONNECTIONS": 200},
    "inspector/content/body.py": {"LIMIT": 1 << 20, "WIRE_LIMIT": 16 << 20},
    "inspector/content/event_stream_packets.py": {
        "MOST_EVENTS": 10000,
        "MOST_BYTES": 4 << 20,
        "LONGEST_EVENT": 64 * 1024,
    },
    "inspector/content/images.py": {"MAX_PIXELS": 16000000},
    "inspector/content/preview.py": {"TEXT_LIMIT": 256 * 1024, "HEX_LIMIT": 16 * 1024, "MAX_PAIRS": 500},
    "inspector/descriptors/connection_join.py": {"LONGEST_WAY_NS": 1000000000},
    "inspector/descriptors/history.py": {"MAX_ROWS": 500000, "MAX_WAITING": 20000},
    "inspector/descriptors/reports.py": {
        "MAX_TEXT": 64,
        "MAX_HOLDERS": 64,
        "NUMBER_LIMIT": (1 << 63) - 1,
        "SMALL_LIMIT": (1 << 31) - 1,
        "COUNT_LIMIT": (1 << 32) - 1,
    },
    "inspector/engine/clocks.py": {"CLOCKS": 8},
    "inspector/engine/sandbox.py": {"MEMORY": 2 << 30, "CPU_SECONDS": 120, "UNPACKED": 1 << 30, "OPEN_FILES": 32},
    "inspector/http/chunked.py": {"LINE_LIMIT": 16 * 1024},
    "inspector/http/direction_state.py": {"PATIENCE": 8, "LONG_PATIENCE": 64},
    "inspector/http/exchanges.py": {"WAITING_LIMIT": 1000, "OVERTAKEN_LIMIT": 16},
    "inspector/http/head.py": {"FIELD_LIMIT": 1024},
    "inspector/http/head_buffer.py": {"LIMIT": 256 * 1024},
    "inspector/http/parser.py": {"PAUSE_LIMIT": 256, "DOUBTFUL_LIMIT": 16 * 1024},
    "inspector/http/start_line.py": {"START_LINE_LIMIT": 16 * 1024, "METHOD_LIMIT": 32, "VERSION_LIMIT": 13},
    "inspector/live/bpf.py": {"MAX_PORTS": 64},
    "inspector/live/bpf_may_pass.py": {"MOST_STEPS": 20000},
    "inspector/pcap/decompress.py": {"UNPACKED_LIMIT": 1 << 30},
    "inspector/pcap/file_window.py": {"AHEAD": 1 << 20, "BEHIND": 8 << 20, "STEP": 2 << 20, "ROOM": 64 << 20},
    "inspector/pcap/formats.py": {
        "MAX_CAPTURED": 1 << 20,
        "MAX_BLOCK": 16 << 20,
        "MAX_OPTIONS": 256,
        "MAX_INTERFACES": 65535,
        "MAX_COMMENTS": 10000,
        "MAX_REPORT": 1 << 16,
        "MAX_TEXT": 4096,
        "SNAPLEN": 262144,
    },
    "inspector/pcap/merge.py": {"MAX_FILES": 500},
    "inspector/pcap/notes_file.py": {"MAX_BYTES": 64 << 20},
    "inspector/pcap/piped_input.py": {"PIECE": 1 << 20},
    "inspector/pcap/reader.py": {"SORTED_AT_ONCE": 8192, "AT_ONCE": 8 << 20},
    "inspector/pcap/pcapng_writer.py": {"RESERVE": 256 << 20},
    "inspector/pcap/socket_reports.py": {"RESERVE": 256 << 20},
    "inspector/query/http_search.py": {"SHARED": 20000},
    "inspector/query/packet_display_filter.py": {"MAX_WORDS": 16, "MAX_BYTES": 64},
    "inspector/query/language/parser.py": {"MAX_WORDS": 16, "MAX_DEPTH": 50},
    "inspector/query/language/scope.py": {"MAX_PAIRS": 50_000_000},
    "inspector/query/language/tokens.py": {"MAX_CHARACTERS": 8192},
    "inspector/query/language/wireshark_http.py": {"MAX_BODY": 1 << 20},
    "inspector/query/push_causes.py": {"SOON_NS": 2000000000, "MOST": 4000, "MAX_TEXT": 4096, "MAX_STRINGS": 64},
    "inspector/query/segment_seams.py": {"ROWS_AT_ONCE": 1 << 18},
    "inspector/query/delayed_acks.py": {"LONGEST_DELAY_NS": 500000000},
    "inspector/sockets/watcher.py": {"LOOK_SECONDS": 0.1},
    "inspector/sockets/changes.py": {"MAX_ENDS": 20000},
    "inspector/sockets/filtered_sockets.py": {"MOST_REMEMBERED": 50000},
    "inspector/sockets/holders.py": {"MAX_PROCESSES": 20000},
    "inspector/tables/anomaly_writer.py": {"FIRST": 25, "EVERY": 1000},
    "inspector/export/har.py": {"BODY_LIMIT": 16 << 20},
    "inspector/tables/arena.py": {"ARENA_LIMIT": 256 * 1024 * 1024},
    "inspector/tables/chunk_index.py": {"REBUILD_AT": 4},
    "inspector/tcp/acceptance.py": {"LARGEST_WINDOW": 65535 << 14},
    "inspector/tcp/conformance.py": {"STORM": 1000},
    "inspector/tcp/connection_tracker.py": {"LATE_NS": 100000000, "NETWORKS": 64, "FIT": 1 << 18},
    "inspector/tcp/duplicate_packets.py": {
        "SEEN": 8192,
        "ON_THE_WAY_NS": 100000000,
        "AT_ONCE_NS": 5000000,
        "SAME_MOMENT_NS": 500000,
    },
    "inspector/tcp/option_values.py": {"LONGEST": 60},
    "inspector/tcp/overlaps.py": {"CHUNKS_BACK": 256},
    "inspector/tcp/reassembly.py": {"HELD_SEGMENTS": 4096, "PATIENCE_NS": 100000000, "RESET_PATIENCE_NS": 1000000000},
    "inspector/tcp/zeek_conn_state.py": {"HISTORY_LIMIT": 40},
    "inspector/views/figures/connection_figures.py": {"MOST_POINTS": 8000, "MOST_MARKS": 500},
    "inspector/views/overview.py": {"TALKERS": 8, "SHOWN": 5},
    "inspector/views/packet_info.py": {"MAX_PIECES": 4, "MAX_WITHIN": 20},
    "inspector/views/rows.py": {"TEXT_LIMIT": 64 * 1024, "HEX_LIMIT": 256, "MAX_INFO": 160},
    "inspector/views/sockets/lessons.py": {"MAX_OF_A_KIND": 50},
    "inspector/views/sockets/message_paths.py": {"MAX_WAYS": 50},
    "inspector/views/story/timing_events.py": {"MOST_BURSTS": 12},
    "inspector/views/story/sentences.py": {"TEXT_LIMIT": 80},
    "inspector/views/wait_rows.py": {"TARGET_LIMIT": 60},
    "inspector/views/streams.py": {"PIECE_BYTES": 4096, "BODY_BYTES": 2048},
    "inspector/views/timeline/folds.py": {"MOST_SHARE": 3},
    "inspector/views/timeline/lane_rows.py": {"MAX_STATUSES": 4, "MAX_TEXT": 120},
    "inspector/views/timeline/lane_states.py": {"MAX_CHANGES": 40},
    "inspector/views/timeline/mark_labels.py": {"MAX_MARKS": 400, "LONGEST": 60},
    "inspector/websocket/deflate/huffman.py": {"LONGEST": 15},
    "inspector/websocket/deflate/inflate.py": {"INBOX": 64 * 1024, "OUTBOX_LIMIT": 1024 * 1024, "LONGEST": 15},
    "inspector/websocket/deflate/permessage_deflate.py": {
        "ALLOWANCE": 256 * 1024,
        "RATIO": 100,
        "MESSAGE_LIMIT": 16 * 1024 * 1024,
    },
    "inspector/websocket/detect.py": {"PIECES_LIMIT": 4096},
    "inspector/websocket/frame_parser.py": {"LONGEST_HEADER": 14},
    "inspector/websocket/message_content.py": {"PREVIEW": 64 * 1024},
    "inspector/websocket/message_parser.py": {"CONTEXT_LIMIT": 4096},
    "inspector/websocket/opcodes.py": {"CONTROL_LIMIT": 125},
    "inspector/wire/ip_reassembly.py": {
        "MAX_DATAGRAMS": 256,
        "MAX_PIECES": 2048,
        "MAX_DATAGRAM": 65535,
        "LIFETIME_NS": 30000000000,
        "MAX_REFUSED": 1000,
    },
    "inspector/wire/layer_walk.py": {"MAX_SUSPECTED": 64},
    "inspector/wire/layers.py": {"MAX_LAYERS": 64, "LARGEST_LLC": 1500},
    "inspector/wire/scapy_dissect.py": {"MAX_LAYERS": 32, "MAX_FIELDS": 200, "MAX_TEXT": 300, "MAX_BYTES": 262144},
    "inspector/wire/tcp_options.py": {"LARGEST_SACK": 4},
    "web/api/blueprint.py": {"MAX_EVENTS": 2000},
    "web/api/connection.py": {"MAX_STRETCH": 500, "MAX_GAPS": 200000, "MAX_CONTENT": 100, "MAX_BUCKETS": 1000},
    "web/api/exchanges.py": {"CURL_BODY": 64 * 1024, "MAX_TROUBLE": 8},
    "web/api/filtered_rows.py": {"LONGEST_TEXT": 1000},
    "web/api/packets.py": {"MAX_ANOMALIES": 20},
    "web/api/parameters.py": {"MAX_ROWS": 1000, "MAX_DIGITS": 12},
    "web/api/sockets.py": {"MAX_TOKENS": 2500, "MAX_KERNEL": 4000, "MAX_LIVES": 2000, "MAX_OPEN": 500, "MAX_STEPS": 64},
    "web/api/sources.py": {"LONGEST_CAPTURE_FILTER": 1000},
    "web/api/timeline.py": {"MAX_WIDTH": 4096, "MAX_LANES": 200},
    "web/api/websocket.py": {"MAX_FRAMES": 50, "HEX_LIMIT": 16 * 1024, "EVERYTHING": 64 * 1024},
    "web/auth/keyring.py": {"FAILURES_PER_MINUTE": 10, "VISIT_SECONDS": 12 * 3600.0, "MAX_VISITS": 64},
    "web/feed.py": {"MAX_CLIENTS": 32, "MAX_INBOUND": 4096, "MAX_INBOUND_PER_SECOND": 20},
    "web/server/acceptor.py": {
        "MAX_WAITING": 512,
        "MAX_HEAD": 16 * 1024,
        "MAX_BODY": 64 * 1024,
        "ARRIVAL_SECONDS": 10.0,
        "LONGEST_WAIT_SECONDS": 0.5,
    },
    "web/server/feed_socket.py": {"STUCK_SECONDS": 10.0, "INBOUND_BURST": 64 * 1024, "INBOUND_PER_SECOND": 8 * 1024},
    "web/server/http_server.py": {"SEND_SECONDS": 10.0},
    "web/server/worker_pool.py": {"WORKERS": 48, "BACKLOG": 256},
    "web/session/delta_log.py": {"MAX_DELTAS": 64, "MAX_BYTES": 4 * 1024 * 1024},
    "web/session/paces.py": {"LONGEST_SILENCE_NS": 5000000000},
    "web/session/row_trim.py": {"MAX_TEXT": 1024, "MAX_FIELDS": 32},
    "web/session/session.py": {"LONGEST_TICK_SECONDS": 0.5},
    "web/session/shown_capture.py": {
        "NEW_ROWS": 100,
        "SNAPSHOT_ROWS": 500,
        "CHANGED_ROWS": 200,
        "MAX_LIVE_PACKETS": 10000000,
    },
    "web/session/uploads.py": {
        "MAX_BYTES": 1 << 30,
        "MOST": 4,
        "ROOM": 256 << 20,
        "TRIAL_SECONDS": 300.0,
        "LONGEST_NAME": 200,
    },
}
"""By file, so that a compiled module's constants, which Python does not see, are read from its source."""

NAMES = re.compile(r"(MAX_|MOST(_|$)|LONGEST|LARGEST)\w*|(\w+_)?LIMIT")
"""Names of constants that are limits. Others are listed because they bound something too."""

NOT_COVERED = ("inspector/lab/",)
"""The lab's programs bound their own traffic."""


def constants(file: str) -> dict[str, float]:
    """The numbers that a module defines, by name."""
    found = {}
    for line in ast.parse((ROOT / file).read_text()).body:
        target = line.target if isinstance(line, ast.AnnAssign) else getattr(line, "targets", [None])[0]
        value = getattr(line, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            declares = isinstance(value, ast.Call) and ast.unparse(value.func) == "cython.declare"
            number = _number(value.args[-1] if declares and isinstance(value, ast.Call) else value)
            if number is not None:
                found[target.id] = number
    return found


def _number(value: ast.expr) -> float | None:
    """The value of an expression of numbers alone; None if it is anything else."""
    if isinstance(value, ast.Constant) and type(value.value) in (int, float):
        return value.value
    if not isinstance(value, ast.BinOp):
        return None
    left, right = _number(value.left), _number(value.right)
    if left is None or right is None:
        return None
    if isinstance(value.op, ast.LShift):
        return int(left) << int(right)
    return left * right if isinstance(value.op, ast.Mult) else left - right if isinstance(value.op, ast.Sub) else None


@pytest.mark.parametrize("file", LIMITS)
def test_limits_have_the_values_that_were_chosen(file: str) -> None:
    found = constants(file)
    assert {name: found.get(name) for name in LIMITS[file]} == LIMITS[file]


def test_every_limit_is_listed() -> None:
    files = (path.relative_to(ROOT).as_posix() for base in ("inspector", "web") for path in (ROOT / base).rglob("*.py"))
    missing = {
        f"{file}: {name}"
        for file in files
        if not file.startswith(NOT_COVERED)
        for name in constants(file)
        if NAMES.fullmatch(name) and name not in LIMITS.get(file, {})
    }
    assert not missing


def test_every_file_that_the_documentation_names_has_a_limit_here() -> None:
    text = (ROOT / "docs/architecture.md").read_text().partition("## What bounds what")[2].partition("\n## ")[0]
    rows = [line.rpartition(" | ")[2] for line in text.splitlines() if line.startswith("| ") and "`" in line]
    files = {
        word if word.startswith(("web/", "inspector/")) else f"inspector/{word}"
        for row in rows
        for word in re.findall(r"`(.+?)`", row)
    }
    assert len(files) > 40
    assert not {file for file in files if file.endswith(".py") and file not in LIMITS}
