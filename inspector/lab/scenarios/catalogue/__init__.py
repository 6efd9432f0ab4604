"""The scenarios, one module per group."""
