"""Setting up and removing one's second factors: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

import json
from typing import Any

import qrcode
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_registration
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from accounts import factors
from accounts.errors import Conflict, Invalid
from accounts.forms import refuse
from dashboard.assurance import identity_of, note_proof
from dashboard.browsers import named
from dashboard.codes import UNREADABLE, CredentialField, no_answer, passkeys_work
from dashboard.page import OwnRequest, actor, is_of_others, own_page, refuse_vouched, safe_next

NEW_APP = "new_app"  # where a session keeps the secret that the page shows, until the app shows its code
ONWARD = "after_factor"  # … and where the person was going


class AppForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """What a new passkey answered, checked, and what it is to be called."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].max_length = factors.NAME_LENGTH
        del self.fields["passwordless"]  # each of ours stands for both factors

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except UNREADABLE:
            raise no_answer() from None
        return cleaned


@own_page("GET", "POST", vouched=True)
def protect(request: OwnRequest) -> HttpResponse:
    """Where people are led whose role asks for a second factor that they have not set up."""
    if is_of_others(request):
        return refuse_vouched(request)
    if target := safe_next(request, request.GET.get("next", "")):
        request.session[ONWARD] = target
    if factors.has_second(request.user):
        return redirect("profile")
    vouched = identity_of(request) is not None
    context = {"vouched": vouched, "passkeys_here": passkeys_work(request) and not vouched}
    return render(request, "protect.html", context)


@sensitive_post_parameters("code")
@own_page("GET", "POST", proof=True, vouched=True)
def add_app(request: OwnRequest) -> HttpResponse:
    """The secret as a picture and as text; it counts once the app has shown its code."""
    if is_of_others(request):
        return refuse_vouched(request)
    if factors.app_of(request.user) is not None:
        return redirect("profile")
    secret = request.session.setdefault(NEW_APP, factors.new_secret())
    form = AppForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            factors.add_app(request.user, secret, form.cleaned_data["code"], actor(request))
        except (Invalid, Conflict) as problem:
            refuse(form, problem)
        else:
            del request.session[NEW_APP]
            note_proof(request, request.user, "mfa", type=factors.APP)
            return onward(request)
    url = get_adapter().build_totp_url(request.user, secret)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"form": form, "secret": spaced, "url": url, "picture": squares(url)}
    return render(request, "app_new.html", context, status=422 if form.is_bound else 200)


def squares(text: str) -> dict[str, Any]:
    """A QR code as one SVG path, four squares of quiet around it."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"path": path, "size": len(rows)}


@own_page("GET", "POST", proof=True)
def add_passkey(request: OwnRequest) -> HttpResponse:
    user = request.user
    form = PasskeyForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            factors.add_passkey(user, data["name"], data["credential"], actor(request))
        except Conflict as problem:
            refuse(form, problem)
        else:
            note_proof(request, user, "mfa", type=factors.PASSKEY)
            return onward(request)
    form.initial["name"] = named(request.headers.get("User-Agent", ""))
    context = {
        "form": form,
        "passkey_options": json.dumps(dict(begin_registration(user, True))),
        "passkeys_here": passkeys_work(request),
    }
    return render(request, "passkey_new.html", context, status=422 if form.is_bound else 200)


def onward(request: OwnRequest) -> HttpResponse:
    """To new recovery codes with the first factor; else back."""
    if not any(row.type == factors.CODES for row in factors.of(request.user)):
        return reveal(request)
    messages.success(request, _("The second factor is added."))
    return redirect(request.session.pop(ONWARD, "profile"))


@own_page("POST", proof=True)
def recovery_codes(request: OwnRequest) -> HttpResponse:
    return reveal(request)


def reveal(request: OwnRequest) -> HttpResponse:
    """The answer itself shows the codes: no later page could."""
    try:
        codes = factors.new_recovery_codes(request.user, actor(request))
    except Conflict as problem:
        messages.error(request, problem.detail)
        return redirect("profile")
    shown = [f"{code[:4]} {code[4:]}" for code in codes]
    onward = request.session.pop(ONWARD, "")
    return render(
        request, "recovery_codes.html", {"codes": shown, "text": "\n".join(shown), "onward": onward}
    )


@own_page("POST", proof=True)
def remove_app(request: OwnRequest) -> HttpResponse:
    return removed(request, factors.app_of(request.user))


@own_page("POST", proof=True)
def remove_passkey(request: OwnRequest) -> HttpResponse:
    return removed(request, factors.passkey(request.user, request.POST.get("passkey", "")))


def removed(request: OwnRequest, row: Authenticator | None) -> HttpResponse:
    if row is None:
        raise Http404
    factors.remove(row, actor(request))
    messages.success(request, _("The second factor is removed."))
    return redirect("profile")


@own_page("POST", proof=True)
def rename_passkey(request: OwnRequest) -> HttpResponse:
    row = factors.passkey(request.user, request.POST.get("passkey", ""))
    name = request.POST.get("name", "").strip()
    if row is None:
        raise Http404
    if name:
        factors.rename_passkey(row, name, actor(request))
        messages.success(request, _("Saved."))
    return redirect("profile")
