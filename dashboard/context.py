"""What the frame around every page needs: theme, navigation, environments."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import sso_entry
from accounts.models import Environment
from accounts.roles import (
    CONFIGURE,
    MANAGE_KEYS,
    MANAGE_MEMBERS,
    READ,
    READ_AUDIT,
    READ_CONTENT,
    READ_MESSAGES,
    REPLAY,
    Role,
    allows,
)
from dashboard.assurance import identity_of

THEME_COOKIE = "theme"
THEMES = {
    "system": (_("System"), "monitor"),
    "light": (_("Light"), "sun"),
    "dark": (_("Dark"), "moon"),
}


class Link(NamedTuple):
    """One entry of the navigation: the page's URL name, its words, its icon, and what one needs to open it."""

    name: str
    words: Any
    icon: str
    needs: str


class Group(NamedTuple):
    words: Any
    links: tuple[Link, ...]
    of_sandboxes: bool = False  # there is no such page in live


NAVIGATION = (
    Group(
        _("Monitor"),
        (
            Link("environment", _("Overview"), "gauge", READ),
            Link("messages", _("Messages"), "inbox", READ_MESSAGES),
            Link("deliveries", _("Deliveries"), "send", READ_MESSAGES),
            Link("issues", _("Issues"), "circle-alert", READ_MESSAGES),
            Link("requests", _("API requests"), "list", READ_MESSAGES),
        ),
    ),
    Group(
        _("Configure"),
        (
            Link("numbers", _("Numbers"), "hash", READ),
            Link("channels", _("Channels"), "radio-tower", READ),
            Link("routes", _("Routes"), "split", READ),
            Link("endpoints", _("Endpoints"), "webhook", READ),
            Link("retention", _("Retention"), "archive", READ),
        ),
    ),
    Group(
        _("Sandbox"),
        (
            Link("simulator", _("Simulator"), "smartphone", CONFIGURE),
            Link("scenarios", _("Scenarios"), "list-checks", READ_MESSAGES),
            Link("receivers", _("Receivers"), "unplug", READ),
            Link("sandboxes", _("Sandboxes"), "boxes", READ),
            Link("clock", _("Clock"), "clock", READ),
        ),
        of_sandboxes=True,
    ),
    Group(
        _("Access"),
        (
            Link("keys", _("API keys"), "key-round", MANAGE_KEYS),
            Link("clients", _("OAuth clients"), "bot", MANAGE_KEYS),
            Link("members", _("Members"), "users", MANAGE_MEMBERS),
            Link("audit", _("Audit log"), "scroll-text", READ_AUDIT),
        ),
    ),
)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Pages outside an environment (log in, errors) get the theme only."""
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    context: dict[str, Any] = {"theme": theme if theme in THEMES else "system", "themes": THEMES}
    environment: Environment | None = getattr(request, "environment", None)
    if environment is None:
        return context
    role: str = request.role  # type: ignore[attr-defined]
    return context | {
        "environment": environment,
        "may_configure": allows(role, CONFIGURE),
        "may_replay": allows(role, REPLAY),
        "may_look": allows(role, READ_MESSAGES),
        "may_read": allows(role, READ_CONTENT),
        "role": role,
        "navigation": navigation(role, environment),
        "section": section(request),
        "role_label": Role(role).label,
        **environments(request, environment),
    }


def navigation(role: str, environment: Environment) -> list[Group]:
    """What the role may open there; a group of which nothing is left goes with its heading."""
    there = [group for group in NAVIGATION if not (group.of_sandboxes and environment.is_live)]
    groups = [Group(group.words, tuple(x for x in group.links if allows(role, x.needs))) for group in there]
    return [group for group in groups if group.links]


def section_in(section: str, environment: Environment) -> str:
    """The same section of another environment; the overview where it has none."""
    only = {link.name for group in NAVIGATION if group.of_sandboxes for link in group.links}
    return "environment" if section in only and environment.is_live else section


def section(request: HttpRequest) -> str:
    """The navigation entry that the present page belongs to: URL names read `numbers`, `numbers.one`, `numbers.new`."""
    match = request.resolver_match
    return (match.url_name or "").partition(".")[0] if match else ""


def environments(request: HttpRequest, present: Environment) -> dict[str, list[Environment]]:
    """Where the person may go: within the present organisation, and elsewhere."""
    open_ones = sso_entry.open_to(request.user, identity_of(request))  # type: ignore[arg-type]
    rows = Environment.objects.filter(tenant__memberships__in=open_ones, deleted_at=None)
    rows = rows.select_related("tenant")
    rows = rows.order_by("tenant__name", "tenant", "kind", "name")
    return {
        "environments": [row for row in rows if row.tenant_id == present.tenant_id],
        "elsewhere": [row for row in rows if row.tenant_id != present.tenant_id],
    }
