"""The forms that API keys and OAuth clients share: what a program may do, from where, and until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts import granting
from accounts.errors import Conflict, Invalid
from accounts.roles import PERMISSIONS, SCOPES, USUAL_SCOPES
from dashboard.forms import refuse
from dashboard.page import PageRequest
from numbers.channel_form import AS_CODE

LOCAL = "%Y-%m-%dT%H:%M"


class LimitsForm(forms.Form):
    """What may be changed later: the name, and when and from where it works."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("What uses it, so that whoever finds it in a year knows."),
    )
    allowed_networks = forms.CharField(
        label=gettext_lazy("Allowed addresses"),
        required=False,
        max_length=2500,
        widget=forms.TextInput(attrs=AS_CODE),
        help_text=gettext_lazy(
            "Addresses and networks from which it works, such as `192.0.2.7, 198.51.100.0/24`. Empty: from everywhere."
        ),
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Expires"),
        required=False,
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        help_text=gettext_lazy("In your own time zone. Empty: it works until it is revoked."),
    )

    def given(self) -> dict[str, Any]:
        """The valid form as the services take it."""
        data = self.cleaned_data
        networks = [part.strip() for part in data["allowed_networks"].split(",") if part.strip()]
        return {"name": data["name"], "allowed_networks": networks, "expires_at": data["expires_at"]}


class ScopedForm(LimitsForm):
    """A new program: its scopes are chosen once."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple, initial=USUAL_SCOPES
    )

    def __init__(self, request: PageRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = granting.offered(request.environment, held(request))
        self.fields["scopes"].choices = [(scope, SCOPES[scope]) for scope in able]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return super().given() | {"scopes": self.cleaned_data["scopes"]}


def held(request: PageRequest) -> frozenset[str]:
    return PERMISSIONS[request.role]


def refuse_limits(form: forms.Form, problem: Invalid | Conflict) -> None:
    """A wrong network or scope is one of a list, and the form has one field for the list."""
    pointers = [error.pointer for error in getattr(problem, "errors", ())]
    names = {"/expiresAt": "expires_at", "/allowedNetworks": "allowed_networks"}
    within = {"/allowedNetworks/": "allowed_networks", "/scopes/": "scopes"}
    lists = {one: name for one in pointers for start, name in within.items() if one.startswith(start)}
    refuse(form, problem, names | lists)


def overlap(request: PageRequest) -> int:
    """For how many seconds the old one works as well; a day where the form says nothing."""
    text = request.POST.get("overlap", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else granting.OVERLAP_S
