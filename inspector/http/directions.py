"""Which parser reads each direction of each connection, and the HTTP state of the directions that may carry HTTP.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

from typing import Any

import cython
from cython import Py_ssize_t, bint, ccall, cclass, cfunc, uchar

from inspector.http import stages
from inspector.http.direction_state import DirectionState
from inspector.http.exchanges import Exchanges
from inspector.tables.stream_routes import Route
from inspector.tables.table import Protocol as _Protocol
from inspector.tables.table import Table

HTTP = cython.declare(cython.int, int(Route.HTTP))
OPAQUE = cython.declare(cython.int, int(Route.OPAQUE))
P_HTTP = cython.declare(cython.int, int(_Protocol.HTTP))
P_TUNNEL = cython.declare(cython.int, int(_Protocol.TUNNEL))


@cclass
class Directions:
    """Holds a route for each direction and, if it may carry HTTP, a `DirectionState`. The key is
    2 * connection + direction.
    """

    routes: uchar[::1]  # values of Route, shared with ApplicationLayer
    _protocols: uchar[::1]
    _inside: uchar[::1]
    states: list[Any]  # DirectionState or None
    turned: list[int]  # connections whose requests come from the server
    _connections: Table
    _isn_known: uchar[:, ::1]
    _exchanges: Exchanges

    def __init__(self, connections: Table, exchanges: Exchanges) -> None:
        self.states = []
        self.turned = []
        self._connections = connections
        self._exchanges = exchanges

    def begin_batch(self, routes: memoryview) -> None:
        """Prepare for new stream chunks; `routes` has one byte for each direction of each connection."""
        self.routes = routes
        self._protocols = self._connections.view("protocol")
        self._inside = self._connections.view("inside")
        self._isn_known = self._connections.view("isn_known")
        self.states.extend([None] * (len(routes) - len(self.states)))

    @cfunc
    def state(self, key: Py_ssize_t) -> DirectionState:
        """Return the state of one direction, which is created for its first chunk."""
        state: DirectionState = self.states[key]
        if state is None:
            peer: DirectionState = self.states[key ^ 1]
            role = key & 1 if peer is None else 1 - peer.role
            state = self.states[key] = DirectionState(self._isn_known[key >> 1, key & 1] != 1, role)
            self.routes[key] = HTTP
        return state

    @cfunc
    def seen(self, key: Py_ssize_t) -> DirectionState:
        """Return the state of one direction; None if it has none yet or is not read any more."""
        return self.states[key]

    @cfunc
    def recognise(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Mark a direction as HTTP at its first message. If the other direction was given up, it is searched again."""
        if state.role != key & 1 and not self.is_http(key >> 1):
            self.turned.append(key >> 1)
        state.is_known = True
        self.name(key >> 1, P_HTTP)
        if self.routes[key ^ 1] == OPAQUE:
            self.state(key ^ 1).stage = stages.SEARCH

    @ccall
    def name(self, connection: Py_ssize_t, protocol: cython.int) -> None:
        """Set the protocol of the connection or, if it has become a tunnel, the protocol inside the tunnel."""
        if self._protocols[connection] == P_TUNNEL:
            self._inside[connection] = protocol
        else:
            self._protocols[connection] = protocol

    @cfunc
    def turn(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Swap the roles of the two directions: requests come from the other one.

        If the capture began in mid-connection, it is unknown who opened the connection; and the end that opened it is
        not necessarily the one that sends requests.
        """
        state.role = 1 - state.role
        self.state(key ^ 1).role = 1 - state.role

    def swap(self, connection: Py_ssize_t) -> None:
        """Swap the client and the server of a connection."""
        key: Py_ssize_t = 2 * connection
        self.states[key], self.states[key + 1] = self.states[key + 1], self.states[key]
        self.routes[key], self.routes[key + 1] = self.routes[key + 1], self.routes[key]

    @cfunc
    def asking(self, connection: Py_ssize_t) -> Py_ssize_t:
        """Return the key of the direction that sends requests."""
        state: DirectionState = self.states[2 * connection]
        peer: DirectionState = self.states[2 * connection + 1]
        if state is not None:
            return 2 * connection + state.role
        return 2 * connection + (1 - peer.role if peer is not None else 0)

    @cfunc
    def is_http(self, connection: Py_ssize_t) -> bint:
        """Whether an HTTP message was seen on the connection."""
        client: DirectionState = self.states[2 * connection]
        server: DirectionState = self.states[2 * connection + 1]
        return (client is not None and client.is_known) or (server is not None and server.is_known)

    @cfunc
    def leave(self, connection: Py_ssize_t, route: cython.int) -> None:
        """Stop reading this connection as HTTP."""
        self.routes[2 * connection] = self.routes[2 * connection + 1] = route
        self.states[2 * connection] = self.states[2 * connection + 1] = None
        self._exchanges.forget(connection)

    @cfunc
    def give_up(self, state: DirectionState, key: Py_ssize_t) -> None:
        """Stop reading this direction, which is not HTTP; it is read again only if the other direction turns out to be
        HTTP.
        """
        state.stage = stages.STOPPED
        self.routes[key] = OPAQUE
        self.states[key] = None
        if self.routes[key ^ 1] == OPAQUE:
            self._exchanges.forget(key >> 1)
