"""The classes for scenarios and groups of scenarios."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from inspector.lab.process.lossy_link import CLIENTS_VIEW, SERVERS_VIEW, Plan

if TYPE_CHECKING:
    from inspector.lab.scenarios.testbed import Scene

Play = Callable[["Scene"], Awaitable[str]]
"""A function that runs a scenario and returns a sentence or two about the result. Its docstring explains the
scenario."""


class View(Enum):
    """The end of the link at which a scenario is captured."""

    CLIENT = CLIENTS_VIEW
    SERVER = SERVERS_VIEW


@dataclass(frozen=True)
class Scenario:
    """One scenario: a name, a title, and a function that runs it.

    With a `link`, client and server communicate over a lossy link and are captured on it, at the end that `view`
    names; without one they communicate over loopback. `settings` are kernel settings (net.ipv4.…) that apply only to
    the scenario's own network. `stays_open` means that connections may still be open when the scenario ends; otherwise
    it waits until all of them have closed.
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
        """The explanation for newcomers in one paragraph: the docstring of `play`."""
        return " ".join((self.play.__doc__ or self.title).split())


@dataclass(frozen=True)
class Group:
    """Scenarios that belong together, in teaching order."""

    title: str
    about: str
    scenarios: tuple[Scenario, ...]
