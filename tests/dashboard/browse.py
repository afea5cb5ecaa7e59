"""A person with a browser, as far as Django's test client is one."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import User
from tests.cast import Side, sign_in


class Person:
    """Somebody logged in with both factors, looking at one environment."""

    def __init__(self, user: User, side: Side) -> None:
        self.http = Client()
        sign_in(self.http, user)
        self.side = side

    def url(self, path: str) -> str:
        return f"/e/{self.side.ids['env_id']}/{path.format(**self.side.ids)}"

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(self.url(path), query)

    def post(self, path: str, /, follow: bool = True, **data: Any) -> Any:
        return self.http.post(self.url(path), data, follow=follow)


def text(response: Any) -> str:
    """The page, and proof that it is one."""
    assert response.status_code == 200, response.status_code
    content: str = response.content.decode()
    return content
