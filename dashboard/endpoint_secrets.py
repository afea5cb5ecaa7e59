"""Replace what signs for an endpoint, and withdraw what shall sign no more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE
from dashboard.endpoints import REVEAL, open_endpoints
from dashboard.page import PageRequest, actor, find, go, page
from delivery import secrets


@page(post=CONFIGURE, proof=True)
def rotate(request: PageRequest, endpoint_id: str) -> HttpResponse:
    """`overlap`: for how many seconds the old ones sign as well; a day where it says nothing."""
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    text = request.POST.get("overlap", "")
    overlap = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else secrets.OVERLAP_S
    try:
        secrets.rotate(endpoint, actor(request), overlap_s=overlap)
    except Invalid as problem:
        messages.error(request, problem.errors[0].detail)
    except Conflict as problem:
        messages.error(request, problem.detail)
    else:
        request.session[REVEAL] = str(endpoint.pk)
        messages.success(request, _("A new secret signs from now on."))
    return go(request, "endpoints.one", endpoint_id=endpoint_id)


@page(post=CONFIGURE)
def withdraw(request: PageRequest, endpoint_id: str, secret_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    try:
        secrets.withdraw(find(secrets.live(endpoint), "secret", secret_id), actor(request))
        messages.success(request, _("It signs no more."))
    except Conflict as problem:
        messages.error(request, problem.detail)
    return go(request, "endpoints.one", endpoint_id=endpoint_id)
