"""Log in, log out, and the way from there to the right environment."""

from __future__ import annotations

import math
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import ids
from accounts.models import Environment, Tenant, User
from accounts.services import log_in
from dashboard.page import safe_next

BACKEND = "django.contrib.auth.backends.ModelBackend"


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
    status, headers = 200, dict[str, str]()
    if form.is_valid():
        outcome = log_in(
            form.cleaned_data["email"], form.cleaned_data["password"], request.META["REMOTE_ADDR"]
        )
        if isinstance(outcome, User):
            return welcome(request, outcome, target)
        if outcome is None:
            status = 401
            form.add_error(None, _("This e-mail and password do not match."))
        else:
            status, headers = 429, {"Retry-After": str(math.ceil(outcome.total_seconds()))}
            form.add_error(None, wait_text(outcome))
    return render_login(request, form, target, status, headers)


def render_login(
    request: HttpRequest, form: LoginForm, target: str, status: int, headers: dict[str, str]
) -> HttpResponse:
    response = render(request, "login.html", {"form": form, "next": target}, status=status)
    for name, value in headers.items():
        response[name] = value
    return response


def wait_text(wait: timedelta) -> str:
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    return ngettext(
        "Too many tries failed. Wait %(count)d minute, then try again.",
        "Too many tries failed. Wait %(count)d minutes, then try again.",
        minutes,
    ) % {"count": minutes}


def welcome(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """Start the session (Django gives it a new key) in the person's language, unless they just chose another."""
    start_session(request, user, backend=BACKEND)
    response = redirect(target or settings.LOGIN_REDIRECT_URL)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
    return response


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    environment = first_environment(request.user)  # type: ignore[arg-type]
    if environment is None:
        return render(request, "nowhere.html")
    return redirect("environment", env_id=ids.public("environment", environment.pk))


def first_environment(user: User) -> Environment | None:
    """The live environment of the person's organisation, or its sandbox while live holds no number."""
    tenant = Tenant.objects.filter(memberships__user=user).order_by("name", "id").first()
    rows = (
        tenant.environments.filter(deleted_at=None).order_by("kind", "id") if tenant else []
    )  # "live" sorts before "sandbox"
    return next((row for row in rows if not row.is_live or row.assignments.exists()), None)


def operator_login(request: HttpRequest) -> HttpResponse:
    """Django's admin sends people here: there is one log-in, and it is throttled."""
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('login')}?{urlencode({'next': target})}")
