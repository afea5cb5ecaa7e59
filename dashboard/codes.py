"""Proving a second factor, at the log-in and again before what is sensitive: a code, or a passkey."""

from __future__ import annotations

import json
import struct
from ipaddress import ip_address
from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import factors, throttle
from accounts.audit import asking
from accounts.models import User
from dashboard.devices import source_of

#: What the library raises over an answer that no browser makes.
UNREADABLE = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError, struct.error)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits that your authenticator app shows, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class CredentialField(forms.JSONField):
    """What a passkey answered: a JSON object of a few kilobytes."""

    widget = forms.HiddenInput
    LONGEST = 32_768

    def to_python(self, value: Any) -> Any:
        try:
            answer = super().to_python(value) if len(value or "") <= self.LONGEST else None
        except RecursionError:
            answer = None
        if not isinstance(answer, dict):
            raise no_answer()
        return answer


class CredentialForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """What a passkey signed. Nobody can guess it, so no tries are counted."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except UNREADABLE:
            raise no_answer() from None


def no_answer() -> forms.ValidationError:
    return forms.ValidationError(_("This is no answer of a passkey."))


class SecondFactor:
    """One try to prove the second factor of `user`: what the page shows, and what it was answered."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user
        kinds = {row.type for row in factors.of(user)}
        self.codes = not kinds.isdisjoint({factors.APP, factors.CODES})
        self.passkeys = factors.PASSKEY in kinds
        posted = request.POST if request.method == "POST" else None
        self.form = CodeForm(posted if posted is not None and "code" in posted else None)
        self.answered = posted is not None and "credential" in posted

    def prove(self, *, again: bool) -> Authenticator | None:
        """The factor that the request proves, noted in the session. Raises TooMany."""
        found = self.passkey() if self.answered else self.code()
        if found is not None:
            post_authentication(self.request, found, reauthenticated=again)
        return found

    def passkey(self) -> Authenticator | None:
        form = CredentialForm(user=self.user, data=self.request.POST)
        if form.is_valid():
            found: Authenticator = form.cleaned_data["credential"]
            return found
        self.form.errors.setdefault(
            "__all__", self.form.error_class([str(_("The passkey was not accepted. Try again."))])
        )
        return None

    def code(self) -> Authenticator | None:
        if not self.form.is_valid():
            return None
        source = source_of(self.request, self.user.email)
        one = throttle.begin(f"code {self.user.pk}", source, from_everywhere=throttle.FREE_OF_CODES)
        actor = asking("user", self.user.pk, self.request.META)
        found = factors.accept(self.user, self.form.cleaned_data["code"], actor)
        if found is None:
            self.form.add_error("code", _("This code is wrong or was used already. Wait for the next one."))
        else:
            throttle.succeeded(one)
        return found

    def context(self) -> dict[str, Any]:
        options = dict(begin_authentication(self.user)) if self.passkeys else None
        return {
            "form": self.form,
            "codes": self.codes,
            "passkey_options": json.dumps(options) if options else "",
            "passkeys_here": passkeys_work(self.request),
        }


def passkeys_work(request: HttpRequest) -> bool:
    """Browsers bind passkeys to a name: pages at a bare address have none."""
    host = request.get_host()
    try:
        ip_address(host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0])
    except ValueError:
        return True
    return False
