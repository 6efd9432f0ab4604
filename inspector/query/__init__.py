"""Finds rows by words, bytes and time, by the outcome of a connection, and by problem."""
