"""The display filter's language: Wireshark's syntax and field names, fields of our own, and bare words."""
