"""What every page inside an environment starts with: who asks, in which environment, and whether they may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, ExpressionWrapper, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache

from accounts import factors, ids, sso_entry, walls
from accounts.audit import Actor, asking
from accounts.models import Environment, User
from accounts.roles import Role, allows, needs_second_factor
from dashboard.assurance import (
    ask_again,
    ask_for_second_factor,
    identity_of,
    passed_second_factor,
    recently_proved,
)
from sandbox import crossings

Parameters = ParamSpec("Parameters")
Row = TypeVar("Row", bound=Model)

#: Parameters that need not name a thing of the environment: a place in a list, and who did something.
OF_OTHERS = frozenset({"before", "after", "actor"})


class PageRequest(HttpRequest):
    """A request inside one environment; only `page` makes one."""

    user: User  # nobody gets here without logging in
    environment: Environment
    role: str


class OwnRequest(HttpRequest):
    """A request to a page about oneself; only `own_page` makes one."""

    user: User


OwnView = Callable[[OwnRequest], HttpResponse]
View = Callable[Concatenate[PageRequest, Parameters], HttpResponseBase]


def page(
    *, get: str | None = None, post: str | None = None, proof: bool = False, sandbox_only: bool = False
) -> Callable[[View[Parameters]], Callable[..., HttpResponseBase]]:
    """Make a view of `/e/<env_id>/…`: 404 unless the person is a member there, 403 unless their role allows it.

    `get` and `post` are the permissions that each needs; without one the method answers 405. Whoever's role opens what
    is protected must have signed in with two factors, and `proof` asks for a recent proof of who they are. What is
    `sandbox_only` is absent in live. The view gets a PageRequest and shows times in the person's zone.
    """
    needs = {method: needed for method, needed in (("GET", get), ("HEAD", get), ("POST", post)) if needed}

    def decorate(view: View[Parameters]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def enter(
            request: PageRequest, env_id: str, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponseBase:
            opened = opened_by(request, env_id)
            if opened is None:
                raise Http404
            request.environment, request.role = opened.environment, opened.role
            if opened.wants_provider:
                return ask_provider(request)
            needed = needs.get(request.method or "")
            if needed is None:
                return HttpResponseNotAllowed(needs)
            if not allows(request.role, needed):
                return refuse(request, needed)
            if needs_second_factor(request.role) and not passed_second_factor(request):
                return ask_for_second_factor(request, request.user)
            if proof and not recently_proved(request):
                return ask_again(request)
            if sandbox_only and request.environment.is_live:
                note_wrong_side(request)
                raise Http404
            with timezone.override(zone(request.user)):
                return answered(request, view, *args, **kwargs)

        entrance = never_cache(login_required(enter))
        entrance.needs = needs  # type: ignore[attr-defined]  # what the pages' own walk and tests read
        entrance.sandbox_only = sandbox_only  # type: ignore[attr-defined]  # likewise
        return entrance

    return decorate


def answered(
    request: PageRequest,
    view: View[Parameters],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> HttpResponseBase:
    """What the view answers; the trail is told of ids of another environment that it takes for absent."""
    try:
        response = view(request, *args, **kwargs)
    except Http404:
        in_path = [str(value) for value in kwargs.values()]
        crossings.note(request.environment, actor(request), "not_found", in_path)
        raise
    crossings.note(request.environment, actor(request), "unknown_id", named_in_vain(request, response))
    return response


def named_in_vain(request: PageRequest, response: HttpResponseBase) -> list[str]:
    """What an answer may have taken for absent: what a form said that was not taken, or by what a page is narrowed."""
    if request.method == "POST":
        taken = response.status_code == HTTPStatus.FOUND
        return [] if taken else [str(value) for _name, values in request.POST.lists() for value in values]
    narrowed = (values for name, values in request.GET.lists() if name not in OF_OTHERS)
    return [str(value) for values in narrowed for value in values]


def note_wrong_side(request: PageRequest) -> None:
    """Somebody in live is told that there is no such page; who only looked may have followed an old link."""
    if request.method == "POST":
        walls.note_refusal(request.environment, actor(request), "sandbox_only")


def own_page(
    *methods: str, proof: bool = False, vouched: bool = False
) -> Callable[[OwnView], Callable[..., HttpResponseBase]]:
    """Make a view of a page about oneself, for anybody who is logged in; 405 for other methods.

    `proof` asks for a recent proof of who they are, with the second factor where they have one. For whom an
    organisation's provider vouches, it is closed unless `vouched`: an account may belong to others as well.
    """

    def decorate(view: OwnView) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def enter(request: OwnRequest) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not vouched and identity_of(request) is not None:
                return refuse_vouched(request)
            if proof and factors.has_second(request.user) and not passed_second_factor(request):
                return ask_for_second_factor(request, request.user)
            if proof and not recently_proved(request):
                return ask_again(request)
            with timezone.override(zone(request.user)):
                return view(request)

        return never_cache(login_required(enter))

    return decorate


class Opened(NamedTuple):
    """What a session opens: an environment, in a role, unless the organisation wants its provider asked first."""

    environment: Environment
    role: str
    wants_provider: bool


def opened_by(request: PageRequest, env_id: str) -> Opened | None:
    """The environment of that public id, for the person and for how they came in; None when there is none for them."""
    identity = identity_of(request)
    wants = ExpressionWrapper(sso_entry.CLOSED_TO_PASSWORDS, BooleanField())
    found = (
        sso_entry.open_to(request.user, identity)
        .filter(tenant__environments=ids.parse("environment", env_id), tenant__environments__deleted_at=None)
        .annotate(closed=wants)
        .values_list("role", "tenant__environments", "closed")
        .first()
    )
    if found is None:
        return None
    role, environment, closed = found
    return Opened(
        Environment.objects.select_related("tenant").get(pk=environment),
        role,
        bool(closed) and identity is None,
    )


def ask_provider(request: PageRequest) -> HttpResponse:
    """To the organisation's own door, and from there to where the person was going."""
    door = reverse("sso.door", kwargs={"tenant_id": ids.public("tenant", request.environment.tenant_id)})
    onward = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("overview")
    return redirect(f"{door}?{urlencode({'next': onward})}")


def is_of_others(request: OwnRequest) -> bool:
    """Whether a provider vouches for a person whose account other organisations have as well."""
    identity = identity_of(request)
    return identity is not None and sso_entry.belongs_elsewhere(identity)


def refuse_vouched(request: OwnRequest) -> HttpResponse:
    return render(request, "vouched.html", status=403)


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


def actor(request: PageRequest | OwnRequest) -> Actor:
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


def after(response: HttpResponse, work: Callable[[], object]) -> HttpResponse:
    """The response, and then the work: whoever waits for the one cannot tell how long the other takes."""
    # Django runs these after the last byte of the answer; it has no public door to them.
    response._resource_closers.append(work)  # type: ignore[attr-defined]
    return response


def safe_next(request: HttpRequest, target: str) -> str:
    """`target` if it leads to this site, else nothing."""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else ""
