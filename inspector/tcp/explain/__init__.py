"""Explains why a segment has its verdicts, with the numbers behind them."""
