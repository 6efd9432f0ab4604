"""HTTP/1.x: messages framed in byte streams (RFC 9112), their fields and their content (RFC 9110)."""
