from __future__ import annotations

from inspector.lab.demo.action_list import ACTIONS
from inspector.lab.demo.action_runs import ACTS


def test_every_button_has_its_act_and_every_act_its_button() -> None:
    assert [action.name for action in ACTIONS] == list(ACTS)


def test_labels_are_short_and_explanations_are_sentences() -> None:
    for action in ACTIONS:
        assert len(action.label) <= 32
        assert action.explanation.endswith(".")
