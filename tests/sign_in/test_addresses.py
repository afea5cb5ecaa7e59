"""The address somebody logs in with: confirmed before it counts."""

from __future__ import annotations

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, User
from tests.cast import PASSWORD, House
from tests.dashboard.browse import text
from tests.sign_in.guest import Guest, trail

NEW = "new-address@example.com"


def link() -> str:
    found = re.search(r"http\S+(/address/verify/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def confirm(guest: Guest, url: str) -> int:
    status: int = guest.post(
        "/address/verify/", address=url.partition("=")[2].replace("%3A", ":")
    ).status_code
    return status


def fresh(guest: Guest) -> str:
    return User.objects.get(pk=guest.user.pk).email


@pytest.fixture
def asked(guest: Guest) -> str:
    """The link that went to the new address."""
    guest.log_in()
    assert guest.post("/profile/address/", email=NEW.upper()).status_code == 302
    return link()


def test_a_new_address_counts_from_when_its_link_is_opened(guest: Guest, asked: str) -> None:
    before = guest.user.email
    assert mail.outbox[-1].to == [NEW]
    assert NEW in text(guest.get("/profile/"))
    assert fresh(guest) == before
    elsewhere = Guest(Client(), guest.user)
    assert NEW in text(elsewhere.get(asked))
    assert fresh(guest) == before  # looking is not confirming
    confirm(elsewhere, asked)
    assert fresh(guest) == NEW
    assert EmailAddress.objects.get(user=guest.user).verified
    assert {"user.emailAsked", "user.emailChanged"} <= trail(guest.user)
    assert NEW not in str(list(AuditEntry.objects.values()))
    assert Guest(Client(), guest.user).password().status_code == 401
    assert Guest(Client(), User(email=NEW)).password().status_code == 302


def test_the_old_address_hears_of_it(
    guest: Guest, asked: str, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        confirm(guest, asked)
    assert mail.outbox[-1].to == [guest.user.email]


def test_the_link_works_once_and_for_three_days(
    guest: Guest, asked: str, now: time_machine.Traveller
) -> None:
    now.shift(3 * 24 * 3600 + 1)
    assert guest.get(asked).status_code == 404
    now.shift(-10)
    assert confirm(guest, asked) == 302
    assert confirm(guest, asked) == 404


def test_another_wish_replaces_the_first(guest: Guest, asked: str) -> None:
    guest.post("/profile/address/", email="third@example.com")
    assert guest.get(asked).status_code == 404
    confirm(guest, link())
    assert fresh(guest) == "third@example.com"


def test_an_address_of_somebody_else_is_never_told_and_never_taken(guest: Guest, acme: House) -> None:
    taken = acme.users["viewer"].email
    guest.log_in()
    assert guest.post("/profile/address/", email=taken).status_code == 302
    assert confirm(guest, link()) == 302
    assert fresh(guest) != taken


@pytest.mark.parametrize("address", ["", "x", "a@b", "no spaces@example.com", "\x00@example.com", "x" * 300])
def test_what_is_no_address_is_refused(guest: Guest, address: str) -> None:
    guest.log_in()
    assert guest.post("/profile/address/", email=address).status_code == 422
    assert mail.outbox == []


def test_a_pending_address_gets_no_link_for_a_password(guest: Guest, asked: str) -> None:
    sent = len(mail.outbox)
    guest.post("/password/forgotten/", email=NEW)
    assert len(mail.outbox) == sent


def test_an_account_of_the_operators_making_confirms_first(db: None) -> None:
    person = User.objects.create_user("made@example.com", PASSWORD)
    guest = Guest(Client(), person)
    assert guest.password()["Location"] == "/login/address/"
    assert guest.get("/profile/").status_code == 302
    assert mail.outbox[-1].to == ["made@example.com"]
    confirm(guest, link())
    assert guest.password()["Location"] == "/"
    assert "user.emailVerified" in trail(person)
