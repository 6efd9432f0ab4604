"""Serves plotly.js to the page: the file from plotly's own wheel, compressed once and cached by the browser."""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib import metadata, resources

from flask import Blueprint, Response, request

PACKING = 6
"""The gzip compression level: 4.8 MB become 1.5 MB in a quarter of a second, once per process."""


def make_plotting() -> Blueprint:
    """The route of the library. It needs no key, because the file contains no captured data; a script element could not
    send a key anyway.
    """
    plotting = Blueprint("plotting", __name__)

    @plotting.get("/plotly.min.js")
    def library() -> Response:
        response = Response(mimetype="text/javascript")
        response.set_etag(f"plotly-{metadata.version('plotly')}")
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"]:
            response.data = packed_library()
            response.headers["Content-Encoding"] = "gzip"
        else:
            response.data = gzip.decompress(packed_library())
        response.make_conditional(request)
        return response

    return plotting


@lru_cache(maxsize=1)
def packed_library() -> bytes:
    """plotly.min.js, compressed with gzip."""
    source = resources.files("plotly").joinpath("package_data", "plotly.min.js")
    return gzip.compress(source.read_bytes(), PACKING)
