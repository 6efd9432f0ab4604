"""The operating system's side of the connections of this machine: sockets, and who holds them under which number."""

from inspector.sockets.holders import Holder
from inspector.sockets.kernel import Figures, KernelSocket, tcp_sockets
from inspector.sockets.survey import End, Surveyor

__all__ = ["End", "Figures", "Holder", "KernelSocket", "Surveyor", "tcp_sockets"]
