"""Text for terminals: what is hostile is written out, what lines up lines up."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.cli.terminal import Column, Screen, fit, printable, table, text_width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("GET /index", "GET /index", id="plain text stays"),
        pytest.param("grüß 你好", "grüß 你好", id="letters of every language stay"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="an escape sequence is written out"),
        pytest.param("a\r\nb\tc", "a\\r\\nb\\tc", id="line breaks and tabs are written out"),
        pytest.param("\x9b31m", "\\x9b31m", id="the one-byte control sequence introducer is written out"),
        pytest.param("a\u202egpj.exe", "a\\u202egpj.exe", id="a direction override is written out"),
        pytest.param("\ud800", "\\ud800", id="half of a surrogate pair is written out"),
    ],
)
def test_a_terminal_is_given_nothing_to_obey(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_printable_text_is_printable_whatever_it_was(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text().map(printable), st.integers(1, 20))
def test_cut_text_fits(text: str, width: int) -> None:
    assert text_width(fit(text, width)) <= width
    assert fit(text, width) == text or fit(text, width).endswith("…")


COLUMNS = (Column("id", is_number=True), Column("spare", is_optional=True), Column("target"))
ROWS = [["1", "x" * 10, "/short"], ["22", "y", "/a/very/long/target/indeed"]]


def test_a_table_in_a_pipe_has_every_letter_and_no_colour() -> None:
    assert list(table(COLUMNS, ROWS, Screen())) == [
        "id  spare       target",
        " 1  xxxxxxxxxx  /short",
        "22  y           /a/very/long/target/indeed",
    ]


def test_a_table_on_a_narrow_terminal_leaves_columns_out_and_then_cuts_words_but_no_numbers() -> None:
    lines = list(table(COLUMNS, ROWS, Screen(width=16)))
    assert lines == ["id  target", " 1  /short", "22  /a/very/lon…"]


def test_a_table_of_wide_letters_lines_up() -> None:
    lines = list(table((Column("a"), Column("b")), [["你好", "x"], ["ab", "y"]], Screen()))
    assert [text_width(line) for line in lines[1:]] == [7, 7]


def test_an_empty_table_has_its_header() -> None:
    assert list(table(COLUMNS, [], Screen())) == ["id  spare  target"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["on a terminal", "not where NO_COLOR is set", "not on a dumb terminal"],
)
def test_colours_show(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_coloured: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    screen = Screen.of(Terminal())
    assert screen.width
    assert screen.paint("x", "bold red") == ("\033[1;31mx\033[0m" if is_coloured else "x")


def test_colours_do_not_show_in_a_pipe() -> None:
    assert Screen.of(io.StringIO()) == Screen(is_coloured=False, width=None)


def test_on_a_terminal_an_optional_column_without_any_value_is_left_out() -> None:
    rows = [["1", "–", "/a"], ["2", "", "/b"]]
    assert [line.split() for line in table(COLUMNS, rows, Screen(width=80))] == [
        ["id", "target"],
        ["1", "/a"],
        ["2", "/b"],
    ]
    assert "spare" in next(table(COLUMNS, rows, Screen()))
