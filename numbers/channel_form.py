"""The form of a channel, for tenants and operators: a name, and what its carrier wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from accounts.encryption import Unsealable
from numbers.carriers import CARRIERS, HTTP_CARRIERS, CredentialField, is_secret
from numbers.models import Channel

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELD_LABELS = {
    "authToken": gettext_lazy("Auth token"),
    "sharedKeyId": gettext_lazy("Shared key id"),
    "sharedKey": gettext_lazy("Shared key"),
    "secret": gettext_lazy("Secret"),
    "signatureSecret": gettext_lazy("Signature secret"),
    "signatureMethod": gettext_lazy("Signature method"),
    "topicArn": gettext_lazy("Topic ARN"),
    "accountSid": gettext_lazy("Account SID"),
    "addressSid": gettext_lazy("Address SID"),
    "bundleSid": gettext_lazy("Bundle SID"),
    "apiKey": gettext_lazy("API key"),
    "apiSecret": gettext_lazy("API secret"),
    "messagingProfileId": gettext_lazy("Messaging profile"),
    "applicationKey": gettext_lazy("Application key"),
    "applicationSecret": gettext_lazy("Application secret"),
    "consumerKey": gettext_lazy("Consumer key"),
    "serviceName": gettext_lazy("SMS account"),
    "webhookSecret": gettext_lazy("Webhook secret"),
    "signingKey": gettext_lazy("Signing key"),
    "publicKey": gettext_lazy("Public key"),
    "signatureVersion": gettext_lazy("Signature version"),
    "signingCertificate": gettext_lazy("Signing certificate"),
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
AS_CODE = {"autocomplete": "off", "spellcheck": "false", "class": "code"}


class Section(NamedTuple):
    """Fields of a form that belong together, folded away until one of them is in use or wrong."""

    title: StrOrPromise
    fields: list[forms.BoundField]
    open: bool


class ChannelForm(forms.Form):
    """A name, and one field for each credential of the carrier.

    With `stored`, the credentials of an existing channel, those that are no secrets are filled in, and secrets left
    empty are kept. What only sandboxes may have is asked for in a `sandbox`.
    """

    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)

    def __init__(
        self,
        carrier: str,
        data: Any,
        *,
        stored: Mapping[str, str] | None = None,
        name: str = "",
        sandbox: bool = False,
    ) -> None:
        self.credentials: Mapping[str, CredentialField] = {
            word: rule
            for word, rule in CARRIERS[carrier].credentials.items()
            if sandbox or not rule.sandbox_only
        }
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

    def pointers(self) -> dict[str, str]:
        """The field of each JSON pointer that a service may name."""
        return {f"/credentials/{word}": word for word in self.credentials}

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


def ingest_url(channel: Channel) -> str:
    """The URL for the carrier; empty where it calls none."""
    return str(settings.PUBLIC_INGEST_URL + channel.path) if channel.carrier in HTTP_CARRIERS else ""


def readable(channel: Channel) -> dict[str, str]:
    """The channel's credentials, none where they do not open."""
    try:
        return channel.credentials()
    except Unsealable:
        return {}


def widget_of(rule: CredentialField) -> forms.Widget:
    """Shown while it is typed: it is pasted from the carrier's pages, and a secret never sent back to a browser."""
    if rule.choices:
        return forms.Select(choices=[("", "–"), *((choice, choice) for choice in rule.choices)])
    return forms.Textarea(attrs=AS_CODE) if rule.multiline else forms.TextInput(attrs=AS_CODE)
