"""What the routes were, and bringing them back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.paging import slice_of
from routing import documents


@page(get=READ)
def index(request: PageRequest) -> HttpResponse:
    part = slice_of(request.environment.route_versions.all(), request, "route_version")
    return render(request, "route_versions.html", {"slice": part})


@page(post=CONFIGURE)
def restore(request: PageRequest, route_version_id: str) -> HttpResponse:
    version = find(request.environment.route_versions.all(), "route_version", route_version_id)
    try:
        changes = documents.restore(version, actor(request), dry_run=False)
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "routes.versions")
    except Invalid:
        messages.error(request, _("This version does not keep today’s rules for conditions."))
        return go(request, "routes.versions")
    if not changes:
        messages.info(request, _("The routes are as this version has them."))
        return go(request, "routes.versions")
    said = ngettext(
        "Version %(number)d is in force: %(count)d route changed.",
        "Version %(number)d is in force: %(count)d routes changed.",
        len(changes),
    )
    messages.success(request, said % {"number": version.number, "count": len(changes)})
    return go(request, "routes")
