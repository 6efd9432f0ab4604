"""What others may try to get at the captured traffic: every one of these must fail, whatever else is right about it.

A case is a request of somebody who holds nothing, or of a real page of ours, with just one thing wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.web.traffic import sample
from tests.web.visitor import Page, Visitor, page, port_of, say, served
from web.dashboard import Dashboard
from web.session.session import Session

HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with served(Session.of_file(sample(tmp_path_factory.mktemp("attacks") / "sample.pcapng"))) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def ours(dashboard: Dashboard) -> Page:
    return page(dashboard)


@pytest.fixture
def stranger(dashboard: Dashboard) -> Visitor:
    return Visitor(port_of(dashboard))


@dataclass(frozen=True)
class Wrong:
    """What is wrong about a request; {port} and {other} stand for our port and another one."""

    status: int
    fields: dict[str, str | None] = field(default_factory=dict)
    path: str = "/api/snapshot"
    method: str = "GET"
    body: bytes = b""

    def sent_by(self, visitor: Visitor) -> int:
        said = {name: value and self._filled(value, visitor.port) for name, value in self.fields.items()}
        return Visitor(visitor.port, visitor.fields | said).ask(self.path, self.method, self.body).status

    @staticmethod
    def _filled(value: str, port: int) -> str:
        return value.replace("{port}", str(port)).replace("{other}", str(port + 1))


def host(value: str | None) -> Wrong:
    return Wrong(403, {"Host": value})


def case(what: str, wrong: Wrong) -> object:
    return pytest.param(wrong, id=what)


HOSTS = [
    case("a name that was rebound to this address", host("evil.test:{port}")),
    case("a name that begins like the address", host("127.0.0.1.evil.test:{port}")),
    case("a name that ends like the address", host("evil-127.0.0.1:{port}")),
    case("the address that means every address", host("0.0.0.0:{port}")),
    case("the address in short", host("127.1:{port}")),
    case("the address as a number", host("2130706433:{port}")),
    case("another address of the loopback", host("127.0.0.2:{port}")),
    case("the address in IPv6 clothes", host("[::ffff:127.0.0.1]:{port}")),
    case("an IPv6 address that is not listened to", host("[::1]:{port}")),
    case("another port", host("127.0.0.1:{other}")),
    case("no port", host("127.0.0.1")),
    case("a port with a zero in front", host("127.0.0.1:0{port}")),
    case("the name with a dot behind", host("localhost.:{port}")),
    case("the address with a user in front", host("user@127.0.0.1:{port}")),
    case("the address with something behind", host("127.0.0.1:{port}/evil")),
    case("two addresses in one field", host("127.0.0.1:{port},evil.test")),
    case("nothing", host("")),
    case("no Host field at all", host(None)),
]


@pytest.mark.parametrize("path", ["/", "/static/shell/theme.js", "/api/snapshot", "/healthz", "/nowhere"])
@pytest.mark.parametrize("wrong", HOSTS)
def test_a_request_that_is_not_meant_for_us_is_refused_whatever_it_asks_for(
    ours: Page, wrong: Wrong, path: str
) -> None:
    assert Wrong(wrong.status, wrong.fields, path).sent_by(ours) == 403


@pytest.mark.parametrize("wrong", HOSTS)
def test_nor_is_it_upgraded(ours: Page, wrong: Wrong) -> None:
    fields = {**HANDSHAKE, "Origin": "http://127.0.0.1:{port}", **wrong.fields}
    assert Wrong(403, fields, "/feed").sent_by(ours) == 403


@pytest.mark.parametrize("origin", ["http://evil.test", "http://127.0.0.1:{port}"])
def test_an_absolute_target_does_not_replace_the_host_field(ours: Page, origin: str) -> None:
    target = origin.replace("{port}", str(ours.port)) + "/api/snapshot"
    assert ours.ask(target).status == 400
    assert ours.ask(target, Host="evil.test").status == 400


def test_two_host_fields_are_one_too_many(ours: Page) -> None:
    fields = "".join(f"{name}: {value}\r\n" for name, value in ours.fields.items())
    both = f"Host: 127.0.0.1:{ours.port}\r\nHost: evil.test\r\n{fields}"
    assert say(ours.port, f"GET /api/snapshot HTTP/1.1\r\n{both}\r\n".encode()).status == 403


UPGRADES = [
    case("from another site", Wrong(403, {"Origin": "http://evil.test"})),
    case("from a page of another port of this machine", Wrong(403, {"Origin": "http://127.0.0.1:{other}"})),
    case("from the same page under its other name", Wrong(403, {"Origin": "http://localhost:{port}"})),
    case("from a sandboxed frame or a file", Wrong(403, {"Origin": "null"})),
    case("from nobody", Wrong(403, {"Origin": None})),
    case("from an empty origin", Wrong(403, {"Origin": ""})),
    case("from the page's address under another scheme", Wrong(403, {"Origin": "https://127.0.0.1:{port}"})),
    case("from an origin with a path", Wrong(403, {"Origin": "http://127.0.0.1:{port}/"})),
    case("from an origin that begins right", Wrong(403, {"Origin": "http://127.0.0.1:{port}.evil.test"})),
    case("which the browser calls same-site", Wrong(403, {"Sec-Fetch-Site": "same-site"})),
    case("which the browser calls cross-site", Wrong(403, {"Sec-Fetch-Site": "cross-site"})),
    case("without a cookie", Wrong(401, {"Cookie": None})),
    case("with a made-up cookie", Wrong(401, {"Cookie": "__insp_{port}=" + "A" * 43})),
    case("with the cookie of another port", Wrong(401, {"Cookie": "__insp_{other}=" + "A" * 43})),
    case("with a wrong token", Wrong(401, {"Cookie": None, "Authorization": "Bearer " + "A" * 43})),
    case("with a key that is no key", Wrong(400, {"Sec-WebSocket-Key": "short"})),
    case("with a key that is no base64", Wrong(400, {"Sec-WebSocket-Key": "*" * 24})),
    case("without a key", Wrong(400, {"Sec-WebSocket-Key": None})),
    case("in another version", Wrong(400, {"Sec-WebSocket-Version": "8"})),
    case("to another protocol", Wrong(400, {"Upgrade": "h2c"})),
    case("that is none", Wrong(400, {"Upgrade": None, "Connection": None})),
]


@pytest.mark.parametrize("wrong", UPGRADES)
def test_no_upgrade(ours: Page, wrong: Wrong) -> None:
    fields = {**HANDSHAKE, "Origin": "http://127.0.0.1:{port}", **wrong.fields}
    assert Wrong(wrong.status, fields, "/feed").sent_by(ours) == wrong.status


@pytest.mark.parametrize("path", ["/", "/api/snapshot", "/static/shell/theme.js"])
def test_no_upgrade_where_there_is_no_feed(ours: Page, path: str) -> None:
    assert Wrong(400, {**HANDSHAKE, "Origin": "http://127.0.0.1:{port}"}, path).sent_by(ours) == 400


READS = [
    case("with the cookie alone", Wrong(401, {"X-Token": None})),
    case("with the csrf value alone", Wrong(401, {"Cookie": None})),
    case("with a wrong csrf value of the same length", Wrong(401, {"X-Token": "A" * 43})),
    case("with an empty csrf value", Wrong(401, {"X-Token": ""})),
    case("with a made-up cookie", Wrong(401, {"Cookie": "__insp_{port}=" + "A" * 43})),
    case("with a wrong token", Wrong(401, {"Authorization": "Bearer " + "A" * 43})),
    case("with an empty token", Wrong(401, {"Authorization": "Bearer"})),
    case("with another kind of credentials", Wrong(401, {"Authorization": "Basic Og==", "Cookie": None})),
    case("from a page of another port", Wrong(403, {"Origin": "http://127.0.0.1:{other}"})),
    case("by a page of another port without an origin", Wrong(403, {"Sec-Fetch-Site": "same-site"})),
    case("by a script tag of another site", Wrong(403, {"Sec-Fetch-Site": "cross-site"})),
    case("of a static file by another site", Wrong(403, {"Sec-Fetch-Site": "cross-site"}, "/static/shell/theme.js")),
    case(
        "of the page into a frame of another site",
        Wrong(403, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, "/"),
    ),
    case(
        "of the API by following a link",
        Wrong(403, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}),
    ),
    case("of our own source", Wrong(404, path="/static/../app.py")),
    case("of our own source, encoded", Wrong(404, path="/static/%2e%2e/app.py")),
    case("of our own source, encoded twice", Wrong(404, path="/static/%252e%252e/app.py")),
    case("of our own source with backslashes", Wrong(404, path="/static/..%5capp.py")),
    case("of the system's files", Wrong(404, path="/static//etc/passwd")),
    case("of a file name with a NUL", Wrong(404, path="/static/shell/theme.js%00.css")),
    case("of a very long file name", Wrong(404, path="/static/" + "x" * 5000)),
]


@pytest.mark.parametrize("wrong", READS)
def test_no_reading(ours: Page, wrong: Wrong) -> None:
    assert wrong.sent_by(ours) == wrong.status


@pytest.mark.parametrize(
    "path", ["/api/snapshot", "/api/packets", "/api/packets/1", "/api/connections/0", "/api/events"]
)
def test_a_stranger_reads_nothing_even_with_the_token_in_the_address(
    dashboard: Dashboard, stranger: Visitor, path: str
) -> None:
    assert stranger.ask(path).status == 401
    assert stranger.ask(f"{path}?token={dashboard.token}&t={dashboard.token}").status == 401


WRITES = [
    case("as text, which forms can send", Wrong(415, {"Content-Type": "text/plain"})),
    case("as a form", Wrong(415, {"Content-Type": "application/x-www-form-urlencoded"})),
    case("as a form with a file", Wrong(415, {"Content-Type": "multipart/form-data; boundary=x"})),
    case("as text that only mentions JSON", Wrong(415, {"Content-Type": "text/plain; application/json"})),
    case("as nothing in particular", Wrong(415, {"Content-Type": None})),
    case("with the cookie alone", Wrong(401, {"X-Token": None})),
    case("with a wrong csrf value of the same length", Wrong(401, {"X-Token": "A" * 43})),
    case("from another site", Wrong(403, {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"})),
    case(
        "from a page of another port", Wrong(403, {"Origin": "http://127.0.0.1:{other}", "Sec-Fetch-Site": "same-site"})
    ),
    case("from a sandboxed frame", Wrong(403, {"Origin": "null"})),
    case("from a page that hides its origin", Wrong(403, {"Origin": None})),
    case(
        "from a page of another port that hides its origin", Wrong(403, {"Origin": None, "Sec-Fetch-Site": "same-site"})
    ),
    case("from the address bar", Wrong(403, {"Sec-Fetch-Site": "none"})),
    case("without a length", Wrong(411, {"Content-Length": None})),
    case("in chunks", Wrong(411, {"Content-Length": None, "Transfer-Encoding": "chunked"})),
    case("in chunks with a length too", Wrong(411, {"Transfer-Encoding": "chunked"})),
    case("of a negative length", Wrong(411, {"Content-Length": "-1"})),
    case("of 65 MiB", Wrong(413, {"Content-Length": str(65 << 20)})),
    case("to an action that does not exist", Wrong(404)),
]


@pytest.mark.parametrize("wrong", WRITES)
def test_no_acting(ours: Page, wrong: Wrong) -> None:
    attempt = Wrong(wrong.status, wrong.fields, "/api/demo/get", "POST", b"{}")
    assert attempt.sent_by(ours) == wrong.status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"])
def test_no_other_methods(ours: Page, method: str) -> None:
    assert ours.ask("/api/snapshot", method).status == 405


LOGINS = [
    case("a wrong token of the same length", Wrong(401, body=b'{"token": "%s"}' % (b"A" * 43))),
    case("an empty token", Wrong(401, body=b'{"token": ""}')),
    case("a token that is a list", Wrong(400, body=b'{"token": ["x"]}')),
    case("a token in a list", Wrong(400, body=b'["token"]')),
    case("no JSON", Wrong(400, body=b"token=x")),
    case("no text", Wrong(400, body=b"\xff\xfe")),
    case("nothing", Wrong(400)),
    case("JSON that is nested without end", Wrong(400, body=b"[" * 60_000)),
    case("from another site", Wrong(403, {"Origin": "http://evil.test"}, body=b"{}")),
    case("as text, which forms can send", Wrong(415, {"Content-Type": "text/plain"}, body=b"{}")),
]


@pytest.mark.parametrize("wrong", LOGINS)
def test_no_entering(stranger: Visitor, wrong: Wrong) -> None:
    assert Wrong(wrong.status, wrong.fields, "/api/login", "POST", wrong.body).sent_by(stranger) == wrong.status


def test_after_ten_wrong_tokens_nobody_new_comes_in_for_a_while(tmp_path: Path) -> None:
    with served(Session.of_file(sample(tmp_path / "sample.pcapng"))) as dashboard:
        inside, stranger = page(dashboard), Visitor(port_of(dashboard))
        tries = [stranger.post("/api/login", {"token": "wrong"}).status for _ in range(11)]
        assert tries == [401] * 10 + [429]
        late = stranger.post("/api/login", {"token": dashboard.token})
        assert late.status == 429
        assert late.headers["retry-after"] == "60"
        assert inside.ask("/api/snapshot").status == 200  # who is inside stays inside


def test_every_answer_carries_the_hardening_headers(ours: Page, stranger: Visitor) -> None:
    refused = ours.ask("/", Host="evil.test")
    assert refused.status == 403
    assert "evil" not in refused.headers["content-security-policy"]
    for answer in (
        refused,
        ours.ask("/"),
        ours.ask("/api/snapshot"),
        ours.ask("/static/shell/theme.js"),
        stranger.ask("/no"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; " in policy
        assert "unsafe-eval" not in policy
        assert " ws: " not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["permissions-policy"] == "camera=(), microphone=(), geolocation=()"
        assert "access-control-allow-origin" not in answer.headers


def test_what_was_captured_is_never_kept_by_the_browser(ours: Page) -> None:
    assert ours.ask("/api/snapshot").headers["cache-control"] == "no-store"
    assert ours.ask("/").headers["cache-control"] == "no-store"
    assert ours.ask("/static/shell/theme.js").headers["cache-control"] == "no-cache"


def test_the_policy_names_the_feed_of_this_address_and_no_other(ours: Page) -> None:
    policy = ours.ask("/").headers["content-security-policy"]
    assert f"connect-src 'self' ws://127.0.0.1:{ours.port};" in policy


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(dashboard: Dashboard, stranger: Visitor) -> None:
    cookie = stranger.post("/api/login", {"token": dashboard.token}).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name.startswith(f"__insp_{stranger.port}=")
    assert {"HttpOnly", "Path=/", "SameSite=Strict", "Max-Age=43200"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)
    assert dashboard.token not in cookie


def test_a_visit_by_a_link_from_anywhere_gets_the_page_which_holds_nothing(stranger: Visitor) -> None:
    stranger.fields |= {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = stranger.ask("/")
    assert answer.status == 200
    assert b"40001" not in answer.body


def test_errors_have_one_shape(ours: Page) -> None:
    for path in ("/api/packets/0", "/api/connections/99", "/nowhere", "/api/packets?start=x"):
        answer = ours.ask(path)
        assert answer.status >= 400
        error = answer.json()["error"]
        assert set(error) == {"message", "what_to_do"}
        assert all(error.values())
