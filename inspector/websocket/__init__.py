"""WebSocket: handshake, frames and messages (RFC 6455), permessage-deflate (RFC 7692)."""
