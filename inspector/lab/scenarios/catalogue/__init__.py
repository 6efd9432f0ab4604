"""The scenarios, a module a group."""
