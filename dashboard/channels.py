"""The ways in: carriers, their credentials, and the URL that each carrier calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.encryption import Unsealable
from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ
from dashboard import checklist
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, find, go, page
from ingest.models import best
from numbers import sellers, services
from numbers.carriers import CARRIERS, HTTP_CARRIERS
from numbers.channel_form import AS_CODE, ChannelForm, ingest_url, readable
from numbers.models import Channel
from numbers.preview import preview

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SIGNED = gettext_lazy("Numbers that you have there. We check the signature of each request.")
UNSIGNED = gettext_lazy(
    "Numbers that you have there. It signs nothing, so it shows a user name and a password."
)
ABOUT = {
    **dict.fromkeys(
        ("vonage", "vonage-messages", "telnyx", "plivo", "sinch", "messagebird", "bird", "aws"), SIGNED
    ),
    **dict.fromkeys(("infobip", "bandwidth", "clickatell", "highconnection"), UNSIGNED),
    "twilio": gettext_lazy("Numbers that you rent at Twilio. We check each request's signature."),
    "smpp": gettext_lazy("An SMSC’s own line: we bind to it and it sends texts over SMPP 3.4."),
    "ovh": gettext_lazy("Virtual numbers of an SMS account. We ask OVHcloud for their texts."),
    "generic": gettext_lazy(
        "Any other system: JSON signed as Standard Webhooks do, or the fields and the secret that it has."
    ),
    "sandbox": gettext_lazy("For trying things out: one curl command sends a text."),
}
SIGNED_HINT = gettext_lazy(
    "In the carrier’s console, set this as the address that incoming texts are posted to."
)
UNSIGNED_HINT = gettext_lazy(
    "In the carrier’s console, set this as the address that incoming texts are posted to, "
    "with the same user name and password as here (HTTP Basic)."
)
HINTS = {
    **{name: SIGNED_HINT for name, about in ABOUT.items() if about is SIGNED},
    **{name: UNSIGNED_HINT for name, about in ABOUT.items() if about is UNSIGNED},
    "twilio": gettext_lazy(
        "In Twilio’s console, set this as the number’s webhook for incoming messages (HTTP POST)."
    ),
    "aws": gettext_lazy(
        "In Amazon SNS, subscribe this as an HTTPS endpoint to the topic. We confirm the subscription ourselves."
    ),
    "ovh": gettext_lazy("We ask OVHcloud for new texts every minute or so. There is nothing to set there."),
    "generic": gettext_lazy("Post JSON here, signed as Standard Webhooks sign."),
    "sandbox": gettext_lazy("Post JSON here with the secret as bearer token."),
}
OWN_HINT = gettext_lazy("Let your system send its texts here, as you have described it below.")


def open_channels(request: PageRequest) -> QuerySet[Channel]:
    return request.environment.channels.filter(deleted_at=None)


@page(get=READ)
def index(request: PageRequest) -> HttpResponse:
    held = Count("assignments", filter=Q(assignments__ends_at=None))
    rows = open_channels(request).annotate(numbers=held).order_by("name", "pk").prefetch_related("lines")
    shown = [{"channel": row, "url": ingest_url(row), "line": best(row.lines.all())} for row in rows]
    return render(request, "channels.html", {"rows": shown})


@page(get=CONFIGURE, post=CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    """First `?carrier=`, then its form."""
    carrier = request.GET.get("carrier", "")
    if carrier not in CARRIERS:
        offers = [(name, ABOUT.get(name, "")) for name in CARRIERS]
        return render(request, "channel_carriers.html", {"offers": offers})
    sandbox = not request.environment.is_live
    form = ChannelForm(carrier, request.POST or None, sandbox=sandbox)
    if form.is_valid():
        channel = created(request, carrier, form)
        if channel is not None:
            messages.success(request, opened(channel))
            return go(request, "channels.one", channel_id=ids.public("channel", channel.pk))
    return render(request, "channel_new.html", {"form": form, "carrier": carrier})


def opened(channel: Channel) -> str:
    if channel.carrier in HTTP_CARRIERS:
        return _("The channel is open. Give its URL to your carrier.")
    return _("The channel is open. We are connecting to the carrier.")


def closed(channel: Channel) -> str:
    if channel.carrier in HTTP_CARRIERS:
        return _("The channel is closed. Its URL answers no more.")
    return _("The channel is closed. Its connection ends.")


def created(request: PageRequest, carrier: str, form: ChannelForm) -> Channel | None:
    try:
        return services.create_channel(
            request.environment,
            actor(request),
            carrier=carrier,
            name=form.cleaned_data["name"],
            credentials=form.given(),
        )
    except (Invalid, Conflict) as problem:
        refuse(form, problem, form.pointers())
        return None


@page(get=READ, post=CONFIGURE)
def one(request: PageRequest, channel_id: str) -> HttpResponse:
    """Everybody sees the URL; only who may configure sees and sends the form."""
    channel = find(open_channels(request), "channel", channel_id)
    editing, stored = can(request, CONFIGURE), readable(channel)
    form = ChannelForm(
        channel.carrier,
        request.POST or None,
        stored=stored,
        name=channel.name,
        sandbox=not request.environment.is_live,
    )
    if form.is_valid() and updated(request, channel, form):
        return go(request, "channels")
    numbers = channel.assignments.filter(ends_at=None).select_related("number", "channel").order_by("pk")
    return render(
        request,
        "channel.html",
        {
            "form": form,
            "channel": channel,
            "url": ingest_url(channel),
            "hint": hint(channel, stored),
            "sample": SampleForm() if channel.carrier in HTTP_CARRIERS else None,
            "lines": channel.lines.all(),
            "numbers": numbers,
            "sells": sells(channel),
            "example": example(channel, numbers, reveal=editing),
        },
    )


def sells(channel: Channel) -> bool:
    """Whether numbers can be bought through the channel; its page must open even where its credentials cannot."""
    try:
        return sellers.sells(channel)
    except Unsealable:
        return False


def hint(channel: Channel, stored: Mapping[str, str]) -> StrOrPromise:
    """What to do with the channel's URL."""
    rules = CARRIERS[channel.carrier].credentials
    described = any(rules[word].section for word in stored if word in rules)
    return OWN_HINT if described else HINTS.get(channel.carrier, SIGNED_HINT)


def example(channel: Channel, numbers: Any, *, reveal: bool) -> str:
    """The curl command that sends a text this way; sandbox channels only, the others' requests are signed."""
    if channel.carrier != "sandbox" or not numbers:
        return ""
    try:
        return checklist.curl_for(numbers[0], reveal=reveal)
    except Unsealable:
        return ""


def updated(request: PageRequest, channel: Channel, form: ChannelForm) -> bool:
    given = form.given()
    try:
        services.update_channel(
            channel,
            actor(request),
            name=form.cleaned_data["name"],
            credentials=given if given != form.stored else None,
        )
    except (Invalid, Conflict) as problem:
        refuse(form, problem, form.pointers())
        return False
    messages.success(request, _("Saved."))
    return True


class SampleForm(forms.Form):
    """A request to try."""

    query = forms.CharField(
        label=gettext_lazy("Query"),
        required=False,
        max_length=8000,
        help_text=gettext_lazy("What stands behind the question mark, where the sender calls by GET."),
        widget=forms.TextInput(attrs=AS_CODE),
    )
    body = forms.CharField(
        label=gettext_lazy("Body"),
        required=False,
        strip=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={**AS_CODE, "rows": 8}),
    )


@page(post=CONFIGURE)
def try_request(request: PageRequest, channel_id: str) -> HttpResponse:
    """What the channel reads in a request that a person pastes."""
    channel = find(open_channels(request), "channel", channel_id)
    sample, seen = SampleForm(request.POST), None
    if channel.carrier not in HTTP_CARRIERS:
        raise Http404
    if sample.is_valid():
        seen = preview(
            channel, method="POST" if sample.cleaned_data["body"] else "GET", **sample.cleaned_data
        )
    return render(request, "channel_try.html", {"channel": channel, "sample": sample, "seen": seen})


@page(post=CONFIGURE)
def delete(request: PageRequest, channel_id: str) -> HttpResponse:
    channel = find(open_channels(request), "channel", channel_id)
    try:
        services.delete_channel(channel, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "channels.one", channel_id=channel_id)
    messages.success(request, closed(channel))
    return go(request, "channels")
