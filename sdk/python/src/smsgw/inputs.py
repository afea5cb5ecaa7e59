"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

ActorKindEnum = Literal["user", "key", "client", "operator", "system"]
ClockStatus = Literal["advancing", "ready"]
ConditionField = Literal["numberUsed", "senderId", "senderCountry", "firstWord", "content"]
DeliveryState = Literal["pending", "sending", "delivered", "failed", "held", "cancelled"]
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
ReplayFilterStateEnum = Literal["failed", "delivered", "cancelled"]
ReplayKind = Literal["recover", "missing", "matching"]
ReplayState = Literal["planned", "running", "done", "failed", "cancelled"]
RequestEnum = Literal["good", "tampered", "stale", "duplicate"]
RoleEnum = Literal["owner", "admin", "developer", "compliance", "support", "billing", "viewer"]
RouteAction = Literal["deliver", "drop", "quarantine"]
SandboxStatus = Literal["ready", "emptying"]
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
SignsWithEnum = Literal["v1", "v1a"]
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


class Condition(TypedDict):
    """All conditions of a route must hold."""

    field: ConditionField
    operator: OperatorEnum
    value: str | Sequence[str]


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


class ReplayFilter(TypedDict):
    """What is meant. With kind `recover` or `missing` an endpoint is named; `missing` takes no state and no code."""

    # made, or for `missing` arrived, at that time or later
    since: datetime | str
    # and before that
    until: NotRequired[datetime | str]
    endpointId: NotRequired[str]
    # failed unless you say otherwise
    state: NotRequired[ReplayFilterStateEnum]
    errorCode: NotRequired[ErrorCodeEnum]
    # that the texts came to
    number: NotRequired[str]
    # for `missing`: also what routes sent elsewhere, or nowhere; with care
    everything: NotRequired[bool]


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
