"""The second step of logging in, the log-in by passkey alone, and the page for whose address is not confirmed."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.models import Login
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import people
from accounts.audit import asking
from accounts.throttle import TooMany
from dashboard.codes import CredentialForm, SecondFactor
from dashboard.entrance import retry_after, wait_text
from dashboard.page import safe_next


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
def second_step(request: HttpRequest) -> HttpResponse:
    """For whoever gave the right password a moment ago; nobody is logged in before this."""
    stage: Any = request._login_stage  # type: ignore[attr-defined]
    attempt = SecondFactor(request, stage.login.user)
    status, wait = 200, None
    if request.method == "POST":
        try:
            if attempt.prove(again=False):
                done: HttpResponse = stage.exit()
                return done
            status = 401
            people.record(stage.login.user, "user.secondFactorFailed", asking("system", None, request.META))
        except TooMany as refused:
            status, wait = 429, refused.wait
            attempt.form.add_error(None, wait_text(wait))
    return retry_after(render(request, "second_step.html", attempt.context(), status=status), wait)


@never_cache
@require_http_methods(["GET", "POST"])
def by_passkey(request: HttpRequest) -> HttpResponse:
    """GET: what the browser asks its passkeys, as JSON. POST: what one of them signed, which is both factors."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "GET":
        return JsonResponse(dict(begin_authentication(None)))
    form = CredentialForm(user=None, data=request.POST)
    form.passwordless = True
    if not form.is_valid():
        messages.error(request, _("This passkey opens no account here."))
        return redirect("account_login")
    found = form.cleaned_data["credential"]
    target = safe_next(request, request.POST.get("next", "")) or None
    done: HttpResponse = perform_passwordless_login(
        request, found, Login(user=found.user, redirect_url=target)
    )
    return done


@never_cache
@require_safe
def address_unconfirmed(request: HttpRequest) -> HttpResponse:
    return render(request, "address_sent.html")
