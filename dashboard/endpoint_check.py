"""Whether a receiver's code takes what is ours and refuses what is not, shown as soon as it was tried."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from accounts.errors import Conflict
from accounts.roles import CONFIGURE
from dashboard.endpoints import open_endpoints
from dashboard.page import PageRequest, actor, find, go, page
from delivery import checking


@page(post=CONFIGURE)
def check(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    try:
        findings = checking.check(endpoint, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "endpoints.one", endpoint_id=endpoint_id)
    right = all(finding.right for finding in findings)
    context = {"endpoint": endpoint, "findings": findings, "right": right}
    return render(request, "endpoint_check.html", context)
