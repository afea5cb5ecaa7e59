"""Signing in through one's organisation: its door, the way to its provider, and the way back."""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.stages import AuthenticateStage
from django import forms
from django.conf import settings
from django.contrib.auth import logout as end_session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import ids, invitations, oidc, sso, sso_entry
from accounts.clock import clock
from accounts.models import Identity, IdentityProvider, Invitation, User
from accounts.oidc import Begun, Claimed, Refused
from accounts.sso_entry import Visit
from dashboard.assurance import VOUCHED, identity_of, note_proof
from dashboard.page import safe_next
from delivery import outside

BEGUN = "sso_begun"  # in the session: who is on their way to a provider, by state
CONNECTING = "sso_connecting"  # … and for which provider somebody wants their account connected, since when
LONGEST_LINK = 100
MOST_BEGUN = 5  # tabs
LASTS_S = 600
UNAVAILABLE = frozenset({"provider_down", "provider_unreadable", "provider_forbidden", "provider_busy"})


@dataclass(frozen=True, slots=True)
class Errand:
    """What is remembered of somebody until the provider sends them back."""

    provider: str
    nonce: str
    verifier: str
    at: float
    next: str = ""
    invitation: str = ""
    again: bool = False


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address at work"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """From an address to the door of its organisation. Whether there is such an account is not told."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        tenant = sso.for_address(form.cleaned_data["email"])
        if tenant is not None:
            return redirect("sso.door", tenant_id=ids.public("tenant", tenant.pk))
        form.add_error(
            "email", _("We know no organisation by this address. Ask whoever invited you for its own link.")
        )
    return render(request, "sso_find.html", {"form": form}, status=422 if form.is_bound else 200)


def provider_of(tenant_id: str) -> IdentityProvider:
    rows = IdentityProvider.objects.select_related("tenant")
    provider = rows.filter(tenant=ids.parse("tenant", tenant_id)).first()
    if provider is None:
        raise Http404
    return provider


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, tenant_id: str) -> HttpResponse:
    """The organisation's own page. A link leads on: only whoever means it goes to the provider.

    Whoever is signed in says by a POST that their account is to be connected: what came of a link alone could be the
    wish of somebody else.
    """
    provider = provider_of(tenant_id)
    if request.method == "POST":
        request.session[CONNECTING] = [str(provider.pk), clock().timestamp()]
    context = {
        "provider": provider,
        "tenant_id": tenant_id,
        "query": urlencode(asked_for(request)),
        "connectable": is_connectable(request, provider),
        "connecting": wants_to_connect(request, provider),
    }
    return render(request, "sso_door.html", context)


def asked_for(request: HttpRequest) -> dict[str, str]:
    """Where to go on in the end, and the invitation that led here."""
    given = {
        "next": safe_next(request, request.GET.get("next", "")),
        "invitation": request.GET.get("invitation", "")[:LONGEST_LINK],
    }
    return {name: value for name, value in given.items() if value}


def is_connectable(request: HttpRequest, provider: IdentityProvider) -> bool:
    """Whether somebody is signed in as an account that the provider does not know yet."""
    if not isinstance(request.user, User) or identity_of(request) is not None:
        return False
    known = Identity.objects.filter(tenant=provider.tenant_id, issuer=provider.issuer, user=request.user)
    return not known.exists()


def wants_to_connect(request: HttpRequest, provider: IdentityProvider) -> bool:
    said, at = request.session.get(CONNECTING, ["", 0.0])
    return bool(said == str(provider.pk) and clock().timestamp() - at < LASTS_S)


@never_cache
@require_safe
def go(request: HttpRequest, tenant_id: str) -> HttpResponse:
    """To the provider, from a page of ours; who comes from elsewhere sees the door first."""
    provider = provider_of(tenant_id)
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        way = reverse("sso.door", kwargs={"tenant_id": tenant_id})
        return redirect(f"{way}?{urlencode(asked_for(request))}")
    begun, again = oidc.begin(), bool(request.GET.get("again"))
    try:
        found = oidc.discover(provider.issuer, outside)
        url = oidc.authorization_url(found, sso.client_of(provider), begun, again=again)
    except Refused as refusal:
        return refused(request, provider, refusal)
    at = clock().timestamp()
    errand = Errand(str(provider.pk), begun.nonce, begun.verifier, at, again=again, **asked_for(request))
    remember(request, begun, errand)
    return redirect(url)


def remember(request: HttpRequest, begun: Begun, errand: Errand) -> None:
    kept = list(request.session.get(BEGUN, {}).items())[1 - MOST_BEGUN :]
    request.session[BEGUN] = dict(kept) | {begun.state: asdict(errand)}


def recalled(request: HttpRequest, provider: IdentityProvider) -> tuple[Begun, Errand]:
    """Whose answer this is, once. Raises Refused for one that nobody here asked for."""
    state = request.GET.get("state", "")
    begun: dict[str, dict[str, Any]] = request.session.get(BEGUN, {})
    found = next((one for one in begun if hmac.compare_digest(one.encode(), state.encode())), None)
    errand = Errand(**begun.pop(found)) if found is not None else None
    request.session[BEGUN] = begun
    if errand is None or errand.provider != str(provider.pk) or clock().timestamp() - errand.at > LASTS_S:
        raise Refused(
            "state_unknown", str(_("This sign-in was begun elsewhere, or too long ago. Begin again."))
        )
    return Begun(state, errand.nonce, errand.verifier), errand


@never_cache
@require_safe
def callback(request: HttpRequest, tenant_id: str) -> HttpResponse:
    """Back from the provider."""
    provider = provider_of(tenant_id)
    try:
        begun, errand = recalled(request, provider)
        found = oidc.discover(provider.issuer, outside)
        client = sso.client_of(provider)
        claimed = oidc.finish(found, client, begun, request.GET.dict(), outside, clock())
        if errand.again:
            oidc.must_be_fresh(claimed, clock())
        invitation = invited(provider, errand)
        identity = sso_entry.admit(
            Visit(provider, claimed, present(request, provider), invitation, request.META)
        )
    except Refused as refusal:
        return refused(request, provider, refusal)
    if errand.again and identity_of(request) == identity.pk:
        note_proof(request, identity.user, VOUCHED, identity=str(identity.pk), at=claimed.at)
        return redirect(errand.next or settings.LOGIN_REDIRECT_URL)
    return welcome(request, identity, claimed, errand.next)


def present(request: HttpRequest, provider: IdentityProvider) -> User | None:
    """The account that is to be connected: of somebody who is signed in by what is their own, and said so."""
    if not isinstance(request.user, User) or identity_of(request) is not None:
        return None
    return request.user if wants_to_connect(request, provider) else None


def welcome(request: HttpRequest, identity: Identity, claimed: Claimed, target: str) -> HttpResponse:
    """Begin the session, from nothing: what was open before was wider, or somebody else's.

    A second factor of the account is asked for unless the provider's counts.
    """
    end_session(request)
    user, several = identity.user, counts_as_several(identity, claimed)
    record_authentication(request, user, VOUCHED, identity=str(identity.pk), at=claimed.at)
    if several:
        record_authentication(request, user, "mfa", type="provider", at=claimed.at)
    passed = {"stages": {AuthenticateStage.key: {"handled": True}}} if several else None
    login = Login(
        user=user, email=user.email, redirect_url=target or None, state=passed, email_verification="none"
    )
    response: HttpResponse = perform_login(request, login)
    return response


def counts_as_several(identity: Identity, claimed: Claimed) -> bool:
    trusting = identity.tenant.identity_provider.trusts_second_factor
    return claimed.several_factors or bool(trusting)


def invited(provider: IdentityProvider, errand: Errand) -> Invitation | None:
    """The invitation whose link led here, to this organisation."""
    found = invitations.find(errand.invitation) if errand.invitation else None
    return found if found is not None and found.tenant_id == provider.tenant_id else None


def refused(request: HttpRequest, provider: IdentityProvider, refusal: Refused) -> HttpResponse:
    context = {
        "provider": provider,
        "tenant_id": ids.public("tenant", provider.tenant_id),
        "code": refusal.code,
        "detail": refusal.detail,
    }
    status = 503 if refusal.code in UNAVAILABLE else 403
    return render(request, "sso_refused.html", context, status=status)
