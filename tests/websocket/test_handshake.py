"""What two heads agree on."""

from __future__ import annotations

import pytest

from inspector.anomalies import ANOMALIES
from inspector.http.head import parse_head
from inspector.websocket.handshake import Deflate, Extension, Handshake, accept_for, extensions
from tests.websocket.wires import agree, upgrade


def codes(handshake: Handshake) -> list[str]:
    return [ANOMALIES[i].code for i in handshake.problems]


def test_the_key_of_the_rfc_has_the_answer_of_the_rfc() -> None:
    # RFC 6455 §1.3
    assert accept_for("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_plain_handshake() -> None:
    handshake = Handshake(parse_head(upgrade()), parse_head(agree()))
    assert handshake.is_websocket
    assert (handshake.deflate, handshake.problems) == (None, [])


AGREED = {
    "permessage-deflate": Deflate(True, True),
    "permessage-deflate; client_no_context_takeover": Deflate(False, True),
    'permessage-deflate; server_no_context_takeover; server_max_window_bits="10"': Deflate(True, False),
    "x-custom, permessage-deflate": Deflate(True, True),
    "x-custom": None,
}


@pytest.mark.parametrize(("said", "deflate"), AGREED.items(), ids=AGREED)
def test_permessage_deflate_is_what_the_server_says(said: str, deflate: Deflate | None) -> None:
    handshake = Handshake(parse_head(upgrade("permessage-deflate, x-custom")), parse_head(agree(said)))
    assert handshake.deflate == deflate
    assert codes(handshake) == []


def test_extensions_with_parameters() -> None:
    head = parse_head(agree('a; b=1; c="2"; d, e'))
    assert extensions(head) == [Extension("a", [("b", "1"), ("c", "2"), ("d", "")]), Extension("e", [])]


ANSWERS = [
    ("permessage-deflate", "permessage-deflate; client_no_context_takeover; server_no_context_takeover", True),
    ("permessage-deflate", "permessage-deflate; server_max_window_bits=9", True),
    ("permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=10", True),
    ("permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=10", True),
    ("permessage-deflate; client_max_window_bits, permessage-deflate", "permessage-deflate", True),
    ("a; b=1", "a; c=2", True),
    ("permessage-deflate", "permessage-deflate; client_max_window_bits=10", False),
    ("permessage-deflate; client_max_window_bits=9", "permessage-deflate; client_max_window_bits=10", False),
    ("permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=10", False),
    ("permessage-deflate", "permessage-deflate; server_no_context_takeover; server_no_context_takeover", False),
    ("permessage-deflate", "permessage-deflate; server_no_context_takeover=1", False),
    ("permessage-deflate", "permessage-deflate; server_max_window_bits", False),
    ("permessage-deflate", "permessage-deflate; server_max_window_bits=16", False),
    ("permessage-deflate", "permessage-deflate; server_max_window_bits=08", False),
    ("permessage-deflate", "permessage-deflate; unheard_of", False),
    ("permessage-deflate", "permessage-deflate, permessage-deflate", False),
    ("", "permessage-deflate", False),
]


@pytest.mark.parametrize(("offer", "answer", "is_right"), ANSWERS)
def test_the_parameters_of_the_answer_are_held_against_the_offer(offer: str, answer: str, is_right: bool) -> None:
    handshake = Handshake(parse_head(upgrade(offer)), parse_head(agree(answer)))
    assert codes(handshake) == ([] if is_right else ["ws-extension-not-offered"])


def test_a_subprotocol_is_one_that_was_offered() -> None:
    request = parse_head(upgrade().replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: mqtt, stomp\r\n\r\n"))
    for name, problems in (("stomp", []), ("amqp", ["ws-subprotocol-not-offered"])):
        said = agree().replace(b"\r\n\r\n", f"\r\nSec-WebSocket-Protocol: {name}\r\n\r\n".encode())
        assert codes(Handshake(request, parse_head(said))) == problems


def test_problems_are_told() -> None:
    request, response = parse_head(upgrade()), parse_head(agree())
    assert codes(Handshake(request, parse_head(agree(accept="nonsense")))) == ["ws-wrong-accept"]
    assert codes(Handshake(request, parse_head(agree("x-odd")))) == ["ws-extension-not-offered"]
    for missing in (b"Sec-WebSocket-Key", b"Sec-WebSocket-Version"):
        assert codes(Handshake(parse_head(upgrade().replace(missing, b"X")), response)) == ["ws-bad-handshake"]
    assert codes(Handshake(request, parse_head(agree().replace(b"Accept", b"X")))) == ["ws-bad-handshake"]


def test_half_a_handshake() -> None:
    assert Handshake(None, parse_head(agree("permessage-deflate"))).deflate == Deflate()
    unanswered = Handshake(parse_head(upgrade("permessage-deflate")), None)
    assert (unanswered.is_websocket, unanswered.deflate) == (True, Deflate())
    assert codes(unanswered) == ["ws-handshake-unanswered"]
    assert not Handshake(None, None).is_websocket


def test_an_upgrade_to_something_else() -> None:
    response = parse_head(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n")
    assert not Handshake(parse_head(upgrade()), response).is_websocket
