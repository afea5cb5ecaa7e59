"""Django's admin: for operators only, without what texts say, every change in the trail."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership, Tenant, User
from tests.cast import CARRIER_SECRET, House
from tests.dashboard.browse import Person, text

OURS = [model for model in admin.site._registry if model._meta.app_label != "auth"]


def test_a_stranger_is_sent_to_the_one_login(db: None) -> None:
    first = Client().get("/operator/")
    assert Client().get(first["Location"])["Location"] == "/login/?next=%2Foperator%2F"


def test_a_customer_is_refused(owner: Person) -> None:
    response = owner.http.get("/operator/", follow=True)
    assert response.status_code == 403
    assert "for operators" in response.content.decode()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_and_row_opens_and_holds_no_text(acme: House, operator: Client, model: Any) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = [text(operator.get(reverse(f"{name}_changelist")))]
    for row in model._default_manager.all()[:2]:
        pages.append(text(operator.get(reverse(f"{name}_change", args=[row.pk]))))
    for page in pages:
        for hidden in ("020005", "+33639980417", CARRIER_SECRET, acme.live.secret, "out of order", "whsec_"):
            assert hidden not in page


def test_a_new_tenant_comes_whole(operator: Client) -> None:
    operator.post(reverse("admin:accounts_tenant_add"), {"name": "Nouvelle"})
    tenant = Tenant.objects.get(name="Nouvelle")
    assert tenant.environments.count() == 2
    assert tenant.data_keys.count() == 1
    entry = AuditEntry.objects.get(action="tenant.created")
    assert (entry.actor_kind, entry.tenant) == ("operator", tenant)


def test_people_and_memberships_leave_a_trail_without_their_names(acme: House, operator: Client) -> None:
    password = "another long pass phrase"
    data = {"email": "New@Example.com", "name": "Nora", "password1": password, "password2": password}
    operator.post(reverse("admin:accounts_user_add"), data)
    user = User.objects.get(email="new@example.com")
    data = {"user": str(user.pk), "tenant": str(acme.tenant.pk), "role": "viewer"}
    operator.post(reverse("admin:accounts_membership_add"), data)
    membership = Membership.objects.get(user=user)
    operator.post(reverse("admin:accounts_membership_delete", args=[membership.pk]), {"post": "yes"})
    actions = AuditEntry.objects.filter(actor_kind="operator").order_by("at").values_list("action", flat=True)
    assert list(actions) == ["user.created", "membership.created", "membership.deleted"]
    assert "Nora" not in str(list(AuditEntry.objects.values()))
    assert not LogEntry.objects.exists()


def test_the_trail_cannot_be_written_here(acme: House, operator: Client) -> None:
    entry = AuditEntry.objects.latest("at")
    for name in ("change", "delete"):
        url = reverse(f"admin:accounts_auditentry_{name}", args=[entry.pk])
        assert operator.post(url, {"post": "yes"}).status_code == 403
    assert operator.get(reverse("admin:accounts_auditentry_add")).status_code == 403
