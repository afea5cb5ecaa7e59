"""What the frame around every page needs: theme, navigation, environments."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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


NAVIGATION = (
    Group(
        _("Monitor"),
        (
            Link("environment", _("Overview"), "gauge", READ),
            Link("messages", _("Messages"), "inbox", READ_MESSAGES),
            Link("deliveries", _("Deliveries"), "send", READ_MESSAGES),
            Link("issues", _("Issues"), "circle-alert", READ_MESSAGES),
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
        _("Access"),
        (
            Link("keys", _("API keys"), "key-round", MANAGE_KEYS),
            Link("clients", _("OAuth clients"), "bot", MANAGE_KEYS),
            Link("members", _("Members"), "users", MANAGE_MEMBERS),
            Link("audit", _("Audit log"), "scroll-text", READ_AUDIT),
        ),
    ),
)
IN_SANDBOXES = Group(
    _("Sandbox"),
    (
        Link("clock", _("Clock"), "clock", READ),
        Link("sandboxes", _("Sandboxes"), "boxes", READ),
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
    shown = NAVIGATION if environment.is_live else (NAVIGATION[0], IN_SANDBOXES, *NAVIGATION[1:])
    groups = [Group(words, tuple(x for x in links if allows(role, x.needs))) for words, links in shown]
    return [group for group in groups if group.links]


def section(request: HttpRequest) -> str:
    """The navigation entry that the present page belongs to: URL names read `numbers`, `numbers.one`, `numbers.new`."""
    match = request.resolver_match
    return (match.url_name or "").partition(".")[0] if match else ""


def environments(request: HttpRequest, present: Environment) -> dict[str, list[Environment]]:
    """Where the person may go: within the present organisation, and elsewhere."""
    own = {"tenant__memberships__user": request.user, "deleted_at": None}
    rows = Environment.objects.filter(**own).select_related("tenant")
    rows = rows.order_by("tenant__name", "tenant", "kind", "name")
    return {
        "environments": [row for row in rows if row.tenant_id == present.tenant_id],
        "elsewhere": [row for row in rows if row.tenant_id != present.tenant_id],
    }
