"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

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
RouteAction = Literal["deliver", "drop", "quarantine"]
SignsWithEnum = Literal["v1", "v1a"]
StepEnum = Literal["sent", "accepted", "routed", "attempt", "delivered", "failed", "cancelled"]


class Access(TypedDict):
    headers: NotRequired[Sequence[AccessHeaders]]
    basic: NotRequired[AccessBasic]
    bearer: NotRequired[AccessBearer]
    oauth2: NotRequired[AccessOauth2]
    clientCertificate: NotRequired[AccessClientCertificate]
    caCertificate: NotRequired[str]  # PEM; issuers to trust instead of the public ones


class AccessBasic(TypedDict):
    username: NotRequired[str]
    password: NotRequired[
        str | None
    ]  # null in answers; null or absent keeps what an otherwise same entry had


class AccessBearer(TypedDict):
    token: NotRequired[str | None]  # null in answers; null or absent keeps what an otherwise same entry had


class AccessClientCertificate(TypedDict):
    certificate: NotRequired[str]  # PEM, the client's own first
    key: NotRequired[str | None]  # null in answers; null or absent keeps what an otherwise same entry had


class AccessHeaders(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str | None]  # null in answers; null or absent keeps what an otherwise same entry had
    secret: NotRequired[bool]


class AccessOauth2(TypedDict):
    tokenUrl: NotRequired[str]
    clientId: NotRequired[str]
    clientSecret: NotRequired[
        str | None
    ]  # null in answers; null or absent keeps what an otherwise same entry had
    scope: NotRequired[str]
    audience: NotRequired[str]
    authMethod: NotRequired[Literal["client_secret_basic", "client_secret_post"]]


class ConditionInput(TypedDict):
    """All conditions of a route must hold."""

    field: ConditionField
    operator: OperatorEnum
    value: str | Sequence[str]


class Policy(TypedDict):
    retry: NotRequired[PolicyRetry | PolicyRetry2]
    deadlineSeconds: NotRequired[int]  # for one try, answer included
    deliverWithinSeconds: NotRequired[int]  # from the text's arrival; later it is worthless
    onFailure: NotRequired[PolicyOnFailure]
    maxInFlight: NotRequired[int]  # requests at once
    ratePerSecond: NotRequired[float]  # requests a second
    drain: NotRequired[PolicyDrain]
    ordered: NotRequired[PolicyOrdered]  # texts of one sender come one after another


class PolicyDrain(TypedDict):
    ratePerSecond: NotRequired[float]  # of what piled up; 100 unless chosen
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
    waitSeconds: NotRequired[
        int
    ]  # how long a text waits at most for earlier ones of its sender; 600 unless chosen


class PolicyRetry(TypedDict):
    delaysSeconds: NotRequired[Sequence[int]]  # the pause before each try after the first


class PolicyRetry2(TypedDict):
    firstSeconds: NotRequired[int]
    factor: NotRequired[float]
    longestSeconds: NotRequired[int]
    tries: NotRequired[int]


class ReplayFilter(TypedDict):
    """What is meant. With kind `recover` or `missing` an endpoint is named; `missing` takes no state and no code."""

    since: datetime | str  # made, or for `missing` arrived, at that time or later
    until: NotRequired[datetime | str]  # and before that
    endpointId: NotRequired[str]
    state: NotRequired[ReplayFilterStateEnum]  # failed unless you say otherwise
    errorCode: NotRequired[ErrorCodeEnum]
    number: NotRequired[str]  # that the texts came to
    everything: NotRequired[bool]  # for `missing`: also what routes sent elsewhere, or nowhere; with care


class Template(TypedDict):
    method: NotRequired[Literal["POST", "PUT", "PATCH", "GET"]]
    path: NotRequired[str]  # goes behind the URL's own path
    query: NotRequired[Sequence[TemplateQuery]]  # parameters behind the URL's own query
    headers: NotRequired[Sequence[TemplateHeaders]]  # beside those that every delivery has
    contentType: NotRequired[
        Literal["application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain"]
    ]
    body: NotRequired[str]  # with places such as {content}
    success: NotRequired[TemplateSuccess]


class TemplateHeaders(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str]


class TemplateQuery(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str]


class TemplateSuccess(TypedDict):
    statuses: NotRequired[Sequence[int]]  # instead of any 2xx
    contains: NotRequired[str]  # what the answer's body must contain
    pointer: NotRequired[str]  # JSON pointer (RFC 6901) to what must equal `equals`
    equals: NotRequired[str | float | bool | None]
