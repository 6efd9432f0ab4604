"""The words in which the lab explains what happens, for somebody who hears them for the first time."""

from __future__ import annotations

PRIMER: dict[str, str] = {
    "Socket": (
        "One end of a conversation between two programs. An IP address says which machine, like a hotel; a port "
        "says which door in it, like a room. The port 80 of a web server is known to everybody; a client's own "
        "port is one that happened to be free."
    ),
    "Pipe": (
        "Two sockets joined: a TCP connection. Three packets build it, the handshake: SYN (“may I?”), SYN-ACK "
        "(“yes, and may I?”), ACK (“yes”). From then on bytes flow both ways and come out in the order in which "
        "they went in. Each end closes its own direction with FIN (“I have nothing more to say”); RST breaks the "
        "pipe off at once."
    ),
    "Packet": (
        "What travels on the wire: some bytes of a pipe, numbered (its TCP part is called a segment). The other "
        "end says up to which number everything has arrived: the acknowledgment, ACK. What is not acknowledged is "
        "sent again."
    ),
    "Token": (
        "The small number that the operating system hands a program for each open socket, as a coffee shop does "
        "for an order: a file descriptor. Numbers belong to one process: Alice's 6 and the server's 7 can be the "
        "two ends of one pipe. A server that waits at its port has a token for the door, and gets another one for "
        "each guest."
    ),
    "Short-lived, long-lived": (
        "Plain HTTP asks, is answered, and may take the pipe down each time, or keep it for the next question. A "
        "WebSocket begins as an HTTP question, is upgraded, and keeps its pipe: from then on either end may speak "
        "whenever it likes."
    ),
}
"""Each word and what it means, in the order in which they need each other."""
