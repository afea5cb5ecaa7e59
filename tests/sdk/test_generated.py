"""What the SDKs know of the API is what the API says of itself."""

from __future__ import annotations

from django.conf import settings

from generate.__main__ import made
from tests.cast import Api


def test_the_made_files_are_not_stale() -> None:
    stale = [
        str(path.relative_to(settings.BASE_DIR))
        for path, text in made(Api(None).get("openapi.json").json()).items()
        if path.read_text() != text
    ]
    assert stale == [], "make sdks"
