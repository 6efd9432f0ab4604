"""The generated facts of the page are up to date and complete."""

from __future__ import annotations

from inspector.query.outcomes import WORDS, Outcome
from inspector.tcp.states import MEANING, State
from inspector.tcp.verdicts import VERDICT_WORDS, Verdict
from web.page_facts import MODULE, module


def test_the_page_has_the_facts_of_today() -> None:
    assert MODULE.read_text("utf-8") == module(), "run `make docs`"


def test_every_value_has_its_words() -> None:
    assert WORDS.keys() == set(Outcome)
    assert MEANING.keys() == set(State)
    assert VERDICT_WORDS.keys() == set(Verdict)
