"""The lab's scenarios: situations in TCP, HTTP and WebSocket, played by real processes over the kernel's TCP."""

from inspector.lab.scenarios.catalogue import (
    closing,
    http,
    loss_and_reordering,
    many_connections,
    opening,
    polling_and_push,
    waiting,
    websocket,
    windows_and_timers,
)
from inspector.lab.scenarios.scenario import Group, Scenario, View

GROUPS: tuple[Group, ...] = (
    http.GROUP, polling_and_push.GROUP, websocket.GROUP, opening.GROUP,
    closing.GROUP, windows_and_timers.GROUP, loss_and_reordering.GROUP, waiting.GROUP, many_connections.GROUP,
)  # fmt: skip
"""All groups of scenarios, in teaching order."""

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for group in GROUPS for scenario in group.scenarios}
"""All scenarios, by name."""

__all__ = ["GROUPS", "SCENARIOS", "Group", "Scenario", "View"]
