from __future__ import annotations

from inspector.content.json_texts import strings_in


def test_values_count_however_deep_and_keys_do_not() -> None:
    assert strings_in({"a": "x", "b": [{"c": "y"}, 1, None]}, 9) == ["y", "x"]


def test_of_too_many_the_last_are_taken() -> None:
    assert strings_in([str(i) for i in range(10)], 2) == ["9", "8"]
