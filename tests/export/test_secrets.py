"""What is masked, and what is kept."""

from __future__ import annotations

import pytest

from inspector.export.secrets import MASK, masked_field, masked_text


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer abc.def", f"Bearer {MASK}"),
        ("authorization", "abc", MASK),
        ("Proxy-Authorization", "Basic QWxhZGRpbjpvcGVu", f"Basic {MASK}"),
        ("Cookie", "session=4f0c; theme=dark", f"session={MASK}; theme={MASK}"),
        ("Set-Cookie", "id=a3f; Path=/; HttpOnly", f"id={MASK}; Path=/; HttpOnly"),
        ("X-Api-Key", "k-123", MASK),
        ("Location", "/next?token=abc&page=2", f"/next?token={MASK}&page=2"),
        ("Referer", "http://user:pass@example.org/", f"http://{MASK}@example.org/"),
        ("Accept", "text/html", "text/html"),
    ],
)
def test_a_field(name: str, value: str, shown: str) -> None:
    assert masked_field(name, value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/rooms?floor=4", "/rooms?floor=4"),
        ("/?access_token=abc", f"/?access_token={MASK}"),
        ("/?a=1&API_KEY=abc#x", f"/?a=1&API_KEY={MASK}#x"),
        ("/#id_token=abc", f"/#id_token={MASK}"),
        ("GET /?sig=abc returned 200", f"GET /?sig={MASK} returned 200"),
        ("token=abc", "token=abc"),
    ],
)
def test_a_url_or_a_text_with_one(text: str, shown: str) -> None:
    assert masked_text(text) == shown
