"""What django-allauth asks us: how signing in ends, which mails go out, how secrets are sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import addresses, factors, mail, people
from accounts.audit import asking
from accounts.clock import clock
from accounts.models import User
from accounts.proxies import plain
from dashboard import assurance, devices, lifetime
from dashboard.preferences import remember

NOWHERE = "0.0.0.0"  # noqa: S104 # kept where a proxy names its client by something that is no address


class People(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in. Each way ends in `login` and `post_login`: password, passkey, an organisation's own sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people come by invitation (dashboard.join)

    def get_client_ip(self, request: HttpRequest) -> str:
        return (
            plain(request.META["REMOTE_ADDR"]) or NOWHERE
        )  # smsgateway.middleware.ClientAddress put it there

    def login(self, request: HttpRequest, user: User) -> None:
        """Start the session, with a new key."""
        super().login(request, user)
        for name in (lifetime.BEGAN, lifetime.USED):
            request.session[name] = clock().timestamp()
        proofs = [
            record.get("type") or record["method"] for record in get_authentication_records(request, user)
        ]
        people.record(
            user, "user.signedIn", asking("user", user.pk, request.META), after={"proofs": " ".join(proofs)}
        )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """In the person's language, unless they just chose another."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
        devices.remember(request, response, user.email)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, _("This account cannot sign in."))
        return redirect("account_login")

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        row: EmailAddress = emailconfirmation.email_address
        mail.verify_address(row.user, row.email, verification_url(row))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Our own services send them."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our own pages say what happened."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not assurance.recently_proved(self.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        return [{"id": "confirm", "description": _("Confirm"), "url": reverse("account_reauthenticate")}]


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    def encrypt(self, text: str) -> str:
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factors.unseal(encrypted_text)

    def _get_site_name(self) -> str:
        return "smsgateway"


def verification_url(row: EmailAddress) -> str:
    return (
        f"{settings.PUBLIC_URL}{reverse('address.verify')}?{urlencode({'address': addresses.link_text(row)})}"
    )
