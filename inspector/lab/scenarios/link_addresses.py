"""Translates the addresses of a lossy link into those that the captured end uses.

On the link a packet's addresses are exchanged halfway (see `lab/process/lossy_link.py`), so each end calls itself near
and the other one far. A capture shows one end's packets; what the other end's program and kernel say of it is put in
the same words.
"""

from __future__ import annotations

from inspector.lab.process.lossy_link import FAR, NEAR
from inspector.lab.scenarios.scenario import Scenario, View
from inspector.lab.scenarios.testbed import HTTP_PORT

EXCHANGED = {NEAR: FAR, FAR: NEAR}


class Mirror:
    """Names ends as a scenario's capture does."""

    def __init__(self, scenario: Scenario) -> None:
        self._view = scenario.view if scenario.link else None

    def names(self, local: str, remote: str) -> tuple[str, str]:
        """The two sockets of an end ("ip:port"), as the captured end sees them."""
        is_server = local.endswith(f":{HTTP_PORT}")
        if self._view is None or is_server == (self._view is View.SERVER):
            return local, remote
        return _exchanged(local), _exchanged(remote)


def _exchanged(endpoint: str) -> str:
    host, _, port = endpoint.rpartition(":")
    return f"{EXCHANGED.get(host, host)}:{port}"
