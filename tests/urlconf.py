"""Every address of the web process, read from the URLconf itself, so that no new one escapes the walks over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLResolver, get_resolver

from api.sandboxed import SandboxView
from tests.cast import House, Side

#: What belongs to no tenant, and why nobody needs a permission for it.
OPEN = {
    **{
        f"profile/{page}": "one's own account (tests/sign_in)"
        for page in (
            "",
            "address/",
            "app/",
            "app/remove/",
            "passkeys/name/",
            "passkeys/new/",
            "passkeys/remove/",
            "password/",
            "protect/",
            "recovery-codes/",
            "sessions/end/",
            "sessions/end-others/",
        )
    },
    "": "leads to one's own environment, or to the log-in",
    "address/verify/": "whoever opens it shows the text of a link",
    "confirm/": "who one is oneself, proved again",
    "docs": "the handbook, for anybody",
    "docs/": "leads there",
    "docs/<slug:slug>": "likewise",
    "docs/errors": "what codes mean, for whoever meets one",
    "docs/errors/<int:number>": "likewise",
    "docs/errors/<slug:code>": "likewise",
    "docs/reference": "what /v1/openapi.json tells anybody, as pages",
    "docs/reference/<slug:resource>": "likewise",
    "favicon.ico": "a picture",
    "healthz": "for load balancers",
    "join/": "whoever opens it shows the text of an invitation",
    "login/": "for who is not known yet",
    "login/<str:tenant_id>/": "an organisation's door, for whoever has its link (tests/sso)",
    "login/<str:tenant_id>/callback/": "whoever comes back shows what the provider gave them",
    "login/<str:tenant_id>/go/": "likewise",
    "login/address/": "says that a mail was sent",
    "login/organisation/": "leads from an address to the organisation whose domain it is",
    "login/passkey/": "whoever asks has a passkey",
    "login/second/": "for who gave the right password a moment ago (tests/sign_in)",
    "logout/": "everybody may leave",
    "metrics": "for the operator's network",
    "oauth/token": "whoever asks shows a client's secret",
    "operator/": "the operators' own pages, which ask for is_staff and span tenants",
    "operator/login/": "leads to the log-in",
    "password/forgotten/": "for who forgot theirs; the answer is always the same",
    "password/new/": "whoever opens it shows the text of a link",
    "preferences/": "one's own language and theme",
    "readyz": "for load balancers",
    "v1": "answers 404",
    "v1/openapi.json": "the API's description, for anybody",
    r"v1/^.*$": "answers 404 to everything",
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Place(NamedTuple):
    """One URL pattern and its view."""

    route: str
    view: Any

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.route)

    def url(self, values: dict[str, str]) -> str:
        return "/" + PARAMETER.sub(lambda match: values[match[1]], self.route)

    @property
    def of_api(self) -> bool:
        return self.route.startswith("v1/")

    @property
    def of_sandbox(self) -> bool:
        """Whether there is no such thing in live."""
        if self.of_api:
            return issubclass(self.view.view_class, SandboxView)
        return getattr(self.view, "sandbox_only", False)

    def seen(self, house: House) -> House:
        """The house, turned where this is for its sandbox only."""
        return house.turned if self.of_sandbox else house

    def home(self, house: House) -> Side:
        """Where this is there for somebody."""
        return self.seen(house).live

    @property
    def needs(self) -> dict[str, str | None]:
        """The declared permission by method; None where a method declares none."""
        if not self.of_api:
            declared: dict[str, str | None] = getattr(self.view, "needs", {})
            return declared
        shape = self.view.view_class
        handlers = {name.upper(): getattr(shape, name, None) for name in shape.http_method_names}
        return {method: getattr(one, "permission", None) for method, one in handlers.items() if one}


def places(resolver: URLResolver, before: str = "") -> Iterator[Place]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route not in OPEN or not route:
                yield from places(pattern, route)
        elif route not in OPEN:
            yield Place(route, pattern.callback)


#: All that is somebody's.
PLACES = list(places(get_resolver()))


def name_of(place: Place) -> str:
    return place.route
