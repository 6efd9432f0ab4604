"""Mutation testing: puts small faults into a copy of the sources, one at a time, and counts those that no test sees."""
