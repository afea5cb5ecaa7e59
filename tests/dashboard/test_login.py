"""Coming in, being kept out, and going again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from tests.cast import PASSWORD, House, build, sign_in
from tests.dashboard.browse import text


@pytest.fixture
def email(acme: House) -> str:
    return acme.users["owner"].email


def attempt(browser: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post("/login/", {"email": email, "password": password, **more})


def test_the_right_pair_leads_to_the_overview(email: str) -> None:
    response = attempt(Client(), email.upper())
    assert (response.status_code, response["Location"]) == (302, "/")


def test_the_session_gets_a_new_key(email: str) -> None:
    browser = Client()
    session = browser.session
    session["planted"] = "1"
    session.save()
    browser.cookies["session"] = before = session.session_key or ""
    attempt(browser, email)
    assert browser.cookies["session"].value not in {"", before}


def test_a_wrong_pair_does_not_tell_whether_the_account_exists(email: str) -> None:
    known, unknown = attempt(Client(), email, "wrong"), attempt(Client(), "nobody@example.com", "wrong")
    assert known.status_code == unknown.status_code == 401
    same = [
        response.content.decode().replace(address, "").partition("csrfmiddlewaretoken")[0]
        for response, address in ((known, email), (unknown, "nobody@example.com"))
    ]
    assert same[0] == same[1]
    assert "do not match" in same[0]


def test_an_inactive_person_is_nobody(acme: House, email: str) -> None:
    User.objects.filter(email=email).update(is_active=False)
    assert attempt(Client(), email).status_code == 401


def test_the_password_is_never_sent_back(email: str) -> None:
    assert "wrong-but-mine" not in attempt(Client(), email, "wrong-but-mine").content.decode()


def test_where_one_wanted_to_go_is_remembered_if_it_is_ours(owner: Any, email: str) -> None:
    target = owner.url("messages/")
    asked = Client().get(target)
    assert asked["Location"] == f"/login/?next={target}"
    assert attempt(Client(), email, next=target)["Location"] == target
    for elsewhere in ("//evil.example/", "https://evil.example", "javascript:alert(1)", "\\\\evil.example"):
        assert "evil" not in attempt(Client(), email, next=elsewhere)["Location"]


def test_logging_out_needs_a_post(owner: Any) -> None:
    assert owner.http.get("/logout/").status_code == 405
    assert owner.http.post("/logout/")["Location"] == "/login/"
    assert owner.get("messages/").status_code == 302


def test_forms_need_their_token(email: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = attempt(browser, email)
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()


def test_home_is_live_or_the_sandbox_while_live_is_empty(acme: House, owner: Any) -> None:
    assert owner.http.get("/")["Location"] == owner.url("")
    acme.live.environment.assignments.all().delete()
    assert acme.sandbox.ids["env_id"] in owner.http.get("/")["Location"]


def test_who_belongs_nowhere_is_told_so(db: None) -> None:
    browser = Client()
    sign_in(browser, User.objects.create_user("alone@example.com", PASSWORD))
    assert "No organisation yet" in text(browser.get("/"))


def test_one_person_may_belong_to_several_organisations(acme: House, owner: Any) -> None:
    other = build("Borealis", "+33937000002", "+33639980002")
    page = text(owner.get(""))
    assert "Borealis" not in page
    other.tenant.memberships.create(user=acme.users["owner"], role=Role.VIEWER)
    page = text(owner.get(""))
    assert "Other organisations" in page
    assert other.live.ids["env_id"] in page
