"""How a person likes to see the pages: language and theme, kept in cookies, the language also with their account."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.audit import asking
from accounts.models import User
from accounts.services import set_language
from dashboard.context import THEME_COOKIE, THEMES
from dashboard.page import safe_next

YEAR_S = 365 * 24 * 3600


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember what the form holds of `language` and `theme`; anything unknown is left out."""
    response = redirect(safe_next(request, request.POST.get("next", "")) or settings.LOGIN_REDIRECT_URL)
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if isinstance(request.user, User):
            set_language(request.user, language, asking("user", request.user.pk, request.META))
    if theme in THEMES:
        remember(response, THEME_COOKIE, theme)
    return response


def remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR_S, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
