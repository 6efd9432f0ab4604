from __future__ import annotations

import json
import subprocess
import sys

import pytest

from inspector.lab.process import launch
from inspector.lab.process.json_lines import encode

ECHO = {
    "with an event loop": """
import asyncio
from inspector.errors import LabError
from inspector.lab.process.json_lines import report, run_commands
async def do(command):
    if command["do"] == "fail": raise LabError("as wished")
    return {"echo": command["do"]}
report("ready", size=3)
asyncio.run(run_commands(do))
""",
    "blocking": """
from inspector.errors import LabError
from inspector.lab.process.json_lines import report, run_commands_blocking
def do(command):
    if command["do"] == "fail": raise LabError("as wished")
    return {"echo": command["do"]}
report("ready", size=3)
run_commands_blocking(do)
""",
}


@pytest.mark.parametrize("program", ECHO.values(), ids=ECHO)
def test_commands_are_answered_in_order_until_input_ends(program: str) -> None:
    told = encode({"id": 1, "do": "grüß"}) + encode({"id": 2, "do": "fail"}) + encode({"id": 3, "do": "end"})
    done = subprocess.run(
        [sys.executable, "-c", program], input=told, stdout=subprocess.PIPE, check=True, env=launch.environment()
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"event": "ready", "size": 3},
        {"id": 1, "done": {"echo": "grüß"}},
        {"id": 2, "failed": "as wished"},
        {"id": 3, "done": {"echo": "end"}},
    ]


@pytest.mark.parametrize("program", ECHO.values(), ids=ECHO)
def test_a_reader_that_is_gone_is_no_reason_for_a_traceback(program: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=launch.environment(),
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(encode({"id": 1, "do": "speak"}))
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_one_message_is_one_line() -> None:
    assert encode({"text": "two\nlines"}).count(b"\n") == 1
