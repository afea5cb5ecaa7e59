"""What is sensitive asks for a proof that is no older than a quarter of an hour."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from accounts.models import ApiKey
from tests.cast import PASSWORD, House, sign_in
from tests.dashboard.browse import Person, text
from tests.sign_in.guest import Guest, trail

GETS = ("api-keys/new/", "oauth-clients/new/", "audit/export/")
POSTS = (
    "api-keys/new/",
    "api-keys/{key_id}/rotate/",
    "oauth-clients/new/",
    "oauth-clients/{client_id}/rotate/",
    "endpoints/{endpoint_id}/secrets/",
)


@pytest.fixture
def person(guest: Guest, acme: House) -> Person:
    """Acme's owner, with an app, a while after the log-in."""
    person = Person(guest.user, acme.live)
    person.http = guest.with_app().log_in().http
    return person


@pytest.mark.parametrize("path", GETS)
def test_a_page_is_led_to_the_proof_and_back(
    guest: Guest, person: Person, now: time_machine.Traveller, path: str
) -> None:
    assert person.get(path).status_code == 200
    now.shift(15 * 60)
    led = person.get(path)
    assert led["Location"].startswith("/confirm/?next=/e/") or "%2F" in led["Location"]
    assert "Confirm that it is you" in text(guest.http.get(led["Location"]))
    answer = guest.post("/confirm/", code=guest.code(), next=person.url(path))
    assert answer["Location"] == person.url(path)
    assert person.get(path).status_code == 200
    assert "user.confirmed" in trail(guest.user)


@pytest.mark.parametrize("path", POSTS)
def test_a_form_is_held_up(person: Person, now: time_machine.Traveller, path: str) -> None:
    now.shift(15 * 60)
    keys = ApiKey.objects.count()
    assert person.post(path, follow=False, name="x", scopes=["read"])["Location"].startswith("/confirm/")
    assert ApiKey.objects.count() == keys


def test_a_form_that_was_held_up_goes_on(guest: Guest, person: Person, now: time_machine.Traveller) -> None:
    now.shift(15 * 60)
    held = person.post("api-keys/new/", follow=False, name="Shop", scopes=["read"])
    page = text(guest.http.get(held["Location"]))
    answer = guest.post("/confirm/", code=guest.code(), next=person.url("api-keys/new/"))
    assert f'name="next" value="{person.url("api-keys/new/")}"' in page
    assert "sk_live_" in text(answer)
    assert ApiKey.objects.get(name="Shop").scopes == ["read"]
    assert answer["Cache-Control"]


def test_a_wrong_code_goes_nowhere(guest: Guest, person: Person, now: time_machine.Traveller) -> None:
    now.shift(15 * 60)
    person.get("api-keys/new/")
    assert guest.post("/confirm/", code="000000").status_code == 422
    assert person.get("api-keys/new/").status_code == 302


def test_where_to_go_on_is_ours(guest: Guest, person: Person, now: time_machine.Traveller) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        now.shift(30)
        answer = guest.post("/confirm/", code=guest.code(), next=elsewhere)
        assert answer["Location"] == "/profile/"


def test_without_a_second_factor_the_password_is_asked_for(acme: House, now: time_machine.Traveller) -> None:
    guest = Guest(Client(), acme.users["viewer"]).log_in()
    now.shift(15 * 60)
    assert guest.get("/profile/app/")["Location"].startswith("/confirm/")
    assert guest.post("/confirm/", password="wrong").status_code == 422
    assert guest.post("/confirm/", password=PASSWORD, next="/profile/app/")["Location"] == "/profile/app/"
    assert guest.get("/profile/app/").status_code == 200


def test_guesses_are_slowed_down_here_too(acme: House, now: time_machine.Traveller) -> None:
    guest = Guest(Client(), acme.users["viewer"]).log_in()
    statuses = [guest.post("/confirm/", password="wrong").status_code for _try in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_password_proves_no_second_factor(acme: House, now: time_machine.Traveller) -> None:
    guest = Guest(Client(), acme.users["owner"])
    sign_in(guest.http, guest.user, second_factor=False)
    guest.with_app()
    assert guest.post("/confirm/", password=PASSWORD).status_code == 422
    assert guest.get("/profile/passkeys/new/")["Location"].startswith("/confirm/")
