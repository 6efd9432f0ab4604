"""The page's charts in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from plotly.graph_objects import Figure

import inspector
from inspector.engine.capture import Capture
from inspector.views.figures import connection_figures, overview_figures
from tests.web.traffic import Wire


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "connection"),
    [*((name, None) for name in overview_figures.FIGURES), *((name, 0) for name in connection_figures.FIGURES)],
)
def test_every_figure_is_one_that_a_notebook_shows(
    demo: Capture, name: str, connection: int | None, theme: str
) -> None:
    figure = inspector.figure(demo, name, connection, theme=theme)  # type: ignore[arg-type]
    assert isinstance(figure, Figure)
    assert figure.data
    assert "plotly" in figure.to_html(full_html=False, include_plotlyjs=False)
    assert callable(figure._repr_mimebundle_)


def test_a_figure_that_is_none_is_named_with_those_that_are(demo: Capture) -> None:
    with pytest.raises(ValueError, match="no figure 'stevens' here; there are packets, bytes, times"):
        inspector.figure(demo, "stevens")


def test_a_capture_without_packets_has_no_figures(tmp_path: Path) -> None:
    wire = Wire(tmp_path / "empty.pcapng")
    wire.close()
    with inspector.open(wire.path) as capture, pytest.raises(ValueError, match="no packets"):
        inspector.figure(capture, "packets")
