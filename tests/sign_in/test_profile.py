"""One's own page: what it changes, and what stays as it is."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from accounts import factors
from accounts.audit import SYSTEM
from accounts.models import AuditEntry, User
from tests.cast import House, sign_in
from tests.dashboard.browse import text
from tests.sign_in.guest import Guest, trail


@pytest.fixture
def here(guest: Guest) -> Guest:
    return guest.with_app().log_in()


def test_name_language_and_zone_are_saved(here: Guest) -> None:
    here.post("/profile/", name="Grace Hopper", language="fr", time_zone="Europe/Dublin")
    user = User.objects.get(pk=here.user.pk)
    assert (user.name, user.language, user.time_zone) == ("Grace Hopper", "fr", "Europe/Dublin")
    assert '<html lang="fr"' in text(here.get("/profile/"))
    entry = AuditEntry.objects.filter(action="user.updated").latest("id")
    assert entry.after == {"name": "…", "language": "fr", "time_zone": "Europe/Dublin"}


@pytest.mark.parametrize("wrong", [{"language": "de"}, {"time_zone": "Mars/Olympus"}, {"name": "x" * 121}])
def test_what_cannot_be_is_refused_beside_its_field(here: Guest, wrong: dict[str, str]) -> None:
    given = {"name": "G", "language": "en", "time_zone": "Europe/Paris"} | wrong
    answer = here.post("/profile/", **given)
    assert answer.status_code == 422
    assert User.objects.get(pk=here.user.pk).name == ""


def test_nothing_else_can_be_changed_here(here: Guest) -> None:
    here.post(
        "/profile/",
        name="G",
        language="en",
        time_zone="Europe/Paris",
        is_staff="on",
        email="x@example.com",
        id="1",
    )
    user = User.objects.get(pk=here.user.pk)
    assert (user.is_staff, user.email) == (False, here.user.email)


def test_an_app_is_removed_and_its_recovery_codes_with_it(here: Guest, acme: House) -> None:
    factors.new_recovery_codes(here.user, SYSTEM)
    assert here.post("/profile/app/remove/")["Location"] == "/profile/"
    assert factors.of(here.user) == []
    assert "user.factorRemoved" in trail(here.user)
    assert here.post("/profile/app/remove/").status_code == 404


def test_new_recovery_codes_end_those_before(here: Guest) -> None:
    old = factors.new_recovery_codes(here.user, SYSTEM)
    page = text(here.post("/profile/recovery-codes/"))
    assert f"{old[0][:4]} {old[0][4:]}" not in page
    assert factors.accept(here.user, old[0], SYSTEM) is None
    assert text(here.get("/profile/")).count("10 left") == 1


def test_recovery_codes_need_a_factor(acme: House) -> None:
    browser = Client()
    sign_in(browser, acme.users["viewer"])
    answer = browser.post("/profile/recovery-codes/", follow=True)
    assert "Set up an authenticator app or a passkey first" in text(answer)


def test_there_is_one_app_at_most(here: Guest) -> None:
    assert here.get("/profile/app/")["Location"] == "/profile/"
    with pytest.raises(factors.Conflict):
        factors.keep_app(here.user, factors.new_secret(), SYSTEM)


def test_a_wrong_code_adds_no_app(acme: House) -> None:
    guest = Guest(Client(), acme.users["viewer"]).log_in()
    guest.get("/profile/app/")
    assert guest.post("/profile/app/", code="000000").status_code == 422
    assert factors.of(guest.user) == []


@pytest.mark.parametrize(
    "path",
    [
        "", "address/", "password/", "protect/", "app/", "app/remove/", "passkeys/new/", "passkeys/name/",
        "passkeys/remove/", "recovery-codes/", "sessions/end/", "sessions/end-others/",
    ],
)  # fmt: skip
def test_it_is_for_who_is_logged_in(db: None, path: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(f"/profile/{path}")
        assert answer["Location"].startswith("/login/"), method


def test_the_operator_lets_somebody_begin_anew_who_lost_everything(here: Guest, capsys: object) -> None:
    call_command("forget_factors", here.user.email)
    assert here.get("/profile/").status_code == 302
    assert here.password()["Location"] == "/"
    assert "user.factorsForgotten" in trail(here.user)
