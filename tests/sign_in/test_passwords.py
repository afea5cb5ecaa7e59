"""Changing a password, and the link for who forgot it."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry
from tests.cast import PASSWORD, House
from tests.dashboard.browse import text
from tests.sign_in.guest import ELSEWHERE, Guest, trail

GOOD = "an entirely different sentence"


def link() -> str:
    found = re.search(r"http\S+(/password/new/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def ask(guest: Guest, email: str = "") -> str:
    return text(guest.post("/password/forgotten/", email=email or guest.user.email))


def test_the_password_is_changed_and_other_sessions_end(
    guest: Guest, django_capture_on_commit_callbacks: object
) -> None:
    there = Guest(Client(), guest.user, ELSEWHERE).log_in()
    guest.log_in()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = guest.post("/profile/password/", present=PASSWORD, password=GOOD)
    assert answer["Location"] == "/profile/"
    assert guest.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    assert "user.passwordChanged" in trail(guest.user)
    assert mail.outbox[-1].to == [guest.user.email]
    assert "password of your account was changed" in str(mail.outbox[-1].body)
    assert Guest(Client(), guest.user).password().status_code == 401
    assert Guest(Client(), guest.user).password(GOOD).status_code == 302


def test_this_session_stays_on_the_list_under_its_new_key(guest: Guest) -> None:
    before = guest.log_in().http.session.session_key
    guest.post("/profile/password/", present=PASSWORD, password=GOOD)
    assert guest.http.session.session_key != before
    assert "this one" in text(guest.get("/profile/"))


@pytest.mark.parametrize(
    ("present", "password", "says"),
    [
        ("wrong", GOOD, "This is not your password"),
        (PASSWORD, "short", "too short"),
        (PASSWORD, "password1234", "too common"),
        (PASSWORD, "owner@acmesante.example", "too similar"),
        (PASSWORD, "", "required"),
    ],
)
def test_a_change_is_refused_with_its_reason(guest: Guest, present: str, password: str, says: str) -> None:
    guest.log_in()
    answer = guest.post("/profile/password/", present=present, password=password)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Guest(Client(), guest.user).password().status_code == 302


def test_a_forgotten_one_is_replaced_by_a_link_that_works_once(guest: Guest) -> None:
    there = Guest(Client(), guest.user, ELSEWHERE).log_in()
    ask(guest)
    url = link()
    assert "Change the password" in text(guest.get(url))
    answer = guest.post("/password/new/", link=url.partition("=")[2], password=GOOD)
    assert answer["Location"] == "/login/"
    assert there.get("/profile/").status_code == 302
    assert guest.get(url).status_code == 404
    assert guest.post("/password/new/", link=url.partition("=")[2], password=PASSWORD).status_code == 404
    assert guest.password(GOOD).status_code == 302
    assert {"user.passwordResetAsked", "user.passwordReset"} <= trail(guest.user)


def test_the_link_does_not_replace_the_second_factor(guest: Guest) -> None:
    ask(guest.with_app())
    guest.post("/password/new/", link=link().partition("=")[2], password=GOOD)
    assert guest.password(GOOD)["Location"] == "/login/second/"


def test_the_link_works_for_an_hour(guest: Guest, now: time_machine.Traveller) -> None:
    ask(guest)
    now.shift(3600)
    assert guest.get(link()).status_code == 200
    now.shift(1)
    assert guest.get(link()).status_code == 404


@pytest.mark.parametrize(
    "made_up", ["", "x", "usr_.", "usr_00000000000000000000000000.abc-def", "\x00", "é.é"]
)
def test_a_made_up_link_opens_nothing(guest: Guest, made_up: str) -> None:
    assert guest.get("/password/new/", link=made_up).status_code == 404
    assert guest.post("/password/new/", link=made_up, password=GOOD).status_code == 404


def test_a_weak_one_leaves_the_link_good(guest: Guest) -> None:
    ask(guest)
    text_of_link = link().partition("=")[2]
    assert guest.post("/password/new/", link=text_of_link, password="short").status_code == 422
    assert guest.post("/password/new/", link=text_of_link, password=GOOD).status_code == 302


def test_the_answer_does_not_say_whether_there_is_an_account(guest: Guest) -> None:
    known, unknown = (
        re.sub(r'csrfmiddlewaretoken" value="\w+"', "", ask(guest, email))
        for email in ("", "nobody@example.com")
    )
    assert known == unknown
    assert len(mail.outbox) == 1
    assert "nobody" not in str(list(AuditEntry.objects.values()))


def test_nobody_is_flooded_with_links(guest: Guest) -> None:
    for _time in range(8):
        ask(guest)
    assert len(mail.outbox) == 5


def test_who_is_disabled_gets_no_link(guest: Guest, acme: House) -> None:
    guest.user.is_active = False
    guest.user.save()
    ask(guest)
    assert mail.outbox == []


def test_a_mail_server_that_is_away_stops_nobody(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.mail.send_mail", away)
    assert "on its way" in ask(guest)
