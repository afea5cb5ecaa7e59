"""From texts to rows: who holds the number, which route takes the text, what is stored. Pure but for new ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.ids import uuid7
from inbox.models import CONTENT, SENDER
from ingest.batch import DeliveryRow, MessageRow, TryAgain
from ingest.configuration import ChannelView, Configuration, EnvironmentView, Holder
from numbers import phone
from numbers.carriers.base import InboundSms
from routing.match import Decision, Text, match

STATES = {"deliver": "received", "drop": "dropped", "quarantine": "quarantined"}


@dataclass(slots=True)
class Accepted:
    """What one request comes to."""

    messages: list[MessageRow] = field(default_factory=list)
    deliveries: list[DeliveryRow] = field(default_factory=list)
    unrouted: list[InboundSms] = field(default_factory=list)


def accept(
    configuration: Configuration, channel: ChannelView, texts: Sequence[InboundSms], received_at: datetime
) -> Accepted:
    """The rows for the texts of one authenticated request. Raises TryAgain where a holder's key does not open."""
    accepted = Accepted()
    for sms in texts:
        holder = configuration.holder(channel, sms.recipient)
        if holder is None:
            accepted.unrouted.append(sms)
            continue
        environment = configuration.environments.get(holder.environment)
        if environment is None:
            raise TryAgain
        place(accepted, channel, environment, holder, sms, received_at + environment.clock_offset)
    return accepted


def place(
    accepted: Accepted,
    channel: ChannelView,
    environment: EnvironmentView,
    holder: Holder,
    sms: InboundSms,
    at: datetime,
) -> None:
    country = phone.country_of(sms.sender) or ""
    text = Text(number_used=sms.recipient, sender_id=sms.sender, sender_country=country, content=sms.content)
    decision = match(environment.routes, text)
    message = message_row(channel, environment, holder, sms, at, decision, country)
    accepted.messages.append(message)
    accepted.deliveries += delivery_rows(environment, message, decision)


def message_row(
    channel: ChannelView,
    environment: EnvironmentView,
    holder: Holder,
    sms: InboundSms,
    at: datetime,
    decision: Decision,
    country: str,
) -> MessageRow:
    id, key, route = uuid7(), environment.key, decision.route
    return MessageRow(
        id=id,
        digest=digest(channel, sms) if sms.carrier_id else id.bytes,
        environment_id=environment.id,
        channel_id=channel.id,
        number_id=holder.number,
        number_used=sms.recipient,
        content=key.seal(sms.content.encode(), CONTENT, id),
        sender=key.seal(sms.sender.encode(), SENDER, id),
        sender_index=key.blind(sms.sender),
        sender_type=phone.sender_type(sms.sender),
        sender_country=country,
        received_at=at,
        sent_at=sms.sent_at,
        carrier_message_id=sms.carrier_id or "",
        encoding=sms.encoding or "",
        segments=sms.segments,
        state=STATES[route.action] if route else "received",
        route_id=route.id if route else None,
        route_name=route.name if route else "",
        route_version=route.version if route else None,
        routing_tag=route.routing_tag if route else "",
        explanation=decision.explanation,
        simulated=environment.simulated,
    )


def digest(channel: ChannelView, sms: InboundSms) -> bytes:
    """By what a repeat is known: carriers that write to several of our numbers at once use one id for all."""
    assert sms.carrier_id is not None
    text = f"{sms.recipient}|{sms.carrier_id}"
    return hashlib.blake2b(text.encode(), digest_size=16, key=channel.id.bytes).digest()


def delivery_rows(environment: EnvironmentView, message: MessageRow, decision: Decision) -> list[DeliveryRow]:
    if decision.route is not None:
        wanted = decision.route.endpoint_ids
    else:
        wanted = (environment.default_endpoint,) if environment.default_endpoint else ()
    return [
        DeliveryRow(
            id=uuid7(),
            message_id=message.id,
            environment_id=environment.id,
            endpoint_id=endpoint,
            created_at=message.received_at,
        )
        for endpoint in wanted
        if endpoint in environment.endpoints
    ]
