"""The dashboard's secrets: the key, which is new at each start, the visitors' cookies, and a limit on guessing."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

FAILURES_PER_MINUTE = 10
"""The number of wrong keys within a minute after which every further attempt must wait."""

VISIT_SECONDS = 12 * 3600.0
"""How long a cookie is valid: a working day."""

MAX_VISITS = 64
"""Maximum number of valid cookies, twice the number of feed clients. If there are more, the oldest becomes invalid."""


class TooManyFailures(Exception):
    """Too many wrong keys were tried in the last minute."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that has presented the key: the value of its cookie, and the CSRF token of its pages."""

    cookie: str
    csrf: str
    ends: float


class Keyring:
    """The secrets of one run of the dashboard. Thread-safe.

    A cookie alone gives no access: browsers send it to every port of the host, so a page of another program on this
    machine could use it. Each request must also contain the `csrf` value, which only our own page knows.
    """

    def __init__(self, token: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES_PER_MINUTE)
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()

    def admits(self, token: str) -> bool:
        """Whether `token` is the right key.

        Raises:
            TooManyFailures: ten wrong keys were tried within the last minute; even the right key is not accepted then.
        """
        with self._lock:
            now = self._clock()
            if len(self._failures) == FAILURES_PER_MINUTE and now - self._failures[0] < 60:
                raise TooManyFailures
            if same(token, self.token):
                return True
            self._failures.append(now)
            return False

    def enter(self, cookie: str | None) -> Visit:
        """Return the visit of a browser that has presented the key; a known browser keeps its cookie.

        Two tabs share one cookie jar: a new cookie for the second tab would lock the first one out.
        """
        with self._lock:
            visit = self._valid(cookie)
            if visit is None:
                ends = self._clock() + VISIT_SECONDS
                visit = Visit(secrets.token_urlsafe(32), secrets.token_urlsafe(32), ends)
                self._visits[visit.cookie] = visit
                while len(self._visits) > MAX_VISITS:
                    self._visits.popitem(last=False)
            return visit

    def visit(self, cookie: str | None) -> Visit | None:
        """Return the visit that `cookie` belongs to, or None if there is none or it has expired."""
        with self._lock:
            return self._valid(cookie)

    def _valid(self, cookie: str | None) -> Visit | None:
        visit = self._visits.get(cookie or "")
        if visit is None or visit.ends <= self._clock():
            return None
        return visit


def same(given: str, wanted: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())
