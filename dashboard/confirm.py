"""Proving anew who one is, before what is sensitive: by the second factor where there is one, else by password.

Whom an organisation's provider vouches for, it vouches for anew.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from allauth.account.internal.flows.reauthentication import resume_request
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import factors, people, sign_in
from accounts.ids import public
from accounts.models import Identity
from accounts.throttle import TooMany
from dashboard.assurance import identity_of, note_proof, passed_second_factor, recently_proved
from dashboard.codes import SecondFactor
from dashboard.devices import source_of
from dashboard.entrance import retry_after, wait_text
from dashboard.page import OwnRequest, actor, own_page, safe_next


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


@sensitive_post_parameters("password", "code")
@own_page("GET", "POST", vouched=True)
def confirm(request: OwnRequest) -> HttpResponse:
    """`next` says where to go on; a form that was on its way goes on by itself."""
    identity = identity_of(request)
    has_factor = factors.has_second(request.user)
    if identity is not None and (passed_second_factor(request) or not has_factor):
        return by_provider(request, identity)
    return by_factor(request) if has_factor else by_password(request)


def by_provider(request: OwnRequest, identity: UUID) -> HttpResponse:
    """There and back again: the provider asks who they are, and this page finds it proved.

    By a link: where a form led here, our form-action keeps browsers from being sent further away.
    """
    if recently_proved(request):
        return confirmed(request)
    tenant = Identity.objects.get(pk=identity).tenant_id
    way = reverse("sso.go", kwargs={"tenant_id": public("tenant", tenant)})
    query = urlencode({"again": "1", "next": request.get_full_path()})
    return render(request, "confirm.html", {"way": f"{way}?{query}"})


def by_factor(request: OwnRequest) -> HttpResponse:
    attempt = SecondFactor(request, request.user)
    wait = None
    if request.method == "POST":
        try:
            if attempt.prove(again=True):
                return confirmed(request)
        except TooMany as refused:
            wait = refused.wait
            attempt.form.add_error(None, wait_text(wait))
    return show(request, attempt.context(), wait)


def by_password(request: OwnRequest) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None)
    wait = None
    if form.is_valid():
        email = request.user.email
        try:
            if sign_in.check_password(email, form.cleaned_data["password"], source_of(request, email)):
                note_proof(request, request.user, "password")
                return confirmed(request)
            form.add_error("password", _("This is not your password."))
        except TooMany as refused:
            wait = refused.wait
            form.add_error(None, wait_text(wait))
    return show(request, {"form": form}, wait)


def confirmed(request: OwnRequest) -> HttpResponse:
    people.record(request.user, "user.confirmed", actor(request))
    with suppress(Resolver404):  # the page that a held-up form leads to looks at where it is
        request.resolver_match = resolve(wanted(request).partition("?")[0])
    resumed: HttpResponse | None = resume_request(request)
    return resumed or redirect("profile")


def show(request: OwnRequest, context: dict[str, object], wait: timedelta | None) -> HttpResponse:
    status = 429 if wait else 422 if request.method == "POST" else 200
    context |= {"next": safe_next(request, wanted(request))}
    return retry_after(render(request, "confirm.html", context, status=status), wait)


def wanted(request: OwnRequest) -> str:
    return request.POST.get("next") or request.GET.get("next", "")
