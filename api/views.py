"""What every resource stands on: a request whose environment is known, reading bodies, finding rows, documenting."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import ids
from accounts.audit import Actor, asking
from accounts.errors import Invalid
from accounts.models import Environment
from accounts.proxies import plain
from accounts.roles import READ_CONTENT
from api import crossings, errors, idempotency, limits
from api.authentication import Program
from api.fields import Input
from operations import counters, rates, repetition, requests

#: In a request's META where api.waiting asks again for one that it holds.
AGAIN = "smsgateway.again"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Callable[..., HttpResponseBase])


class ApiRequest(Request):
    """A request of a program that we know."""

    @property
    def program(self) -> Program:
        assert isinstance(self.auth, Program)  # no view runs without one (api.authentication)
        return self.auth

    @property
    def environment(self) -> Environment:
        """Where everything that this request may see or touch hangs."""
        return self.program.environment

    @property
    def actor(self) -> Actor:
        return asking(self.program.kind, self.program.id, self.META)

    @property
    def asked_again(self) -> bool:
        """Whether this is a held request that was counted and logged when it came."""
        return AGAIN in self.META


def seen_by(request: ApiRequest) -> dict[str, Any]:
    """The context for a serializer whose answers hold what texts say (api.fields.OfContent)."""
    return {"reads_content": READ_CONTENT in request.program.scopes}


class AlwaysJson(BaseContentNegotiation):
    """We speak JSON only, so an Accept header of any kind gets it rather than a 406."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class View(APIView):
    content_negotiation_class = AlwaysJson
    http_method_names: tuple[str, ...] = (
        "get",
        "head",
        "post",
        "patch",
        "delete",
    )  # instead of OPTIONS: /v1/openapi.json

    started: float
    known = False  # whether somebody with a valid key asks
    claim: repetition.Claim | None = None
    standing: rates.Standing | None = None

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> ApiRequest:
        self.started = time.perf_counter()
        return ApiRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def perform_authentication(self, request: Any) -> None:
        """Who it is, and whether they may ask that often. Raises AuthenticationFailed and TooManyRequests."""
        super().perform_authentication(request)
        self.known = request.auth is not None
        if self.known and not request.asked_again:
            self.count(request)

    def count(self, request: ApiRequest) -> None:
        self.standing = limits.take(request.environment, request.program.id, request.method)
        if self.standing is not None and not self.standing.allowed:
            raise errors.TooManyRequests(self.standing.wait_s)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            bulk = getattr(getattr(self, "post", None), "bulk", False)
            self.claim = idempotency.begin(request, required=bulk)

    def handle_exception(self, exc: Exception) -> Response:
        return exc.response if isinstance(exc, idempotency.Answered) else super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if self.known:
            crossings.note(request, answer, self.kwargs)
        answer["Cache-Control"] = "no-store"
        for name, value in limits.headers(self.standing).items():
            answer[name] = value
        if self.claim is not None:
            idempotency.end(self.claim, answer)
        if self.known:
            # Django calls these after the last byte of the answer; it has no public door to them.
            after: list[Callable[[], None]] = answer._resource_closers  # type: ignore[attr-defined]
            after.append(request.program.note_use)
            if not request.asked_again:
                after.append(partial(self.log, request, answer))
        counters.api_answered(request.method, answer.status_code)
        return answer

    def log(self, request: ApiRequest, answer: Response) -> None:
        """Write the request down where its developers look for it, without what it said."""
        told = answer.data if answer.status_code >= 400 and isinstance(answer.data, dict) else {}
        requests.note(
            request.environment,
            request.actor,
            method=(request.method or "")[:10],
            path=template_of(request),
            status=answer.status_code,
            error_code=told.get("errorCode"),
            duration_us=int((time.perf_counter() - self.started) * 1_000_000),
            address=plain(request.actor.address),
        )


def template_of(request: Request) -> str:
    """The path with names in place of ids: "/v1/messages/{message_id}"."""
    match = request.resolver_match
    return "/" + PARAMETER.sub(r"{\1}", match.route if match else "")


class Unknown(View):
    """Every address under /v1/ that is none, with or without a key."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise errors.NotFound


def body(request: Request, shape: type[Input]) -> dict[str, Any]:
    """The request's body as `shape` declares it, by our own names; raises ValidationError."""
    if (
        "HTTP_TRANSFER_ENCODING" in request.META
    ):  # Django would take a body of unknown length for an empty one
        raise errors.LengthRequired
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def query(request: Request, shape: type[Input]) -> dict[str, Any]:
    """The request's query parameters as `shape` declares them; raises BadQuery naming the first wrong one."""
    serializer = shape(data=request.query_params.dict())
    if not serializer.is_valid():
        wrong = next(errors.wrong_fields(serializer.errors))
        detail = wrong["detail"]
        if wrong["code"] == "unknown_field":
            known = {"names": ", ".join(serializer.fields) or "-"}
            detail = _("There is no such parameter here. There are: %(names)s.") % known
        raise errors.BadQuery(wrong["pointer"].removeprefix("#/"), wrong["code"], detail)
    values: dict[str, Any] = serializer.validated_data
    return values


def find(rows: QuerySet[M], noun: str, id: str, column: str = "pk") -> M:
    """The row of `rows` with that public id. Raises NotFound, alike whatever the reason."""
    key = ids.parse(noun, id)
    row = rows.filter(**{column: key}).first() if key else None
    if row is None:
        raise errors.NotFound
    return row


def named(rows: QuerySet[M], noun: str, id: str, pointer: str) -> M:
    """The row that a field of the body names. Raises Invalid, alike whatever the reason."""
    try:
        return find(rows, noun, id)
    except errors.NotFound:
        detail = _("This environment has nothing with this id.")
        raise Invalid([(pointer, "unknown_id", detail)]) from None


class WrongField(serializers.Serializer[Any]):
    """One wrong field of the body (pointer) or query parameter (parameter)."""

    pointer = serializers.CharField(required=False, help_text="JSON pointer into the body, as in #/url")
    parameter = serializers.CharField(required=False, help_text="name of the query parameter")
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField(help_text="never translated, never reused")
    errorCode = serializers.IntegerField(help_text="its number, which `type` leads to")
    errors = WrongField(many=True)  # type: ignore[assignment]  # the metaclass takes fields out of the class
    requestId = serializers.CharField()


def header(name: str, text: str, *, answers: bool | list[int] = True) -> OpenApiParameter:
    """A header of answers, of all or of those statuses."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text, response=answers)


ANSWERED = (
    header("Request-Id", "what this request is called in our logs; your own, if you sent a UUID"),
    header("RateLimit-Policy", "how many requests (q) of this key fit into how many seconds (w)"),
    header("RateLimit", "how many are left (r), and in how many seconds all are there again (t)"),
    header("Retry-After", "seconds to wait", answers=[409, 429, 503]),
)


def repeatable(required: bool) -> list[OpenApiParameter]:
    """The headers of a request that can be sent again without being carried out twice."""
    text = (
        "1 to 255 visible ASCII characters, such as a UUID; what was answered 2xx is answered again for 24 h"
    )
    replayed = "true where the answer is that of an earlier request"
    return [
        OpenApiParameter(
            "Idempotency-Key", str, OpenApiParameter.HEADER, required=required, description=text
        ),
        header("Idempotent-Replayed", replayed, answers=[200, 201, 202, 204]),
    ]


def operation(
    name: str,
    needs: str,
    answer: Any,
    *,
    status: int = 200,
    other: Mapping[int, Any] | None = None,
    body: type[Input] | None = None,
    query: type[Input] | None = None,
    conflicts: bool = False,
    bulk: bool = False,
    media: Sequence[str] = (),
) -> Callable[[F], F]:
    """Declare a view's method: its operationId, the permission it needs, what it reads and what it answers.

    `other` answers by status; `media` are the media types of a success that is not JSON; `bulk`: it starts a job so
    large that it must name itself with an Idempotency-Key.
    """

    def decorate(view: F) -> F:
        refusals = {401, 403, 429, 500, 503}
        refusals |= {400, 411, 413, 415, 422} if body else set()
        refusals |= {400} if query else set()
        refusals |= {409} if conflicts else set()
        refusals |= {400, 409, 422} if view.__name__ == "post" else set()
        refusals |= {404} if len(inspect.signature(view).parameters) > 2 else set()
        answers = {status: answer, **(other or {})}
        responses: dict[Any, Any] = {
            code: OpenApiResponse(shape, HTTPStatus(code).phrase) for code, shape in answers.items()
        }
        if media:
            written = responses.pop(status)
            responses |= {(status, one): written for one in media}
        for code in sorted(refusals):
            told = OpenApiResponse(Problem, HTTPStatus(code).phrase)
            responses[code, errors.MEDIA_TYPE] = told
        parameters: list[Any] = [
            *ANSWERED,
            *([query] if query else []),
            *(repeatable(bulk) if view.__name__ == "post" else []),
        ]
        documented: F = extend_schema(
            operation_id=name,
            description=f"Needs the scope `{needs}`.",
            request=body,
            responses=responses,
            parameters=parameters,
        )(view)
        documented.permission = needs  # type: ignore[attr-defined]  # read by api.authentication.Scoped
        documented.bulk = bulk  # type: ignore[attr-defined]  # read by View.initial
        return documented

    return decorate
