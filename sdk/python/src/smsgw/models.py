"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smsgw.inputs import (
    Access,
    ActorKindEnum,
    ClockStatus,
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
    RoleEnum,
    RouteAction,
    SandboxStatus,
    ScopesEnum,
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
class ApiKey(Model):
    id: str
    name: str
    # how the key begins
    prefix: str
    scopes: list[ScopesEnum]
    allowed_networks: list[str]
    created_at: datetime
    expires_at: datetime | None
    # to the minute
    last_used_at: datetime | None
    # when it last came from an address that is not allowed
    refused_at: datetime | None
    revoked_at: datetime | None
    replaced_by_id: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Attempt(Model):
    id: str
    delivery_id: str
    # 1 is the first since creation or the last replay
    number: int
    started_at: datetime
    # HTTP status of the answer
    status: int | None
    error: AttemptError | None
    # the IP address that was connected to
    address: str | None
    timings: Timings
    # the first bytes of the answer's body; null without the scope readContent
    response: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class AttemptError(Model):
    # 5101 and up
    code: int
    # the same for people who read code
    word: str
    detail: str


@dataclass(frozen=True, kw_only=True, repr=False)
class AuditEntry(Model):
    id: str
    at: datetime
    # null for the whole organisation's
    environment: str | None
    actor_kind: ActorKindEnum
    actor_id: str | None
    # noun.verb
    action: str
    target_id: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    # of the request that did it
    request_id: str | None
    # from which it was asked
    address: str | None
    # whether it is of a sandbox
    simulated: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class AvailableNumber(Model):
    number: str
    # ISO 3166-1 alpha-2
    country: str | None
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
    # what is sent here besides texts
    events: list[EventName]
    failover_id: str | None
    # when each try comes, in seconds after the first, where each one before fails at once
    tries_after_seconds: list[int]
    # without its secrets; null where it does not open
    access: Access | None
    # of the client certificate
    certificate_expires_at: datetime | None
    # false where nothing is sent because the environment's destinations leave it out
    destination_allowed: bool
    disabled: bool
    # person, failing, gone (it said 410) or asked
    disabled_because: str | None
    health: Health
    # when the oldest of these was made
    oldest_undelivered_at: datetime
    # its age; 0 where nothing waits
    oldest_undelivered_seconds: float
    created_at: datetime
    warnings: list[str]
    # where its texts go now; null: to itself, or they wait for it
    diverted_to: str | None = None
    # deliveries that are neither done nor failed
    waiting: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Channel(Model):
    id: str
    carrier: str
    name: str
    # where the carrier sends texts; null where we connect to the carrier (smpp)
    ingest_url: str | None
    # how the connection to the carrier stands, of several sessions the best; null for other carriers, and
    # before the first try
    line: Line | None
    # names of the credentials, never their values
    credentials_set: list[str]
    # whether numbers can be bought through it: its carrier sells them and has the credentials for it
    sells_numbers: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Check(Model):
    """What came of the four requests, in the order in which they were sent."""

    # all four were
    right: bool
    findings: list[Finding]


@dataclass(frozen=True, kw_only=True, repr=False)
class Clock(Model):
    # what the sandbox's clock shows
    now: datetime
    # of the real time, as an ISO 8601 duration
    ahead_by: str
    # ready: all that became due by now is done
    status: ClockStatus


@dataclass(frozen=True, kw_only=True, repr=False)
class CreatedApiKey(Model):
    """The only answer that shows the key itself."""

    id: str
    name: str
    # how the key begins
    prefix: str
    scopes: list[ScopesEnum]
    allowed_networks: list[str]
    created_at: datetime
    expires_at: datetime | None
    # to the minute
    last_used_at: datetime | None
    # when it last came from an address that is not allowed
    refused_at: datetime | None
    revoked_at: datetime | None
    replaced_by_id: str | None
    # shown this once
    key: str


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
    # what is sent here besides texts
    events: list[EventName]
    failover_id: str | None
    # when each try comes, in seconds after the first, where each one before fails at once
    tries_after_seconds: list[int]
    # without its secrets; null where it does not open
    access: Access | None
    # of the client certificate
    certificate_expires_at: datetime | None
    # false where nothing is sent because the environment's destinations leave it out
    destination_allowed: bool
    disabled: bool
    # person, failing, gone (it said 410) or asked
    disabled_because: str | None
    health: Health
    # when the oldest of these was made
    oldest_undelivered_at: datetime
    # its age; 0 where nothing waits
    oldest_undelivered_seconds: float
    created_at: datetime
    warnings: list[str]
    # whsec_…, for any Standard Webhooks library; with v1a the public key, whpk_…
    secret: str | None
    # where its texts go now; null: to itself, or they wait for it
    diverted_to: str | None = None
    # deliveries that are neither done nor failed
    waiting: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class CreatedOAuthClient(Model):
    """The only answer that shows the secret."""

    # the client_id
    id: str
    name: str
    scopes: list[ScopesEnum]
    allowed_networks: list[str]
    created_at: datetime
    # until then the secret before works as well
    former_secret_ends_at: datetime | None
    # when it last fetched a token
    last_used_at: datetime | None
    revoked_at: datetime | None
    # shown this once
    client_secret: str


@dataclass(frozen=True, kw_only=True, repr=False)
class CreatedSandbox(Model):
    """The only answer that shows its first key."""

    id: str
    name: str
    created_at: datetime
    # whether the caller belongs to it
    current: bool
    # emptying: a reset is under way
    status: SandboxStatus
    api_key: CreatedApiKey


@dataclass(frozen=True, kw_only=True, repr=False)
class Delivery(Model):
    id: str
    message_id: str | None
    # null for a text
    event_id: str | None
    endpoint_id: str
    # the endpoint for which this one stood in
    diverted_from: str | None
    event_type: str
    state: DeliveryState
    # it failed for good and needs a person
    flagged: bool
    due_at: datetime | None
    # since creation or the last replay
    attempts_made: int
    # of the last attempt
    error_code: int | None
    # why it waits or was given up
    reason: str | None
    # the same in a sentence
    reason_detail: str | None
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
    # what is sent here besides texts
    events: list[EventName]
    failover_id: str | None
    # when each try comes, in seconds after the first, where each one before fails at once
    tries_after_seconds: list[int]
    # without its secrets; null where it does not open
    access: Access | None
    # of the client certificate
    certificate_expires_at: datetime | None
    # false where nothing is sent because the environment's destinations leave it out
    destination_allowed: bool
    disabled: bool
    # person, failing, gone (it said 410) or asked
    disabled_because: str | None
    health: Health
    # when the oldest of these was made
    oldest_undelivered_at: datetime
    # its age; 0 where nothing waits
    oldest_undelivered_seconds: float
    created_at: datetime
    # where its texts go now; null: to itself, or they wait for it
    diverted_to: str | None = None
    # deliveries that are neither done nor failed
    waiting: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Event(Model):
    id: str
    type: EventName
    timestamp: datetime
    # as the type's schema says; ids only
    data: Mapping[str, Any]


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
    # false for texts, which routes send
    subscribable: bool
    # JSON schema of the body
    schema: Mapping[str, Any]
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
    # how many there are, where not all are shown
    values: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Finding(Model):
    request: RequestEnum
    description: str
    # of the answer
    status: int | None
    # why there was no answer
    error: str | None
    milliseconds: int
    # null where no answer came
    right: bool | None
    # the same in a sentence
    verdict: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Header(Model):
    """One header of a request."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Health(Model):
    """How it fares since its last success."""

    state: HealthStateEnum
    # the same in a sentence
    detail: str
    failing_since: datetime | None
    # in a row
    failures: int
    # while it is left alone: when one delivery is tried
    next_probe_at: datetime | None
    # of four; then it is disabled
    warnings: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Invitation(Model):
    id: str
    email: str
    role: RoleEnum
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Issue(Model):
    id: str
    endpoint_id: str
    error_code: int
    # in a sentence
    cause: str
    # what to do, in a sentence
    remedy: str
    # a page about this code, for people
    documented_at: str
    state: IssueState
    # failed tries so far
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    # the last time
    opened_at: datetime
    resolved_at: datetime | None
    last_delivery_id: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Item(Model):
    delivery_id: str
    # how often it was offered, this time included
    attempt: int
    # what a webhook's body would be
    payload: ReceivedText


@dataclass(frozen=True, kw_only=True, repr=False)
class Limits(Model):
    """The most that may be chosen."""

    content_days: int
    attempts_days: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Line(Model):
    state: LineState
    # unresolved, forbiddenAddress, unreachable, tlsFailed, silent, lost, unbound, bindFailed,
    # wrongPassword, wrongSystemId, alreadyBound, nonsense, unsealable
    reason: str | None
    since: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Member(Model):
    id: str
    user_id: str
    email: str
    name: str
    role: RoleEnum


@dataclass(frozen=True, kw_only=True, repr=False)
class Message(Model):
    id: str
    # null once erased, and without the scope readContent
    content: str | None
    # likewise
    sender_id: str | None
    content_erased_at: datetime | None
    sender_type: str
    # ISO 3166-1 alpha-2
    sender_country: str | None
    received_at: datetime
    # as the carrier says
    sent_at: datetime | None
    number_used: str
    number_id: str
    channel_id: str
    routing_tag: str | None
    route_id: str | None
    route_name: str | None
    route_version: int | None
    # each earlier route, and why it did not take the message
    explanation: list[PassedRoute]
    status: MessageStatus
    encoding: str | None
    segments: int | None
    # parts of it did not come in time
    partial: bool
    # links at the carrier; listed, never fetched; likewise
    media: list[str]
    simulated: bool
    carrier_message_id: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Money(Model):
    """An amount of money."""

    # in the currency's minor unit: 150 is 1.50
    amount: int
    # ISO 4217
    currency: str


@dataclass(frozen=True, kw_only=True, repr=False)
class NewSecret(Model):
    """A new secret, shown this once."""

    id: str
    created_at: datetime
    expires_at: datetime | None
    # whsec_…, or the public key, whpk_…
    secret: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Number(Model):
    id: str
    number: str
    # ISO 3166-1 alpha-2
    country: str | None
    category: NumberCategory
    region: str | None
    capabilities: list[NumberCapability]
    monthly_price: Money | None
    # null where the operator's pool brings the texts
    channel_id: str | None
    label: str
    # since when it is held on this channel
    starts_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class NumberDocument(Model):
    id: str
    name: str
    content_type: str
    # in bytes
    size: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class NumberRequest(Model):
    id: str
    kind: NumberRequestKind
    status: NumberRequestStatus
    # the one asked for; once approved, the one that it became
    number: str | None
    # once approved
    number_id: str | None
    # ISO 3166-1 alpha-2
    country: str | None
    category: str | None
    region: str | None
    channel_id: str | None
    purpose: str
    monthly_volume: int | None
    label: str
    # of whoever decided
    note: str | None
    documents: list[NumberDocument]
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class OAuthClient(Model):
    # the client_id
    id: str
    name: str
    scopes: list[ScopesEnum]
    allowed_networks: list[str]
    created_at: datetime
    # until then the secret before works as well
    former_secret_ends_at: datetime | None
    # when it last fetched a token
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Offer(Model):
    number: str
    # ISO 3166-1 alpha-2
    country: str | None
    category: NumberCategory
    # in the carrier's words
    region: str | None
    capabilities: list[NumberCapability]
    # what the carrier charges your account; null where it does not say
    monthly_price: Money | None


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

    # what a repeat is known by
    carrier_message_id: str | None
    sender_id: str
    number_used: str
    content: str
    # null where it is not there or cannot be read
    sent_at: datetime | None
    media: list[str]
    part: Part | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Receipt(Model):
    message_id: str
    status: MessageStatus
    route_name: str | None
    routing_tag: str | None
    # from the carrier's own time stamp to us
    carrier_milliseconds: float | None
    # from us to the last confirmation; null until every endpoint confirmed it
    total_milliseconds: float | None
    steps: list[Step]


@dataclass(frozen=True, kw_only=True, repr=False)
class ReceivedText(Model):
    # message.received
    type: str
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
    # why it failed: endpointDisabled, endpointDeleted, or broken (by an error of ours)
    because: str | None
    # how many it would touch, when it was planned; counted up to 100000
    planned: int
    # false where there are more than planned; with planned 0, counting took too long
    planned_is_exact: bool
    # how many it made due so far
    queued: int
    # what became of these, by state
    outcomes: Mapping[str, int]
    # once it is over: how many of those planned it did not make due, by why (endpointDisabled,
    # endpointDeleted, changed, cancelled, broken); at least as many, where plannedIsExact is false
    not_sent: Mapping[str, int]
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
    # what texts say, who sent them, and what endpoints answered
    content_days: int
    # attempts, and events with what was sent of them
    attempts_days: int
    limits: Limits


@dataclass(frozen=True, kw_only=True, repr=False)
class Route(Model):
    id: str
    name: str
    position: int
    conditions: list[ShownCondition]
    action: RouteAction
    endpoint_ids: list[str]
    routing_tag: str
    # grows with every change; messages remember it
    version: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Sandbox(Model):
    id: str
    name: str
    created_at: datetime
    # whether the caller belongs to it
    current: bool
    # emptying: a reset is under way
    status: SandboxStatus


@dataclass(frozen=True, kw_only=True, repr=False)
class Secret(Model):
    """A secret that signs; itself it is told when it is made and never again."""

    id: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True, repr=False)
class ShownCondition(Model):
    """A condition as whoever asks may see it."""

    field: ConditionField
    operator: OperatorEnum
    # null for senders without the scope readContent
    value: str | list[str] | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Step(Model):
    step: StepEnum
    at: datetime
    # since we accepted it; negative before that
    milliseconds: float | None
    # an attempt
    took_milliseconds: float | None
    delivery_id: str | None = None
    endpoint_id: str | None = None
    # of an attempt
    number: int | None = None
    # HTTP status of the answer
    status: int | None = None
    error_code: int | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Taken(Model):
    """Texts that are nobody else's until leasedUntil; what is not acknowledged by then is offered again."""

    # acknowledge with it; null where nothing waits
    lease: str | None
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
    # JSON pointer into the sample's body
    pointer: str
    detail: str
