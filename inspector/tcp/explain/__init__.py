"""Why a segment has its verdict, with its numbers."""
