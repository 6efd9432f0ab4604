"""The error of a display filter that cannot be read: what is wrong, at which character."""

from __future__ import annotations

from inspector.errors import BadFilter


class FilterError(BadFilter):
    """A display filter that cannot be read.

    Attributes:
        sentence: what is wrong, and what was expected.
        position: index of the character in the filter at which it is wrong.
        length: number of characters that are wrong, at least 1.
    """

    def __init__(self, sentence: str, position: int, length: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.position = position
        self.length = max(length, 1)

    def marked(self, text: str) -> str:
        """The filter, and below it carets that mark the wrong characters: two lines."""
        shown = "".join(char if char.isprintable() else " " for char in text)
        return f"{shown}\n{' ' * self.position}{'^' * self.length}"
