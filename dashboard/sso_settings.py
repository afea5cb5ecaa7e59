"""The organisation's single sign-on: which provider vouches for its people, and trying whether it answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import sso
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.models import IdentityProvider
from accounts.oidc import Refused
from accounts.roles import MANAGE_MEMBERS
from dashboard.access import Unshown
from dashboard.forms import refuse
from dashboard.members import roles_for
from dashboard.page import PageRequest, actor, go, page
from dashboard.program_form import held
from delivery import outside
from numbers.channel_form import AS_CODE

POINTERS = {f"/{name}": column for column, name in sso.NAMES.items()} | {"/clientSecret": "client_secret"}


class SsoForm(forms.Form):
    """The secret is written here and never read: an empty field leaves it as it is."""

    issuer = forms.CharField(
        label=gettext_lazy("Issuer"),
        max_length=500,
        widget=forms.TextInput(attrs=AS_CODE),
        help_text=gettext_lazy("As your provider writes it, to the last slash: `https://login.example.com`."),
    )
    client_id = forms.CharField(
        label=gettext_lazy("Client id"), max_length=255, widget=forms.TextInput(attrs=AS_CODE)
    )
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=sso.LONGEST_SECRET,
        strip=False,
        widget=Unshown(attrs=AS_CODE),
    )
    domains = forms.CharField(
        label=gettext_lazy("Domains of e-mail addresses"),
        max_length=5000,
        widget=forms.TextInput(attrs=AS_CODE),
        help_text=gettext_lazy("Only these come in, such as `example.com, example.org`."),
    )
    join_role = forms.ChoiceField(
        label=gettext_lazy("Who has no account yet"),
        required=False,
        help_text=gettext_lazy("Whom your provider signs in and who was never invited."),
    )
    trusts_second_factor = forms.BooleanField(
        label=gettext_lazy("We trust this provider’s second factor"),
        required=False,
        help_text=gettext_lazy(
            "Your provider asks everybody for one. Without this, whoever may read texts is asked for another one here, "
            "unless the provider says each time that it asked."
        ),
    )
    enforced = forms.BooleanField(
        label=gettext_lazy("Members come in through the provider only"),
        required=False,
        help_text=gettext_lazy("Owners can still use their password, for the day when the provider fails."),
    )

    def __init__(
        self, request: PageRequest, provider: IdentityProvider | None, data: QueryDict | None
    ) -> None:
        super().__init__(data, initial=initial_of(provider))
        roles = [("", gettext_lazy("stays out until invited")), *roles_for(request)]
        self.fields["join_role"].choices = roles  # type: ignore[attr-defined]
        if provider is not None:
            self.fields["client_secret"].required = False
            self.fields["client_secret"].help_text = _("There is one. Leave this empty to keep it.")

    def given(self) -> dict[str, Any]:
        """The valid form as the services take it."""
        data = dict(self.cleaned_data)
        data["domains"] = [one for one in data["domains"].replace(",", " ").split() if one]
        data["client_secret"] = data["client_secret"] or None
        return data


def initial_of(provider: IdentityProvider | None) -> dict[str, Any]:
    if provider is None:
        return {}
    return {name: getattr(provider, name) for name in sso.NAMES} | {"domains": ", ".join(provider.domains)}


@page(get=MANAGE_MEMBERS, post=MANAGE_MEMBERS, proof=True)
def index(request: PageRequest) -> HttpResponse:
    """The provider; a POST names or changes it."""
    tenant = request.environment.tenant
    provider = sso.of(tenant)
    form = SsoForm(request, provider, request.POST or None)
    if form.is_valid() and saved(request, provider, form):
        messages.success(request, _("Saved. Test it before you tell your people."))
        return go(request, "members.sso")
    context = {
        "form": form,
        "provider": provider,
        "redirect_uri": sso.redirect_uri(tenant),
        "sign_in_url": sso.sign_in_url(tenant),
    }
    return render(request, "sso_settings.html", context, status=422 if form.is_bound else 200)


def saved(request: PageRequest, provider: IdentityProvider | None, form: SsoForm) -> bool:
    try:
        if provider is None:
            sso.create(request.environment.tenant, actor(request), held(request), outside, **form.given())
        else:
            sso.change(provider, actor(request), held(request), outside, **form.given())
    except Invalid as problem:
        blame(form, problem)
    except (Conflict, Forbidden) as problem:
        form.add_error(None, problem.detail)
    return not form.errors


def blame(form: SsoForm, problem: Invalid) -> None:
    """Put each error at its field; what is wrong with one domain, at all of them."""
    fields = {error.pointer: POINTERS.get(error.pointer, "domains") for error in problem.errors}
    refuse(form, problem, fields)


def present(request: PageRequest) -> IdentityProvider:
    provider = sso.of(request.environment.tenant)
    if provider is None:
        raise Http404
    return provider


@page(post=MANAGE_MEMBERS)
def check(request: PageRequest) -> HttpResponse:
    """Ask the provider what each sign-in asks of it, but for the person."""
    try:
        sso.check(present(request), actor(request), outside)
    except Refused as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(
            request,
            _("The provider answers as it should. Now sign in by the address below, in a private window."),
        )
    return go(request, "members.sso")


@page(post=MANAGE_MEMBERS, proof=True)
def remove(request: PageRequest) -> HttpResponse:
    try:
        sso.remove(present(request), actor(request), held(request))
    except (Conflict, Forbidden) as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("Single sign-on is removed. Who came in by it is signed out."))
    return go(request, "members.sso")
