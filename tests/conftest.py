"""What every test obeys: in CI nothing may be skipped, since a skipped test proves nothing. And the recorded demo."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import inspector
from inspector.cli.system_checks import hot_modules, plain_modules

IN_CI = os.environ.get("CI", "") not in ("", "0", "false")

# Timings on a shared machine say nothing about the code: examples are bounded by their number alone. They are the same
# in every run, so that a test that was green stays so.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")

# A run in a script's background ignores Ctrl-C, and what it starts would too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    """Which engine is tested."""
    total, plain = len(hot_modules()), len(plain_modules())
    return f"engine: {total - plain} of {total} hot modules compiled, {plain} as plain Python"


def _fail_when_skipped(report: Any) -> Any:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _fail_when_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _fail_when_skipped((yield))


DEMO = Path(__file__).parent.parent / "captures" / "demo.pcapng"


@pytest.fixture(scope="session")
def demo() -> Iterator[inspector.Capture]:
    """The recorded demo, analysed: real traffic of every kind that the demo makes. Nobody may change it."""
    with inspector.open(DEMO) as capture:
        yield capture
