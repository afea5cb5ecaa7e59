"""Which events an endpoint hears of besides texts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.roles import CONFIGURE
from dashboard.endpoints import open_endpoints
from dashboard.page import PageRequest, actor, find, go, page
from delivery import services


@page(post=CONFIGURE)
def edit(request: PageRequest, endpoint_id: str) -> HttpResponse:
    """`event`, once for each that is ticked."""
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    try:
        services.update_endpoint(endpoint, actor(request), events=request.POST.getlist("event"))
        messages.success(request, _("Saved."))
    except Invalid as problem:
        messages.error(request, problem.errors[0].detail)
    return go(request, "endpoints.one", endpoint_id=endpoint_id)
