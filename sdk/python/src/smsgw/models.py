"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsgw.inputs import (
    Access,
    ConditionField,
    DeliveryState,
    EndpointKind,
    EventName,
    HealthStateEnum,
    IssueState,
    LineState,
    MessageStatus,
    NumberCapability,
    NumberCategory,
    NumberRequestKind,
    NumberRequestStatus,
    OperatorEnum,
    PayloadEnum,
    Policy,
    ReplayKind,
    ReplayState,
    RequestEnum,
    RouteAction,
    SignsWithEnum,
    StepEnum,
    Template,
)
from smsgw.reading import Model


@dataclass(frozen=True, kw_only=True, repr=False)
class Acknowledged(Model):
    """Which are delivered, and which were lost before: their lease had ended."""

    acknowledged: list[str]
    lost: list[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class Attempt(Model):
    id: str
    delivery_id: str
    number: int  # 1 is the first since creation or the last replay
    started_at: datetime
    status: int | None  # HTTP status of the answer
    error: AttemptError | None
    address: str | None  # the IP address that was connected to
    timings: Timings
    response: str  # the first bytes of the answer's body


@dataclass(frozen=True, kw_only=True, repr=False)
class AttemptError(Model):
    code: int  # 5101 and up
    word: str  # the same for people who read code
    detail: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AvailableNumber(Model):
    number: str
    country: str | None  # ISO 3166-1 alpha-2
    category: NumberCategory
    region: str | None
    capabilities: list[NumberCapability]
    monthly_price: Money | None


@dataclass(frozen=True, kw_only=True, repr=False)
class ChangedEndpoint(Model):
    """An endpoint as saved, with what its owner should know about the URL."""

    id: str
    kind: EndpointKind
    url: str | None
    payload: PayloadEnum | None
    template: Template | None
    ack_within_seconds: int | None
    description: str
    is_default: bool
    signs_with: SignsWithEnum
    policy: Policy
    events: list[EventName]  # what is sent here besides texts
    failover_id: str | None
    tries_after_seconds: list[
        int
    ]  # when each try comes, in seconds after the first, where each one before fails at once
    access: Access | None  # without its secrets; null where it does not open
    certificate_expires_at: datetime | None  # of the client certificate
    destination_allowed: (
        bool  # false where nothing is sent because the environment's destinations leave it out
    )
    disabled: bool
    disabled_because: str | None  # person, failing, gone (it said 410) or asked
    health: Health
    oldest_undelivered_at: datetime  # when the oldest of these was made
    oldest_undelivered_seconds: float  # its age; 0 where nothing waits
    created_at: datetime
    warnings: list[str]
    diverted_to: str | None = None  # where its texts go now; null: to itself, or they wait for it
    waiting: int | None = None  # deliveries that are neither done nor failed


@dataclass(frozen=True, kw_only=True, repr=False)
class Channel(Model):
    id: str
    carrier: str
    name: str
    ingest_url: str | None  # where the carrier sends texts; null where we connect to the carrier (smpp)
    line: (
        Line | None
    )  # how the connection to the carrier stands, of several sessions the best; null for other carriers, and before the first try
    credentials_set: list[str]  # names of the credentials, never their values
    sells_numbers: bool  # whether numbers can be bought through it: its carrier sells them and has the credentials for it
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Check(Model):
    """What came of the four requests, in the order in which they were sent."""

    right: bool  # all four were
    findings: list[Finding]


@dataclass(frozen=True, kw_only=True, repr=False)
class Condition(Model):
    """All conditions of a route must hold."""

    field: ConditionField
    operator: OperatorEnum
    value: str | list[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class CreatedEndpoint(Model):
    """A new endpoint with its signing secret, which is shown this once; null where nothing is sent."""

    id: str
    kind: EndpointKind
    url: str | None
    payload: PayloadEnum | None
    template: Template | None
    ack_within_seconds: int | None
    description: str
    is_default: bool
    signs_with: SignsWithEnum
    policy: Policy
    events: list[EventName]  # what is sent here besides texts
    failover_id: str | None
    tries_after_seconds: list[
        int
    ]  # when each try comes, in seconds after the first, where each one before fails at once
    access: Access | None  # without its secrets; null where it does not open
    certificate_expires_at: datetime | None  # of the client certificate
    destination_allowed: (
        bool  # false where nothing is sent because the environment's destinations leave it out
    )
    disabled: bool
    disabled_because: str | None  # person, failing, gone (it said 410) or asked
    health: Health
    oldest_undelivered_at: datetime  # when the oldest of these was made
    oldest_undelivered_seconds: float  # its age; 0 where nothing waits
    created_at: datetime
    warnings: list[str]
    secret: str | None  # whsec_…, for any Standard Webhooks library; with v1a the public key, whpk_…
    diverted_to: str | None = None  # where its texts go now; null: to itself, or they wait for it
    waiting: int | None = None  # deliveries that are neither done nor failed


@dataclass(frozen=True, kw_only=True, repr=False)
class Delivery(Model):
    id: str
    message_id: str | None
    event_id: str | None  # null for a text
    endpoint_id: str
    diverted_from: str | None  # the endpoint for which this one stood in
    event_type: str
    state: DeliveryState
    flagged: bool  # it failed for good and needs a person
    due_at: datetime | None
    attempts_made: int  # since creation or the last replay
    error_code: int | None  # of the last attempt
    reason: str | None  # why it waits or was given up
    reason_detail: str | None  # the same in a sentence
    replays: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Destination(Model):
    id: str
    pattern: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Endpoint(Model):
    id: str
    kind: EndpointKind
    url: str | None
    payload: PayloadEnum | None
    template: Template | None
    ack_within_seconds: int | None
    description: str
    is_default: bool
    signs_with: SignsWithEnum
    policy: Policy
    events: list[EventName]  # what is sent here besides texts
    failover_id: str | None
    tries_after_seconds: list[
        int
    ]  # when each try comes, in seconds after the first, where each one before fails at once
    access: Access | None  # without its secrets; null where it does not open
    certificate_expires_at: datetime | None  # of the client certificate
    destination_allowed: (
        bool  # false where nothing is sent because the environment's destinations leave it out
    )
    disabled: bool
    disabled_because: str | None  # person, failing, gone (it said 410) or asked
    health: Health
    oldest_undelivered_at: datetime  # when the oldest of these was made
    oldest_undelivered_seconds: float  # its age; 0 where nothing waits
    created_at: datetime
    diverted_to: str | None = None  # where its texts go now; null: to itself, or they wait for it
    waiting: int | None = None  # deliveries that are neither done nor failed


@dataclass(frozen=True, kw_only=True, repr=False)
class Event(Model):
    id: str
    type: EventName
    timestamp: datetime
    data: Mapping[str, Any]  # as the type's schema says; ids only


@dataclass(frozen=True, kw_only=True, repr=False)
class EventData(Model):
    """The text, as webhooks have it."""

    id: str
    content: str
    sender_id: str
    received_at: datetime
    number_used: str
    routing_tag: str | None
    sender_type: str
    sender_country: str | None
    sent_at: datetime | None
    encoding: str | None
    segments: int | None
    partial: bool
    media: list[str]
    simulated: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class EventType(Model):
    type: str
    description: str
    subscribable: bool  # false for texts, which routes send
    schema: Mapping[str, Any]  # JSON schema of the body
    example: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, repr=False)
class EventTypes(Model):
    """All of them; there is no second page."""

    data: list[EventType]


@dataclass(frozen=True, kw_only=True, repr=False)
class FailedCondition(Model):
    """The first condition of a route that did not hold. Of senders no value is kept."""

    field: str
    operator: str
    value: str | list[str]
    values: int | None = None  # how many there are, where not all are shown


@dataclass(frozen=True, kw_only=True, repr=False)
class Finding(Model):
    request: RequestEnum
    description: str
    status: int | None  # of the answer
    error: str | None  # why there was no answer
    milliseconds: int
    right: bool | None  # null where no answer came
    verdict: str  # the same in a sentence


@dataclass(frozen=True, kw_only=True, repr=False)
class Header(Model):
    """One header of a request."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Health(Model):
    """How it fares since its last success."""

    state: HealthStateEnum
    detail: str  # the same in a sentence
    failing_since: datetime | None
    failures: int  # in a row
    next_probe_at: datetime | None  # while it is left alone: when one delivery is tried
    warnings: int  # of four; then it is disabled


@dataclass(frozen=True, kw_only=True, repr=False)
class Issue(Model):
    id: str
    endpoint_id: str
    error_code: int
    cause: str  # in a sentence
    remedy: str  # what to do, in a sentence
    documented_at: str  # a page about this code, for people
    state: IssueState
    count: int  # failed tries so far
    first_seen_at: datetime
    last_seen_at: datetime
    opened_at: datetime  # the last time
    resolved_at: datetime | None
    last_delivery_id: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Item(Model):
    delivery_id: str
    attempt: int  # how often it was offered, this time included
    payload: ReceivedText  # what a webhook's body would be


@dataclass(frozen=True, kw_only=True, repr=False)
class Limits(Model):
    """The most that may be chosen."""

    content_days: int
    attempts_days: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Line(Model):
    state: LineState
    reason: (
        str | None
    )  # unresolved, forbiddenAddress, unreachable, tlsFailed, silent, lost, unbound, bindFailed, wrongPassword, wrongSystemId, alreadyBound, nonsense, unsealable
    since: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Message(Model):
    id: str
    content: str | None  # null once erased
    sender_id: str | None  # null once erased
    content_erased_at: datetime | None
    sender_type: str
    sender_country: str | None  # ISO 3166-1 alpha-2
    received_at: datetime
    sent_at: datetime | None  # as the carrier says
    number_used: str
    number_id: str
    channel_id: str
    routing_tag: str | None
    route_id: str | None
    route_name: str | None
    route_version: int | None
    explanation: list[PassedRoute]  # each earlier route, and why it did not take the message
    status: MessageStatus
    encoding: str | None
    segments: int | None
    partial: bool  # parts of it did not come in time
    media: list[str]  # links at the carrier; listed, never fetched
    simulated: bool
    carrier_message_id: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Money(Model):
    """An amount of money."""

    amount: int  # in the currency's minor unit: 150 is 1.50
    currency: str  # ISO 4217


@dataclass(frozen=True, kw_only=True, repr=False)
class NewSecret(Model):
    """A new secret, shown this once."""

    id: str
    created_at: datetime
    expires_at: datetime | None
    secret: str  # whsec_…, or the public key, whpk_…


@dataclass(frozen=True, kw_only=True, repr=False)
class Number(Model):
    id: str
    number: str
    country: str | None  # ISO 3166-1 alpha-2
    category: NumberCategory
    region: str | None
    capabilities: list[NumberCapability]
    monthly_price: Money | None
    channel_id: str | None  # null where the operator's pool brings the texts
    label: str
    starts_at: datetime  # since when it is held on this channel


@dataclass(frozen=True, kw_only=True, repr=False)
class NumberDocument(Model):
    id: str
    name: str
    content_type: str
    size: int  # in bytes
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class NumberRequest(Model):
    id: str
    kind: NumberRequestKind
    status: NumberRequestStatus
    number: str | None  # the one asked for; once approved, the one that it became
    number_id: str | None  # once approved
    country: str | None  # ISO 3166-1 alpha-2
    category: str | None
    region: str | None
    channel_id: str | None
    purpose: str
    monthly_volume: int | None
    label: str
    note: str | None  # of whoever decided
    documents: list[NumberDocument]
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Offer(Model):
    number: str
    country: str | None  # ISO 3166-1 alpha-2
    category: NumberCategory
    region: str | None  # in the carrier's words
    capabilities: list[NumberCapability]
    monthly_price: Money | None  # what the carrier charges your account; null where it does not say


@dataclass(frozen=True, kw_only=True, repr=False)
class OfferPage(Model):
    data: list[Offer]
    next_cursor: str | None
    has_more: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class Part(Model):
    reference: str
    total: int
    number: int


@dataclass(frozen=True, kw_only=True, repr=False)
class PassedRoute(Model):
    """A route that was asked and did not take the message; or how many more there were."""

    route_id: str | None = None
    name: str | None = None
    failed: FailedCondition | None = None
    omitted: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Preview(Model):
    """What the channel reads in a sample: texts, or what keeps it from reading them."""

    texts: list[ReadText]
    unread: list[UnreadField]


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadText(Model):
    """One text as it would be kept."""

    carrier_message_id: str | None  # what a repeat is known by
    sender_id: str
    number_used: str
    content: str
    sent_at: datetime | None  # null where it is not there or cannot be read
    media: list[str]
    part: Part | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Receipt(Model):
    message_id: str
    status: MessageStatus
    route_name: str | None
    routing_tag: str | None
    carrier_milliseconds: float | None  # from the carrier's own time stamp to us
    total_milliseconds: (
        float | None
    )  # from us to the last confirmation; null until every endpoint confirmed it
    steps: list[Step]


@dataclass(frozen=True, kw_only=True, repr=False)
class ReceivedText(Model):
    type: str  # message.received
    timestamp: datetime
    data: EventData


@dataclass(frozen=True, kw_only=True, repr=False)
class Released(Model):
    """Which are in the queue again, and which were not held under this lease any more."""

    released: list[str]
    lost: list[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class Replay(Model):
    id: str
    kind: ReplayKind
    filter: Mapping[str, str | int | bool]
    state: ReplayState
    because: str | None  # why it failed: endpointDisabled, endpointDeleted, or broken (by an error of ours)
    planned: int  # how many it would touch, when it was planned; counted up to 100000
    planned_is_exact: bool  # false where there are more than planned; with planned 0, counting took too long
    queued: int  # how many it made due so far
    outcomes: Mapping[str, int]  # what became of these, by state
    not_sent: Mapping[
        str, int
    ]  # once it is over: how many of those planned it did not make due, by why (endpointDisabled, endpointDeleted, changed, cancelled, broken); at least as many, where plannedIsExact is false
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestPreview(Model):
    """The request for an example text, as it would go out but for the signature's value."""

    method: str
    url: str
    headers: list[Header]
    body: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Retention(Model):
    content_days: int  # what texts say, who sent them, and what endpoints answered
    attempts_days: int  # attempts, and events with what was sent of them
    limits: Limits


@dataclass(frozen=True, kw_only=True, repr=False)
class Route(Model):
    id: str
    name: str
    position: int
    conditions: list[Condition]
    action: RouteAction
    endpoint_ids: list[str]
    routing_tag: str
    version: int  # grows with every change; messages remember it
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Secret(Model):
    """A secret that signs; itself it is told when it is made and never again."""

    id: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Step(Model):
    step: StepEnum
    at: datetime
    milliseconds: float | None  # since we accepted it; negative before that
    took_milliseconds: float | None  # an attempt
    delivery_id: str | None = None
    endpoint_id: str | None = None
    number: int | None = None  # of an attempt
    status: int | None = None  # HTTP status of the answer
    error_code: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Taken(Model):
    """Texts that are nobody else's until leasedUntil; what is not acknowledged by then is offered again."""

    lease: str | None  # acknowledge with it; null where nothing waits
    leased_until: datetime | None
    data: list[Item]


@dataclass(frozen=True, kw_only=True, repr=False)
class Timings(Model):
    """Milliseconds from the start of the attempt to the end of each phase; null where it did not get there."""

    dns: float | None
    connect: float | None
    tls: float | None
    first_byte: float | None
    total: float | None


@dataclass(frozen=True, kw_only=True, repr=False)
class UnreadField(Model):
    pointer: str  # JSON pointer into the sample's body
    detail: str
