"""One's own page: name, language and time zone, address, password, second factors, sessions."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import addresses, factors, mail, services, sessions
from accounts.audit import asking
from accounts.errors import Conflict, Invalid
from accounts.forms import refuse
from accounts.models import Membership
from accounts.roles import needs_second_factor
from dashboard import browsers
from dashboard.adapters import verification_url
from dashboard.assurance import identity_of
from dashboard.codes import passkeys_work
from dashboard.page import OwnRequest, actor, own_page
from dashboard.password_form import ChangeForm
from dashboard.preferences import remember


class AboutForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=lambda: [(z, z) for z in zones()])


class AddressForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("New address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


def zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


@own_page("GET", "POST", vouched=True)
def profile(request: OwnRequest) -> HttpResponse:
    if request.method == "GET":
        return show(request)
    form = AboutForm(request.POST)
    if not form.is_valid():
        return show(request, about=form)
    services.update_person(request.user, actor(request), **form.cleaned_data)
    messages.success(request, _("Saved."))
    response = redirect("profile")
    remember(response, settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])
    return response


def show(request: OwnRequest, **bound: forms.Form) -> HttpResponse:
    """The page, with a form that was refused in the place of an empty one."""
    user = request.user
    about = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    empty = {"about": AboutForm(initial=about), "address": AddressForm(), "password": ChangeForm()}
    if identity_of(request) is not None:
        return render(request, "profile_vouched.html", empty | bound, status=422 if bound else 200)
    rows = factors.of(user)
    context: dict[str, Any] = {
        **empty,
        **bound,
        "wanted": addresses.wanted(user),
        "app": next((row for row in rows if row.type == factors.APP), None),
        "passkeys": [factors.Passkey(row) for row in rows if row.type == factors.PASSKEY],
        "codes": next((row for row in rows if row.type == factors.CODES), None),
        "passkeys_here": passkeys_work(request),
        "must": any(map(needs_second_factor, roles_of(request))),
        "sessions": [browsers.Shown(row, request) for row in sessions.of(user)],
    }
    return render(request, "profile.html", context, status=422 if bound else 200)


def roles_of(request: OwnRequest) -> list[str]:
    return list(Membership.objects.filter(user=request.user).values_list("role", flat=True))


@own_page("POST", proof=True)
def change_address(request: OwnRequest) -> HttpResponse:
    """Send a link to the new address; until it is opened there, nothing changes."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return show(request, address=form)
    try:
        row = addresses.ask_for(request.user, form.cleaned_data["email"], actor(request))
    except (Invalid, Conflict) as problem:
        refuse(form, problem)
        return show(request, address=form)
    if mail.verify_address(request.user, row.email, verification_url(row)):
        messages.success(
            request, _("We sent a link to the new address. Open it there; until then the old one counts.")
        )
    else:
        messages.error(request, _("The mail could not be sent. Try again later."))
    return redirect("profile")


@never_cache
@require_http_methods(["GET", "POST"])
def verify_address(request: HttpRequest) -> HttpResponse:
    """What the link leads to, for whoever opens it, logged in or not: the mailbox is the proof."""
    text = request.POST.get("address") or request.GET.get("address", "")
    row = addresses.find(text)
    if row is None:
        return render(request, "link_gone.html", status=404)
    if request.method == "GET":
        return render(request, "address_verify.html", {"row": row, "text": text})
    try:
        addresses.confirm(row, asking("user", row.user_id, request.META))
    except Conflict as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("The address is confirmed."))
    return redirect("profile")
