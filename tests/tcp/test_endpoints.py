"""The states that the engine reports, compared with those of two endpoints on a lossy link."""

from __future__ import annotations

from random import Random

import pytest

from .endpoints import World
from .play import Play

LIVES = 25
"""In each run of the test; each takes a few milliseconds."""


def observed(world: World) -> Play:
    play = Play()
    for packet in world.seen:
        send = play.server if packet.side else play.client
        send(packet.flags, bytes(packet.length), seq=packet.seq, ack=packet.ack)
    return play.run()


def wrong_claims(world: World, play: Play) -> list[str]:
    found = []
    for row, packet in enumerate(world.seen):
        client_side = packet.side ^ int(play.packets["direction"][row])
        for claim, side in zip(play.claims()[row].split(), (client_side, 1 - client_side), strict=True):
            if not claim.endswith("?") and claim not in world.possible(row, side):
                found.append(f"packet {row + 1}, end {side}: {claim}, but it was {world.possible(row, side)}")
    return found


@pytest.mark.parametrize("seed", range(20))
def test_no_state_that_is_shown_as_proven_is_wrong(seed: int) -> None:
    random = Random(seed)
    proven = total = 0
    for _ in range(LIVES):
        world = World(random)
        world.live(random.randint(10, 120))
        play = observed(world)
        assert wrong_claims(world, play) == []
        claims = " ".join(play.claims()).split()
        total += len(claims)
        proven += sum(not claim.endswith("?") for claim in claims)
    assert proven > total / 2  # who claims nothing is never wrong
