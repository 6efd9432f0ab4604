"""Every scenario, run live and as recorded, shows what it is for, and its text makes no other claims."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

import inspector
from inspector.engine.capture import Capture
from inspector.errors import LabError
from inspector.lab.process.json_lines import Message
from inspector.lab.scenarios import GROUPS, SCENARIOS
from inspector.lab.scenarios.runner import play
from tests.lab.conftest import needs_namespace
from tests.lab.scenarios import expected_http, expected_push, expected_tcp, expected_waits  # noqa: F401  (they fill EXPECTATIONS)
from tests.lab.scenarios.texts import unheld
from tests.lab.scenarios.witness import EXPECTATIONS, Witness
from tests.waiting import PATIENCE_SECONDS

CAPTURES = Path(__file__).parents[3] / "captures"
AT_ONCE = 4
"""Scenarios run at the same time: most of them wait most of the time."""
TRIES = 5
"""How often one is staged again alone."""
LARGEST_RECORDING = 250_000
LARGEST_OF_A_CROWD = 3_500_000
"""A thousand clients with ten packets each, and reports about two thousand descriptors."""

needs_link = pytest.mark.skipif(not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="needs /dev/net/tun")

Staged = dict[str, tuple[Path, Future[Message]]]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """All scenarios, started before the first test."""
    folder = tmp_path_factory.mktemp("staged")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: (folder / name, pool.submit(play, name, folder / name)) for name in SCENARIOS}


def assert_the_kernel_was_heard(name: str, capture: Capture) -> None:
    """The recording has kernel figures for the connections that a process closed, and all rows are joined with
    connections.
    """
    kernel, tokens = capture.kernel, capture.tokens
    is_end = kernel["remote_port"] > 0
    assert (kernel["connection"][is_end] >= 0).all()
    assert (tokens["connection"][tokens["remote_port"] > 0] >= 0).all()
    if name != "refused":  # where there never was a connection
        assert kernel["has_figures"].any()


def test_every_scenario_has_an_expectation_and_the_other_way_round() -> None:
    assert set(EXPECTATIONS) == set(SCENARIOS)


@needs_namespace
@needs_link
@pytest.mark.parametrize("name", SCENARIOS)
def test_staged_live_it_shows_what_it_is_there_for(staged: Staged, name: str) -> None:
    spool, done = staged[name]
    try:
        told, seen = done.result(), recorded(name, spool, done.result())
    except (AssertionError, LabError):
        wait((future for _, future in staged.values()), PATIENCE_SECONDS)
        told, seen = staged_again(name, spool)
    text = f"{SCENARIOS[name].about} {told['result']}"
    assert unheld(text, seen.held) == []
    assert [phrase for phrase in seen.held if phrase not in text] == []
    assert set(told["clients"]) <= {row["client"] for row in seen.connections}


def recorded(name: str, spool: Path, told: Message) -> Witness:
    """What a fresh recording shows, which is what it is there for; `told` is the report of its scenario."""
    assert told["dropped"] == 0
    assert told["result"].endswith(".")
    with inspector.open(spool) as capture:
        assert len(capture.packets) == told["received"]
        seen = Witness(capture)
        assert_the_kernel_was_heard(name, capture)
    EXPECTATIONS[name](seen)
    return seen


def staged_again(name: str, spool: Path, tries: int = TRIES) -> tuple[Message, Witness]:
    """The same of a scenario that is staged alone, since this machine was too busy for several at a time."""
    again = spool.with_suffix(f".{tries}")
    try:
        told = play(name, again)
        return told, recorded(name, again, told)
    except (AssertionError, LabError):
        if tries > 1:
            return staged_again(name, spool, tries - 1)
        if is_busy():
            pytest.skip("this machine is too busy to stage it")
        raise


def is_busy() -> bool:
    """Whether processes here wait longer for their turn than they run: then links are late, and timers run out."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


@pytest.mark.parametrize("name", SCENARIOS)
def test_its_recording_shows_the_same(name: str) -> None:
    path = CAPTURES / f"{name}.pcapng"
    assert path.stat().st_size <= (LARGEST_OF_A_CROWD if name == "crowd" else LARGEST_RECORDING)
    with inspector.open(path) as capture:
        seen = Witness(capture)
        EXPECTATIONS[name](seen)
        assert_the_kernel_was_heard(name, capture)
    assert unheld(SCENARIOS[name].about, seen.held) == []


def test_names_are_words_for_files_and_explanations_are_paragraphs() -> None:
    assert sum(len(group.scenarios) for group in GROUPS) == len(SCENARIOS), "a name is there once"
    for scenario in SCENARIOS.values():
        assert scenario.name.replace("-", "").isalnum()
        assert 100 < len(scenario.about) < 650
        assert "\n" not in scenario.about


@needs_namespace
def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept.pcapng").write_bytes(b"precious")
    with pytest.raises(LabError, match="exists already"):
        play("short-lived", tmp_path / "kept.pcapng")
    assert (tmp_path / "kept.pcapng").read_bytes() == b"precious"
