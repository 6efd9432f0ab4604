"""From the bytes of a packet to its headers."""

from inspector.wire.decoder import Decoder
from inspector.wire.tcp_options import Option

__all__ = ["Decoder", "Option"]
