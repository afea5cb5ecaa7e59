"""Language and theme."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from tests.cast import PASSWORD, House
from tests.dashboard.browse import Person, text


def test_the_language_is_kept_with_the_person(acme: House, owner: Person) -> None:
    target = owner.url("messages/")
    page = text(owner.http.post("/preferences/", {"language": "fr", "next": target}, follow=True))
    assert '<html lang="fr"' in page
    assert "Livraisons" in page
    assert User.objects.get(pk=acme.users["owner"].pk).language == "fr"
    changed = AuditEntry.objects.exclude(action="message.read")  # the page that they come back to is read
    assert changed.latest("at").action == "user.updated"


def test_logging_in_brings_the_persons_language(acme: House) -> None:
    user = acme.users["viewer"]
    User.objects.filter(pk=user.pk).update(language="fr")
    browser = Client()
    browser.post("/login/", {"email": user.email, "password": PASSWORD})
    assert "Vue d’ensemble" in text(browser.get("/", follow=True))


def test_the_login_page_speaks_both(db: None) -> None:
    assert "Se connecter" in text(Client().get("/login/", headers={"Accept-Language": "fr"}))
    assert "Log in" in text(Client().get("/login/", headers={"Accept-Language": "de"}))


@pytest.mark.parametrize(("sent", "kept"), [("dark", "dark"), ("light", "light"), ("<script>", "system")])
def test_the_theme_is_a_cookie(owner: Person, sent: str, kept: str) -> None:
    owner.http.post("/preferences/", {"theme": sent})
    assert f'data-theme="{kept}"' in text(owner.get(""))


def test_a_forged_cookie_is_the_system_theme(owner: Person) -> None:
    owner.http.cookies["theme"] = 'x" onload="'
    assert 'data-theme="system"' in text(owner.get(""))


def test_times_are_in_the_persons_zone(acme: House, owner: Person) -> None:
    User.objects.filter(pk=acme.users["owner"].pk).update(time_zone="Asia/Tokyo")
    assert " JST" in text(owner.get("messages/"))
    User.objects.filter(pk=acme.users["owner"].pk).update(time_zone="Nowhere/Land")
    assert " UTC" in text(owner.get("messages/"))
