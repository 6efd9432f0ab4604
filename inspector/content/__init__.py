"""The content of one message: decoded, shown as text or image, sent again with curl."""
