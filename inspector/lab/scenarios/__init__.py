"""The situations of a TCP life, each brought about on demand by real processes and the kernel's own TCP."""

from inspector.lab.scenarios import crowds, endings, openings, patience, plain_http, pushes, trouble, websockets
from inspector.lab.scenarios.scenario import Group, Scenario, View

GROUPS: tuple[Group, ...] = (
    plain_http.GROUP, pushes.GROUP, websockets.GROUP, openings.GROUP,
    endings.GROUP, patience.GROUP, trouble.GROUP, crowds.GROUP,
)  # fmt: skip
"""In the order in which they teach."""

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for group in GROUPS for scenario in group.scenarios}
"""All of them, by name."""

__all__ = ["GROUPS", "SCENARIOS", "Group", "Scenario", "View"]
