"""What to do about each way in which a try fails, by the words of delivery.retry: a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REMEDIES: Mapping[str, StrOrPromise] = {
    "dns": _("Check the host name in the endpoint's URL, and that your DNS answers for it from outside."),
    "connect": _(
        "Check that your server runs and listens on the URL's port, and that no firewall keeps us out."
    ),
    "tls": _("Renew the certificate, or send its whole chain, and check that it names the URL's host."),
    "timeout": _(
        "Answer 2xx as soon as you have stored the text and do slow work afterwards, or allow more time."
    ),
    "status": _("Look for the error in your application's log at the time of the last try."),
    "redirect": _("Put the address that the redirect names into the endpoint's URL."),
    "refused_address": _("Give the endpoint a URL whose host has public addresses only."),
    "too_large": _("Answer with a short body or none; it is not used."),
    "protocol": _(
        "Look at what stands before your application: a proxy cut the connection or spoke no HTTP."
    ),
    "refused": _(
        "401 or 403: check the signing secret, and that no log-in stands before the URL. 404 or 405: check the path."
    ),
    "gone": _(
        "Give the endpoint a URL that exists and enable it; until then texts wait, or go to the one that stands in."
    ),
    "too_many": _("Allow us more requests, or say in the endpoint's policy how many a second you take."),
    "expired": _("Mend what made the tries fail, or allow more time in the endpoint's policy."),
    "token": _("Check the token URL, the client's id and secret, and that your token server answers."),
    "not_allowed_destination": _("Allow this destination for the environment, or change the endpoint's URL."),
    "unexpected_answer": _("Compare the answer of the last try with what the endpoint's template expects."),
    "unacknowledged": _("Acknowledge each text once it is stored, or ask for more time when you take it."),
    "released": _("Look into why your code gave it back."),
    "other": _("Look at the last tries of a delivery; if they tell nothing, ask the operator."),
}


def remedy_of(word: str) -> StrOrPromise:
    """The sentence for a word of delivery.retry."""
    return REMEDIES.get(word, REMEDIES["other"])
