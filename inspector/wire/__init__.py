"""Decodes the headers of packets from their bytes."""

from inspector.wire.decoder import Decoder
from inspector.wire.tcp_options import Option

__all__ = ["Decoder", "Option"]
