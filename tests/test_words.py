"""Code, page and docs use the field's terms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

TERMS = {
    r"goodbyes?": "FIN, close frame",
    r"asker": "client",
    r"midway": "mid-stream",
    r"needless(ly)?": "spurious",
    r"room again": "window update",
    r"(break|breaks|broken) off": "reset, truncated",
    r"kernel['’]s word": "kernel state",
    r"speaks? (http|websocket|tls)": "protocol",
}
"""Words that the texts once had, and the terms that replace them."""

FOLDERS = {"inspector": "*.py", "web": "*.py", "web/static": "*.js", "docs": "*.md"}
TEXTS = [*ROOT.glob("*.md"), *(path for folder, names in FOLDERS.items() for path in (ROOT / folder).rglob(names))]


@pytest.mark.parametrize(("word", "term"), TERMS.items(), ids=TERMS.values())
def test_the_texts_use_the_fields_term(word: str, term: str) -> None:
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    assert len(TEXTS) > 300
    found = [str(path.relative_to(ROOT)) for path in TEXTS if pattern.search(path.read_text("utf-8"))]
    assert not found, f"write “{term}”"
