"""Log in, log out, and the way from there to the right environment."""

from __future__ import annotations

import math
from datetime import timedelta

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import ids, people
from accounts.audit import asking
from accounts.models import Environment, Membership, Tenant, User
from accounts.sign_in import check_password, note_failure
from accounts.sso_entry import open_to
from accounts.throttle import TooMany
from dashboard.assurance import ask_for_second_factor, identity_of, passed_second_factor
from dashboard.codes import passkeys_work
from dashboard.devices import source_of
from dashboard.page import after, safe_next


class LoginForm(forms.Form):
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """The answer to a wrong pair is the same whether the account exists or not."""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    form = LoginForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render_login(request, form, target, 200)
    email = form.cleaned_data["email"]
    try:
        user = check_password(email, form.cleaned_data["password"], source_of(request, email))
    except TooMany as refused:
        return render_too_many(request, form, target, refused.wait)
    if user is None:
        form.add_error(None, _("This e-mail and password do not match."))
        actor = asking("system", None, request.META)
        return after(render_login(request, form, target, 401), lambda: note_failure(email, actor))
    return go_on(request, user, target)


def go_on(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """The password was right: to the second factor, to the confirmation of an address, or in."""
    response: HttpResponse = perform_password_login(
        request, {}, Login(user=user, email=user.email, redirect_url=target or None)
    )
    return response


def render_login(request: HttpRequest, form: LoginForm, target: str, status: int) -> HttpResponse:
    context = {"form": form, "next": target, "passkeys_here": passkeys_work(request)}
    return render(request, "login.html", context, status=status)


def render_too_many(request: HttpRequest, form: LoginForm, target: str, wait: timedelta) -> HttpResponse:
    form.add_error(None, wait_text(wait))
    return retry_after(render_login(request, form, target, 429), wait)


def retry_after(response: HttpResponse, wait: timedelta | None) -> HttpResponse:
    if wait is not None:
        response["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def wait_text(wait: timedelta) -> str:
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return ngettext(
        "Too many tries failed. Wait %(count)d minute, then try again.",
        "Too many tries failed. Wait %(count)d minutes, then try again.",
        minutes,
    ) % {"count": minutes}


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        people.record(request.user, "user.signedOut", asking("user", request.user.pk, request.META))
    end_session(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    environment = first_environment(open_to(request.user, identity_of(request)))  # type: ignore[arg-type]
    if environment is None:
        return render(request, "nowhere.html")
    return redirect("environment", env_id=ids.public("environment", environment.pk))


def first_environment(memberships: QuerySet[Membership]) -> Environment | None:
    """The live environment of the person's organisation, or its sandbox while live holds no number."""
    tenant = Tenant.objects.filter(memberships__in=memberships).order_by("name", "id").first()
    there = tenant.environments.filter(deleted_at=None) if tenant else Environment.objects.none()
    rows = there.order_by("kind", "id")  # "live" sorts before "sandbox"
    return next((row for row in rows if not row.is_live or row.assignments.exists()), None)


def operator_login(request: HttpRequest) -> HttpResponse:
    """Django's admin sends people here: there is one log-in, and it is throttled."""
    target = request.GET.get("next") or reverse("admin:index")
    if isinstance(request.user, User):
        if request.user.is_staff and not passed_second_factor(request):
            return ask_for_second_factor(request, request.user, target)
        raise PermissionDenied
    return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
