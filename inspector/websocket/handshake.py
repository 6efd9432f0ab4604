"""What was agreed on when HTTP became WebSocket (RFC 6455 §4, RFC 7692 §7.1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from inspector.anomalies import index_of
from inspector.http.fields import Head
from inspector.websocket.protocol import ACCEPT_GUID

DEFLATE = "permessage-deflate"


@dataclass(frozen=True, slots=True)
class Deflate:
    """permessage-deflate as agreed on: which side keeps its context from message to message (RFC 7692 §7.1.1)."""

    client_keeps_context: bool = True
    server_keeps_context: bool = True


def accept_for(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 §4.2.2)."""
    digest = hashlib.sha1(key.encode("latin-1") + ACCEPT_GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def extensions(head: Head) -> list[tuple[str, dict[str, str]]]:
    """Names and parameters in Sec-WebSocket-Extensions, in order (RFC 6455 §9.1); a parameter without value has ""."""
    found = []
    for element in head.tokens("Sec-WebSocket-Extensions"):
        name, *parameters = (part.strip() for part in element.split(";"))
        pairs = (parameter.partition("=") for parameter in parameters)
        found.append((name, {key.strip(): value.strip(' "') for key, _, value in pairs}))
    return found


class Handshake:
    """The upgrade of one connection, from the heads that were seen of it.

    Attributes:
        is_websocket: whether it leads to WebSocket; without the server's answer, whether the client asked for that.
        deflate: how messages may be compressed; None when they may not be.
        problems: indexes of anomalies.
    """

    def __init__(self, request: Head | None, response: Head | None) -> None:
        decisive = response or request
        self.is_websocket = decisive is not None and "websocket" in decisive.tokens("Upgrade")
        self.deflate: Deflate | None = None
        self.problems: list[int] = []
        if not self.is_websocket:
            return
        if response is None:
            self.deflate = Deflate() if request and _offers_deflate(request) else None
            self._problem("ws-handshake-unanswered")
        else:
            self._read_answer(response, request)

    def _problem(self, code: str) -> None:
        self.problems.append(index_of(code))

    def _read_answer(self, response: Head, request: Head | None) -> None:
        for name, parameters in extensions(response):
            if name == DEFLATE:
                self.deflate = Deflate(
                    "client_no_context_takeover" not in parameters, "server_no_context_takeover" not in parameters
                )
        if request is None:
            return
        self._check_key(request, response)
        offered = {name for name, _ in extensions(request)}
        if any(name not in offered for name, _ in extensions(response)):
            self._problem("ws-extension-not-offered")

    def _check_key(self, request: Head, response: Head) -> None:
        keys, accepts = request.values("Sec-WebSocket-Key"), response.values("Sec-WebSocket-Accept")
        if not keys or not accepts or request.values("Sec-WebSocket-Version") != ["13"]:
            self._problem("ws-bad-handshake")
        elif accept_for(keys[0]) != accepts[0]:
            self._problem("ws-wrong-accept")


def _offers_deflate(request: Head) -> bool:
    return any(name == DEFLATE for name, _ in extensions(request))
