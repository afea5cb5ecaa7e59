"""Who guesses waits longer and longer; the person whose password it is does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from accounts import throttle
from accounts.models import AuditEntry, LoginFailure, User
from dashboard.entrance import login
from tests.cast import PASSWORD, House
from tests.sign_in.guest import ELSEWHERE, HERE, Guest, trail


def test_five_are_free_then_each_wait_doubles(guest: Guest, now: time_machine.Traveller) -> None:
    for _try in range(5):
        assert guest.password("wrong").status_code == 401
    waits = []
    for _try in range(9):
        refused = guest.password()
        assert refused.status_code == 429
        assert "Too many tries failed" in refused.content.decode()
        waits.append(int(refused["Retry-After"]))
        now.shift(waits[-1])
        assert guest.password("wrong").status_code == 401
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_who_waits_gets_in_and_is_free_again(guest: Guest, now: time_machine.Traveller) -> None:
    for _try in range(6):
        guest.password("wrong")
    assert guest.password().status_code == 429
    now.shift(30)
    assert guest.password().status_code == 302
    assert not LoginFailure.objects.exists()


def test_what_is_refused_does_not_lengthen_the_wait(guest: Guest, now: time_machine.Traveller) -> None:
    for _try in range(5):
        guest.password("wrong")
    now.shift(20)
    assert [guest.password("wrong")["Retry-After"] for _try in range(20)] == ["10"] * 20


def test_200_wrong_from_one_address_change_nothing_for_the_rightful_user_at_another(guest: Guest) -> None:
    statuses = [guest.password("wrong").status_code for _try in range(200)]
    assert statuses == [401] * 5 + [429] * 195
    assert Guest(Client(), guest.user, ELSEWHERE).password().status_code == 302


def test_a_browser_known_before_is_free_in_the_guessers_network(guest: Guest) -> None:
    mine = Guest(Client(), guest.user, HERE).log_in()
    mine.post("/logout/")
    for _try in range(10):
        guest.password("wrong")
    assert guest.password().status_code == 429
    assert mine.password().status_code == 302


def test_a_known_browser_counts_its_own_failures(guest: Guest) -> None:
    guest.log_in().post("/logout/")
    assert [guest.password("wrong").status_code for _try in range(6)] == [401] * 5 + [429]


@pytest.mark.parametrize("mark", ["", "x", "W10:1:2", "\x00"])
def test_a_made_up_mark_is_no_known_browser(guest: Guest, mark: str) -> None:
    guest.http.cookies["device"] = mark
    assert [guest.password("wrong").status_code for _try in range(6)] == [401] * 5 + [429]


def test_the_mark_of_one_person_says_nothing_about_another(guest: Guest, acme: House) -> None:
    Guest(guest.http, acme.users["viewer"]).log_in().post("/logout/")
    for _try in range(6):
        guest.password("wrong")
    assert Guest(Client(), guest.user).password().status_code == 429


def test_a_network_that_tries_many_people_waits_too(guest: Guest, now: time_machine.Traveller) -> None:
    def spray(name: str) -> int:
        data = {"email": name, "password": "wrong"}
        status: int = guest.http.post("/login/", data, REMOTE_ADDR=HERE).status_code
        return status

    assert [spray(f"p{n}@example.com") for n in range(52)] == [401] * 50 + [429] * 2
    assert guest.password().status_code == 429
    assert Guest(Client(), guest.user, ELSEWHERE).password().status_code == 302


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("unknown", "_hidden", True),
    ],
)
def test_which_addresses_are_one_network(one: str, other: str, same: bool) -> None:
    assert (throttle.network_of(one) == throttle.network_of(other)) is same


@override_settings(TRUSTED_PROXIES=())
def test_a_forged_header_is_no_other_address(guest: Guest) -> None:
    statuses = [
        guest.http.post(
            "/login/",
            {"email": guest.user.email, "password": "wrong"},
            REMOTE_ADDR=HERE,
            headers={"X-Forwarded-For": f"203.0.113.{n}"},
        ).status_code
        for n in range(6)
    ]
    assert statuses[-1] == 429


def test_failures_are_kept_for_a_day_as_digests(guest: Guest, now: time_machine.Traveller) -> None:
    guest.password("wrong")
    Guest(guest.http, User(email="nobody@example.com")).password("wrong")
    kept = str(list(LoginFailure.objects.values()))
    assert guest.user.email not in kept
    assert "nobody" not in kept
    assert HERE not in kept
    now.shift(timedelta(days=1, seconds=1))
    assert [guest.password("wrong").status_code for _try in range(6)] == [401] * 5 + [429]


def test_the_trail_names_who_was_tried_only_where_there_is_such_an_account(guest: Guest) -> None:
    entries = AuditEntry.objects.count()
    guest.http.post("/login/", {"email": "nobody@example.com", "password": "wrong"})
    assert AuditEntry.objects.count() == entries
    guest.password("wrong")
    assert "user.signInFailed" in trail(guest.user)


def test_the_answer_takes_the_same_statements_for_an_unknown_address(guest: Guest) -> None:
    def statements(email: str) -> int:
        request = RequestFactory().post("/login/", {"email": email, "password": "wrong"})
        request.session, request.user = SessionStore(), AnonymousUser()
        with CaptureQueriesContext(connection) as queries:
            assert login(request).status_code == 401  # what is done after the answer is not done here
        return len(queries)

    assert statements(guest.user.email) == statements("nobody@example.com")


def test_second_factors_are_slowed_down_by_themselves(guest: Guest, now: time_machine.Traveller) -> None:
    guest.with_app().password()
    assert [guest.second("000000").status_code for _try in range(6)] == [401] * 5 + [429]
    assert guest.second()["Retry-After"] == "30"
    other = Guest(Client(), guest.user, ELSEWHERE)
    other.secret = guest.secret
    other.password()
    assert other.second().status_code == 302


def test_who_has_the_password_does_not_guess_the_code_from_many_networks(guest: Guest) -> None:
    guest.with_app()
    statuses = []
    for network in range(7):
        thief = Guest(Client(), guest.user, f"203.0.113.{network}")
        thief.password(PASSWORD)
        statuses += [thief.second("000000").status_code for _try in range(5)]
    assert statuses == [401] * 30 + [429] * 5


def test_without_valkey_people_still_log_in(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    away = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    with override_settings(CACHES=away):
        assert cache.get("anything", "nothing") == "nothing"
        assert cache.add("anything", 1) is True
        assert guest.with_app().log_in().get("/profile/").status_code == 200
        assert guest.http.post("/password/forgotten/", {"email": guest.user.email}).status_code == 200
