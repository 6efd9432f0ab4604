"""Access control of the dashboard."""
