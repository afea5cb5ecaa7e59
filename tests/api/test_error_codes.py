"""Each failure has a number of its own, a page that explains it, and a row in the docs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.problems import BY_CODE, BY_NUMBER, TABLE, Problem
from delivery.retry import BY_CODE as OF_TRIES
from tests.cast import Api

ROOT = Path(__file__).parent.parent.parent
RAISED = {"Conflict", "Forbidden", "Problem"}
PACKAGES = "accounts numbers inbox delivery routing ingest operations api dashboard".split()


def test_no_number_or_word_stands_for_two_things() -> None:
    assert len(BY_CODE) == len(BY_NUMBER) == len(TABLE)
    assert not set(BY_NUMBER) & set(OF_TRIES)


def raised(tree: ast.AST) -> Iterator[str]:
    """The words that a module's failures are raised with, and the defaults of exception classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
            yield from (
                a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "default_code" for t in node.targets
        ):
            assert isinstance(node.value, ast.Constant)
            yield str(node.value.value)


def test_every_failure_that_is_raised_is_in_the_table() -> None:
    found = {
        word
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.name != "problems.py"
        for word in raised(ast.parse(path.read_text()))
    }
    assert len(found) > 30
    assert found <= set(BY_CODE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.code)
def test_the_docs_tell_of_it(row: Problem) -> None:
    text = (ROOT / "docs" / "errors.md").read_text()
    assert f"| {row.number} | `{row.code}` | {row.status} | {row.title} | {row.remedy} |" in text


@pytest.mark.parametrize("number", [*BY_NUMBER, *OF_TRIES])
def test_there_is_a_page_for_everybody(number: int) -> None:
    page = Client().get(f"/docs/errors/{number}")
    assert page.status_code == 200
    assert str(number) in page.content.decode()


def test_the_pages_are_listed_and_no_others_exist() -> None:
    listed = Client().get(reverse("errors")).content.decode()
    assert all(f"/docs/errors/{number}" in listed for number in BY_NUMBER)
    assert Client().get("/docs/errors/1").status_code == 404


def test_a_problem_leads_to_its_page(api: Api) -> None:
    kind = api.get("messages/absent").json()["type"]
    page = Client().get(kind[kind.index("/docs") :])
    assert "not_found" in page.content.decode()
