"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

AboutEnum = Literal[
    "messages", "order", "content", "sender", "partial", "code", "host", "sentAfter", "delivered"
]
ActorKind = Literal["user", "key", "client", "operator", "system"]
ChangeEnum = Literal["created", "updated", "moved", "deleted"]
ClockStatus = Literal["advancing", "ready"]
CodePattern = Literal["origin_bound", "android_hash", "prefixed", "keyword", "context"]
ConditionField = Literal["numberUsed", "senderId", "senderCountry", "firstWord", "content"]
DeliveryState = Literal["pending", "sending", "delivered", "failed", "held", "cancelled"]
EndingEnum = Literal["whole", "drip", "half", "reset"]
EndpointKind = Literal["webhook", "callback", "polling"]
ErrorCodeEnum = Literal[
    5101,
    5102,
    5103,
    5104,
    5105,
    5106,
    5107,
    5108,
    5109,
    5110,
    5111,
    5112,
    5113,
    5114,
    5115,
    5116,
    5117,
    5118,
    5199,
]
EventName = Literal[
    "message.delivered",
    "message.failed",
    "message.expired",
    "endpoint.warned",
    "endpoint.disabled",
    "endpoint.enabled",
    "endpoint.recovered",
    "endpoint.secretRotated",
    "issue.opened",
    "issue.resolved",
    "quota.warned",
    "quota.exceeded",
]
HealthStateEnum = Literal["healthy", "failing", "open", "disabled"]
IssueState = Literal["open", "acknowledged", "resolved"]
LineState = Literal["connecting", "bound", "waiting", "refused", "stopped"]
MessageStatus = Literal[
    "received", "queued", "delivered", "failed", "dropped", "quarantined", "blocked", "expired"
]
MethodEnum = Literal["POST", "GET"]
NumberCapability = Literal["sms", "mms", "voice"]
NumberCategory = Literal[
    "platform",
    "verified",
    "mobile",
    "geographic",
    "nonGeographic",
    "tollFree",
    "premium",
    "machine",
    "shortCode",
    "other",
]
NumberDocumentType = Literal["application/pdf", "image/jpeg", "image/png"]
NumberRequestKind = Literal["pool", "bring"]
NumberRequestStatus = Literal["requested", "approved", "refused", "cancelled"]
OperatorEnum = Literal["equals", "startsWith", "contains", "matches", "in"]
PayloadEnum = Literal["full", "thin"]
ReplayKind = Literal["recover", "missing", "matching"]
ReplayState = Literal["planned", "running", "done", "failed", "cancelled"]
ReplayableState = Literal["failed", "delivered", "cancelled"]
RequestEnum = Literal["good", "tampered", "stale", "duplicate"]
RoleEnum = Literal["owner", "admin", "developer", "compliance", "support", "billing", "viewer"]
RouteAction = Literal["deliver", "drop", "quarantine"]
RunState = Literal["running", "passed", "failed"]
SandboxStatus = Literal["ready", "emptying"]
ScenarioCategory = Literal[
    "codes", "lookalikes", "everyday", "long", "scripts", "times", "traffic", "optOut", "abuse"
]
ScopesEnum = Literal[
    "read",
    "readMessages",
    "readContent",
    "receive",
    "configure",
    "replay",
    "readAudit",
    "manageSandboxes",
    "manageKeys",
    "manageMembers",
    "manageConsent",
]
SignatureEnum = Literal["valid", "wrong", "stale", "missing", "unknown"]
SignsWithEnum = Literal["v1", "v1a"]
SimulatedTextStateEnum = Literal["waiting", "accepted", "refused", "unanswered"]
StepEnum = Literal["sent", "accepted", "routed", "attempt", "delivered", "failed", "cancelled"]


class Access(TypedDict):
    headers: NotRequired[Sequence[AccessHeaders]]
    basic: NotRequired[AccessBasic]
    bearer: NotRequired[AccessBearer]
    oauth2: NotRequired[AccessOauth2]
    clientCertificate: NotRequired[AccessClientCertificate]
    # PEM; issuers to trust instead of the public ones
    caCertificate: NotRequired[str]


class AccessBasic(TypedDict):
    username: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    password: NotRequired[str | None]


class AccessBearer(TypedDict):
    # null in answers; null or absent keeps what an otherwise same entry had
    token: NotRequired[str | None]


class AccessClientCertificate(TypedDict):
    # PEM, the client's own first
    certificate: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    key: NotRequired[str | None]


class AccessHeaders(TypedDict):
    name: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    value: NotRequired[str | None]
    secret: NotRequired[bool]


class AccessOauth2(TypedDict):
    tokenUrl: NotRequired[str]
    clientId: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    clientSecret: NotRequired[str | None]
    scope: NotRequired[str]
    audience: NotRequired[str]
    authMethod: NotRequired[Literal["client_secret_basic", "client_secret_post"]]


class AuditedFields(TypedDict):
    name: NotRequired[str]
    role: NotRequired[str]
    user: NotRequired[str]
    language: NotRequired[str]
    time_zone: NotRequired[str]
    scopes: NotRequired[Sequence[str]]
    allowedNetworks: NotRequired[Sequence[str]]
    expiresAt: NotRequired[datetime | str | None]
    formerEndsAt: NotRequired[datetime | str]
    successor: NotRequired[str]
    fields: NotRequired[Sequence[str]]
    left: NotRequired[int]
    proofs: NotRequired[str]
    issuer: NotRequired[str]
    clientId: NotRequired[str]
    clientSecret: NotRequired[str]
    domains: NotRequired[Sequence[str]]
    joinRole: NotRequired[str]
    enforced: NotRequired[bool]
    trustsSecondFactor: NotRequired[bool]
    result: NotRequired[str]
    reason: NotRequired[str]
    reads_allowed: NotRequired[int | None]
    writes_allowed: NotRequired[int | None]
    messages_allowed: NotRequired[int | None]
    content_kept_days: NotRequired[int | None]
    attempts_kept_days: NotRequired[int | None]
    carrier: NotRequired[str]
    credentials: NotRequired[Sequence[str]]
    number: NotRequired[str]
    label: NotRequired[str]
    channel: NotRequired[str | None]
    channelRef: NotRequired[str]
    owned: NotRequired[bool]
    country: NotRequired[str]
    category: NotRequired[str]
    region: NotRequired[str]
    status: NotRequired[str]
    monthlyVolume: NotRequired[int]
    request: NotRequired[str]
    contentType: NotRequired[str]
    size: NotRequired[int]
    created: NotRequired[int]
    updated: NotRequired[int]
    position: NotRequired[int]
    version: NotRequired[int]
    moved: NotRequired[int]
    deleted: NotRequired[int]
    conditions: NotRequired[Sequence[AuditedFieldsConditions]]
    action: NotRequired[str]
    routingTag: NotRequired[str]
    endpointIds: NotRequired[Sequence[str]]
    kind: NotRequired[str]
    url: NotRequired[str | None]
    description: NotRequired[str]
    is_default: NotRequired[bool]
    policy: NotRequired[AuditedFieldsPolicy]
    access: NotRequired[AuditedFieldsAccess | None]
    signs_with: NotRequired[str]
    payload: NotRequired[str]
    template: NotRequired[AuditedFieldsTemplate]
    ack_within_s: NotRequired[int]
    events: NotRequired[Sequence[str]]
    failover: NotRequired[str | None]
    disabled: NotRequired[bool]
    because: NotRequired[str]
    warning: NotRequired[int]
    overlapSeconds: NotRequired[int]
    pattern: NotRequired[str]
    good: NotRequired[bool | None]
    tampered: NotRequired[bool | None]
    stale: NotRequired[bool | None]
    duplicate: NotRequired[bool | None]
    state: NotRequired[str]
    filter: NotRequired[AuditedFieldsFilter]
    planned: NotRequired[int]
    queued: NotRequired[int]
    notSent: NotRequired[Mapping[str, int]]
    behaviour: NotRequired[AuditedFieldsBehaviour]
    now: NotRequired[datetime | str]
    requests: NotRequired[int]
    texts: NotRequired[int]
    scenario: NotRequired[str]
    messages: NotRequired[int]
    code: NotRequired[str]
    field: NotRequired[str]
    ids: NotRequired[Sequence[str]]
    messageIds: NotRequired[Sequence[str]]
    form: NotRequired[str]
    organisation: NotRequired[str]
    seen: NotRequired[str]
    actor: NotRequired[str]
    target: NotRequired[str]
    request_id: NotRequired[str]
    address: NotRequired[str]
    since: NotRequired[str]
    until: NotRequired[str]


class AuditedFieldsAccess(TypedDict):
    headers: NotRequired[Sequence[AuditedFieldsAccessHeaders]]
    basic: NotRequired[AuditedFieldsAccessBasic]
    bearer: NotRequired[AuditedFieldsAccessBearer]
    oauth2: NotRequired[AuditedFieldsAccessOauth2]
    clientCertificate: NotRequired[AuditedFieldsAccessClientCertificate]
    # PEM; issuers to trust instead of the public ones
    caCertificate: NotRequired[str]


class AuditedFieldsAccessBasic(TypedDict):
    username: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    password: NotRequired[str | None]


class AuditedFieldsAccessBearer(TypedDict):
    # null in answers; null or absent keeps what an otherwise same entry had
    token: NotRequired[str | None]


class AuditedFieldsAccessClientCertificate(TypedDict):
    # PEM, the client's own first
    certificate: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    key: NotRequired[str | None]


class AuditedFieldsAccessHeaders(TypedDict):
    name: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    value: NotRequired[str | None]
    secret: NotRequired[bool]


class AuditedFieldsAccessOauth2(TypedDict):
    tokenUrl: NotRequired[str]
    clientId: NotRequired[str]
    # null in answers; null or absent keeps what an otherwise same entry had
    clientSecret: NotRequired[str | None]
    scope: NotRequired[str]
    audience: NotRequired[str]
    authMethod: NotRequired[Literal["client_secret_basic", "client_secret_post"]]


class AuditedFieldsBehaviour(TypedDict):
    # of the answer
    status: NotRequired[int]
    # instead of a status
    redirect: NotRequired[Literal[301, 302, 303, 307, 308]]
    # seconds, in the header Retry-After
    retryAfter: NotRequired[int]
    # answer 410, which disables an endpoint
    gone: NotRequired[bool]
    # answer `webhook-delivery: abort-message`, which ends the tries of that event
    abort: NotRequired[bool]
    body: NotRequired[str]
    # so long a body
    bodyBytes: NotRequired[int]
    # before the answer
    delayMs: NotRequired[int]
    # answer a byte a second
    drip: NotRequired[bool]
    # reset the connection instead of an answer, or break off in the middle of it
    disconnect: NotRequired[Literal["reset", "half"]]
    # only so many tries of each event fail
    failFirst: NotRequired[int]
    # only so many in a hundred requests fail, by chance
    failRate: NotRequired[int]
    # of that chance: the same seed fails the same requests
    seed: NotRequired[int]


class AuditedFieldsConditions(TypedDict):
    field: NotRequired[Literal["numberUsed", "senderId", "senderCountry", "firstWord", "content"]]
    operator: NotRequired[Literal["equals", "startsWith", "contains", "matches", "in"]]
    value: NotRequired[str | Sequence[str]]


class AuditedFieldsFilter(TypedDict):
    since: NotRequired[datetime | str]
    until: NotRequired[datetime | str]
    endpoint: NotRequired[str]
    state: NotRequired[str]
    errorCode: NotRequired[
        Literal[
            5101,
            5102,
            5103,
            5104,
            5105,
            5106,
            5107,
            5108,
            5109,
            5110,
            5111,
            5112,
            5113,
            5114,
            5115,
            5116,
            5117,
            5118,
            5199,
        ]
    ]
    number: NotRequired[str]
    routes: NotRequired[Sequence[str]]
    unrouted: NotRequired[bool]


class AuditedFieldsPolicy(TypedDict):
    retry: NotRequired[AuditedFieldsPolicyRetry | AuditedFieldsPolicyRetry2]
    # for one try, answer included
    deadlineSeconds: NotRequired[int]
    # from the text's arrival; later it is worthless
    deliverWithinSeconds: NotRequired[int]
    onFailure: NotRequired[AuditedFieldsPolicyOnFailure]
    # requests at once
    maxInFlight: NotRequired[int]
    # requests a second
    ratePerSecond: NotRequired[float]
    drain: NotRequired[AuditedFieldsPolicyDrain]
    # texts of one sender come one after another
    ordered: NotRequired[AuditedFieldsPolicyOrdered]


class AuditedFieldsPolicyDrain(TypedDict):
    # of what piled up; 100 unless chosen
    ratePerSecond: NotRequired[float]
    newestFirst: NotRequired[bool]


AuditedFieldsPolicyOnFailure = TypedDict(
    "AuditedFieldsPolicyOnFailure",
    {
        "dns": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "connect": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "tls": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "token": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "timeout": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "3xx": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "4xx": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "410": 'NotRequired[Literal["retry", "slow", "stop", "disable"]]',
        "429": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "5xx": 'NotRequired[Literal["retry", "slow", "stop"]]',
    },
)


class AuditedFieldsPolicyOrdered(TypedDict):
    # how long a text waits at most for earlier ones of its sender; 600 unless chosen
    waitSeconds: NotRequired[int]


class AuditedFieldsPolicyRetry(TypedDict):
    # the pause before each try after the first
    delaysSeconds: NotRequired[Sequence[int]]


class AuditedFieldsPolicyRetry2(TypedDict):
    firstSeconds: NotRequired[int]
    factor: NotRequired[float]
    longestSeconds: NotRequired[int]
    tries: NotRequired[int]


class AuditedFieldsTemplate(TypedDict):
    method: NotRequired[str | None]
    contentType: NotRequired[str | None]


class Behaviour(TypedDict):
    # of the answer
    status: NotRequired[int]
    # instead of a status
    redirect: NotRequired[Literal[301, 302, 303, 307, 308]]
    # seconds, in the header Retry-After
    retryAfter: NotRequired[int]
    # answer 410, which disables an endpoint
    gone: NotRequired[bool]
    # answer `webhook-delivery: abort-message`, which ends the tries of that event
    abort: NotRequired[bool]
    body: NotRequired[str]
    # so long a body
    bodyBytes: NotRequired[int]
    # before the answer
    delayMs: NotRequired[int]
    # answer a byte a second
    drip: NotRequired[bool]
    # reset the connection instead of an answer, or break off in the middle of it
    disconnect: NotRequired[Literal["reset", "half"]]
    # only so many tries of each event fail
    failFirst: NotRequired[int]
    # only so many in a hundred requests fail, by chance
    failRate: NotRequired[int]
    # of that chance: the same seed fails the same requests
    seed: NotRequired[int]


class Condition(TypedDict):
    """All conditions of a route must hold."""

    field: ConditionField
    operator: OperatorEnum
    value: str | Sequence[str]


class EndpointDisabledData(TypedDict):
    endpointId: str
    simulated: bool
    because: Literal["person", "failing", "gone", "asked"]
    divertedTo: str | None


class EndpointEnabledData(TypedDict):
    endpointId: str
    simulated: bool


class EndpointRecoveredData(TypedDict):
    endpointId: str
    simulated: bool
    failingSince: datetime | str


class EndpointSecretRotatedData(TypedDict):
    endpointId: str
    simulated: bool
    secretId: str
    overlapSeconds: int


class EndpointWarnedData(TypedDict):
    endpointId: str
    simulated: bool
    warning: int
    divertedTo: str | None


class EventConstant(TypedDict):
    const: str


class EventDataSchema(TypedDict):
    type: str
    required: Sequence[str]
    properties: Mapping[str, EventField]


class EventExample(TypedDict):
    type: str
    timestamp: datetime | str
    data: (
        MessageReceivedData
        | MessageDeliveredData
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


class EventField(TypedDict):
    type: NotRequired[str | Sequence[str]]
    pattern: NotRequired[str]
    format: NotRequired[str]
    enum: NotRequired[Sequence[str | int]]
    items: NotRequired[EventItems]
    minimum: NotRequired[int]
    maximum: NotRequired[int]
    additionalProperties: NotRequired[bool]
    required: NotRequired[Sequence[str]]
    properties: NotRequired[Mapping[str, EventFieldMember]]
    description: NotRequired[str]


class EventFieldMember(TypedDict):
    type: NotRequired[str | Sequence[str]]
    enum: NotRequired[Sequence[str]]
    minimum: NotRequired[int]
    maximum: NotRequired[int]


class EventItems(TypedDict):
    type: str


class EventMembers(TypedDict):
    type: EventConstant
    timestamp: EventTime
    data: EventDataSchema


class EventSchema(TypedDict):
    type: str
    required: Sequence[str]
    properties: EventMembers


class EventTime(TypedDict):
    type: str
    format: str


class ImportedRoute(TypedDict):
    # of the route that this is; left out, it is a new one
    id: NotRequired[str]
    name: str
    conditions: NotRequired[Sequence[Condition]]
    action: NotRequired[RouteAction]
    endpointIds: NotRequired[Sequence[str]]
    routingTag: NotRequired[str]


class IssueOpenedData(TypedDict):
    issueId: str
    endpointId: str
    simulated: bool
    # http://127.0.0.1:8000/docs/errors/<code> says what it means
    errorCode: Literal[
        5101,
        5102,
        5103,
        5104,
        5105,
        5106,
        5107,
        5108,
        5109,
        5110,
        5111,
        5112,
        5113,
        5114,
        5115,
        5116,
        5117,
        5118,
        5199,
    ]


class IssueResolvedData(TypedDict):
    issueId: str
    endpointId: str
    simulated: bool
    # http://127.0.0.1:8000/docs/errors/<code> says what it means
    errorCode: Literal[
        5101,
        5102,
        5103,
        5104,
        5105,
        5106,
        5107,
        5108,
        5109,
        5110,
        5111,
        5112,
        5113,
        5114,
        5115,
        5116,
        5117,
        5118,
        5199,
    ]
    because: Literal["recovered", "person"]


class MessageDeliveredData(TypedDict):
    messageId: str
    deliveryId: str
    endpointId: str
    simulated: bool


class MessageExpiredData(TypedDict):
    messageId: str
    deliveryId: str
    endpointId: str
    simulated: bool
    # http://127.0.0.1:8000/docs/errors/<code> says what it means
    errorCode: Literal[
        5101,
        5102,
        5103,
        5104,
        5105,
        5106,
        5107,
        5108,
        5109,
        5110,
        5111,
        5112,
        5113,
        5114,
        5115,
        5116,
        5117,
        5118,
        5199,
    ]
    reason: Literal[
        "ladder",
        "slow",
        "retryAfter",
        "busy",
        "circuit",
        "rate",
        "drain",
        "order",
        "ours",
        "queued",
        "triesUsed",
        "stopped",
        "expired",
        "aborted",
        "gone",
    ]


class MessageFailedData(TypedDict):
    messageId: str
    deliveryId: str
    endpointId: str
    simulated: bool
    # http://127.0.0.1:8000/docs/errors/<code> says what it means
    errorCode: Literal[
        5101,
        5102,
        5103,
        5104,
        5105,
        5106,
        5107,
        5108,
        5109,
        5110,
        5111,
        5112,
        5113,
        5114,
        5115,
        5116,
        5117,
        5118,
        5199,
    ]
    reason: Literal[
        "ladder",
        "slow",
        "retryAfter",
        "busy",
        "circuit",
        "rate",
        "drain",
        "order",
        "ours",
        "queued",
        "triesUsed",
        "stopped",
        "expired",
        "aborted",
        "gone",
    ]


class MessageReceivedData(TypedDict):
    id: str
    content: str
    senderId: str
    receivedAt: datetime | str
    numberUsed: str
    routingTag: str | None
    senderType: str
    senderCountry: str | None
    sentAt: datetime | str | None
    encoding: str | None
    segments: int | None
    partial: bool
    media: Sequence[str]
    # null in live, and where the text tells none
    code: MessageReceivedDataCode | None
    simulated: bool


class MessageReceivedDataCode(TypedDict):
    value: str
    pattern: Literal["origin_bound", "android_hash", "prefixed", "keyword", "context"]
    confidence: float
    host: str | None


class Policy(TypedDict):
    retry: NotRequired[PolicyRetry | PolicyRetry2]
    # for one try, answer included
    deadlineSeconds: NotRequired[int]
    # from the text's arrival; later it is worthless
    deliverWithinSeconds: NotRequired[int]
    onFailure: NotRequired[PolicyOnFailure]
    # requests at once
    maxInFlight: NotRequired[int]
    # requests a second
    ratePerSecond: NotRequired[float]
    drain: NotRequired[PolicyDrain]
    # texts of one sender come one after another
    ordered: NotRequired[PolicyOrdered]


class PolicyDrain(TypedDict):
    # of what piled up; 100 unless chosen
    ratePerSecond: NotRequired[float]
    newestFirst: NotRequired[bool]


PolicyOnFailure = TypedDict(
    "PolicyOnFailure",
    {
        "dns": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "connect": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "tls": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "token": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "timeout": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "3xx": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "4xx": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "410": 'NotRequired[Literal["retry", "slow", "stop", "disable"]]',
        "429": 'NotRequired[Literal["retry", "slow", "stop"]]',
        "5xx": 'NotRequired[Literal["retry", "slow", "stop"]]',
    },
)


class PolicyOrdered(TypedDict):
    # how long a text waits at most for earlier ones of its sender; 600 unless chosen
    waitSeconds: NotRequired[int]


class PolicyRetry(TypedDict):
    # the pause before each try after the first
    delaysSeconds: NotRequired[Sequence[int]]


class PolicyRetry2(TypedDict):
    firstSeconds: NotRequired[int]
    factor: NotRequired[float]
    longestSeconds: NotRequired[int]
    tries: NotRequired[int]


class QuotaExceededData(TypedDict):
    messagesAMonth: int
    received: int
    simulated: bool


class QuotaWarnedData(TypedDict):
    messagesAMonth: int
    received: int
    simulated: bool


class ReplayFilter(TypedDict):
    """What is meant. With kind `recover` or `missing` an endpoint is named; `missing` takes no state and no code."""

    # made, or for `missing` arrived, at that time or later
    since: datetime | str
    # and before that
    until: NotRequired[datetime | str]
    endpointId: NotRequired[str]
    # failed unless you say otherwise
    state: NotRequired[ReplayableState]
    errorCode: NotRequired[ErrorCodeEnum]
    # that the texts came to
    number: NotRequired[str]
    # for `missing`: also what routes sent elsewhere, or nowhere; with care
    everything: NotRequired[bool]


class SampleText(TypedDict):
    numberUsed: str
    senderId: str
    content: str


class SentPart(TypedDict):
    # which part, from 1
    number: int
    # how much later than the text it comes
    delaySeconds: NotRequired[float]


class Template(TypedDict):
    method: NotRequired[Literal["POST", "PUT", "PATCH", "GET"]]
    # goes behind the URL's own path
    path: NotRequired[str]
    # parameters behind the URL's own query
    query: NotRequired[Sequence[TemplateQuery]]
    # beside those that every delivery has
    headers: NotRequired[Sequence[TemplateHeaders]]
    contentType: NotRequired[
        Literal["application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain"]
    ]
    # with places such as {content}
    body: NotRequired[str]
    success: NotRequired[TemplateSuccess]


class TemplateHeaders(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str]


class TemplateQuery(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str]


class TemplateSuccess(TypedDict):
    # instead of any 2xx
    statuses: NotRequired[Sequence[int]]
    # what the answer's body must contain
    contains: NotRequired[str]
    # JSON pointer (RFC 6901) to what must equal `equals`
    pointer: NotRequired[str]
    equals: NotRequired[str | float | bool | None]
