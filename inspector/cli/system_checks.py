"""Checks of what works on this machine, with a remedy for what does not."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from inspector import pure_python
from inspector.cli import package_conflicts
from inspector.errors import BadFilter, CaptureRefused

PACKAGE = Path(__file__).parent.parent
"""The folder of the package `inspector`."""

OLDEST_PYTHON = (3, 11)

LIBRARIES = ("numpy", "scapy", "flask", "flask-sock", "plotly", "websockets", "brotli", "click")

PORTS = {"web server of the demo": 8000, "chat of the demo": 8765, "dashboard": 8642}

LITTLE_SPACE = 1_000_000_000
"""Free disk space in bytes below which a recording may soon fill the disk."""

LINK_DEVICE = "/dev/net/tun"

TRIAL_FILTER = "host 192.0.2.7 or ip6 host fe80::1"
"""A capture filter whose constants use all 32 bits."""


class Health(Enum):
    """The result of a check: it works, it works with limits, or something essential is broken."""

    FINE = "ok"
    LESS = "less"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its subject, its result, what was found, and what to do about it (empty if nothing)."""

    about: str
    health: Health
    found: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Run all checks, one after another."""
    for check in CHECKS:
        yield from check()


def _python() -> Iterator[Finding]:
    found = f"{platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}"
    is_old = sys.version_info < OLDEST_PYTHON
    remedy = "Install Python {}.{} or newer.".format(*OLDEST_PYTHON) if is_old else ""
    yield Finding("Python", Health.BROKEN if is_old else Health.FINE, found, remedy)


def _libraries() -> Iterator[Finding]:
    missing = [name for name in LIBRARIES if not _version(name)]
    if missing:
        yield Finding("Libraries", Health.BROKEN, f"missing: {', '.join(missing)}", "Install Wireglass again with pip.")
        return
    yield Finding("Libraries", Health.FINE, ", ".join(f"{name} {_version(name)}" for name in LIBRARIES))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _packages() -> Iterator[Finding]:
    """Check that no other distribution's files are in the place of ours."""
    broken = [*package_conflicts.replaced_packages(), *package_conflicts.changed_files()]
    foreign = [*package_conflicts.foreign_files()]
    if broken or foreign:
        health = Health.BROKEN if broken else Health.LESS
        yield Finding("Packages", health, " ".join([*broken, *foreign]), package_conflicts.ADVICE)
    else:
        yield Finding("Packages", Health.FINE, "no other distribution uses the names inspector and web")


def hot_modules() -> list[str]:
    """Names of the modules that Cython compiles: those that contain `import cython`."""
    return [_name(path) for path in _hot_files()]


def plain_modules() -> list[str]:
    """Names of the hot modules that run as plain Python: there is no compiled file beside them, or it is not wanted."""
    return [
        _name(path)
        for path in _hot_files()
        if pure_python.is_wanted() or not any(path.with_suffix(suffix).exists() for suffix in EXTENSION_SUFFIXES)
    ]


def _hot_files() -> list[Path]:
    imports_cython = re.compile(r"^import cython$", re.MULTILINE)
    return sorted(path for path in PACKAGE.rglob("*.py") if imports_cython.search(path.read_text("utf-8")))


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def _engine() -> Iterator[Finding]:
    modules, slow = hot_modules(), plain_modules()
    if not slow:
        yield Finding("Engine", Health.FINE, f"compiled ({len(modules)} hot modules)")
    elif pure_python.is_wanted():
        yield Finding(
            "Engine",
            Health.LESS,
            f"plain Python (slower), because {pure_python.VARIABLE} is set",
            f"Unset {pure_python.VARIABLE}.",
        )
    else:
        remedy = "Install a C compiler and Python's headers (Debian: gcc, python3-dev), then install Wireglass again."
        names = ", ".join(slow) if len(slow) < len(modules) else "all hot modules"
        yield Finding("Engine", Health.LESS, f"slower, same results: not compiled: {names}", remedy)


def _capture() -> Iterator[Finding]:
    from inspector.live.capture_rights import may_capture

    allowed, why = may_capture()
    if allowed:
        yield Finding("Live capture", Health.FINE, "this user may capture packets")
        return
    yield Finding("Live capture", Health.LESS, why)


def _private_network() -> Iterator[Finding]:
    """Check private network namespaces: every lab scenario needs one; so does the demo if this user may not capture."""
    refusal = _private_network_refusal()
    if refusal is not None:
        remedy = "Lab scenarios cannot be run here, but saved recordings can be opened. The demo needs live capture."
        yield Finding("Private network", Health.LESS, refusal, remedy)
    elif not os.access(LINK_DEVICE, os.R_OK | os.W_OK):
        remedy = f"Scenarios with loss, delay or reordering need {LINK_DEVICE}: run modprobe tun, and allow access."
        yield Finding("Private network", Health.LESS, f"allowed, but {LINK_DEVICE} cannot be used", remedy)
    else:
        yield Finding("Private network", Health.FINE, f"allowed, with {LINK_DEVICE}: all scenarios can run")


def _private_network_refusal() -> str | None:
    """The reason why this user cannot create a network namespace; None if this user can."""
    if not sys.platform.startswith("linux"):
        return f"not available on {platform.system()}"
    from inspector.live.private_network import Network

    try:
        Network.create().close()
    except CaptureRefused as refused:
        return str(refused)
    return None


def _filters() -> Iterator[Finding]:
    from inspector.live import bpf
    from inspector.live.capture_rights import may_capture
    from inspector.live.packet_source import LOOPBACK
    from inspector.pcap.formats import LinkType

    try:
        live_on = LOOPBACK if sys.platform == "linux" and may_capture()[0] else None
        program = bpf.compile_filter(TRIAL_FILTER, LinkType.ETHERNET, live_on)
        if sys.platform == "linux":
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as endpoint:
                bpf.attach(endpoint, program)  # the kernel accepts filters for any kind of socket
    except (BadFilter, CaptureRefused, OSError) as failure:
        yield Finding("Capture filters", Health.LESS, f"-f cannot be used: {failure}")
    else:
        yield Finding("Capture filters", Health.FINE, f"compiled and accepted, for example “{TRIAL_FILTER}”")


def _ports() -> Iterator[Finding]:
    taken = [f"{port} ({what})" for what, port in PORTS.items() if not _is_free(port)]
    if taken:
        yield Finding("Ports", Health.FINE, f"in use: {', '.join(taken)}; free ports are used instead")
    else:
        yield Finding("Ports", Health.FINE, "the default ports are free: " + ", ".join(map(str, PORTS.values())))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _recordings() -> Iterator[Finding]:
    from inspector.live.recording_paths import folder

    try:
        where = folder()
        free = shutil.disk_usage(where).free
    except OSError as error:
        yield Finding("Recordings", Health.BROKEN, str(error), "Set XDG_STATE_HOME to a writable folder.")
        return
    found = f"{where}, {free / 1e9:,.1f} GB free"
    if free < LITTLE_SPACE or not os.access(where, os.W_OK):
        yield Finding("Recordings", Health.LESS, found, "Free disk space, or choose another place with --record.")
    else:
        yield Finding("Recordings", Health.FINE, found)


def _browser() -> Iterator[Finding]:
    from inspector.cli.open_browser import has_screen

    if has_screen():
        yield Finding("Browser", Health.FINE, "opened by the commands demo, live, run, open and replay")
    else:
        yield Finding("Browser", Health.FINE, "no display here: open the printed address in a browser yourself")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _libraries,
    _packages,
    _engine,
    _capture,
    _private_network,
    _filters,
    _ports,
    _recordings,
    _browser,
)
