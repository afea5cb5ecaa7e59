"""Every error code leads to a page that says what it means, for anybody (docs/errors.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from dashboard.error_docs import by_code
from delivery.retry import BY_CODE
from numbers.sellers import SAID
from tests.cast import Api, House
from tests.dashboard.browse import Person, text

APPS = (
    "accounts",
    "api",
    "billing",
    "compliance",
    "dashboard",
    "delivery",
    "ingest",
    "numbers",
    "operations",
    "routing",
    "sandbox",
)
OF_FRAMEWORK = {
    "body_incomplete", "body_too_large", "internal_error", "invalid", "invalid_json", "invalid_key",
    "invalid_parameter", "length_required", "method_not_allowed", "missing_scope", "not_authenticated",
    "not_found", "unavailable", "unsupported_media_type",
}  # fmt: skip


def conflicts() -> Iterator[str]:
    """The codes of all conflicts, and of what one may not do, that the source raises."""
    for app in APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in {"Conflict", "Forbidden"}
                ):
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        yield str(first.value)


def test_every_code_has_its_section_and_no_section_is_stale() -> None:
    known = {str(code) for code in BY_CODE} | OF_FRAMEWORK | set(SAID) | set(conflicts())
    assert set(by_code()) == known


@pytest.mark.parametrize("code", ["5105", "5199", "endpoint_disabled", "invalid"])
def test_a_page_says_what_a_code_means_to_anybody(db: None, code: str) -> None:
    page = text(Client().get(f"/docs/errors/{code}"))
    assert f"<h1><code>{code}</code></h1>" in page
    assert "What to do" in page
    assert "`" not in page
    assert "**" not in page


def test_a_problem_leads_to_its_page(acme: House, api: Api) -> None:
    problem = api.get("messages/absent").json()
    assert problem["type"].startswith(settings.PUBLIC_URL)
    assert "another tenant&#x27;s" in text(Client().get(urlsplit(problem["type"]).path))


def test_an_issue_leads_to_its_page(acme: House, owner: Person, api: Api) -> None:
    assert 'href="/docs/errors/5105"' in text(owner.get("issues/{issue_id}/"))
    row = api.get(f"issues/{acme.live.ids['issue_id']}").json()
    assert row["documentedAt"] == f"{settings.PUBLIC_URL}/docs/errors/5105"


def test_what_is_translated_shows_in_the_readers_language(db: None) -> None:
    page = text(Client(headers={"Accept-Language": "fr"}).get("/docs/errors/5105"))
    cause = str(by_code()["5105"].cause)
    assert cause not in page
    assert 'class="cause" lang="fr"' in page
    assert '<p lang="en">Any status that stands for no other code' in page


def test_all_of_them_are_listed(db: None) -> None:
    page = text(Client().get("/docs/errors"))
    assert [code for code in by_code() if f'href="/docs/errors/{code}"' not in page] == []


@pytest.mark.parametrize("code", ["5100", "dns", "409", "nonsense", "..%2f..%2fREADME", "%00"])
def test_a_code_that_is_none_has_no_page(db: None, code: str) -> None:
    assert Client().get(f"/docs/errors/{code}").status_code == 404
