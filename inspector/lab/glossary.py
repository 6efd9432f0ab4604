"""A glossary for newcomers: the analogies used in the lessons, each with the exact term."""

from __future__ import annotations

PRIMER: dict[str, str] = {
    "Socket": (
        "One end of a connection between two programs. The IP address names the machine, like a hotel; the port "
        "names an end on it, like a room in the hotel. Everybody knows port 80 of a web server; a client's own "
        "port is any free one."
    ),
    "Pipe": (
        "A TCP connection: two sockets joined. Three packets open it, the handshake: SYN (“may I?”), SYN-ACK "
        "(“yes, and may I?”), ACK (“yes”). From then on bytes flow both ways and come out in the order in which "
        "they went in. Each end closes its own direction with FIN (“I will send no more”); RST resets the "
        "connection at once."
    ),
    "Packet": (
        "What travels on the wire: some numbered bytes of a connection (the TCP part is called a segment). The "
        "other end acknowledges (ACK) the number up to which everything has arrived. What is not acknowledged is "
        "sent again."
    ),
    "Token": (
        "A file descriptor: the small number that the operating system gives a program for each open socket, as a "
        "coffee shop gives a token for an order. Numbers belong to one process: Alice's 6 and the server's 7 can be "
        "the two ends of one connection. A server has one descriptor for its listening socket, and gets another one "
        "for each connection that it accepts."
    ),
    "Short-lived, long-lived": (
        "Plain HTTP sends a request, gets a response, and closes the connection, or keeps it for the next request. A "
        "WebSocket begins as an HTTP request, is upgraded, and keeps its connection open: from then on either end "
        "may send at any time."
    ),
}
"""Maps each term to its explanation. An explanation uses only terms that come before it."""
