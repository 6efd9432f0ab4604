"""Both ends of a link under the addresses that the captured end uses."""

from __future__ import annotations

from inspector.lab.scenarios import SCENARIOS
from inspector.lab.scenarios.link_addresses import Mirror

CLIENT = "10.9.0.1:50001", "10.9.0.2:80"
SERVER = "10.9.0.1:80", "10.9.0.2:50001"
LISTENER = "10.9.0.1:80", "0.0.0.0:0"


def test_seen_from_the_client_the_server_is_the_far_one() -> None:
    mirror = Mirror(SCENARIOS["delay"])
    assert mirror.names(*CLIENT) == CLIENT
    assert mirror.names(*SERVER) == ("10.9.0.2:80", "10.9.0.1:50001")
    assert mirror.names(*LISTENER) == ("10.9.0.2:80", "0.0.0.0:0")


def test_seen_from_the_server_the_client_is_the_far_one() -> None:
    mirror = Mirror(SCENARIOS["loss-fast"])
    assert mirror.names(*SERVER) == SERVER
    assert mirror.names(*LISTENER) == LISTENER
    assert mirror.names(*CLIENT) == ("10.9.0.2:50001", "10.9.0.1:80")


def test_without_a_link_everybody_has_one_name() -> None:
    mirror = Mirror(SCENARIOS["short-lived"])
    for ends in (("127.0.0.1:80", "127.0.0.1:50001"), ("[::1]:50001", "[::1]:80")):
        assert mirror.names(*ends) == ends
