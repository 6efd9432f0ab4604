"""The operating system's view of this machine's connections: the sockets, and the processes and file descriptors that
hold them.
"""

from inspector.sockets.holders import End, Holder
from inspector.sockets.kernel import Figures, KernelSocket, own_word, tcp_sockets
from inspector.sockets.snapshot import Surveyor

__all__ = ["End", "Figures", "Holder", "KernelSocket", "Surveyor", "own_word", "tcp_sockets"]
