"""The parameters negotiated in the upgrade from HTTP to WebSocket (RFC 6455 §4, RFC 7692 §7.1)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from inspector.anomalies import index_of
from inspector.http.head import Head
from inspector.websocket.opcodes import ACCEPT_GUID

DEFLATE = "permessage-deflate"

WINDOW_BITS = frozenset(map(str, range(8, 16)))
"""The valid values of a window size parameter (RFC 7692 §7.1.2)."""


@dataclass(frozen=True, slots=True)
class Deflate:
    """permessage-deflate as negotiated: which ends keep their compression context between messages (RFC 7692
    §7.1.1).
    """

    client_keeps_context: bool = True
    server_keeps_context: bool = True


def accept_for(key: str) -> str:
    """Return the Sec-WebSocket-Accept that belongs to a Sec-WebSocket-Key (RFC 6455 §4.2.2)."""
    import hashlib  # OpenSSL takes longer to load than a small capture to read

    digest = hashlib.sha1(key.encode("latin-1") + ACCEPT_GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def extensions(head: Head) -> list[Extension]:
    """Return the elements of Sec-WebSocket-Extensions, in order (RFC 6455 §9.1). A parameter without a value has ""."""
    found = []
    for element in head.tokens("Sec-WebSocket-Extensions"):
        name, *parameters = (part.strip() for part in element.split(";"))
        pairs = (parameter.partition("=") for parameter in parameters)
        found.append(Extension(name, [(key.strip(), value.strip(' "')) for key, _, value in pairs]))
    return found


@dataclass(frozen=True, slots=True)
class Extension:
    """One element of the list: the name of an extension and its parameters, which may contain a name twice."""

    name: str
    parameters: list[tuple[str, str]]

    def value(self, name: str) -> str | None:
        """Return the value of a parameter; None if it is missing."""
        return dict(self.parameters).get(name)

    def answers(self, offer: Extension) -> bool:
        """Whether a server may respond to `offer` with this element. Only the parameters of permessage-deflate are
        checked (RFC 7692 §7.1).
        """
        if self.name != offer.name:
            return False
        names = [name for name, _ in self.parameters]
        if self.name != DEFLATE:
            return True
        return len(set(names)) == len(names) and all(_may_answer(*each, offer) for each in self.parameters)


def _may_answer(name: str, value: str, offer: Extension) -> bool:
    """Whether a server may respond to an offer with this parameter (RFC 7692 §7.1.1 and §7.1.2)."""
    if name in ("client_no_context_takeover", "server_no_context_takeover"):
        return value == ""
    if name not in ("client_max_window_bits", "server_max_window_bits") or value not in WINDOW_BITS:
        return False
    offered = offer.value(name)
    if offered is None:
        return name == "server_max_window_bits"
    return offered not in WINDOW_BITS or int(value) <= int(offered)


class Handshake:
    """The upgrade of one connection, derived from the request and the response, as far as they were seen.

    Attributes:
        is_http2: whether it leads to HTTP/2 (RFC 7540 §3.2).
        is_websocket: whether it leads to WebSocket; if the response is missing, whether the client requested WebSocket.
        deflate: how messages may be compressed; None if they must not be compressed.
        problems: the indexes of its anomalies.
    """

    def __init__(self, request: Head | None, response: Head | None) -> None:
        decisive = response or request
        self.is_websocket = decisive is not None and "websocket" in decisive.tokens("Upgrade")
        self.is_http2 = decisive is not None and "h2c" in decisive.tokens("Upgrade")
        self.deflate: Deflate | None = None
        self.problems: list[int] = []
        if not self.is_websocket:
            return
        if response is None:
            self.deflate = Deflate() if request and _offers_deflate(request) else None
            self._problem("ws-handshake-unanswered")
        else:
            self._read_response(response, request)

    def _problem(self, code: str) -> None:
        self.problems.append(index_of(code))

    def _read_response(self, response: Head, request: Head | None) -> None:
        accepted = extensions(response)
        for extension in accepted:
            if extension.name == DEFLATE:
                self.deflate = Deflate(
                    extension.value("client_no_context_takeover") is None,
                    extension.value("server_no_context_takeover") is None,
                )
        if request is None:
            return
        self._check_key(request, response)
        offers = extensions(request)
        is_twice = len({extension.name for extension in accepted}) < len(accepted)
        if is_twice or not all(any(each.answers(offer) for offer in offers) for each in accepted):
            self._problem("ws-extension-not-offered")
        offered = request.values("Sec-WebSocket-Protocol")
        names = {name.strip() for value in offered for name in value.split(",")}
        if any(value not in names for value in response.values("Sec-WebSocket-Protocol")):
            self._problem("ws-subprotocol-not-offered")

    def _check_key(self, request: Head, response: Head) -> None:
        keys, accepts = request.values("Sec-WebSocket-Key"), response.values("Sec-WebSocket-Accept")
        if not keys or not accepts or request.values("Sec-WebSocket-Version") != ["13"]:
            self._problem("ws-bad-handshake")
        elif accept_for(keys[0]) != accepts[0]:
            self._problem("ws-wrong-accept")


def _offers_deflate(request: Head) -> bool:
    return any(extension.name == DEFLATE for extension in extensions(request))
