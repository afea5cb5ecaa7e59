"""What each number of a failure means: the pages that an answer's `type` leads to, for whoever reads it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import problems
from delivery.retry import BY_CODE


class Explained(NamedTuple):
    """A failure in words; `of` says where it is met."""

    number: int
    code: str
    of: str
    title: Any
    remedy: Any


def explained() -> dict[int, Explained]:
    """Every number, in order: refusals of the API, and how tries of deliveries fail."""
    found = [
        *(
            Explained(
                row.number, row.code, _("The API answers %(status)d") % {"status": row.status}, *row[3:]
            )
            for row in problems.TABLE
        ),
        *(
            Explained(kind.code, kind.word, _("A try of a delivery failed"), kind.explanation, kind.remedy)
            for kind in BY_CODE.values()
        ),
    ]
    return {one.number: one for one in sorted(found)}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "error_codes.html", {"rows": explained().values()})


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    found = explained().get(number)
    if found is None:
        raise Http404
    return render(request, "error_code.html", {"row": found})
