from __future__ import annotations

from importlib.resources import files

import pytest

from inspector.lab.demo import pages
from inspector.lab.demo.pages import Page, own_hosts, read_page, security_headers

NAMES = sorted(entry.name for entry in files(pages).iterdir() if not entry.name.startswith("__"))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_a_type_and_can_be_read(name: str) -> None:
    page = read_page(name, visit="1", name="Alice")
    assert page.body
    assert page.is_document == name.endswith(".html")


def test_values_are_put_in() -> None:
    assert b"visitor no. 42 " in read_page("cafe.html", visit="42").body


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".html")])
def test_pages_hold_no_inline_script_or_style_which_their_policy_would_stop(name: str) -> None:
    text = read_page(name, visit="1", name="Alice").body.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count('<script type="module" src=')


def test_captured_words_reach_the_page_as_text_only() -> None:
    script = read_page("chat.js").body.decode()
    assert "innerHTML" not in script
    assert "textContent" in script


def test_what_may_be_spoken_to_is_said_once() -> None:
    policy = security_headers("ws://127.0.0.1:1")["Content-Security-Policy"]
    assert policy.count("connect-src") == 1
    assert "connect-src ws://127.0.0.1:1;" in policy


def test_a_server_has_two_names() -> None:
    assert own_hosts(80) == {"127.0.0.1:80", "localhost:80"}


def test_only_html_is_a_document() -> None:
    assert not Page("application/json", b"{}").is_document
