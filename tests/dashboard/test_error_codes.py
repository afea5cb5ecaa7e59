"""Every error code leads to a page that says what it means, for anybody (docs/errors.md)."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.problems import BY_CODE, BY_NUMBER, TABLE, Problem
from dashboard.error_docs import by_number, parts
from delivery.retry import BY_CODE as OF_TRIES
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
RAISED = {"Conflict", "Forbidden", "Problem", "AuthenticationFailed", "ParseError", "PermissionDenied"}
WORD = re.compile(r"[a-z]+(?:_[a-z]+)+|invalid")
FRAMEWORKS = {"invalid", "not_authenticated", "not_found", "method_not_allowed", "unsupported_media_type"}


def raised() -> Iterator[str]:
    """The codes of all problems that the source raises, and the defaults of its exceptions."""
    for app in APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if path.name != "problems.py":
                yield from codes(ast.parse(path.read_text()))


def codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
            words = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
            yield from (str(word) for word in words if WORD.fullmatch(str(word)))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "default_code":
            yield ast.literal_eval(node.value)
        if (
            isinstance(node, ast.Assign)
            and getattr(node.targets[0], "attr", "") == "code"
            and isinstance(node.value, ast.Constant)
        ):
            yield str(node.value.value)


def test_no_number_and_no_word_stands_for_two_things() -> None:
    assert len(BY_CODE) == len(BY_NUMBER) == len(TABLE)
    assert not set(BY_NUMBER) & set(OF_TRIES)


def test_the_table_has_every_code_that_is_raised_and_no_other() -> None:
    assert set(BY_CODE) == FRAMEWORKS | set(SAID) | set(raised())


def test_the_docs_say_of_each_what_it_means_and_of_no_other() -> None:
    told = {(one.number, one.word, one.status) for one in by_number().values()}
    ours = {(row.number, row.code, str(row.status)) for row in TABLE}
    assert told == ours | {(kind.code, kind.word, "") for kind in OF_TRIES.values()}
    assert [one.number for one in parts()[1].entries] == [row.number for row in TABLE]


@pytest.mark.parametrize("code", ["5105", "5199", "5203", "1110", "1003"])
def test_a_page_says_what_a_code_means_to_anybody(db: None, code: str) -> None:
    page = text(Client().get(f"/docs/errors/{code}"))
    assert f"<h1><code>{code}</code></h1>" in page
    assert "What to do" in page
    assert "`" not in page
    assert "](" not in page
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
    cause = str(by_number()[5105].cause)
    assert cause not in page
    assert 'class="cause" lang="fr"' in page
    assert '<p lang="en">Any status that stands for no other code' in page


def test_all_of_them_are_listed(db: None) -> None:
    page = text(Client().get("/docs/errors"))
    assert [number for number in by_number() if f'href="/docs/errors/{number}"' not in page] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.code)
def test_what_the_api_calls_it_leads_there_too(db: None, row: Problem) -> None:
    answer = Client().get(f"/docs/errors/{row.code}")
    assert (answer.status_code, answer["Location"]) == (302, f"/docs/errors/{row.number}")
    assert str(row.title) in html.unescape(text(Client().get(answer["Location"])))


@pytest.mark.parametrize("code", ["5100", "dns", "409", "1", "nonsense", "..%2f..%2fREADME", "%00"])
def test_a_code_that_is_none_has_no_page(db: None, code: str) -> None:
    assert Client().get(f"/docs/errors/{code}").status_code == 404
