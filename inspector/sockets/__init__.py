"""The operating system's side of the connections of this machine: sockets, and who holds them under which number."""

from inspector.sockets.holders import End, Holder
from inspector.sockets.kernel import Figures, KernelSocket, own_word, tcp_sockets
from inspector.sockets.snapshot import Surveyor

__all__ = ["End", "Figures", "Holder", "KernelSocket", "Surveyor", "own_word", "tcp_sockets"]
