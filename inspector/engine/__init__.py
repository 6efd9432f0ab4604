"""The engine: it takes a capture's packets through all stages and fills the tables."""
