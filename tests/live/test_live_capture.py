"""The capture process, as the dashboard, the demo and `record` use it."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from inspector.errors import BadFilter, CaptureRefused, InspectorError
from inspector.live import helper_process
from inspector.live.live_capture import LiveCapture
from inspector.live.private_network import in_new_network
from inspector.pcap.reader import open_packets
from inspector.tables.table import Table
from tests.lab.conftest import needs_namespace
from tests.live.traffic import conversation, datagrams
from tests.pcap.craft import contents, read
from tests.tools import needs_capture, needs_tshark, tshark_fields
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = needs_capture


@pytest.mark.parametrize("through", ["ring", "scapy"])
def test_the_spool_can_be_read_while_it_grows(tmp_path: Path, through: str) -> None:
    with datagrams() as (sender, port):
        expression = f"udp dst port {port}"
        with LiveCapture.start("lo", tmp_path / "x.pcapng", filter=expression, through=through) as capture:
            capture.wait_ready()
            assert capture.link_type == 1
            file, packets = open_packets(capture.spool), Table("packets")
            for i in range(3):
                sender.send(b"number %d" % i)
                wait_until(lambda: (file.refresh(), file.read(packets, 100), len(packets) > i)[-1])  # noqa: B023
            assert [data[42:] for data in contents(file, packets)] == [b"number 0", b"number 1", b"number 2"]
            file.close()
            assert capture.is_running
            assert capture.stop().received == 3
    assert capture.error is None
    assert not capture.is_running


@needs_tshark
def test_everything_up_to_the_stop_is_in_the_file_and_counted(tmp_path: Path) -> None:
    with datagrams() as (sender, port):
        capture = LiveCapture.start("lo", tmp_path / "x.pcapng", filter=f"udp dst port {port}")
        capture.wait_ready()
        for _ in range(5000):
            sender.send(bytes(100))
        counters = capture.stop()
    assert counters.received == 5000
    assert counters.dropped == 0
    assert len(tshark_fields(tmp_path / "x.pcapng", "frame.number")) == 5000
    file, _ = read(tmp_path / "x.pcapng")
    assert file.interfaces[0].received == 5000
    assert file.is_complete
    file.close()


def test_ports_are_chosen_or_left_out_without_any_library(tmp_path: Path) -> None:
    with conversation() as (client, server), conversation() as (_, other):
        wanted, unwanted = server.getsockname()[1], other.getsockname()[1]
        only = LiveCapture.start("lo", tmp_path / "only", only_ports=[wanted])
        without = LiveCapture.start("lo", tmp_path / "without", only_ports=[wanted, unwanted], without_ports=[wanted])
        only.wait_ready()
        without.wait_ready()
        client.sendall(b"wanted")
        assert server.recv(10) == b"wanted"
        other.sendall(b"other")
        assert only.stop().received == 2
        assert without.stop().received == 2
    for name, payload in (("only", b"wanted"), ("without", b"other")):
        file, packets = read(tmp_path / name)
        assert contents(file, packets)[0].endswith(payload)
        file.close()


def test_a_wrong_filter_is_the_same_error_as_without_a_process(tmp_path: Path) -> None:
    capture = LiveCapture.start("lo", tmp_path / "x", filter="tcp prot 80")
    with pytest.raises(BadFilter, match="tcp prot 80"):
        capture.wait_ready()
    assert not capture.is_running
    assert not (tmp_path / "x").exists()


def test_a_filter_that_looks_like_an_option_is_a_filter(tmp_path: Path) -> None:
    capture = LiveCapture.start("lo", tmp_path / "x", filter="--help")
    with pytest.raises(BadFilter, match="--help"):
        capture.wait_ready()


def test_an_interface_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureRefused, match="nope0"):
        LiveCapture.start("nope0", tmp_path / "x").wait_ready()


@pytest.mark.parametrize("name", ["nope0", "a-name-longer-than-any-interface-has", ""], ids=["short", "long", "empty"])
def test_the_refusal_of_an_interface_names_those_that_are_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaptureRefused, match=r"There is no interface .*there are: .*\blo\b.* any for all of them"):
        LiveCapture.start(name, tmp_path / "x").wait_ready()
    assert not (tmp_path / "x").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="all interfaces together can be captured on Linux only")
def test_all_interfaces_are_captured_together_loopback_once(tmp_path: Path) -> None:
    with datagrams() as (sender, port):
        expression = f"udp dst port {port}"
        with LiveCapture.start("any", tmp_path / "x", filter=expression, without_ports=[9]) as capture:
            capture.wait_ready()
            for i in range(3):
                sender.send(b"number %d" % i)
            assert capture.stop().received == 3
    file, packets = read(tmp_path / "x")
    lo = socket.if_nametoindex("lo")
    assert file.interfaces[0].link_type == 276
    header = b"\x08\0\0\0" + lo.to_bytes(4, "big") + b"\x03\x04\0\x06" + bytes(8)
    assert [(data[:20], data[48:]) for data in contents(file, packets)] == [
        (header, b"number %d" % i) for i in range(3)
    ]
    file.close()


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"precious")
    with pytest.raises(InspectorError, match="exists already"):
        LiveCapture.start("lo", tmp_path / "x").wait_ready()
    assert (tmp_path / "x").read_bytes() == b"precious"


def test_a_process_that_is_killed_is_noticed_and_its_file_still_opens(tmp_path: Path) -> None:
    with datagrams() as (sender, port):
        capture = LiveCapture.start("lo", tmp_path / "x", filter=f"udp dst port {port}")
        capture.wait_ready()
        sender.send(b"kept")
        file, packets = open_packets(capture.spool), Table("packets")
        wait_until(lambda: (file.refresh(), file.read(packets, 100))[-1])
        os.kill(capture.pid, signal.SIGKILL)
        wait_until(lambda: capture.error)
    assert str(capture.error).startswith("The capture process ended by itself: it was killed (SIGKILL")
    (trouble,) = capture.troubles
    assert trouble.ends_capture
    assert "the recording x." in trouble.sentence
    capture.stop()
    assert capture.troubles == [trouble]
    file.finish()
    assert file.is_complete
    file.close()


def test_a_process_that_does_not_begin_in_time_is_ended(tmp_path: Path) -> None:
    capture = LiveCapture([sys.executable, "-c", "input()"], tmp_path / "x")
    with pytest.raises(CaptureRefused, match="did not begin"):
        capture.wait_ready(0.01)
    assert not capture.is_running


def test_a_process_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper_process, "STOP_SECONDS", 0.01)
    capture = LiveCapture([sys.executable, "-c", "while True: pass"], tmp_path / "x")
    capture.stop()
    assert not capture.is_running
    assert "did not end when asked to" in capture.troubles[0].sentence


def test_a_crash_is_told_with_its_last_line(tmp_path: Path) -> None:
    capture = LiveCapture([sys.executable, "-c", "raise SystemExit('no luck today')"], tmp_path / "x")
    with pytest.raises(CaptureRefused, match="no luck today"):
        capture.wait_ready()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_end_that_nobody_here_asked_for_is_told_though_it_is_a_clean_one(tmp_path: Path, how: int) -> None:
    with LiveCapture.start("lo", tmp_path / "x", only_ports=[9]) as capture:
        capture.wait_ready()
        os.kill(capture.pid, how)
        wait_until(lambda: capture.troubles)


def test_a_capture_that_is_stopped_is_no_trouble(tmp_path: Path) -> None:
    with LiveCapture.start("lo", tmp_path / "x", only_ports=[9], with_sockets=True) as capture:
        capture.wait_ready()
    assert capture.troubles == []


def test_a_watch_over_the_sockets_that_dies_is_told_while_packets_are_captured(tmp_path: Path) -> None:
    with LiveCapture.start("lo", tmp_path / "x", without_ports=[9], with_sockets=True) as capture:
        capture.wait_ready()
        (watch,) = [one for one in psutil.Process().children() if "inspector.sockets.watcher" in one.cmdline()]
        watch.kill()
        wait_until(lambda: capture.troubles)
        (trouble,) = capture.troubles
        assert not trouble.ends_capture
        assert "it was killed" in trouble.sentence
        assert capture.is_running
    assert capture.error is None


def cut(spool: Path) -> None:
    os.truncate(spool, 20)


def replace(spool: Path) -> None:
    spool.with_suffix(".new").write_bytes(spool.read_bytes())
    spool.with_suffix(".new").rename(spool)


@pytest.mark.parametrize(
    ("harm", "said"),
    [(Path.unlink, "was deleted"), (replace, "was deleted"), (cut, "cut short")],
    ids=["deleted", "replaced by another file", "truncated"],
)
def test_a_spool_that_is_harmed_ends_the_capture_with_a_word(
    tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    spool = tmp_path / "x.pcapng"
    with LiveCapture.start("lo", spool, only_ports=[9]) as capture:
        capture.wait_ready()
        harm(spool)
        wait_until(lambda: capture.troubles)
        assert said in capture.troubles[0].sentence
        assert "What it had captured is in the recording" not in capture.troubles[0].sentence


def test_a_spool_that_cannot_grow_ends_the_capture_with_a_word(tmp_path: Path) -> None:
    spool = tmp_path / "x.pcapng"
    with datagrams() as (sender, port), LiveCapture.start("lo", spool, filter=f"udp dst port {port}") as capture:
        capture.wait_ready()
        resource.prlimit(capture.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
        wait_until(lambda: [sender.send(bytes(10_000)), capture.troubles][-1])
        assert "cannot grow any more: File too large" in capture.troubles[0].sentence
    file, packets = read(spool)
    assert 0 < len(packets) <= 10
    file.close()


@needs_namespace
def test_an_interface_that_goes_away_ends_the_capture_with_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.live.vanishing_veth", str(tmp_path / "x.pcapng")]
    done = subprocess.run(
        in_new_network(command), capture_output=True, text=True, check=False, cwd=helper_process.PACKAGE_ROOT
    )
    assert done.returncode == 0, done.stderr
    if done.stdout.startswith("impossible"):
        pytest.skip(done.stdout)
    assert "The interface ours is gone." in done.stdout


def start_by_hand(spool: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "inspector.live.capture_process", "--spool", str(spool), "--only-ports", "9"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=helper_process.PACKAGE_ROOT)
    assert process.stdout
    assert json.loads(process.stdout.readline()) == {"event": "ready", "interface": "lo", "link_type": 1}
    return process


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, None], ids=["SIGTERM", "SIGINT", "its input's end"])
def test_the_process_ends_cleanly_when_told_to(tmp_path: Path, how: signal.Signals | None) -> None:
    with start_by_hand(tmp_path / "x") as process:
        if how:
            process.send_signal(how)
        elif process.stdin:
            process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0
    file, _ = read(tmp_path / "x")
    assert file.interfaces[0].received == 0
    assert file.is_complete
    file.close()


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_the_process_gives_up_its_rights_once_it_captures(tmp_path: Path) -> None:
    with start_by_hand(tmp_path / "x") as process:
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.terminate()
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(facts["CapEff"], 16) == int(facts["CapPrm"], 16) == 0
    assert facts["NoNewPrivs"] == "1"


def test_the_sockets_behind_the_packets_are_recorded_when_asked_for(tmp_path: Path) -> None:
    spool = tmp_path / "x.pcapng"
    with conversation() as (client, server):
        numbers = {client.fileno(), server.fileno()}
        with LiveCapture.start("lo", spool, only_ports=[server.getsockname()[1]], with_sockets=True) as capture:
            capture.wait_ready()
            wait_until(lambda: b'"ESTABLISHED"' in spool.read_bytes())
    file, _ = read(spool)
    told = [json.loads(one) for one in file.take_reports()]
    assert {fd for one in told for pid, _, fd in one.get("holders", []) if pid == os.getpid()} >= numbers
    file.close()


def test_a_filter_holds_for_sockets_as_for_packets(tmp_path: Path) -> None:
    spool = tmp_path / "x.pcapng"
    with conversation() as (_, server), conversation() as (_, other):
        wanted, unwanted = (end.getsockname()[1] for end in (server, other))
        expression = f"tcp port {wanted}"
        with LiveCapture.start("lo", spool, filter=expression, with_sockets=True) as capture:
            capture.wait_ready()
            wait_until(lambda: f'"127.0.0.1:{wanted}"'.encode() in spool.read_bytes())
    assert f":{unwanted}".encode() not in spool.read_bytes()


def test_a_filter_with_a_loop_is_refused_with_a_reason(tmp_path: Path) -> None:
    capture = LiveCapture.start("lo", tmp_path / "x", filter="ip6 protochain 6")
    with pytest.raises(CaptureRefused, match="rejects this capture filter"):
        capture.wait_ready()
