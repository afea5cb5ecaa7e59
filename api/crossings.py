"""What a request names in vain, in its path, its body or its query: the trail is told what is another environment's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rest_framework.response import Response

from sandbox import crossings

if TYPE_CHECKING:
    from api.views import ApiRequest


def note(request: ApiRequest, answer: Response, path: Mapping[str, Any]) -> None:
    """Before a refusal goes out, write down whether it reached across; `path` are the parameters of the address."""
    data = getattr(answer, "data", None)  # what is written while it is made has none
    told = data if isinstance(data, dict) else {}
    code = told["code"] if answer.status_code == 404 else "unknown_id"
    in_vain = [
        text for text in named_in_vain(request, answer.status_code, told, path) if isinstance(text, str)
    ]
    crossings.note(request.environment, request.actor, code, in_vain)


def named_in_vain(
    request: ApiRequest, status: int, told: Mapping[str, Any], path: Mapping[str, Any]
) -> Iterator[object]:
    if status == 404:
        yield from path.values()
    elif told.get("data") == []:  # an id as a filter, which matches nothing
        yield from request.query_params.values()
    for error in told.get("errors") or ():
        if error.get("code") == "unknown_id" and "pointer" in error:
            yield at(request.data, error["pointer"])


def at(document: object, pointer: str) -> object:
    """What a JSON pointer such as `#/endpointIds/0` leads to; None where nothing is."""
    for step in pointer.removeprefix("#/").split("/"):
        if isinstance(document, list):
            document = document[int(step)] if step.isdecimal() and int(step) < len(document) else None
        else:
            name = step.replace("~1", "/").replace("~0", "~")
            document = document.get(name) if isinstance(document, Mapping) else None
    return document
