"""Tests of the dashboard: its parts one by one, then the whole over real sockets."""
