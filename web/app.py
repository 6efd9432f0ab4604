"""The Flask application: the request guard and, behind it, the login route, the page, the JSON API and the feed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from web.api.blueprint import make_api
from web.api.lab import make_lab
from web.api.packets import make_packets
from web.api.plotly_file import make_plotting
from web.api.sources import Sources
from web.auth.keyring import VISIT_SECONDS, Keyring
from web.auth.request_guard import OPEN_THE_LINK, Gate
from web.auth.response_headers import make_hardening
from web.errors import Refused, error_body
from web.feed import Feed
from web.page_files import make_page_files
from web.server.acceptor import MAX_BODY
from web.session.session import Session


def create_app(session: Session, port: int, keyring: Keyring | None = None, sources: Sources | None = None) -> Flask:
    """Create the Flask application of the dashboard of `session`, for a server that listens on `port` of 127.0.0.1.

    It admits only clients that know a secret: `keyring` (a new one if None) holds the token that lets a browser in.
    `sources` are the other captures that it can show; the caller closes them.
    """
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=4,
        TRUSTED_HOSTS=["127.0.0.1", "localhost"],  # a second check: the request guard also checks the port
    )
    provider = DefaultJSONProvider(app)
    provider.sort_keys, provider.compact = False, True
    app.json = provider
    app.url_map.merge_slashes = False  # no redirects: a path either exists or does not
    gate = Gate(keyring or Keyring(), port)
    app.before_request(gate.check)
    app.after_request(make_hardening(gate.hosts))
    app.register_error_handler(HTTPException, _say_error)
    app.register_blueprint(_make_entry(gate))
    app.register_blueprint(make_page_files())
    app.register_blueprint(make_plotting())
    app.register_blueprint(make_api(session, sources or Sources(session, port)))
    app.register_blueprint(make_packets(session))
    app.register_blueprint(make_lab(session))
    Feed(session.deltas).attach(app)
    return app


def _say_error(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
    headers = error.headers if isinstance(error, Refused) else {}
    return jsonify(error_body(error)), error.code or 500, headers


def _make_entry(gate: Gate) -> Blueprint:
    """The login route, which exchanges the key for a cookie, and the health check."""
    entry = Blueprint("entry", __name__)

    @entry.get("/healthz")
    def health() -> dict[str, Any]:
        return {"ok": True}

    @entry.post("/api/login")
    def login() -> Response:
        gate.admit(_token_said())
        visit = gate.keyring.enter(request.cookies.get(gate.cookie))
        response = jsonify({"csrf": visit.csrf})
        age = timedelta(seconds=VISIT_SECONDS)
        response.set_cookie(gate.cookie, visit.cookie, max_age=age, path="/", httponly=True, samesite="Strict")
        return response

    return entry


def _token_said() -> str:
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        body = None
    token = body.get("token") if isinstance(body, dict) else None
    if not isinstance(token, str):
        raise Refused(400, "The request contains no access token.", OPEN_THE_LINK)
    return token
