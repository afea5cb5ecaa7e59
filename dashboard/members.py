"""Who belongs to the organisation: members, their roles, and invitations that are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import invitations, members
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.roles import MANAGE_MEMBERS, PERMISSIONS, Role, may_give
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.program_form import held

#: What a role is for, in a sentence.
ABOUT = {
    Role.OWNER: gettext_lazy("Everything, including who else is an owner."),
    Role.ADMIN: gettext_lazy("Everything but that."),
    Role.DEVELOPER: gettext_lazy("Configures, reads texts, sends again, makes keys."),
    Role.COMPLIANCE: gettext_lazy(
        "Reads texts and the audit trail, decides about consent; changes no configuration."
    ),
    Role.SUPPORT: gettext_lazy("Sees messages without text and sender, and sends again."),
    Role.BILLING: gettext_lazy("Sees usage and invoices, and no messages."),
    Role.VIEWER: gettext_lazy("Sees messages without text and sender, and changes nothing."),
}


def roles_for(request: PageRequest) -> list[tuple[str, Any]]:
    """The roles that the person may give."""
    return [(role.value, role.label) for role in Role if may_give(PERMISSIONS[request.role], role)]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, request: PageRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_for(request)  # type: ignore[attr-defined]


@page(get=MANAGE_MEMBERS, post=MANAGE_MEMBERS)
def index(request: PageRequest) -> HttpResponse:
    """Members and open invitations; a POST invites."""
    form = InviteForm(request, request.POST or None, initial={"role": Role.VIEWER})
    if form.is_valid() and invited(request, form):
        messages.success(request, _("The invitation is on its way."))
        return go(request, "members")
    tenant = request.environment.tenant
    roles = roles_for(request)
    rows = tenant.memberships.select_related("user").order_by("pk")
    context = {
        "form": form,
        "rows": [{"member": row, "mine": may_give(held(request), row.role)} for row in rows],
        "invitations": invitations.open_ones().filter(tenant=tenant).order_by("-pk"),
        "roles": roles,
        "about": [(role.label, ABOUT[role]) for role in Role],
    }
    return render(request, "members.html", context, status=422 if form.is_bound else 200)


def invited(request: PageRequest, form: InviteForm) -> bool:
    try:
        invitations.invite(request.environment.tenant, actor(request), held(request), **form.cleaned_data)
    except (Invalid, Conflict) as problem:
        refuse(form, problem)
        return False
    return True


def tried(request: PageRequest, change: Callable[[], object], said: str) -> HttpResponse:
    """Make the change and say how it went."""
    try:
        change()
    except Invalid as problem:
        messages.error(request, problem.errors[0].detail)
    except (Conflict, Forbidden) as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, said)
    return go(request, "members")


@page(post=MANAGE_MEMBERS)
def change_role(request: PageRequest, membership_id: str) -> HttpResponse:
    member = find(request.environment.tenant.memberships.all(), "membership", membership_id)
    role = request.POST.get("role", "")
    said = _("The role is changed, from the next request on.")
    return tried(request, lambda: members.change_role(member, actor(request), held(request), role), said)


@page(post=MANAGE_MEMBERS)
def remove(request: PageRequest, membership_id: str) -> HttpResponse:
    member = find(request.environment.tenant.memberships.all(), "membership", membership_id)
    if member.user_id == request.user.pk:
        messages.error(request, _("You cannot remove yourself: somebody else does that."))
        return go(request, "members")
    said = _("They are no member any more. Keys that they made go on working.")
    return tried(request, lambda: members.remove(member, actor(request), held(request)), said)


@page(post=MANAGE_MEMBERS)
def resend(request: PageRequest, invitation_id: str) -> HttpResponse:
    invitation = find(request.environment.tenant.invitations.all(), "invitation", invitation_id)
    said = _("A new link is on its way; the one before opens nothing any more.")
    return tried(request, lambda: invitations.resend(invitation, actor(request), held(request)), said)


@page(post=MANAGE_MEMBERS)
def withdraw(request: PageRequest, invitation_id: str) -> HttpResponse:
    invitation = find(request.environment.tenant.invitations.all(), "invitation", invitation_id)
    said = _("The invitation is withdrawn.")
    return tried(request, lambda: invitations.withdraw(invitation, actor(request)), said)
