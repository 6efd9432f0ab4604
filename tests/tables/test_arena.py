"""The buffer of bytes that are nowhere in the file."""

from __future__ import annotations

from inspector.tables.arena import ARENA, Arena


def test_bytes_keep_their_address_while_the_buffer_grows() -> None:
    arena = Arena()
    addresses = [arena.append(bytes([n]) * 3000) for n in range(5)]
    assert addresses == [ARENA + 3000 * n for n in range(5)]
    assert bytes(arena.data[: arena.size]) == b"".join(bytes([n]) * 3000 for n in range(5))


def test_what_does_not_fit_is_not_kept_and_what_fits_is() -> None:
    arena = Arena(limit=10)
    assert arena.append(b"12345678") == ARENA
    assert arena.append(b"9ab") == -1
    assert arena.append(b"9a") == ARENA + 8
    assert arena.append(b"b") == -1
    assert (arena.size, bytes(arena.data[:10])) == (10, b"123456789a")
