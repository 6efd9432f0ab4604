"""The key, the cookies it is exchanged for, and the limit on guessing."""

from __future__ import annotations

import pytest

from web.auth.keyring import FAILURES_PER_MINUTE, MAX_VISITS, VISIT_SECONDS, Keyring, TooManyFailures, same


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_two_starts_have_different_tokens_of_256_bits() -> None:
    tokens = {Keyring().token for _ in range(10)}
    assert len(tokens) == 10
    assert all(len(token) == 43 for token in tokens)


def test_only_the_right_token_is_admitted() -> None:
    keyring = Keyring("right")
    assert keyring.admits("right")
    assert not keyring.admits("wrong")
    assert not keyring.admits("")


def test_after_ten_failures_in_a_minute_everybody_waits() -> None:
    clock = Clock()
    keyring = Keyring("right", clock)
    for _ in range(FAILURES_PER_MINUTE):
        assert not keyring.admits("wrong")
        clock.now += 5
    with pytest.raises(TooManyFailures):
        keyring.admits("right")
    clock.now += 11  # the first failure is now over a minute old
    assert keyring.admits("right")


def test_a_cookie_opens_until_the_visit_ends() -> None:
    clock = Clock()
    keyring = Keyring("right", clock)
    visit = keyring.enter(None)
    assert keyring.visit(visit.cookie) is visit
    assert keyring.visit(None) is None
    assert keyring.visit("") is None
    assert keyring.visit(visit.cookie + "x") is None
    clock.now += VISIT_SECONDS
    assert keyring.visit(visit.cookie) is None


def test_a_second_tab_shares_the_visit_of_the_first() -> None:
    keyring = Keyring()
    first = keyring.enter(None)
    assert keyring.enter(first.cookie) is first
    assert keyring.enter("made up") is not first


def test_the_oldest_visit_makes_room() -> None:
    keyring = Keyring()
    visits = [keyring.enter(None) for _ in range(MAX_VISITS + 1)]
    assert keyring.visit(visits[0].cookie) is None
    assert all(keyring.visit(visit.cookie) for visit in visits[1:])


@pytest.mark.parametrize(
    ("said", "wanted", "equal"),
    [
        pytest.param("abc", "abc", True, id="equal secrets are the same"),
        pytest.param("abd", "abc", False, id="one letter makes the difference"),
        pytest.param("abcd", "abc", False, id="a longer one differs"),
        pytest.param("ä\ud800", "abc", False, id="letters that no encoding has are just wrong"),
    ],
)
def test_secrets_are_compared_whole(said: str, wanted: str, equal: bool) -> None:
    assert same(said, wanted) is equal
