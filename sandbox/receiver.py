"""Receivers that do as they are told, and the requests that came to each."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any, ClassVar, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from delivery.models import Endpoint

REQUEST = "sandbox_receivedrequest.request"
ARRIVALS = "receiver_requests"  # the channel of notices that name a receiver to which a request came


class Receiver(models.Model):
    """An address that takes what a sandbox sends there, and answers as its behaviour says (sandbox.behaviour)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="receivers")
    token = models.CharField(max_length=43, unique=True)  # 256 random bits: its address
    name = models.CharField(_("name"), max_length=80, blank=True)
    behaviour = models.JSONField(default=dict)
    received = models.IntegerField(default=0)  # requests since it was made or emptied
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("receiver")

    def __str__(self) -> str:
        return self.name or f"…{self.token[-6:]}"


class Request(NamedTuple):
    """One HTTP request as it came; of what authorizes whoever sent it, only the scheme is kept."""

    method: str
    path: str  # with its query
    headers: list[tuple[str, str]]  # names in lower case
    body: bytes

    def header(self, name: str) -> str:
        return next((value for given, value in self.headers if given == name), "")


class ReceivedRequest(models.Model):
    """A request, what its signature was worth when it came, and how it was answered. Kept for a day."""

    class Signature(models.TextChoices):
        """What the secrets say that sign for the endpoints which lead here."""

        VALID = "valid", _("Signature good")
        WRONG = "wrong", _("Signature wrong")
        STALE = "stale", _("Too old")
        MISSING = "missing", _("Not signed")
        UNKNOWN = "unknown", _("No endpoint leads here")

    class Ending(models.TextChoices):
        """What became of the answer."""

        WHOLE = "whole", _("Answered")
        DRIP = "drip", _("Answered a byte a second")
        HALF = "half", _("Broken off in the middle")
        RESET = "reset", _("Connection reset")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="received_requests")
    receiver = models.ForeignKey(Receiver, models.CASCADE, related_name="requests")
    number = models.IntegerField()  # from 1 on, in the order of arrival
    received_at = models.DateTimeField(db_index=True)
    sealed_request = models.BinaryField(db_column="request")
    webhook_id = models.CharField(max_length=64, blank=True)
    repeat = models.IntegerField()  # how many came before with the same webhook-id
    attempt = models.IntegerField(null=True)  # as its header counts
    signature = models.CharField(max_length=8, choices=Signature.choices)
    endpoint = models.ForeignKey(
        Endpoint, models.SET_NULL, null=True, related_name="+"
    )  # whose secret signed
    status = models.SmallIntegerField(null=True)  # of the answer; null: there was none
    ending = models.CharField(max_length=5, choices=Ending.choices)

    personal_data: ClassVar = PersonalData("content", ("sealed_request",), ())

    class Meta:
        verbose_name = _("received request")
        indexes: ClassVar = [models.Index(fields=["receiver", "webhook_id"], name="received_request_repeat")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def request(self) -> Request:
        """The request in the clear; raises Unsealable."""
        told: dict[str, Any] = json.loads(keyring.open_text(self.sealed_request, REQUEST, self.pk))
        headers = [(name, value) for name, value in told["headers"]]
        return Request(told["method"], told["path"], headers, b64decode(told["body"]))
