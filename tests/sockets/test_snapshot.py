"""Surveys of real sockets of real processes: kernel states and holders."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from inspector.errors import InspectorError
from inspector.sockets import End, Surveyor, holders, own_word, tcp_sockets
from inspector.sockets.holders import Holders
from inspector.sockets.psutil_backend import look as psutil_look
from inspector.sockets.snapshot import own_namespace
from inspector.tcp.states import State
from tests.sockets.connected_sockets import connected_sockets

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="netlink and /proc are Linux's")


def found(ends: list[End], local: str, remote: str) -> list[End]:
    return [end for end in ends if (end.socket.local, end.socket.remote) == (local, remote)]


def numbers(ends: list[End]) -> list[tuple[int, int]]:
    return [(holder.pid, holder.fd) for end in ends for holder in end.holders]


@linux_only
def test_both_ends_and_the_listener_are_found_with_their_numbers() -> None:
    with connected_sockets() as p:
        ends = Surveyor().look()
        assert numbers(found(ends, p.client_name, p.server_name)) == [(os.getpid(), p.client.fileno())]
        assert numbers(found(ends, p.server_name, "0.0.0.0:0")) == [(os.getpid(), p.listener.fileno())]
        assert numbers(found(ends, p.server_name, p.client_name)) == []
        server = p.accept()
        assert numbers(found(Surveyor().look(), p.server_name, p.client_name)) == [(os.getpid(), server.fileno())]


@linux_only
def test_the_kernel_tells_its_figures_once_bytes_were_acknowledged() -> None:
    with connected_sockets() as p:
        server = p.accept()
        p.client.sendall(b"x" * 1000)
        server.recv(1000)
        (client_end,) = found(Surveyor().look(), p.client_name, p.server_name)
        figures = client_end.socket.figures
        assert figures is not None
        assert 0 < figures.least_rtt_us <= 10_000_000
        assert figures.rtt_us > 0
        assert figures.congestion_window >= 1
        assert figures.retransmissions == 0


@linux_only
def test_the_figures_are_those_of_the_socket_option() -> None:
    with connected_sockets() as p:
        p.accept()
        (client_end,) = found(Surveyor().look(), p.client_name, p.server_name)
        told = p.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        figures = client_end.socket.figures
        assert figures is not None
        wanted = [int.from_bytes(told[at : at + 4], sys.byteorder) for at in (68, 72, 80, 100, 148)]
        assert wanted == [
            figures.rtt_us,
            figures.rtt_variation_us,
            figures.congestion_window,
            figures.retransmissions,
            figures.least_rtt_us,
        ]


@linux_only
def test_a_process_is_told_of_its_own_connection_and_of_nothing_else() -> None:
    with connected_sockets() as p, socket.socket() as unused:
        word = own_word(p.client)
        assert word is not None
        state, figures = word
        (end,) = found(Surveyor().look(), p.client_name, p.server_name)
        assert (state, figures) == (State.ESTABLISHED, end.socket.figures)
        assert own_word(p.listener) is None
        assert own_word(unused) is None


def test_elsewhere_the_kernel_says_nothing_of_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with socket.socket() as unused:
        assert own_word(unused) is None


@linux_only
def test_bytes_that_nobody_has_read_are_counted() -> None:
    with connected_sockets() as p:
        p.accept()
        p.client.sendall(b"hello")
        (end,) = found(Surveyor().look(), p.server_name, p.client_name)
        assert end.socket.unread == 5


@linux_only
def test_a_number_that_is_taken_over_by_another_socket_is_noticed_at_once() -> None:
    holders = Holders()
    with connected_sockets() as p:
        inode = os.fstat(p.client.fileno()).st_ino
        assert [holder.fd for holder in holders.find([inode])[inode]] == [p.client.fileno()]
        with socket.socket() as other:
            os.dup2(other.fileno(), p.client.fileno())
            theirs = os.fstat(other.fileno()).st_ino
            found_now = holders.find([inode, theirs])
            assert found_now[inode] == ()
            assert {holder.fd for holder in found_now[theirs]} == {other.fileno(), p.client.fileno()}


@linux_only
def test_a_socket_that_two_processes_hold_has_both_as_holders() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(number,)) as child:
            try:
                inode = os.fstat(number).st_ino
                assert {holder.pid for holder in Holders().find([inode])[inode]} == {os.getpid(), child.pid}
            finally:
                child.kill()


@linux_only
def test_a_socket_that_nobody_holds_is_asked_for_once_and_not_in_every_look() -> None:
    holders = Holders()
    assert holders.find([2**40]) == {2**40: ()}
    assert holders.find([2**40, 0]) == {2**40: ()}


@linux_only
def test_ipv6_is_found_as_well() -> None:
    with connected_sockets("::1") as p:
        p.accept()
        assert p.client_name.startswith("[::1]:")
        (end,) = found(Surveyor().look(), p.client_name, p.server_name)
        assert end.socket.state is State.ESTABLISHED


def test_psutil_tells_the_same_without_figures() -> None:
    with connected_sockets() as p:
        server = p.accept()
        ends = psutil_look()
        assert numbers(found(ends, p.client_name, p.server_name)) == [(os.getpid(), p.client.fileno())]
        assert numbers(found(ends, p.server_name, p.client_name)) == [(os.getpid(), server.fileno())]
        (listener,) = found(ends, p.server_name, "0.0.0.0:0")
        assert listener.socket.state is State.LISTEN


def test_where_psutil_is_missing_the_user_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(InspectorError, match="pip install psutil"):
        Surveyor().look()
    with pytest.raises(InspectorError, match="Linux only"):
        tcp_sockets()


@linux_only
def test_a_network_namespace_has_a_number() -> None:
    assert own_namespace() > 0


@linux_only
def test_so_many_processes_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holders.os, "listdir", lambda _: ["7", "self", "8", "9"])
    monkeypatch.setattr(holders, "MAX_PROCESSES", 3)
    assert holders._processes() == [7, 8, 9]
    monkeypatch.setattr(holders, "MAX_PROCESSES", 2)
    assert holders._processes() == [7, 8]
