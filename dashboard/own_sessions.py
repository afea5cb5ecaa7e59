"""Ending sessions of one's own."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import sessions
from dashboard.page import OwnRequest, actor, own_page


@own_page("POST")
def end(request: OwnRequest) -> HttpResponse:
    """End the session that `session` names; the present one is left by logging out of it."""
    wanted = request.POST.get("session", "")
    row = next((row for row in sessions.of(request.user) if sessions.handle(row) == wanted), None)
    if row is None:
        raise Http404
    present = row.session_key == request.session.session_key
    sessions.end([row], actor(request))
    if present:
        logout(request)
    messages.success(request, _("The session is ended."))
    return redirect("profile")


@own_page("POST")
def end_others(request: OwnRequest) -> HttpResponse:
    sessions.end_all(request.user, actor(request), but=request.session.session_key)
    messages.success(request, _("All other sessions are ended."))
    return redirect("profile")
