"""Sessions: seen, ended one by one and all at once, and over by themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.cast import House, sign_in
from tests.dashboard.browse import text
from tests.sign_in.guest import ELSEWHERE, Guest, trail

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604.1"


@pytest.fixture
def here(guest: Guest) -> Guest:
    guest.http.defaults["HTTP_USER_AGENT"] = FIREFOX
    return guest.log_in()


@pytest.fixture
def there(guest: Guest) -> Guest:
    return Guest(Client(headers={"User-Agent": SAFARI}), guest.user, ELSEWHERE).log_in()


def handles(guest: Guest) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', text(guest.get("/profile/")))


def inside(guest: Guest) -> bool:
    return bool(guest.get("/profile/").status_code == 200)


def test_each_is_listed_with_its_browser_and_address(here: Guest, there: Guest) -> None:
    page = text(here.get("/profile/"))
    for words in ("Firefox on Linux", "Safari on iPhone", "192.0.2.10", ELSEWHERE, "this one"):
        assert words in page
    assert here.http.session.session_key not in page
    assert len(handles(here)) == 1  # one's own ends by logging out


def test_one_is_ended(here: Guest, there: Guest) -> None:
    here.post("/profile/sessions/end/", session=handles(here)[0])
    assert (inside(here), inside(there)) == (True, False)
    assert "user.sessionEnded" in trail(here.user)


def test_all_others_are_ended(here: Guest, there: Guest) -> None:
    third = Guest(Client(), here.user).log_in()
    here.post("/profile/sessions/end-others/")
    assert [inside(one) for one in (here, there, third)] == [True, False, False]


def test_nobody_ends_somebody_elses(here: Guest, acme: House) -> None:
    other = Guest(Client(), acme.users["viewer"], ELSEWHERE).log_in()
    third = Guest(Client(), acme.users["viewer"]).log_in()
    for named in (*handles(other), "made-up", "", "\x00"):
        assert here.post("/profile/sessions/end/", session=named).status_code == 404
    assert inside(other) is inside(third) is True


@pytest.mark.parametrize("way", ["member removed", "disabled", "logged out"])
def test_who_is_let_go_is_out_at_once(here: Guest, acme: House, way: str) -> None:
    gone = Guest(Client(), acme.users["support"], ELSEWHERE).log_in()
    admin = Client()
    sign_in(admin, acme.users["owner"])
    if way == "member removed":
        membership = acme.tenant.memberships.get(user=gone.user)
        from accounts.ids import public

        where = f"/e/{acme.live.ids['env_id']}/members/{public('membership', membership.pk)}/remove/"
        assert admin.post(where).status_code == 302
    elif way == "disabled":
        User.objects.filter(pk=gone.user.pk).update(is_active=False)
    else:
        gone.post("/logout/")
    assert not inside(gone)
    assert inside(here)


def test_an_unused_session_runs_out(here: Guest, now: time_machine.Traveller) -> None:
    now.shift(settings.SESSION_IDLE_MINUTES * 60 - 1)
    assert inside(here)
    now.shift(settings.SESSION_IDLE_MINUTES * 60)
    assert not inside(here)
    assert "user.sessionExpired" in trail(here.user)


def test_a_page_that_renews_itself_keeps_nobody_in(here: Guest, now: time_machine.Traveller) -> None:
    for _minute in range(settings.SESSION_IDLE_MINUTES // 30):
        now.shift(30 * 60 - 1)
        renewed = here.http.get("/profile/", headers={"X-Renewal": "1"}, REMOTE_ADDR=here.address)
        assert renewed.status_code == 200
    now.shift(60)
    assert not inside(here)


def test_no_session_outlives_its_hours(here: Guest, now: time_machine.Traveller) -> None:
    for _hour in range(settings.SESSION_HOURS - 1):
        now.shift(3600)
        assert inside(here)
    now.shift(3600)
    assert not inside(here)


def test_what_was_seen_last_is_right_to_the_minute(here: Guest, now: time_machine.Traveller) -> None:
    from allauth.usersessions.models import UserSession

    def seen() -> Any:
        return UserSession.objects.get(user=here.user).last_seen_at.isoformat()[11:19]

    now.shift(59)
    inside(here)
    assert seen() == "12:00:00"
    now.shift(1)
    inside(here)
    assert seen() == "12:01:00"


def test_logging_in_gives_a_new_key(guest: Guest) -> None:
    guest.get("/login/passkey/")
    before = guest.http.cookies["session"].value
    guest.log_in()
    assert guest.http.cookies["session"].value not in {"", before}


def test_the_cookies_are_for_our_server_alone(here: Guest) -> None:
    for name in ("session", "device"):
        cookie = here.http.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
