"""What every page inside an environment starts with: who asks, in which environment, and whether they may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from accounts import ids
from accounts.audit import Actor, asking
from accounts.models import Environment, Membership, User
from accounts.roles import Role, allows

Parameters = ParamSpec("Parameters")
Row = TypeVar("Row", bound=Model)


class PageRequest(HttpRequest):
    """A request inside one environment; only `page` makes one."""

    user: User  # nobody gets here without logging in
    environment: Environment
    role: str


View = Callable[Concatenate[PageRequest, Parameters], HttpResponseBase]


def page(
    *, get: str | None = None, post: str | None = None
) -> Callable[[View[Parameters]], Callable[..., HttpResponseBase]]:
    """Make a view of `/e/<env_id>/…`: 404 unless the person is a member there, 403 unless their role allows it.

    `get` and `post` are the permissions that each needs; without one the method answers 405. The view gets a
    PageRequest and shows times in the person's zone.
    """
    needs = {method: needed for method, needed in (("GET", get), ("HEAD", get), ("POST", post)) if needed}

    def decorate(view: View[Parameters]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def enter(
            request: PageRequest, env_id: str, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponseBase:
            membership = membership_in(request.user, env_id)
            if membership is None:
                raise Http404
            request.environment, request.role = membership
            needed = needs.get(request.method or "")
            if needed is None:
                return HttpResponseNotAllowed(needs)
            if not allows(request.role, needed):
                return refuse(request, needed)
            with timezone.override(zone(request.user)):
                return view(request, *args, **kwargs)

        entrance = never_cache(login_required(enter))
        entrance.needs = needs  # type: ignore[attr-defined]  # what the pages' own walk and tests read
        return entrance

    return decorate


def in_sandbox(view: View[Parameters]) -> View[Parameters]:
    """A page of sandboxes only: in live it is absent. Stands below `page`."""

    @wraps(view)
    def enter(request: PageRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        if request.environment.is_live:
            raise Http404
        return view(request, *args, **kwargs)

    enter.in_sandbox = True  # type: ignore[attr-defined]  # what tests read
    return cast("View[Parameters]", enter)


def membership_in(user: User, env_id: str) -> tuple[Environment, str] | None:
    """The environment of that public id and the person's role in it; None when there is none for them."""
    membership = (
        Membership.objects.filter(
            user=user,
            tenant__environments=ids.parse("environment", env_id),
            tenant__environments__deleted_at=None,
        )
        .values_list("role", "tenant__environments")
        .first()
    )
    if membership is None:
        return None
    return Environment.objects.select_related("tenant").get(pk=membership[1]), membership[0]


def refuse(request: PageRequest, permission: str) -> HttpResponse:
    """The 403 page, which says who may."""
    able = [Role(role).label for role in Role.values if allows(role, permission)]
    return render(request, "403.html", {"role": Role(request.role).label, "able": able}, status=403)


def zone(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (KeyError, ValueError, OSError):  # a zone that this machine does not know
        return ZoneInfo("UTC")


def can(request: PageRequest, permission: str) -> bool:
    return allows(request.role, permission)


def actor(request: PageRequest) -> Actor:
    return asking("user", request.user.pk, request.META)


def parsed(noun: str, text: str) -> UUID:
    """The UUID of a public id in a URL; a malformed one is as absent as a foreign one."""
    id = ids.parse(noun, text)
    if id is None:
        raise Http404
    return id


def find(rows: QuerySet[Row], noun: str, text: str) -> Row:
    """The row of that public id among `rows`, which the caller has narrowed to the environment; else 404."""
    row = rows.filter(pk=parsed(noun, text)).first()
    if row is None:
        raise Http404
    return row


def here(request: PageRequest, name: str, **parameters: str) -> str:
    """The URL of another page of the same environment."""
    return reverse(name, kwargs={"env_id": ids.public("environment", request.environment.pk), **parameters})


def go(request: PageRequest, name: str, **parameters: str) -> HttpResponse:
    return redirect(here(request, name, **parameters))


def back(request: PageRequest, otherwise: str) -> HttpResponse:
    """To the page that the form names in `next`, if it is one of ours; else to `otherwise`."""
    return redirect(safe_next(request, request.POST.get("next", "")) or here(request, otherwise))


def safe_next(request: HttpRequest, target: str) -> str:
    """`target` if it leads to this site, else nothing."""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else ""
