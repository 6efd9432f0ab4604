"""From the bytes of a packet to its headers."""

from inspector.wire.headers import Decoder
from inspector.wire.options import Option

__all__ = ["Decoder", "Option"]
