"""The ways in: carriers, their credentials, and the URL that each carrier calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.encryption import Unsealable
from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE
from dashboard import checklist
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, find, go, page
from ingest.models import best
from numbers import services
from numbers.carriers import CARRIERS, HTTP_CARRIERS, CredentialField, is_secret
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
FIELD_LABELS = {
    "authToken": gettext_lazy("Auth token"),
    "sharedKeyId": gettext_lazy("Shared key id"),
    "sharedKey": gettext_lazy("Shared key"),
    "secret": gettext_lazy("Secret"),
    "signatureSecret": gettext_lazy("Signature secret"),
    "signatureMethod": gettext_lazy("Signature method"),
    "topicArn": gettext_lazy("Topic ARN"),
    "accountSid": gettext_lazy("Account SID"),
    "applicationKey": gettext_lazy("Application key"),
    "applicationSecret": gettext_lazy("Application secret"),
    "consumerKey": gettext_lazy("Consumer key"),
    "serviceName": gettext_lazy("SMS account"),
    "webhookSecret": gettext_lazy("Webhook secret"),
    "signingKey": gettext_lazy("Signing key"),
    "publicKey": gettext_lazy("Public key"),
    "signatureVersion": gettext_lazy("Signature version"),
    "channelNumber": gettext_lazy("Number of the channel"),
    "host": gettext_lazy("Host"),
    "port": gettext_lazy("Port"),
    "systemId": gettext_lazy("System id"),
    "bind": gettext_lazy("Kind of bind"),
    "sessions": gettext_lazy("Sessions"),
    "systemType": gettext_lazy("System type"),
    "addressRange": gettext_lazy("Address range"),
    "addressTon": gettext_lazy("Type of number of the range"),
    "addressNpi": gettext_lazy("Numbering plan of the range"),
    "tls": gettext_lazy("TLS"),
    "tlsName": gettext_lazy("Name in the certificate"),
    "caCertificate": gettext_lazy("Certificate of the authority"),
    "defaultAlphabet": gettext_lazy("Default alphabet"),
    "ia5Alphabet": gettext_lazy("IA5 alphabet"),
    "defaultCountry": gettext_lazy("Default country"),
    "enquireLinkS": gettext_lazy("Seconds between two enquire_link"),
    "allowedNetworks": gettext_lazy("Allowed addresses"),
    "username": gettext_lazy("User name"),
    "password": gettext_lazy("Password"),
    "token": gettext_lazy("Token"),
    "tokenHeader": gettext_lazy("Header of the token"),
    "tokenParameter": gettext_lazy("Parameter of the token"),
    "hmacSecret": gettext_lazy("Secret of the HMAC"),
    "hmacHeader": gettext_lazy("Header of the HMAC"),
    "hmacEncoding": gettext_lazy("Encoding of the HMAC"),
    "hmacPrefix": gettext_lazy("Prefix of the HMAC"),
    "bodyKind": gettext_lazy("Kind of request"),
    "charset": gettext_lazy("Charset"),
    "charsetField": gettext_lazy("Charset of each text"),
    "listField": gettext_lazy("List of texts"),
    "fromField": gettext_lazy("Sender"),
    "toField": gettext_lazy("Number written to"),
    "textField": gettext_lazy("Text"),
    "idField": gettext_lazy("Id"),
    "sentAtField": gettext_lazy("Time of sending"),
    "mediaField": gettext_lazy("Links to media"),
    "partReferenceField": gettext_lazy("Reference of a part"),
    "partTotalField": gettext_lazy("Number of parts"),
    "partNumberField": gettext_lazy("Number of a part"),
    "sentAtFormat": gettext_lazy("Format of the time"),
    "sentAtZone": gettext_lazy("Time zone"),
    "answerStatus": gettext_lazy("Status of the answer"),
    "answerBody": gettext_lazy("Body of the answer"),
    "answerType": gettext_lazy("Content type of the answer"),
}
OWN_HINT = gettext_lazy("Let your system send its texts here, as you have described it below.")
POINTER = "/credentials/"
AS_CODE = {"autocomplete": "off", "spellcheck": "false", "class": "code"}


class Section(NamedTuple):
    """Fields of a form that belong together, folded away until one of them is in use or wrong."""

    title: StrOrPromise
    fields: list[forms.BoundField]
    open: bool


class ChannelForm(forms.Form):
    """A name, and one field for each credential of the carrier.

    With `stored`, the credentials of an existing channel, those that are no secrets are filled in, and secrets left
    empty are kept.
    """

    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)

    def __init__(
        self, carrier: str, data: Any, *, stored: Mapping[str, str] | None = None, name: str = ""
    ) -> None:
        self.credentials: Mapping[str, CredentialField] = CARRIERS[carrier].credentials
        self.stored = stored or {}
        shown = {word: text for word, text in self.stored.items() if not is_secret(CARRIERS[carrier], word)}
        super().__init__(data, initial={**shown, "name": name})
        for word, rule in self.credentials.items():
            kept = rule.secret and stored is not None
            self.fields[word] = credential_field(word, rule, required=rule.required and not kept)

    def given(self) -> dict[str, str]:
        """The credentials that the channel is to have: where no secret was filled in, the secrets that it has."""
        filled = {word: value for word in self.credentials if (value := self.cleaned_data[word])}
        if any(self.credentials[word].secret for word in filled):
            return filled
        kept = {
            word: text
            for word, text in self.stored.items()
            if word not in self.credentials or self.is_secret(word)
        }
        return {**kept, **filled}

    def is_secret(self, word: str) -> bool:
        return self.credentials[word].secret

    def main(self) -> list[forms.BoundField]:
        """The credentials of no section."""
        return [self[word] for word, rule in self.credentials.items() if not rule.section]

    def sections(self) -> list[Section]:
        titles = dict.fromkeys(rule.section for rule in self.credentials.values() if rule.section)
        return [self.section(title) for title in titles]

    def section(self, title: StrOrPromise) -> Section:
        fields = [self[word] for word, rule in self.credentials.items() if rule.section == title]
        return Section(title, fields, any(field.value() or field.errors for field in fields))


def credential_field(name: str, rule: CredentialField, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=FIELD_LABELS.get(name, name),
        help_text=rule.help,
        required=required,
        max_length=4000 if rule.multiline else 500,
        widget=widget_of(rule),
    )


def widget_of(rule: CredentialField) -> forms.Widget:
    """Shown while it is typed: it is pasted from the carrier's pages, and a secret never sent back to a browser."""
    if rule.choices:
        return forms.Select(choices=[("", "–"), *((choice, choice) for choice in rule.choices)])
    return forms.Textarea(attrs=AS_CODE) if rule.multiline else forms.TextInput(attrs=AS_CODE)


def open_channels(request: PageRequest) -> QuerySet[Channel]:
    return request.environment.channels.filter(deleted_at=None)


def ingest_url(channel: Channel) -> str:
    """The URL for the carrier; empty where it calls none."""
    return str(settings.PUBLIC_INGEST_URL + channel.path) if channel.carrier in HTTP_CARRIERS else ""


@page()
def index(request: PageRequest) -> HttpResponse:
    held = Count("assignments", filter=Q(assignments__ends_at=None))
    rows = open_channels(request).annotate(numbers=held).order_by("name", "pk").prefetch_related("lines")
    shown = [{"channel": row, "url": ingest_url(row), "line": best(row.lines.all())} for row in rows]
    return render(request, "channels.html", {"rows": shown})


@page(CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    """First `?carrier=`, then its form."""
    carrier = request.GET.get("carrier", "")
    if carrier not in CARRIERS:
        offers = [(name, ABOUT.get(name, "")) for name in CARRIERS]
        return render(request, "channel_carriers.html", {"offers": offers})
    form = ChannelForm(carrier, request.POST or None)
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
        refuse(form, problem, pointers(form))
        return None


def pointers(form: ChannelForm) -> dict[str, str]:
    return {POINTER + name: name for name in form.credentials}


@page()
def one(request: PageRequest, channel_id: str) -> HttpResponse:
    """Everybody sees the URL; only who may configure sees and sends the form."""
    channel = find(open_channels(request), "channel", channel_id)
    editing, stored = can(request, CONFIGURE), readable(channel)
    form = ChannelForm(
        channel.carrier, request.POST or None if editing else None, stored=stored, name=channel.name
    )
    if editing and form.is_valid() and updated(request, channel, form):
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
            "example": example(channel, numbers, reveal=editing),
        },
    )


def readable(channel: Channel) -> dict[str, str]:
    """The channel's credentials, none where they do not open."""
    try:
        return channel.credentials()
    except Unsealable:
        return {}


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
        refuse(form, problem, pointers(form))
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


@page(CONFIGURE, post_only=True)
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


@page(CONFIGURE, post_only=True)
def delete(request: PageRequest, channel_id: str) -> HttpResponse:
    channel = find(open_channels(request), "channel", channel_id)
    try:
        services.delete_channel(channel, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "channels.one", channel_id=channel_id)
    messages.success(request, closed(channel))
    return go(request, "channels")
