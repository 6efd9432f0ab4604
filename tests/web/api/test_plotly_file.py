"""plotly.js, as the page gets it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib import resources

import pytest

from tests.web.traffic import sample
from tests.web.visitor import Visitor, port_of, served
from web.session.session import Session

LIBRARY = resources.files("plotly").joinpath("package_data", "plotly.min.js")


@pytest.fixture(scope="module")
def anybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with served(Session.of_file(sample(tmp_path_factory.mktemp("plotting") / "sample.pcapng"))) as dashboard:
        yield Visitor(port_of(dashboard))


def test_it_is_the_file_of_plotlys_own_wheel(anybody: Visitor) -> None:
    answer = anybody.ask("/plotly.min.js", Accept_Encoding="gzip")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == LIBRARY.read_bytes()


def test_who_cannot_unpack_gets_it_unpacked(anybody: Visitor) -> None:
    answer = anybody.ask("/plotly.min.js")
    assert "content-encoding" not in answer.headers
    assert answer.body == LIBRARY.read_bytes()


def test_a_browser_that_has_it_is_not_sent_it_again(anybody: Visitor) -> None:
    first = anybody.ask("/plotly.min.js", "HEAD")
    assert first.headers["cache-control"] == "no-cache"
    again = anybody.ask("/plotly.min.js", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
