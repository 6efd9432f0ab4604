"""The classes of scenarios and their groups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from inspector.lab.process.lossy_link import CLIENTS_VIEW, SERVERS_VIEW, Plan

if TYPE_CHECKING:
    from inspector.lab.scenarios.testbed import Scene

Play = Callable[["Scene"], Awaitable[str]]
"""The function that runs a scenario and returns a sentence or two about the result. Its docstring explains the
scenario."""


class View(Enum):
    """The end of the link at which a scenario is captured."""

    CLIENT = CLIENTS_VIEW
    SERVER = SERVERS_VIEW


@dataclass(frozen=True)
class Scenario:
    """One scenario: a name, a title, and a function that runs it.

    With a `link` both ends are joined by a rough link and captured on it, from the end that `view` names; without one
    they meet on loopback. `settings` are the kernel's (net.ipv4.…), of the scenario's own network alone. `stays_open`
    says that connections still live when the curtain falls; otherwise the end waits until the last of them has closed.
    """

    name: str
    title: str
    play: Play
    link: Plan | None = None
    view: View = View.CLIENT
    settings: Mapping[str, str] = field(default_factory=dict)
    stays_open: bool = False

    @property
    def about(self) -> str:
        """The explanation for newcomers, one paragraph: the docstring of `play`."""
        return " ".join((self.play.__doc__ or self.title).split())


@dataclass(frozen=True)
class Group:
    """Scenarios that belong together, in the order in which they teach."""

    title: str
    about: str
    scenarios: tuple[Scenario, ...]
