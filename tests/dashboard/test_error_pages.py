"""Pages that nobody wants to see still look like ours, in the reader's language."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tests.dashboard.browse import Person


@pytest.mark.parametrize("path", ["/nowhere", "/e/env_x/", "/e/env_00000000000000000000000000/messages/"])
def test_not_found(owner: Person, path: str) -> None:
    response = owner.http.get(path if path.endswith("/") else path + "/")
    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()


def test_a_failure_of_ours(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret in a traceback")

    monkeypatch.setattr("dashboard.entrance.LoginForm.__init__", broken)
    response = Client(raise_request_exception=False).get("/login/", headers={"Accept-Language": "fr"})
    assert response.status_code == 500
    page = response.content.decode()
    assert "Une panne de notre côté" in page
    assert "a secret" not in page


@pytest.mark.parametrize("name", ["400", "403_csrf", "500"])
def test_each_stands_without_a_login(name: str) -> None:
    assert "</html>" in render_to_string(f"{name}.html", {}, RequestFactory().get("/"))
