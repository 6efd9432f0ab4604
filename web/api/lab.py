"""The API of the lab's scenarios: the list of all, and a route to run one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from inspector.errors import LabError
from web.errors import Refused
from web.session.session import Session


def make_lab(session: Session) -> Blueprint:
    """The API of the scenarios, under /api/lab."""
    api = Blueprint("lab", __name__, url_prefix="/api/lab")

    @api.get("")
    def scenarios() -> dict[str, Any]:
        from inspector.lab.glossary import PRIMER
        from inspector.lab.scenarios import GROUPS  # imports a WebSocket library, which most sessions never need

        groups = [
            {
                "title": group.title,
                "about": group.about,
                "scenarios": [{"name": s.name, "label": s.title, "explanation": s.about} for s in group.scenarios],
            }
            for group in GROUPS
        ]
        words = [{"word": word, "meaning": meaning} for word, meaning in PRIMER.items()]
        return {"words": words, "groups": groups, "can_play": session.lab is not None}

    @api.post("/<name>")
    def play(name: str) -> dict[str, Any]:
        from inspector.lab.scenarios import SCENARIOS

        lab = session.lab
        if name not in SCENARIOS:
            raise Refused(404, f"There is no scenario {name!r}.", "GET /api/lab lists all of them.")
        if lab is None:
            raise Refused(409, "Scenarios run in the demo.", f"Start `wireglass demo`, or `wireglass lab run {name}`.")
        try:
            done = lab.play(name)
        except LabError as error:
            raise Refused(502, str(error), "Try again; if the problem persists, restart `wireglass demo`.") from error
        return {"ok": True, **done}

    return api
