"""What the frame around every page needs: theme, navigation, environments."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Environment
from accounts.roles import CONFIGURE, READ_CONTENT, REPLAY, Role, allows

THEME_COOKIE = "theme"
THEMES = {
    "system": (_("System"), "monitor"),
    "light": (_("Light"), "sun"),
    "dark": (_("Dark"), "moon"),
}


class Link(NamedTuple):
    """One entry of the navigation: the page's URL name, its words and its icon."""

    name: str
    words: Any
    icon: str


MONITOR = (
    Link("environment", _("Overview"), "gauge"),
    Link("messages", _("Messages"), "inbox"),
    Link("deliveries", _("Deliveries"), "send"),
    Link("issues", _("Issues"), "circle-alert"),
    Link("requests", _("API requests"), "scroll-text"),
)
CONFIGURATION = (
    Link("numbers", _("Numbers"), "hash"),
    Link("channels", _("Channels"), "radio-tower"),
    Link("routes", _("Routes"), "split"),
    Link("endpoints", _("Endpoints"), "webhook"),
    Link("retention", _("Retention"), "archive"),
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
        "may_read": allows(role, READ_CONTENT),
        "role": role,
        "monitor": MONITOR,
        "configuration": CONFIGURATION,
        "section": section(request),
        "role_label": Role(role).label,
        **environments(request, environment),
    }


def section(request: HttpRequest) -> str:
    """The navigation entry that the present page belongs to: URL names read `numbers`, `numbers.one`, `numbers.new`."""
    match = request.resolver_match
    return (match.url_name or "").partition(".")[0] if match else ""


def environments(request: HttpRequest, present: Environment) -> dict[str, list[Environment]]:
    """Where the person may go: within the present organisation, and elsewhere."""
    rows = Environment.objects.filter(tenant__memberships__user=request.user).select_related("tenant")  # type: ignore[misc]
    rows = rows.order_by("tenant__name", "tenant", "kind", "name")
    return {
        "environments": [row for row in rows if row.tenant_id == present.tenant_id],
        "elsewhere": [row for row in rows if row.tenant_id != present.tenant_id],
    }
