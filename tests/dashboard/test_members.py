"""People are invited, join, get other roles and go; a link works once, and nobody climbs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from accounts import invitations
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.ids import public
from accounts.models import AuditEntry, Invitation, Membership, User
from accounts.roles import PERMISSIONS
from tests.cast import Api, House, sign_in, store_invitation
from tests.dashboard.browse import Person, text

GOOD = "a long enough passphrase"


@pytest.fixture
def admin(acme: House) -> Person:
    return Person(acme.users["admin"], acme.live)


def member(house: House, role: str) -> Membership:
    return Membership.objects.get(tenant=house.tenant, user=house.users[role])


def row(one: Membership) -> str:
    return f"members/{public('membership', one.pk)}"


def link(message: Any) -> str:
    found = re.search(r"(/join/\?invitation=[\w-]+)", message.body)
    assert found, message.body
    return found[1]


def trail() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_somebody_new_is_invited_and_joins_once(acme: House, admin: Person) -> None:
    page = text(admin.post("members/", email="Grace@Example.com", role="support"))
    assert "The invitation is on its way" in page
    assert "grace@example.com" in page
    [message] = mail.outbox
    assert message.to == ["grace@example.com"]
    assert "Acme Santé" in message.subject
    url, browser = link(message), Client()
    assert "Make the account and accept" in text(browser.get(url))
    sent = {"invitation": url.partition("=")[2], "name": "Grace", "password": GOOD}
    assert browser.post("/join/", sent, follow=True).status_code == 200
    made = Membership.objects.get(user__email="grace@example.com")
    assert (made.tenant, made.role) == (acme.tenant, "support")
    assert made.user.check_password(GOOD)
    assert trail()[-5:] == [
        "invitation.created",
        "user.created",
        "invitation.accepted",
        "member.added",
        "user.signedIn",
    ]
    assert browser.get(f"/e/{acme.live.ids['env_id']}/messages/").status_code == 200
    assert Client().get(url).status_code == 404
    assert Client().post("/join/", sent).status_code == 404
    assert "grace" not in str(list(AuditEntry.objects.values())).lower()


def test_the_link_itself_is_not_kept(acme: House, admin: Person) -> None:
    admin.post("members/", email="grace@example.com", role="viewer")
    secret = link(mail.outbox[0]).partition("=")[2]
    assert secret not in str(list(Invitation.objects.values()) + list(AuditEntry.objects.values()))


def test_somebody_with_an_account_logs_in_first(acme: House, borealis: House) -> None:
    guest = borealis.users["viewer"]
    url = f"/join/?invitation={store_invitation(acme.tenant, guest.email, 'developer')}"
    assert "Log in with it" in text(Client().get(url))
    other, right = Client(), Client()
    sign_in(other, borealis.users["owner"])
    assert "Log out, then open the link again" in text(other.get(url))
    text_of_link = url.partition("=")[2]
    other.post("/join/", {"invitation": text_of_link})
    assert not Membership.objects.filter(tenant=acme.tenant, user=borealis.users["owner"]).exists()
    sign_in(right, guest)
    assert "Accept" in text(right.get(url))
    right.post("/join/", {"invitation": text_of_link})
    assert Membership.objects.get(tenant=acme.tenant, user=guest).role == "developer"
    assert Membership.objects.get(tenant=borealis.tenant, user=guest).role == "viewer"


@pytest.mark.parametrize("password", ["short", "password1234", "grace@example.com"])
def test_a_weak_password_is_refused(acme: House, password: str) -> None:
    secret = store_invitation(acme.tenant, "grace@example.com")
    answer = Client().post("/join/", {"invitation": secret, "name": "Grace", "password": password})
    assert answer.status_code == 422
    assert not User.objects.filter(email="grace@example.com").exists()
    assert invitations.find(secret) is not None


@pytest.mark.parametrize("change", ["expired", "withdrawn", "sent again", "made up"])
def test_a_link_that_is_over_opens_nothing(acme: House, admin: Person, change: str) -> None:
    secret = store_invitation(acme.tenant, "grace@example.com")
    invitation = Invitation.objects.get(email="grace@example.com")
    path = f"members/invitations/{public('invitation', invitation.pk)}"
    if change == "expired":
        Invitation.objects.update(expires_at=clock() - timedelta(seconds=1))
    elif change == "made up":
        secret = "\x00é" + secret
    else:
        admin.post(f"{path}/{'withdraw' if change == 'withdrawn' else 'resend'}/")
    sent = {"invitation": secret, "name": "Grace", "password": GOOD}
    assert Client().get("/join/", {"invitation": secret}).status_code == 404
    assert Client().post("/join/", sent).status_code == 404
    assert not User.objects.filter(email="grace@example.com").exists()
    if change == "sent again":
        assert Client().get(link(mail.outbox[0])).status_code == 200


def test_an_address_that_expired_is_invited_anew(acme: House, admin: Person) -> None:
    store_invitation(acme.tenant, "grace@example.com")
    again = admin.post("members/", email="grace@example.com", role="viewer")
    assert (again.status_code, "invited already" in again.content.decode()) == (422, True)
    Invitation.objects.update(expires_at=clock())
    text(admin.post("members/", email="grace@example.com", role="viewer"))


def test_a_mail_that_does_not_go_out_is_said(
    acme: House, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    answer = admin.post("members/", email="grace@example.com", role="viewer")
    assert (answer.status_code, "could not be sent" in answer.content.decode()) == (422, True)
    assert "grace@example.com" in text(admin.get("members/"))


def test_a_role_changes_from_the_next_request_on(acme: House, admin: Person) -> None:
    viewer = Person(acme.users["viewer"], acme.live)
    assert viewer.get("routes/new/").status_code == 403
    text(admin.post(f"{row(member(acme, 'viewer'))}/role/", role="developer"))
    assert viewer.get("routes/new/").status_code == 200
    text(admin.post(f"{row(member(acme, 'viewer'))}/remove/"))
    assert viewer.get("").status_code == 404
    assert trail()[-2:] == ["member.updated", "member.removed"]


@pytest.mark.parametrize("change", [("role/", {"role": "viewer"}), ("remove/", {})])
def test_an_admin_does_not_touch_an_owner(
    acme: House, admin: Person, change: tuple[str, dict[str, Any]]
) -> None:
    path, data = change
    page = text(admin.post(f"{row(member(acme, 'owner'))}/{path}", **data))
    assert "may do more than you" in page
    assert member(acme, "owner").role == "owner"


def test_an_admin_makes_no_owner(acme: House, admin: Person) -> None:
    assert 'value="owner"' not in text(admin.get("members/"))
    assert admin.post("members/", email="grace@example.com", role="owner").status_code == 422
    page = text(admin.post(f"{row(member(acme, 'viewer'))}/role/", role="owner"))
    assert "cannot give a role" in page
    assert member(acme, "viewer").role == "viewer"


def test_the_last_owner_stays(acme: House, owner: Person) -> None:
    page = text(owner.post(f"{row(member(acme, 'owner'))}/role/", role="viewer"))
    assert "Nobody would own the organisation" in page
    assert "cannot remove yourself" in text(owner.post(f"{row(member(acme, 'owner'))}/remove/"))
    text(owner.post(f"{row(member(acme, 'admin'))}/role/", role="owner"))
    User.objects.filter(pk=acme.users["admin"].pk).update(is_active=False)
    assert "Nobody would own" in text(owner.post(f"{row(member(acme, 'owner'))}/role/", role="viewer"))
    User.objects.filter(pk=acme.users["admin"].pk).update(is_active=True)
    owner.post(f"{row(member(acme, 'owner'))}/role/", role="viewer")
    assert member(acme, "owner").role == "viewer"


def test_the_api_does_the_same(acme: House, api: Api) -> None:
    people = {one["role"]: one for one in api.get("members").json()["data"]}
    assert people["support"]["email"] == acme.users["support"].email
    viewer = f"members/{people['viewer']['id']}"
    assert api.patch(viewer, {"role": "support"}).json()["role"] == "support"
    assert api.delete(viewer).status_code == 204
    assert api.get(viewer).status_code == 404
    made = api.post("invitations", {"email": "Grace@Example.com", "role": "viewer"}).json()
    assert (made["email"], made["role"], made["acceptedAt"]) == ("grace@example.com", "viewer", None)
    assert api.post(f"invitations/{made['id']}/resend").status_code == 200
    assert len(mail.outbox) == 2
    assert api.delete(f"invitations/{made['id']}").status_code == 204
    assert api.delete(f"invitations/{made['id']}").json()["code"] == "invitation_over"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"email": "nobody", "role": "viewer"}, "invalid_value", "#/email"),
        ({"email": "a@example.com", "role": "king"}, "invalid_choice", "#/role"),
        ({"email": "a@example.com", "role": "admin"}, "not_yours", "#/role"),
        ({"role": "viewer"}, "required", "#/email"),
    ],
)
def test_a_wrong_invitation_is_refused(
    acme: House, api: Api, body: dict[str, str], code: str, pointer: str
) -> None:
    answer = api.post("invitations", body)
    assert answer.status_code == 422
    assert [(one["code"], one["pointer"]) for one in answer.json()["errors"]] == [(code, pointer)]
    assert mail.outbox == []


def test_a_key_touches_nobody_who_may_do_more(acme: House, api: Api) -> None:
    for role in ("owner", "admin", "billing"):
        id = public("membership", member(acme, role).pk)
        assert api.delete(f"members/{id}").json()["code"] == "beyond_you"


def test_there_are_not_endless_invitations(acme: House) -> None:
    for n in range(invitations.MOST_OPEN - 1):
        store_invitation(acme.tenant, f"g{n}@example.com")
    with pytest.raises(Conflict, match="too_many"):
        invitations.invite(acme.tenant, SYSTEM, PERMISSIONS["owner"], email="one@example.com", role="viewer")
