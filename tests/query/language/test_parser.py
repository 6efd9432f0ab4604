from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.query.language.errors import FilterError
from inspector.query.language.field_list import FIELDS
from inspector.query.language.parser import MAX_DEPTH, parse
from inspector.query.language.tokens import MAX_CHARACTERS, Kind, quoted, tokens, unescaped


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param("tcp.port==80", ["tcp.port", "==", "80"], id="no space is needed around an operator"),
        pytest.param("a=b", ["a=b"], id="a single equals sign is part of a word"),
        pytest.param("/x?a=1&b=2", ["/x?a=1&b=2"], id="a path goes on to the next space"),
        pytest.param("(/x)", ["(", "/x", ")"], id="a path ends where a group does"),
        pytest.param("a,b", ["a,b"], id="a comma outside of a set is part of a word"),
        pytest.param("{1,2}", ["{", "1", ",", "2", "}"], id="a comma in a set separates"),
        pytest.param("[::1]:80", ["[::1]:80"], id="an address in brackets is a word"),
        pytest.param("eth.src[0:3]", ["eth.src", "0:3"], id="brackets after a field are a slice"),
        pytest.param("~u x", ["~u", "x"], id="a tilde with a letter is a word"),
        pytest.param('a~"x"', ["a", "~", "x"], id="a tilde before a string is an operator"),
        pytest.param("don't", ["don't"], id="an apostrophe is part of a word"),
        pytest.param("a&&b||!c", ["a", "&&", "b", "||", "!", "c"], id="operators without spaces"),
    ],
)
def test_tokens(text: str, values: list[str]) -> None:
    assert [token.value for token in tokens(text)][:-1] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\"\\", '"\\'),
        (r"\x41\u00e9\101\n", "Aé" + "A\n"),
        pytest.param(r"\d+\.", r"\d+\.", id="an unknown escape stays as it is"),
    ],
)
def test_escapes(text: str, value: str) -> None:
    assert unescaped(text) == value


@given(st.text())
def test_a_quoted_text_is_one_string(text: str) -> None:
    string, end = tokens(quoted(text))
    assert (string.kind, string.value, end.kind) == (Kind.STRING, text, Kind.END)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("tcp.port eq 80", "tcp.port == 80", id="operators as words"),
        pytest.param("tcp.port ~= 80", "tcp.port !== 80", id="an old spelling"),
        pytest.param("a b or c d", "(a and b) or (c and d)", id="conditions side by side are an and"),
        pytest.param("a or b and c", "a or (b and c)", id="and binds stronger than or"),
        pytest.param("a xor b or c", "(a xor b) or c", id="xor binds stronger than or"),
        pytest.param("not a b", "not a and b", id="not binds strongest"),
        pytest.param("!(a || b)", "not (a or b)", id="signs"),
        pytest.param("tcp.port not in {80,443,1..9}", "not tcp.port in {80, 443, 1 .. 9}", id="a set with a range"),
        pytest.param("tcp.seq < tcp.ack < 40", "tcp.seq < tcp.ack and tcp.ack < 40", id="a chain"),
        pytest.param("eth.src[0-2] == 00:11:22", "eth.src[0:3] == 00:11:22", id="a slice by its last byte"),
        pytest.param("tcp.payload[-2:] == 0d0a", "tcp.payload[-2:] == 0d0a", id="a slice from the end"),
        pytest.param("ip.addr#1 == 10.0.0.1", "ip.addr#[1] == 10.0.0.1", id="a layer"),
        pytest.param("tcp.len + 1 > 3", "{tcp.len + 1} > 3", id="arithmetic on the left"),
        pytest.param("tcp.len == 30 + 8", "tcp.len == {30 + 8}", id="arithmetic on the right"),
        pytest.param("tcp.len & 1 == 1", "{tcp.len & 1} == 1", id="bits"),
        pytest.param("all tcp.port > 1024", "all tcp.port > 1024", id="all"),
        pytest.param("all clear", "all and clear", id="all is a word where no field follows"),
        pytest.param("4xx", "http.response.code >= 400 and http.response.code < 500", id="a class of statuses"),
        pytest.param("status-code:404", "http.response.code == 404", id="a status of DevTools"),
        pytest.param("-method:GET", 'not http.request.method == "GET"', id="a negated property of DevTools"),
        pytest.param("~m POST", 'http.request.method matches "POST"', id="a method of mitmproxy"),
        pytest.param("is:reset", "is:reset", id="a kind of problem is a word"),
        pytest.param("TCP.PORT == 80", "tcp.port == 80", id="names of fields have no case"),
    ],
)
def test_how_a_filter_is_read(text: str, read: str) -> None:
    node = parse(text, FIELDS)
    assert str(node) == read
    assert parse(str(node), FIELDS) == node


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("tcp.prt == 80", 0, "tcp.port"),
        ("tcp.prt", 0, "no field"),
        ("tcp.port == ", 12, "value"),
        ("tcp.port = 80", 9, "=="),
        ("tcp.port=80", 8, "=="),
        ("(a", 2, "“)”"),
        ("a)", 1, "no opening"),
        ('http.host == "x', 13, "does not end"),
        ("tcp.port in 80", 12, "{"),
        ("tcp.port in {80", 15, "value"),
        ("eth.src[", 7, "closing bracket"),
        ("eth.src[x] == 00", 7, "offset"),
        ("80 == tcp.port", 0, "right"),
        ("foo(tcp.port) == 1", 0, "function"),
        ("len(tcp.payload, tcp.len) > 1", 0, "one field"),
        ("and", 0, "not expected"),
        ("tcp and", 7, "ends too soon"),
        ("status:404", 0, "http.response.code"),
        ("~zz x", 0, "~u"),
        ("~u", 2, "regular expression"),
        ("x" * (MAX_CHARACTERS + 1), MAX_CHARACTERS, "characters"),
        ("not " * 2000 + "a", 4 * MAX_DEPTH, "levels"),
        ("(" * 4000, MAX_DEPTH, "levels"),
    ],
)
def test_an_error_points_at_the_character(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as error:
        parse(text, FIELDS)
    assert error.value.position == position
    assert words in error.value.sentence
    assert error.value.marked(text).splitlines()[1].index("^") == position


PIECES = (
    *("tcp.port", "http", "==", "!=", ">", "in", "{", "}", "(", ")", "and", "or", "not", "!", "80", '"x"', "word"),
    *("[0:2]", "#1", "matches", "~u", "len(", ",", "..", "+", "-", "&", "all", "4xx", "\\", '"', "status-code:", " "),
)


def read_or_refused(text: str) -> None:
    """What is read is read again as the same; what is refused is refused at one of its characters."""
    position = None
    try:
        node = parse(text, FIELDS)
    except FilterError as error:
        position = error.position
    if position is not None:
        assert 0 <= position <= len(text)
    elif node is not None and len(str(node)) <= MAX_CHARACTERS:
        assert parse(str(node), FIELDS) == node


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused_at_a_character(text: str) -> None:
    read_or_refused(text)


@pytest.mark.parametrize(
    "piece", ["(", "not ", "{", "len(", "[", '"', "a ", "tcp.port ", "tcp.port#", "-", "~u ", "\\", "1", "tcp.len + "]
)
def test_4_kb_of_anything_are_read_or_refused(piece: str) -> None:
    read_or_refused((piece * 4096)[:4096])
