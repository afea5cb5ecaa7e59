"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smsgw.inputs import (
    AboutEnum,
    Access,
    ActorKind,
    AuditedFields,
    Behaviour,
    ChangeEnum,
    ClockStatus,
    CodePattern,
    ConditionField,
    DeliveryState,
    EndingEnum,
    EndpointDisabledData,
    EndpointEnabledData,
    EndpointKind,
    EndpointRecoveredData,
    EndpointSecretRotatedData,
    EndpointWarnedData,
    EventExample,
    EventName,
    EventSchema,
    HealthStateEnum,
    IssueOpenedData,
    IssueResolvedData,
    IssueState,
    LineState,
    MessageDeliveredData,
    MessageExpiredData,
    MessageFailedData,
    MessageStatus,
    NumberCapability,
    NumberCategory,
    NumberRequestKind,
    NumberRequestStatus,
    OperatorEnum,
    PayloadEnum,
    Policy,
    QuotaExceededData,
    QuotaWarnedData,
    ReplayableState,
    ReplayKind,
    ReplayState,
    RequestEnum,
    RoleEnum,
    RouteAction,
    RunState,
    SandboxStatus,
    ScenarioCategory,
    ScopesEnum,
    SignatureEnum,
    SignsWithEnum,
    SimulatedTextStateEnum,
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
    actor_kind: ActorKind
    actor_id: str | None
    # noun.verb
    action: str
    target_id: str | None
    before: AuditedFields | None
    after: AuditedFields | None
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
class Awaited(Model):
    """The first requests, oldest first; fewer than asked for where the time was up."""

    data: list[ReceivedRequest]
    # whether as many came as were waited for
    complete: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class BadTls(Model):
    """The same receiver where a careful client breaks off the TLS handshake."""

    expired: str
    self_signed: str
    wrong_host: str


@dataclass(frozen=True, kw_only=True, repr=False)
class BareDelivery(Model):
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
class BareMessage(Model):
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
    # null where the text tells none, in live, and without the scope readContent
    code: Code | None
    simulated: bool
    carrier_message_id: str | None


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
    oldest_undelivered_at: datetime | None
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
class Code(Model):
    """The one-time code that a text tells, as far as can be known."""

    # what is to be typed, without spaces and dashes
    value: str
    # how it was known
    pattern: CodePattern
    confidence: float
    # the site that the text binds it to, if any
    host: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Copies(Model):
    """The scenario to take along, ready to be pasted."""

    curl: str
    pytest: str
    playwright: str


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
    oldest_undelivered_at: datetime | None
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
    message: BareMessage | None = None
    endpoint: Endpoint | None = None
    attempts: list[Attempt] | None = None


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
    oldest_undelivered_at: datetime | None
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
    data: (
        MessageDeliveredData
        | MessageFailedData
        | MessageExpiredData
        | EndpointWarnedData
        | EndpointDisabledData
        | EndpointEnabledData
        | EndpointRecoveredData
        | EndpointSecretRotatedData
        | IssueOpenedData
        | IssueResolvedData
        | QuotaWarnedData
        | QuotaExceededData
    )


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
    # in a sandbox, where the text tells one
    code: Code | None
    simulated: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class EventType(Model):
    type: str
    description: str
    # false for texts, which routes send
    subscribable: bool
    # JSON schema of the body
    schema: EventSchema
    example: EventExample


@dataclass(frozen=True, kw_only=True, repr=False)
class EventTypes(Model):
    """All of them; there is no second page."""

    data: list[EventType]


@dataclass(frozen=True, kw_only=True, repr=False)
class Expectation(Model):
    """Something that has to come of a text."""

    # which of the scenario's texts, from 1
    text: int
    about: AboutEnum
    expected: str
    seen: str | None
    # null while it may still come true
    passed: bool | None


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
class IdentityProvider(Model):
    id: str
    issuer: str
    client_id: str
    domains: list[str]
    join_role: RoleEnum | None
    enforced: bool
    trusts_second_factor: bool
    # to register at the provider
    redirect_uri: str
    # where your people begin
    sign_in_url: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class IdentityProviderCheck(Model):
    """Whether the provider answered what each sign-in asks of it, but for the person."""

    right: bool
    # what is wrong, as a word
    code: str | None
    # and as a sentence
    detail: str | None


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
    # null where the text tells none, in live, and without the scope readContent
    code: Code | None
    simulated: bool
    carrier_message_id: str | None
    deliveries: list[BareDelivery] | None = None
    route: Route | None = None
    number: Number | None = None


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
class NumberLease(Model):
    """A number that nobody else leases meanwhile."""

    id: str
    number: str
    number_id: str
    # in real time
    expires_at: datetime


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
class PlannedFilter(Model):
    since: datetime
    until: datetime | None = None
    endpoint_id: str | None = None
    state: ReplayableState | None = None
    error_code: int | None = None
    number: str | None = None
    everything: bool | None = None


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
class ReceivedRequest(Model):
    """A request; what it said is null for who may not read texts."""

    id: str
    # in the order of arrival, from 1 on
    number: int
    received_at: datetime
    method: str | None
    # with its query
    path: str | None
    headers: list[RequestHeader] | None
    body: str | None
    webhook_id: str | None
    # how many came before with the same webhook-id
    repeat: int
    # as the request counts
    attempt: int | None
    # by the secrets of the endpoints that lead here; stale: more than five minutes old
    signature: SignatureEnum
    # whose secret signed it
    endpoint_id: str | None
    answered_status: int | None
    # what became of the answer
    ending: EndingEnum


@dataclass(frozen=True, kw_only=True, repr=False)
class ReceivedText(Model):
    # message.received
    type: str
    timestamp: datetime
    data: EventData


@dataclass(frozen=True, kw_only=True, repr=False)
class Receiver(Model):
    id: str
    name: str
    # for an endpoint of this sandbox; a query changes the behaviour for one request
    url: str
    bad_tls_urls: BadTls
    behaviour: Behaviour
    # requests since it was made or emptied
    received: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class Released(Model):
    """Which are in the queue again, and which were not held under this lease any more."""

    released: list[str]
    lost: list[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class Replay(Model):
    id: str
    kind: ReplayKind
    filter: PlannedFilter
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
class Request(Model):
    """One request: never its body, its query or the ids in its path."""

    id: str
    at: datetime
    # as its answer named it in Request-Id
    request_id: str
    method: str
    # with names in place of ids: /v1/messages/{message_id}
    path: str
    status: int
    error_code: int | None
    duration_ms: float
    # of the key or OAuth client that asked
    actor_id: str
    # from where it came
    address: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class RequestHeader(Model):
    """One header as it came; of `Authorization` and cookies only the first word."""

    name: str
    value: str


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
class RouteChange(Model):
    change: ChangeEnum
    id: str
    name: str
    before: RouteEntry | None
    after: RouteEntry | None


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteComparison(Model):
    """Routes to try against those in force; those in force against what became of the texts."""

    looked: int
    # erased, or no longer to be opened
    unreadable: int
    # that would go elsewhere
    changed: int
    taken: list[TakenByRoute]
    # the newest of the changed
    examples: list[RouteTrialExample]


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteDecision(Model):
    """Where a text would go, and why."""

    # null where no route, or a new one, takes it
    route_id: str | None
    route_name: str | None
    # deliver, drop, quarantine, keep: no route takes it, it waits to be read
    action: str
    routing_tag: str | None
    # null where nobody knows any more
    endpoint_ids: list[str] | None
    # each earlier route, and why it did not take the text
    explanation: list[PassedRoute]


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteDifference(Model):
    """What changes, route by route; what is not named stays as it is."""

    dry_run: bool
    changes: list[RouteChange]


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteDocument(Model):
    """All routes, in the order in which they are asked; POST and PUT take it as it is."""

    routes: list[RouteEntry]


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteEntry(Model):
    """A route as a document has it."""

    id: str
    name: str
    conditions: list[ShownCondition]
    action: RouteAction
    endpoint_ids: list[str]
    routing_tag: str


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteFinding(Model):
    # JSON pointer into the body
    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteOutcome(Model):
    """Where a text goes."""

    # null where no route, or a new one, takes it
    route_id: str | None
    route_name: str | None
    # deliver, drop, quarantine, keep: no route takes it, it waits to be read
    action: str
    routing_tag: str | None
    # null where nobody knows any more
    endpoint_ids: list[str] | None


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteTrial(Model):
    """What routes do: with one text (decision), with stored ones (comparison), or both."""

    decision: RouteDecision | None
    comparison: RouteComparison | None


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteTrialExample(Model):
    """A text that would go elsewhere."""

    message_id: str
    before: RouteOutcome
    after: RouteOutcome


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteValidation(Model):
    """Whether an import would take the document."""

    valid: bool
    errors: list[RouteFinding]
    warnings: list[RouteFinding]


@dataclass(frozen=True, kw_only=True, repr=False)
class RouteVersion(Model):
    id: str
    number: int
    created_at: datetime
    by: ActorKind
    # of the person, key or OAuth client
    by_id: str | None
    # of routes
    count: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Run(Model):
    """One run of a scenario, as it stands now."""

    id: str
    scenario: str
    number_used: str
    created_at: datetime
    state: RunState
    # when, by the sandbox's clock, what the run waits for is due: put the clock ahead to see it now
    due_at: datetime | None
    finished_at: datetime | None
    expectations: list[Expectation]
    # of what came, the oldest first
    message_ids: list[str]


@dataclass(frozen=True, kw_only=True, repr=False)
class Runs(Model):
    """The runs that were begun, in the order of the scenarios."""

    data: list[Run]


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
class Scenario(Model):
    """Something that happens to whoever receives texts."""

    name: str
    category: ScenarioCategory
    title: str
    description: str
    texts: list[ScenarioText]
    expectations: list[Expectation]
    copies: Copies


@dataclass(frozen=True, kw_only=True, repr=False)
class ScenarioPart(Model):
    """One part on its way."""

    number: int
    delay_seconds: float


@dataclass(frozen=True, kw_only=True, repr=False)
class ScenarioText(Model):
    """One text as the simulator takes it."""

    sender_id: str
    content: str
    # null: that of the number's own channel, or `sandbox`
    carrier: str | None
    parts: list[ScenarioPart] | None
    count: int
    repeats: int
    delay_seconds: float
    skew_seconds: float


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
class SimulatedText(Model):
    carrier_message_id: str
    part: int | None
    parts: int | None
    due_at: datetime
    state: SimulatedTextStateEnum
    # the HTTP status of the last request; by smpp what its command_status comes to
    answer: int | None
    tries: int
    # null while, or because, it is no message
    message_id: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Simulation(Model):
    """What the simulator sends, one request of the carrier after the other."""

    id: str
    number_used: str
    channel_id: str
    carrier: str
    created_at: datetime
    # of what has arrived so far, the oldest first
    message_ids: list[str]
    texts: list[SimulatedText]


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
class TakenByRoute(Model):
    """How many of the texts a route takes; without id and name, none does."""

    route_id: str | None
    route_name: str | None
    count: int


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


@dataclass(frozen=True, kw_only=True, repr=False)
class WholeRouteVersion(Model):
    """A version with its routes."""

    id: str
    number: int
    created_at: datetime
    by: ActorKind
    # of the person, key or OAuth client
    by_id: str | None
    # of routes
    count: int
    routes: list[RouteEntry]
