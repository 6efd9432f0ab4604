"""Wireglass: packets rebuilt into sockets, TCP lifecycles, HTTP exchanges and WebSocket conversations."""

from inspector import plain

plain.install()
