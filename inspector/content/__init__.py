"""The content of one message: decoded, shown as text or picture, repeated with curl."""
