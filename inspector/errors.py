"""Errors of the environment, such as missing permissions. Problems on the wire become anomaly rows instead."""

from __future__ import annotations


class InspectorError(Exception):
    """The base class of all errors whose message is meant for the user: what happened, and what to do about it."""


class NotACapture(InspectorError):
    """The first bytes of the file do not match any known capture format."""


class CaptureRefused(InspectorError):
    """The operating system does not allow this user to capture here."""


class BadFilter(InspectorError):
    """A capture filter or display filter that cannot be understood; the message quotes it."""


class LabError(InspectorError):
    """The demo's servers or clients could not be started or did not respond."""
