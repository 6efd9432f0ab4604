"""Tests mirror the modules of `inspector` and `web`."""
