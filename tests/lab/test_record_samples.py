"""The bundled recording, and that it can be made again."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import inspector
from inspector.lab import demo_recording
from inspector.lab.process import launch
from inspector.views.rows import connection_rows, exchange_rows, message_rows
from tests.lab.conftest import needs_namespace

RECORD = Path(__file__).parents[2] / "captures" / "record_samples.py"

ASKED = [
    "GET / 200",
    "POST /orders 201",
    "GET / 200",
    "GET / 200",
    "GET / 200",
    "GET /style.css 200",
    "GET /menu 200",
    "GET /chat 101",
    "GET /chat 101",
]
SAID = [
    'client: {"join": "Alice"}',
    'server: {"welcome": "Alice", "token": 7, "here": ["Alice"]}',
    'client: {"join": "Bob"}',
    'server: {"welcome": "Bob", "token": 8, "here": ["Alice", "Bob"]}',
    'server: {"joined": "Bob"}',
    'client: {"say": "Hi", "to": "Bob"}',
    'server: {"from": "Alice", "say": "Hi"}',
    'client: {"say": "Hi Alice, how are you?", "to": "Alice"}',
    'server: {"from": "Bob", "say": "Hi Alice, how are you?"}',
    'server: {"news": "The kettle is on."}',
    'server: {"news": "The kettle is on."}',
    "client: close 1000",
    "server: close 1000",
    'server: {"left": "Alice"}',
    "client: close 1000",
    "server: close 1000",
]


def told(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Summary of a recording: how its connections ended, its requests, its messages."""
    capture = inspector.open(path)
    lives = [f"{row['protocol']} {row['conn_state']}" for row in connection_rows(capture)]
    asked = [asked_and_answered(row) for row in exchange_rows(capture)]
    said = [f"{row['direction']}: {words(row)}" for row in message_rows(capture)]
    assert capture.anomalies.rows == 0
    capture.close()
    return lives, asked, said


def asked_and_answered(row: dict[str, Any]) -> str:
    return f"{row['request']['method']} {row['request']['target']} {row['response']['status']}"


def words(row: dict[str, Any]) -> str:
    return f"close {row['close_code']}" if row["kind"] == "close" else row["text"]


def without_token(said: str) -> str:
    return re.sub(r'"token": \d+', '"token": N', said)


def test_the_bundled_recording_tells_the_story() -> None:
    lives, asked, said = told(demo_recording())
    assert lives == ["http SF"] * 5 + ["websocket SF"] * 2
    assert asked == ASKED
    assert said == SAID


@needs_namespace
def test_recording_again_tells_the_same(tmp_path: Path) -> None:
    out = tmp_path / "demo.pcapng"
    command = [sys.executable, str(RECORD), "--pause", "0", "--out", str(tmp_path), "demo", "refused"]
    subprocess.run(command, check=True, env=launch.environment(), stdout=subprocess.DEVNULL)
    assert told(out)[:2] == told(demo_recording())[:2]
    # Two connections' messages may pass each other, and which numbers are free is the interpreter's business.
    assert sorted(map(without_token, told(out)[2])) == sorted(map(without_token, SAID))
    assert sorted(tmp_path.iterdir()) == [out, tmp_path / "refused.pcapng"]


def test_a_recording_that_fails_says_why() -> None:
    command = [sys.executable, str(RECORD), "--out", "/proc/no/such", "demo"]
    done = subprocess.run(command, check=False, env=launch.environment(), capture_output=True, text=True)
    assert done.returncode == 1
    assert "/proc/no/such" in done.stderr
    assert "Traceback" not in done.stderr
