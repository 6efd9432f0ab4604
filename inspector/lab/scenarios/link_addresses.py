"""Translates the addresses of a lossy link into those that the captured end uses.

The link swaps the addresses of every packet (see `lab/process/lossy_link.py`), so each end has the near address from
its own point of view, and the other end has the far one. A capture shows the packets of one end; the addresses that
the program and the kernel of the other end report are translated to match.
"""

from __future__ import annotations

from inspector.lab.process.lossy_link import FAR, NEAR
from inspector.lab.scenarios.scenario import Scenario, View
from inspector.lab.scenarios.testbed import HTTP_PORT

EXCHANGED = {NEAR: FAR, FAR: NEAR}


class Mirror:
    """Translates the addresses of endpoints to those in a scenario's capture."""

    def __init__(self, scenario: Scenario) -> None:
        self._view = scenario.view if scenario.link else None

    def names(self, local: str, remote: str) -> tuple[str, str]:
        """Return the local and remote address ("ip:port") of an endpoint as they appear in the capture."""
        is_server = local.endswith(f":{HTTP_PORT}")
        if self._view is None or is_server == (self._view is View.SERVER):
            return local, remote
        return _exchanged(local), _exchanged(remote)


def _exchanged(endpoint: str) -> str:
    host, _, port = endpoint.rpartition(":")
    return f"{EXCHANGED.get(host, host)}:{port}"
