"""The application put together: the page, the way in, and the shape of errors."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from web import page_files
from web.app import create_app
from web.auth.keyring import Keyring
from web.dashboard import Dashboard
from web.page_files import STATIC, edition
from web.session.session import Session

from .traffic import sample
from .visitor import Page, Visitor, page, port_of, served


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with served(Session.of_file(sample(tmp_path_factory.mktemp("app") / "sample.pcapng"))) as dashboard:
        yield dashboard


@pytest.fixture
def stranger(dashboard: Dashboard) -> Visitor:
    return Visitor(port_of(dashboard))


class Links(HTMLParser):
    """The files that a page asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def test_the_page_and_all_that_it_asks_for_are_served(stranger: Visitor) -> None:
    answer = stranger.ask("/")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    links = Links(answer.body.decode()).found
    assert links
    for link in links:
        assert stranger.ask(link, Sec_Fetch_Site="same-origin").status == 200, link


def test_modules_are_served_as_modules(stranger: Visitor) -> None:
    assert stranger.ask("/static/app.js").headers["content-type"] == "text/javascript; charset=utf-8"


def test_an_unchanged_file_is_not_sent_twice(stranger: Visitor) -> None:
    etag = stranger.ask("/static/app.js").headers["etag"]
    answer = stranger.ask("/static/app.js", If_None_Match=etag)
    assert (answer.status, answer.body) == (304, b"")
    assert "content-security-policy" in answer.headers


def test_the_page_names_every_module_so_that_none_waits_for_another(stranger: Visitor) -> None:
    told = {link.split("/", 3)[3] for link in Links(stranger.ask("/").body.decode()).found}
    assert {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js")} <= told


def test_a_file_is_kept_for_good_under_the_address_of_its_edition(stranger: Visitor) -> None:
    root = f"/static/{edition()}"
    kept = stranger.ask(f"{root}/app.js")
    assert kept.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert kept.headers["content-type"] == "text/javascript; charset=utf-8"
    assert kept.body == (STATIC / "app.js").read_bytes()
    assert stranger.ask(f"{root}/nowhere.js").status == 404


def test_an_edited_file_makes_another_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_files, "STATIC", tmp_path)
    (tmp_path / "app.js").write_text("1")
    before = edition()
    assert edition() == before
    (tmp_path / "app.js").write_text("12")
    assert edition() != before


def test_health_is_told_to_anybody_here(stranger: Visitor) -> None:
    assert stranger.get("/healthz") == {"ok": True}


def test_the_token_is_swapped_for_a_cookie_and_a_csrf_value(dashboard: Dashboard, stranger: Visitor) -> None:
    answer = stranger.post("/api/login", {"token": dashboard.token})
    assert answer.status == 200
    assert set(answer.json()) == {"csrf"}
    ours = page(dashboard)
    assert ours.get("/api/snapshot")["capture"]["name"] == "sample.pcapng"


def test_a_second_tab_does_not_shut_out_the_first(dashboard: Dashboard) -> None:
    first = page(dashboard)
    again = Page(first.port, {"Cookie": first.fields["Cookie"]}).post("/api/login", {"token": dashboard.token})
    assert again.headers["set-cookie"].startswith(str(first.fields["Cookie"]))
    assert again.json()["csrf"] == first.csrf
    assert first.ask("/api/snapshot").status == 200


def test_two_browsers_have_visits_of_their_own(dashboard: Dashboard) -> None:
    first, second = page(dashboard), page(dashboard)
    mixed = Page(first.port, {"Cookie": first.fields["Cookie"], "X-Token": second.csrf})
    assert mixed.ask("/api/snapshot").status == 401


def test_the_page_works_under_both_names_of_this_machine(dashboard: Dashboard) -> None:
    ours = page(dashboard)
    name = f"localhost:{ours.port}"
    answer = ours.ask("/api/demo/get", "POST", b"{}", Host=name, Origin=f"http://{name}")
    assert answer.status == 404  # it came through the gate: there is just no demo
    assert f"ws://{name};" in answer.headers["content-security-policy"]


def test_a_failure_of_ours_says_nothing_of_the_inside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    session = Session.of_file(sample(tmp_path / "sample.pcapng"))
    keyring = Keyring()
    app = create_app(session, 1234, keyring)
    session.snapshot = lambda: 1 // 0  # type: ignore[method-assign, assignment, return-value]
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get(
            "/api/snapshot",
            base_url="http://127.0.0.1:1234",
            headers={"Authorization": f"Bearer {keyring.token}"},
        )
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert set(answer.get_json()["error"]) == {"message", "what_to_do"}
    assert "content-security-policy" in {name.lower() for name, _ in answer.headers}
    assert "ZeroDivisionError" in caplog.text
    session.stop()
