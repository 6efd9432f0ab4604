"""Finds rows: by words, bytes and time, by outcome of a connection, and by problem."""
