"""Connections on a time axis: lanes, their states and their marks."""
