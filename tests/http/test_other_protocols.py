"""What is not HTTP, or ceases to be, in plays."""

from __future__ import annotations

import pytest

from inspector.anomalies import ANOMALIES
from inspector.tables.table import BodyFraming, Protocol
from tests.play import CLIENT, CUTS, SERVER, Cut, Play, Stage
from tests.websocket.wires import agree, frame, masked, upgrade

from .plays import answer, get


@CUTS
def test_connect_becomes_a_tunnel(cut: Cut) -> None:
    ask = b"CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example\r\n\r\n"
    said = b"HTTP/1.1 200 Established\r\nContent-Length: 5\r\n\r\n"
    play = Play(cut).client(ask).server(said + b"220 mail\r\n").client(b"EHLO example\r\n").server(b"250 ok\r\n")
    stage = play.run()
    assert stage.pairs() == [("CONNECT mail.example:25", "200")]
    assert (stage.protocol(), inside(stage), stage.codes()) == (Protocol.TUNNEL, Protocol.UNKNOWN, [])
    assert stage.row("http_messages", 1)["framing"] == BodyFraming.TUNNEL


CONNECT, AGREED = b"CONNECT inner:80 HTTP/1.1\r\nHost: inner:80\r\n\r\n", b"HTTP/1.1 200 Connection established\r\n\r\n"


def inside(stage: Stage) -> Protocol:
    """The protocol inside the tunnel."""
    return Protocol(int(stage.connections["inside"][0]))


@CUTS
def test_http_inside_a_tunnel_is_read(cut: Cut) -> None:
    play = Play(cut).client(CONNECT).server(AGREED).client(get("/1")).server(answer(b"one"))
    stage = play.client(get("/2")).server(answer(b"two", 404)).end(CLIENT).end(SERVER).run()
    assert stage.pairs() == [("CONNECT inner:80", "200"), ("GET /1", "200"), ("GET /2", "404")]
    assert (stage.protocol(), inside(stage), stage.codes()) == (Protocol.TUNNEL, Protocol.HTTP, [])
    assert all(row["complete"] for row in stage.rows("http_messages"))


@CUTS
def test_what_a_client_sends_into_a_tunnel_before_it_is_there_is_read_inside(cut: Cut) -> None:
    stage = Play(cut).client(CONNECT + get("/early")).server(AGREED + answer(b"one")).run()
    assert stage.pairs() == [("CONNECT inner:80", "200"), ("GET /early", "200")]
    assert set(stage.codes()) == {"http-data-before-tunnel"}


@CUTS
def test_tls_inside_a_tunnel_is_named(cut: Cut) -> None:
    play = Play(cut).client(CONNECT).server(AGREED).client(HELLO).server(b"\x16\x03\x03\0\5hello")
    stage = play.client(b"\x17\x03\x03\0\2ab").run()
    assert stage.pairs() == [("CONNECT inner:80", "200")]
    assert (stage.protocol(), inside(stage), stage.codes()) == (Protocol.TUNNEL, Protocol.TLS, [])


@CUTS
def test_a_tunnel_inside_a_tunnel(cut: Cut) -> None:
    play = Play(cut).client(CONNECT).server(AGREED).client(CONNECT).server(AGREED)
    stage = play.client(get("/deep")).server(answer()).run()
    assert stage.pairs() == [("CONNECT inner:80", "200"), ("CONNECT inner:80", "200"), ("GET /deep", "200")]


@CUTS
def test_websocket_inside_a_tunnel_is_read(cut: Cut) -> None:
    play = Play(cut).client(CONNECT).server(AGREED).client(upgrade()).server(agree())
    stage = play.client(masked(b"Hi")).server(frame(b"Hello")).run()
    assert (stage.protocol(), inside(stage)) == (Protocol.TUNNEL, Protocol.WEBSOCKET)
    assert stage.texts() == [b"Hi", b"Hello"]


def test_a_connect_without_an_answer_has_made_no_tunnel() -> None:
    assert Play().client(CONNECT).run().protocol() == Protocol.HTTP


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"


@CUTS
def test_http_2_is_named_by_its_preface(cut: Cut) -> None:
    stage = Play(cut).client(PREFACE).server(b"\0\0\0\4\0\0\0\0\0").run()
    assert (stage.protocol(), stage.pairs(), stage.codes()) == (Protocol.HTTP2, [], [])
    stage = Play(cut).client(CONNECT).server(AGREED).client(PREFACE).run()
    assert (stage.protocol(), inside(stage)) == (Protocol.TUNNEL, Protocol.HTTP2)


@CUTS
def test_an_upgrade_to_h2c_is_named_http_2(cut: Cut) -> None:
    ask = get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n")
    said = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    stage = Play(cut).client(ask).server(said + b"\0\0\0\4\0\0\0\0\0").client(PREFACE).run()
    assert (stage.protocol(), stage.pairs()) == (Protocol.HTTP2, [("GET /", "101")])


HELLO = b"\x16\x03\x01\0\x05\x01\0\0\1x"
SSL2_HELLO = b"\x80\x1f\1\x03\1\0\6\0\0\0\x10" + b"\0\0\5\1\0\x80" + bytes(range(16))


@pytest.mark.parametrize("hello", [HELLO, SSL2_HELLO], ids=["TLS", "as SSL 2.0"])
def test_tls_behind_starttls_is_named(hello: bytes) -> None:
    play = Play().server(b"220 mail\r\n").client(b"EHLO a\r\n").server(b"250-STARTTLS\r\n").client(b"STARTTLS\r\n")
    assert play.server(b"220 go\r\n").client(hello).server(b"\x16\x03\x03\0\5hello").run().protocol() == Protocol.TLS


def test_a_hello_in_the_form_of_ssl_2_is_named_and_what_only_looks_like_one_is_not() -> None:
    assert Play().client(SSL2_HELLO).run().protocol() == Protocol.TLS
    for at in (0, 1, 2, 3, 6, 8, 10):
        wrong = bytearray(SSL2_HELLO)
        wrong[at] ^= 0x41
        assert Play().client(bytes(wrong)).run().protocol() == Protocol.UNKNOWN


@pytest.mark.parametrize("early", [b"\x16\x03\x01\0\5hello", b"220 ready\r\n"], ids=["TLS", "mail"])
def test_data_before_the_answer_to_connect_is_a_note(early: bytes) -> None:
    stage = Play().client(b"CONNECT a:25 HTTP/1.1\r\n\r\n").client(early).server(b"HTTP/1.1 200 OK\r\n\r\n").run()
    assert stage.codes() == ["http-data-before-tunnel"]
    anomaly = ANOMALIES[stage.row("anomalies", 0)["code"]]
    assert (anomaly.severity, "RFC 6455" in anomaly.reference) == ("note", False)


@CUTS
def test_connect_that_is_refused_stays_http(cut: Cut) -> None:
    ask = b"CONNECT mail.example:25 HTTP/1.1\r\n\r\n"
    stage = Play(cut).client(ask + get("/a")).server(answer(b"no", 403)).server(answer(b"yes")).run()
    assert stage.pairs() == [("CONNECT mail.example:25", "403"), ("GET /a", "200")]


def test_a_connect_that_the_capture_cuts_off_waits_for_nothing() -> None:
    stage = Play().client(b"CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.exa").run()
    assert stage.pairs() == [("CONNECT mail.example:25", "-")]


@CUTS
def test_connect_has_no_content_whatever_its_head_says(cut: Cut) -> None:
    """RFC 9110 §9.3.6: what follows the head of a CONNECT belongs to the tunnel, or to the next request."""
    ask = b"CONNECT mail.example:25 HTTP/1.1\r\nContent-Length: 30\r\n\r\n"
    stage = Play(cut).client(ask + get("/a")).server(answer(b"no", 403)).server(answer(b"yes")).run()
    assert stage.pairs() == [("CONNECT mail.example:25", "403"), ("GET /a", "200")]
    assert stage.row("http_messages", 0)["body_bytes"] == 0


@CUTS
def test_an_upgrade_that_the_server_ignores_stays_http(cut: Cut) -> None:
    ask = get("/a", "Upgrade: h2c\r\nConnection: Upgrade\r\n")
    stage = Play(cut).client(ask).client(get("/b")).server(answer(b"1")).server(answer(b"2", 404)).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "404")]


@CUTS
def test_an_upgrade_to_something_else_is_a_tunnel_behind_the_requests_body(cut: Cut) -> None:
    ask = b"POST /attach HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nabc"
    said = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    stage = Play(cut).client(ask).server(said + get("/no")).client(get("/neither")).run()
    assert stage.pairs() == [("POST /attach", "101")]
    assert stage.row("http_messages", 0)["body_bytes"] == 3
    assert stage.protocol() == Protocol.TUNNEL


def test_101_while_other_requests_wait_is_not_followed() -> None:
    stage = Play().client(get("/a") + get("/b")).server(b"HTTP/1.1 101 Switching\r\n\r\n" + answer(b"1")).run()
    assert stage.pairs() == [("GET /a", "101"), ("GET /b", "200")]
    assert "http-unexpected-101" in stage.codes()


OTHERS = {
    "SSH": (b"SSH-2.0-OpenSSH_9\r\n", b"SSH-2.0-OpenSSH_8\r\n"),
    "SMTP": (b"EHLO example\r\n", b"220 mail ESMTP\r\n"),
    "zeros": (bytes(500), bytes(500)),
    "Redis": (b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"),
}


@pytest.mark.parametrize("name", OTHERS)
@CUTS
def test_other_protocols_are_left_alone(cut: Cut, name: str) -> None:
    client, server = OTHERS[name]
    stage = Play(cut).client(client).server(server).client(client).server(server).run()
    assert stage.protocol() == Protocol.UNKNOWN
    assert (stage.pairs(), stage.codes()) == ([], [])


@CUTS
def test_tls_is_told_and_an_http_answer_to_it_too(cut: Cut) -> None:
    hello = b"\x16\x03\x01\0\x05hello"
    assert Play(cut).client(hello).server(b"\x16\x03\x03\0\x05hello").run().protocol() == Protocol.TLS
    stage = Play(cut).client(hello).server(answer(b"speak plainly", 400)).run()
    assert stage.pairs() == [("-", "400")]
    assert stage.protocol() == Protocol.HTTP


def test_http_behind_the_preamble_of_a_proxy_is_found() -> None:
    play = Play().client(b"\5\1\0").server(b"\5\0").client(b"\5\1\0\1\1\2\3\4\0\x50").server(b"\5\0\0\1\0\0\0\0\0\0")
    stage = play.client(get("/a")).server(answer(b"1")).client(get("/b")).server(answer(b"2")).run()
    assert stage.pairs() == [("GET /a", "200"), ("GET /b", "200")]


def test_a_server_that_answers_with_another_protocol_is_told() -> None:
    stage = Play().client(get()).server(b"SSH-2.0-OpenSSH_9\r\n").run()
    assert stage.pairs() == [("GET /", "-")]
    assert stage.codes() == ["http-not-a-start-line"]
