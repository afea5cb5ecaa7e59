"""The operator's command for a new customer."""

from __future__ import annotations

import getpass

import pytest
from django.core.management import CommandError, call_command

from accounts.keys import find
from accounts.models import AuditEntry, Membership, Tenant, User

GOOD = "a long enough passphrase"


def create(monkeypatch: pytest.MonkeyPatch, password: str = GOOD, owner: str = "Ada@Lovelace.example") -> str:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: password)
    call_command("tenant_create", "Lovelace & Co", owner)
    return owner.lower()


def test_a_tenant_begins_with_an_owner_and_two_keys(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    email = create(monkeypatch)
    _id, *keys = capsys.readouterr().out.split()
    found = [find(text, "127.0.0.1") for text in keys]
    assert {key.environment.kind for key in found if key} == {"live", "sandbox"}
    membership = Membership.objects.get(user__email=email)
    assert (membership.role, membership.tenant.name) == ("owner", "Lovelace & Co")
    assert membership.user.check_password(GOOD)
    assert AuditEntry.objects.filter(tenant=membership.tenant, actor_kind="operator").count() == 4


@pytest.mark.parametrize(("password", "owner"), [("short", "a@b.example"), (GOOD, "no address")])
def test_a_bad_password_or_address_leaves_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch, password: str, owner: str
) -> None:
    with pytest.raises(CommandError):
        create(monkeypatch, password, owner)
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


def test_an_existing_person_keeps_the_password(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    email = create(monkeypatch)
    create(monkeypatch, "another long passphrase")
    assert User.objects.get(email=email).check_password(GOOD)
    assert Membership.objects.filter(user__email=email).count() == 2
