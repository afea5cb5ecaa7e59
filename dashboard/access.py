"""What an endpoint asks for with each request. Secrets are written here and never read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from accounts.roles import CONFIGURE
from dashboard.endpoints import open_endpoints, say_warnings
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from delivery import services
from delivery.access import AUTH_METHODS, LONGEST, LONGEST_PEM, MOST_HEADERS
from delivery.access_store import shown_access
from delivery.models import Endpoint
from numbers.channel_form import AS_CODE

SPARES = 3


class Unshown(forms.TextInput):
    """A text that is taken and never given back, not even with a mistake beside it.

    No password field: browsers offer the person's own passwords for each, and take several for several log-ins.
    """

    def format_value(self, value: Any) -> None:
        return None


class UnshownArea(forms.Textarea):
    """The same, of several lines."""

    def format_value(self, value: Any) -> str:
        return ""


def words(label: Any, longest: int = LONGEST, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs=AS_CODE)
    return forms.CharField(
        label=label, max_length=longest, required=False, help_text=help_text, widget=widget
    )


def secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=Unshown(attrs=AS_CODE),
    )


def pem(label: Any, help_text: Any, area: type[forms.Textarea] = forms.Textarea) -> forms.CharField:
    widget = area(attrs={**AS_CODE, "rows": 5})
    return forms.CharField(
        label=label, max_length=LONGEST_PEM, required=False, help_text=help_text, widget=widget
    )


class AccessForm(forms.Form):
    """All but the headers, which are rows of their own."""

    way = forms.ChoiceField(
        label=gettext_lazy("We authenticate with"),
        choices=[
            ("none", gettext_lazy("Nothing but our signature")),
            ("basic", gettext_lazy("User name and password (Basic)")),
            ("bearer", gettext_lazy("A bearer token of yours")),
            ("oauth2", gettext_lazy("Tokens of your token server (OAuth 2.0 client credentials)")),
        ],
        widget=forms.RadioSelect,
    )
    username = words(gettext_lazy("User name"))
    password = secret(gettext_lazy("Password"))
    token = secret(gettext_lazy("Token"))
    token_url = words(gettext_lazy("Token URL"), 2000)
    client_id = words(gettext_lazy("Client id"))
    client_secret = secret(gettext_lazy("Client secret"))
    scope = words(gettext_lazy("Scope"))
    audience = words(gettext_lazy("Audience"))
    auth_method = forms.ChoiceField(
        label=gettext_lazy("The secret goes"),
        choices=list(
            zip(
                AUTH_METHODS,
                (gettext_lazy("in the Authorization header"), gettext_lazy("in the body")),
                strict=True,
            )
        ),
        required=False,
    )
    certificate = pem(
        gettext_lazy("Client certificate"),
        gettext_lazy("PEM: the certificate, then its issuers. We show it to your server."),
    )
    key = pem(gettext_lazy("Its private key"), gettext_lazy("PEM, without a pass phrase."), UnshownArea)
    ca = pem(
        gettext_lazy("Issuers to trust"),
        gettext_lazy(
            "PEM. Empty: the public ones. For a server whose certificate your own authority signed."
        ),
    )


FIELDS = {
    "basic": {"username": "username", "password": "password"},
    "bearer": {"token": "token"},
    "oauth2": {
        "tokenUrl": "token_url",
        "clientId": "client_id",
        "clientSecret": "client_secret",
        "scope": "scope",
        "audience": "audience",
        "authMethod": "auth_method",
    },
    "clientCertificate": {"certificate": "certificate", "key": "key"},
}
POINTERS = {
    "/access/caCertificate": "ca",
    **{f"/access/{part}": "way" for part in FIELDS},
    **{f"/access/{part}/{name}": at for part, names in FIELDS.items() for name, at in names.items()},
}


@dataclass
class HeaderRow:
    """One line of the list."""

    name: str = ""
    value: str = ""
    secret: bool = True
    kept: bool = False  # there is a secret value, which is not shown
    errors: list[str] = field(default_factory=list)

    def given(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value or None, "secret": self.secret}


def typed(data: QueryDict, kept: set[str]) -> list[HeaderRow]:
    """The lines of a sent form that say something."""
    columns = [data.getlist(f"header-{name}") for name in ("name", "value", "secret")]
    rows = [
        HeaderRow(name.strip(), value.strip(), mark != "shown")
        for name, value, mark in zip(*columns, strict=False)
    ]
    for row in rows:
        row.kept = row.secret and row.name.lower() in kept
    return [row for row in rows if row.name or row.value][: MOST_HEADERS + 1]


def stored_rows(access: dict[str, Any]) -> list[HeaderRow]:
    return [
        HeaderRow(one["name"], one["value"] or "", one["secret"], one["secret"])
        for one in access.get("headers", ())
    ]


def initial_of(access: dict[str, Any]) -> dict[str, Any]:
    initial: dict[str, Any] = {"ca": access.get("caCertificate", ""), "way": "none"}
    for part, names in FIELDS.items():
        if part in access:
            initial |= {at: access[part].get(name) or "" for name, at in names.items()}
            initial["way"] = part if part != "clientCertificate" else initial["way"]
    return initial


def access_given(form: AccessForm, rows: Sequence[HeaderRow]) -> dict[str, Any]:
    """What the page says, as the services take it."""
    given = form.cleaned_data
    access: dict[str, Any] = {"headers": [row.given() for row in rows], "caCertificate": given["ca"] or None}
    parts = [given["way"]] if given["way"] in FIELDS else []
    if given["certificate"] or given["key"]:
        parts.append("clientCertificate")
    for part in parts:
        access[part] = {name: given[at] or None for name, at in FIELDS[part].items()}
    return access


@page(get=CONFIGURE, post=CONFIGURE)
def edit(request: PageRequest, endpoint_id: str) -> HttpResponse:
    called = open_endpoints(request).exclude(kind=Endpoint.Kind.POLLING)
    endpoint = find(called, "endpoint", endpoint_id)
    access = shown_access(endpoint)
    known = stored_rows(access or {})
    form = AccessForm(request.POST or None, initial=initial_of(access or {}))
    rows = typed(request.POST, {row.name.lower() for row in known if row.kept}) if form.is_bound else known
    if form.is_valid() and saved(request, endpoint, form, rows):
        return go(request, "endpoints.one", endpoint_id=endpoint_id)
    context = {
        "endpoint": endpoint,
        "form": form,
        "rows": [*rows, *(HeaderRow() for _ in range(SPARES))],
        "builder_errors": any(row.errors for row in rows),
        "unreadable": access is None,
    }
    return render(request, "endpoint_access.html", context, status=422 if form.is_bound else 200)


def saved(request: PageRequest, endpoint: Endpoint, form: AccessForm, rows: Sequence[HeaderRow]) -> bool:
    try:
        warnings = services.update_endpoint(endpoint, actor(request), access=access_given(form, rows))
    except Invalid as problem:
        blame(form, rows, problem)
        return False
    messages.success(request, _("Saved."))
    say_warnings(request, warnings)
    return True


def blame(form: AccessForm, rows: Sequence[HeaderRow], problem: Invalid) -> None:
    """Put each error at its line of the list or at its field."""
    others = []
    for error in problem.errors:
        place = error.pointer.removeprefix("/access/headers/").partition("/")[0]
        if place.isdigit() and int(place) < len(rows):
            rows[int(place)].errors.append(error.detail)
        else:
            others.append(error)
    refuse(form, Invalid(others), POINTERS)
