"""`wireglass doctor`: its findings when something does not work."""

from __future__ import annotations

import pytest

from inspector.cli import system_checks
from inspector.cli.system_checks import Health
from inspector.errors import BadFilter
from inspector.live import bpf


def filters() -> system_checks.Finding:
    (finding,) = (finding for finding in system_checks.examine() if finding.about == "Capture filters")
    return finding


def test_capture_filters_are_fine_when_one_compiles_and_the_kernel_takes_it() -> None:
    assert filters().health is Health.FINE


@pytest.mark.parametrize(
    "program",
    [BadFilter("no libpcap"), [(bpf.RETURN + 0x7000, 0, 0, 0)]],
    ids=["none compiles", "the kernel refuses it"],
)
def test_a_capture_filter_that_fails_is_not_called_fine(
    monkeypatch: pytest.MonkeyPatch, program: bpf.Program | BadFilter
) -> None:
    def compile_filter(expression: str, link_type: int, interface: str | None) -> bpf.Program:
        if isinstance(program, BadFilter):
            raise program
        return program

    monkeypatch.setattr(bpf, "compile_filter", compile_filter)
    assert filters().health is Health.LESS
