"""What the link of an invitation opens: for who has an account a button, for who has none the form that makes one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import ids, invitations, sso
from accounts.errors import Conflict
from accounts.forms import refuse
from accounts.models import Invitation, User
from accounts.roles import Role
from dashboard.assurance import identity_of
from dashboard.entrance import go_on


class NewAccountForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        help_text=_("At least twelve characters; a sentence is fine."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> None:
        data = super().clean() or self.cleaned_data
        if "password" not in data:
            return
        try:
            validate_password(data["password"], User(email=self.email, name=data.get("name", "")))
        except ValidationError as error:
            self.add_error("password", error)


@never_cache
@sensitive_post_parameters("password", "invitation")
def join(request: HttpRequest) -> HttpResponse:
    """The link's text is in `invitation`. One that is used, withdrawn, over or made up is gone: 404."""
    text = request.POST.get("invitation") or request.GET.get("invitation", "")
    invitation = invitations.find(text)
    if invitation is None:
        return render(request, "join_gone.html", status=404)
    if isinstance(request.user, User):
        return join_as(request, request.user, invitation, text)
    if User.objects.filter(email=invitation.email).exists():
        return page(request, invitation, text, "log-in")
    return join_as_new(request, invitation, text)


def join_as(request: HttpRequest, user: User, invitation: Invitation, text: str) -> HttpResponse:
    if user.email != invitation.email or identity_of(request) is not None:
        return page(request, invitation, text, "other")
    if request.method != "POST":
        return page(request, invitation, text, "accept")
    try:
        invitations.accept(invitation, user, request.META)
    except Conflict:
        return render(request, "join_gone.html", status=404)
    return redirect("overview")


def join_as_new(request: HttpRequest, invitation: Invitation, text: str) -> HttpResponse:
    form = NewAccountForm(invitation.email, request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            user = invitations.accept_as_new(invitation, data["name"], data["password"], request.META)
        except Conflict as problem:
            refuse(form, problem)
        else:
            return go_on(request, user, "")
    return page(request, invitation, text, "new", form)


def page(
    request: HttpRequest, invitation: Invitation, text: str, state: str, form: forms.Form | None = None
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "role_label": Role(invitation.role).label,
        "text": text,
        "state": state,
        "form": form,
        "tenant_id": ids.public("tenant", invitation.tenant_id) if sso.of(invitation.tenant) else "",
    }
    return render(request, "join.html", context, status=422 if form is not None and form.is_bound else 200)
