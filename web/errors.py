"""The JSON format of the dashboard's errors."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import HTTPException


class Refused(HTTPException):
    """An error response to a request: what happened, and what to do about it."""

    def __init__(
        self,
        code: int,
        message: str,
        what_to_do: str,
        headers: dict[str, str] | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.what_to_do = what_to_do
        self.headers = headers or {}
        self.details = details or {}
        """Further keys of the error, such as `position`."""


WHAT_TO_DO = {
    400: "Check the request against the API's description.",
    404: "Check the address.",
    405: "Use another method.",
    413: "Send a shorter request.",
    500: "Look at the terminal in which the dashboard runs, and report its output.",
}


def error_body(error: HTTPException) -> dict[str, Any]:
    """The JSON object that represents an error in a response: {"error": {"message", "what_to_do"}}."""
    what_to_do = getattr(error, "what_to_do", None) or WHAT_TO_DO.get(error.code or 500, "Reload the page.")
    details = getattr(error, "details", {})
    return {"error": {"message": error.description or error.name, "what_to_do": what_to_do, **details}}
