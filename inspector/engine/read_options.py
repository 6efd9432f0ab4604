"""How a capture is to be read, where there is a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The options for opening a capture; the defaults suit most captures.

    Attributes:
        sort: process the packets in order of time, not in file order; they keep their numbers.
        ignore_vlan: treat packets of different VLANs as belonging to one network.
        tunnels: the kinds of tunnel by UDP port, in addition to the usual ports: {8473: "vxlan"}.
    """

    sort: bool = False
    ignore_vlan: bool = False
    tunnels: Mapping[int, str] = field(default_factory=dict)


USUAL = ReadOptions()
"""The defaults."""
