"""From texts to rows: who holds the number, which route takes the text, what is stored. Pure but for new ids."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from accounts.encryption import fingerprint
from accounts.ids import uuid7
from inbox.models import CONTENT, MEDIA, PART_DATA, PART_SENDER, SENDER
from ingest.batch import DeliveryRow, MessageRow, PartRow, TryAgain
from ingest.configuration import OLDEST, SKEW, ChannelView, Configuration, EnvironmentView, Holder
from ingest.explanations import ExplanationRow
from numbers import phone
from numbers.carriers.base import InboundSms, Part
from routing.match import Decision, Text
from routing.models import STATES

# A clock set to another zone is off by a day at most: the text is from now or so, but nobody can say from when.
AHEAD = timedelta(hours=26)
MOST_PARTS = 255
FOR_EVER = datetime(9999, 12, 31, tzinfo=UTC)


class Origin(NamedTuple):
    """Through which channel a text came, and to which number."""

    channel: UUID
    number: UUID


class Known(NamedTuple):
    """By what a repeat of a text is known, and until when it counts as one.

    Repeats are about the machines of carriers, so these are times of the wall clock.
    """

    digest: bytes
    seen_at: datetime
    until: datetime


@dataclass(slots=True)
class Accepted:
    """What one request comes to."""

    messages: list[MessageRow] = field(default_factory=list)
    deliveries: list[DeliveryRow] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    explanations: list[ExplanationRow] = field(default_factory=list)
    unrouted: list[InboundSms] = field(default_factory=list)
    by_content: list[bytes] = field(default_factory=list)  # digests of texts that came without an id


def accept(
    configuration: Configuration, channel: ChannelView, texts: Sequence[InboundSms], received_at: datetime
) -> Accepted:
    """The rows for the texts of one authenticated request. Raises TryAgain where a holder's key does not open."""
    accepted = Accepted()
    for came in texts:
        holder = holder_of(configuration, channel, came, received_at)
        if holder is None:
            accepted.unrouted.append(came)
            continue
        environment = configuration.environments.get(holder.environment)
        if environment is None:
            raise TryAgain
        at, origin = received_at + environment.clock_offset, Origin(channel.id, holder.number)
        sms = by_its_clock(environment, came)
        known = repeat_key(channel, sms, received_at)
        if sms.carrier_id is None:
            accepted.by_content.append(known.digest)
        if sms.part and 0 < sms.part.number <= sms.part.total <= MOST_PARTS:
            accepted.parts.append(part_row(environment, origin, sms, sms.part, at, known))
        else:
            place(accepted, environment, origin, sms, at, known)
    return accepted


def by_its_clock(environment: EnvironmentView, sms: InboundSms) -> InboundSms:
    """The text, sent when its environment's clock says that it was: carriers go by the real one."""
    if sms.sent_at is None or not environment.clock_offset:
        return sms
    return replace(sms, sent_at=sms.sent_at + environment.clock_offset)


def holder_of(
    configuration: Configuration, channel: ChannelView, sms: InboundSms, received_at: datetime
) -> Holder | None:
    """Whose the text is, by when it was sent; None where it is nobody's, or the carrier's stamp is beyond belief."""
    moment = decisive_moment(sms.sent_at, received_at)
    if moment is not None:
        return configuration.holder(channel, sms.recipient, moment)
    if sms.sent_at is None or not SKEW < sms.sent_at - received_at <= AHEAD:
        return None
    holder = configuration.holder(channel, sms.recipient, received_at)
    if holder and holder.contested and holder.since > received_at - AHEAD:
        return None  # or the former holder's
    return holder


def decisive_moment(sent_at: datetime | None, received_at: datetime) -> datetime | None:
    """When a text was sent, as far as the carrier's stamp tells; None where it is beyond belief."""
    if sent_at is None:
        return received_at
    return min(sent_at, received_at) if -SKEW <= received_at - sent_at <= OLDEST else None


def repeat_key(channel: ChannelView, sms: InboundSms, received_at: datetime) -> Known:
    """A carrier's id is good for ever; one that writes to several of our numbers at once uses it for all.

    A text without one is known by all that it says, under the cell's key: so that nobody finds out by trying what it
    says, and a repeat is known even when its number has moved to another tenant meanwhile.
    """
    part = sms.part
    place = [part.reference, str(part.total), str(part.number)] if part else []
    if sms.carrier_id is not None:
        return Known(digest_of_id(channel.id, sms.recipient, sms.carrier_id, *place), received_at, FOR_EVER)
    words = [channel.id.hex, sms.recipient, sms.sender, sms.content, *sms.media, *place]
    if part:
        words.append(part.data.hex())
    seconds = max(settings.SAME_CONTENT_S, settings.PARTS_WAIT_S if part else 0)
    return Known(fingerprint("|".join(words)), received_at, received_at + timedelta(seconds=seconds))


def digest_of_id(channel: UUID, number: str, carrier_id: str, *place: str) -> bytes:
    """By what a text is known that has an id of its carrier; `place` is that of a part in its whole."""
    text = "|".join([number, carrier_id, *place])
    return hashlib.blake2b(text.encode(), digest_size=16, key=channel.bytes).digest()


def place(
    accepted: Accepted,
    environment: EnvironmentView,
    origin: Origin,
    sms: InboundSms,
    at: datetime,
    known: Known | None = None,
    *,
    partial: bool = False,
) -> None:
    """Add the rows of one whole text; one without `known` cannot come twice."""
    country = phone.country_of(sms.sender) or ""
    text = Text(number_used=sms.recipient, sender_id=sms.sender, sender_country=country, content=sms.content)
    decision = environment.routes.match(text)
    explanation = environment.explanations.of(environment.id, decision)
    message = message_row(environment, origin, sms, at, decision, explanation, country, known, partial)
    accepted.messages.append(message)
    if explanation is not None:
        accepted.explanations.append(explanation)
    accepted.deliveries += delivery_rows(environment, message, decision)


def message_row(
    environment: EnvironmentView,
    origin: Origin,
    sms: InboundSms,
    at: datetime,
    decision: Decision,
    explanation: ExplanationRow | None,
    country: str,
    known: Known | None,
    partial: bool,
) -> MessageRow:
    id, key, route = uuid7(), environment.key, decision.route
    known = known or Known(id.bytes, at, FOR_EVER)
    return MessageRow(
        id=id,
        digest=known.digest,
        seen_at=known.seen_at,
        repeats_until=known.until,
        environment_id=environment.id,
        channel_id=origin.channel,
        number_id=origin.number,
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
        media=key.seal(json.dumps(sms.media).encode(), MEDIA, id) if sms.media else None,
        partial=partial,
        state=STATES[route.action] if route else "received",
        route_id=route.id if route else None,
        route_name=route.name if route else "",
        route_version=route.version if route else None,
        routing_tag=route.routing_tag if route else "",
        why_id=explanation.id if explanation else None,
        simulated=environment.simulated,
    )


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
            queued=endpoint in environment.queues,
        )
        for endpoint in wanted
        if endpoint in environment.endpoints
    ]


def part_row(
    environment: EnvironmentView, origin: Origin, sms: InboundSms, part: Part, at: datetime, known: Known
) -> PartRow:
    id, key = uuid7(), environment.key
    return PartRow(
        id=id,
        digest=known.digest,
        seen_at=known.seen_at,
        repeats_until=known.until,
        group=key.blind(f"{origin.number}|{sms.sender}|{part.reference}|{part.total}"),
        total=part.total,
        number=part.number,
        environment_id=environment.id,
        channel_id=origin.channel,
        holding_id=origin.number,
        number_used=sms.recipient,
        alphabet=part.alphabet,
        data=key.seal(part.data, PART_DATA, id),
        sender=key.seal(sms.sender.encode(), PART_SENDER, id),
        carrier_message_id=sms.carrier_id or "",
        encoding=sms.encoding or "",
        received_at=at,
        sent_at=sms.sent_at,
        expires_at=at + timedelta(seconds=settings.PARTS_WAIT_S),
    )
