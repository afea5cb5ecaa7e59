"""Whoever is in a sandbox is told so by whatever answer they get; no mail of one could be taken for live’s."""

from __future__ import annotations

import ast
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import transaction

from tests.cast import House, with_destinations
from tests.dashboard.browse import Person
from tests.test_access_matrix import absent
from tests.urlconf import PLACES

#: Who sends mail: about people and their accounts only, of whatever environment they look at.
MAILERS = {"accounts/mail.py", "accounts/invitations.py"}
SENDING = {
    "send_mail",
    "send_mass_mail",
    "mail_admins",
    "mail_managers",
    "EmailMessage",
    "EmailMultiAlternatives",
}


def labelled(response: Any) -> bool:
    return 'class="band"' in response.getvalue().decode()


def test_a_page_that_is_not_there_or_not_ones_own_says_where_one_is(acme: House) -> None:
    for side in (acme.live, acme.sandbox):
        owner, viewer = Person(acme.users["owner"], side), Person(acme.users["viewer"], side)
        absent_one = owner.get(f"messages/{absent('message_id')}/")
        refused = viewer.get("api-keys/")
        assert (absent_one.status_code, refused.status_code) == (404, 403)
        for response in (absent_one, refused):
            assert labelled(response) is not side.environment.is_live


def test_a_form_that_is_wrong_says_where_one_is(acme: House) -> None:
    """Each form, sent empty: what comes back is the page, or leads to one."""
    with_destinations(acme)
    for house in (acme, acme.turned):
        person, known, seen = Person(house.users["owner"], house.live), house.live.ids, 0
        for place in PLACES:
            if (
                place.of_api
                or "POST" not in place.needs
                or (place.of_sandbox and house.live.environment.is_live)
            ):
                continue
            with transaction.atomic():
                response = person.http.post(place.url(known), {})
                transaction.set_rollback(True)
            if response.status_code in {200, 422} and "text/html" in response.get("Content-Type", ""):
                assert labelled(response) is not house.live.environment.is_live, place.route
                seen += 1
        assert seen > 5


def test_only_accounts_send_mail() -> None:
    found = set()
    for path in settings.BASE_DIR.rglob("*.py"):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if name.split("/")[0] in {".venv", "var", "tests", "sdk", "bench"}:
            continue
        if any(imported(node) & SENDING for node in ast.walk(ast.parse(path.read_text()))):
            found.add(name)
    assert found == MAILERS


def imported(node: ast.AST) -> set[str]:
    return {one.name for one in node.names} if isinstance(node, ast.ImportFrom) else set()


def test_what_happens_in_a_sandbox_sends_no_mail(acme: House) -> None:
    person = Person(acme.users["owner"], acme.sandbox)
    for path in (
        "endpoints/{endpoint_id}/delete/",
        "api-keys/{key_id}/revoke/",
        "numbers/{number_id}/release/",
    ):
        person.post(path)
    assert mail.outbox == []
