"""The second step of logging in, and what stays shut without it."""

from __future__ import annotations

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts import factors
from accounts.audit import SYSTEM
from accounts.models import User
from accounts.roles import Role, allows, needs_second_factor
from tests.cast import House, sign_in
from tests.dashboard.browse import text
from tests.sign_in.guest import ELSEWHERE, Guest, trail


def test_a_password_alone_opens_nothing_of_who_has_an_app(guest: Guest) -> None:
    answer = guest.with_app().password(next="/profile/")
    assert answer["Location"] == "/login/second/"
    assert guest.get("/profile/")["Location"].startswith("/login/")
    answer = guest.second()
    assert answer["Location"] == "/profile/"
    assert guest.get("/profile/").status_code == 200
    assert "user.signedIn" in trail(guest.user)


def test_the_session_gets_a_new_key_with_the_second_step(guest: Guest) -> None:
    guest.with_app().password()
    before = guest.http.cookies["session"].value
    guest.second()
    assert guest.http.cookies["session"].value != before


def test_a_code_counts_once(guest: Guest, now: time_machine.Traveller) -> None:
    used = guest.with_app().log_in().code()
    again = Guest(Client(), guest.user, ELSEWHERE)
    again.password()
    assert again.second(used).status_code == 401
    now.shift(30)
    again.secret = guest.secret
    assert again.second().status_code == 302


def test_an_older_code_than_the_last_used_counts_no_more(guest: Guest, now: time_machine.Traveller) -> None:
    older = guest.with_app().code()
    now.shift(30)
    guest.log_in()
    again = Guest(Client(), guest.user)
    again.password()
    assert again.second(older).status_code == 401


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_be_half_a_minute_off(
    guest: Guest, now: time_machine.Traveller, seconds: int, accepted: bool
) -> None:
    guest.with_app().password()
    now.shift(seconds)
    shown = guest.code()
    now.shift(-seconds)
    assert (guest.second(shown).status_code == 302) is accepted


def test_a_wrong_code_says_so_and_is_on_the_trail(guest: Guest) -> None:
    guest.with_app().password()
    refused = guest.second("000000")
    assert refused.status_code == 401
    assert "This code is wrong" in refused.content.decode()
    assert "user.secondFactorFailed" in trail(guest.user)


@pytest.mark.parametrize("hostile", ["", " ", "12345", "١٢٣٤٥٦", "½" * 6, "\x00", "9" * 400, "é" * 6])
def test_no_code_upsets_the_page(guest: Guest, hostile: str) -> None:
    guest.with_app().password()
    assert guest.post("/login/second/", code=hostile).status_code == 401


def test_the_second_step_is_for_who_gave_the_password_a_moment_ago(
    guest: Guest, now: time_machine.Traveller
) -> None:
    assert guest.get("/login/second/")["Location"] == "/login/"
    guest.with_app().password()
    now.shift(15 * 60 + 1)
    assert guest.second()["Location"] == "/login/"


def test_a_recovery_code_stands_in_once(guest: Guest) -> None:
    codes = factors.new_recovery_codes(guest.with_app().user, SYSTEM)
    guest.password()
    assert guest.second(f"{codes[3][:4]} {codes[3][4:]}").status_code == 302
    assert "user.recoveryCodeUsed" in trail(guest.user)
    again = Guest(Client(), guest.user)
    again.password()
    assert again.second(codes[3]).status_code == 401
    assert again.second(codes[4]).status_code == 302


@pytest.mark.parametrize("role", Role.values)
def test_who_sees_content_or_decides_about_people_needs_two(acme: House, role: str) -> None:
    protected = any(allows(role, one) for one in ("readContent", "receive", "manageConsent"))
    assert needs_second_factor(role) is protected
    browser = Client()
    sign_in(browser, acme.users[role], second_factor=False)
    for page in ("", "messages/", f"messages/{acme.live.ids['message_id']}/", "retention/"):
        answer = browser.get(f"/e/{acme.live.ids['env_id']}/{page}")
        if protected:
            assert answer["Location"].startswith("/profile/protect/?next=%2Fe%2F"), page
        else:
            assert answer.status_code in {200, 403}, page


def test_somebody_without_one_is_led_to_it_and_back(guest: Guest, acme: House) -> None:
    guest.log_in()
    wanted = f"/e/{acme.live.ids['env_id']}/messages/"
    led = guest.get(wanted)["Location"]
    assert "An authenticator app" in text(guest.get(led))
    page = text(guest.get("/profile/app/"))
    guest.secret = guest.http.session["new_app"]
    assert " ".join(guest.secret[at : at + 4] for at in range(0, 32, 4)) in page
    shown = text(guest.post("/profile/app/", code=guest.code()))
    assert "shown this once" in shown
    assert f'href="{wanted}"' in shown
    assert guest.get(wanted).status_code == 200
    assert {"user.factorAdded", "user.recoveryCodesMade"} <= trail(guest.user)


def test_a_session_from_before_has_to_prove_the_new_factor(guest: Guest, acme: House) -> None:
    page = f"/e/{acme.live.ids['env_id']}/messages/"
    guest.log_in().with_app()
    assert guest.get(page)["Location"] == f"/confirm/?next={page.replace('/', '%2F')}"
    assert guest.get("/profile/app/").status_code == 302
    assert guest.post("/confirm/", code=guest.code(), next=page)["Location"] == page
    assert guest.get(page).status_code == 200


def test_secrets_are_sealed_and_codes_are_not_kept(guest: Guest, viewer: User) -> None:
    guest.with_app()
    codes = factors.new_recovery_codes(guest.user, SYSTEM)
    kept = str(list(Authenticator.objects.values()))
    assert guest.secret not in kept
    assert not any(code in kept for code in codes)


def test_operators_need_two_as_well(db: None) -> None:
    person = User.objects.create_superuser("operator@example.com", "x")
    browser = Client()
    sign_in(browser, person, second_factor=False)
    assert (
        browser.get("/operator/", follow=True).redirect_chain[-1][0]
        == "/profile/protect/?next=%2Foperator%2F"
    )
    sign_in(browser, person)
    assert browser.get("/operator/").status_code == 200
