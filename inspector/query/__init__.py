"""Which rows: by words, by bytes, by time, by what became of a connection and what went wrong."""
