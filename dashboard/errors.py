"""What the number of each failure means, for anybody: no log-in, the same for everyone (docs/errors.md)."""

from __future__ import annotations

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from accounts.problems import BY_CODE, BY_NUMBER
from dashboard.error_docs import by_number, parts


class Words(NamedTuple):
    """A paragraph in the reader's language as far as it is translated, and the language that it is in."""

    text: str
    language: str


def words(paragraph: str) -> Words:
    translated = gettext(paragraph)
    return Words(translated, "en" if translated == paragraph else get_language() or "en")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    listed = [(part, [(entry, words(entry.cause)) for entry in part.entries]) for part in parts()]
    return render(request, "errors.html", {"parts": listed, "present": "errors"})


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    found = by_number().get(number)
    if found is None:
        raise Http404
    context = {
        "entry": found,
        "problem": BY_NUMBER.get(number),
        "cause": words(found.cause),
        "remedy": words(found.remedy),
        "present": "errors",
    }
    return render(request, "error.html", context)


@require_safe
def of_code(request: HttpRequest, code: str) -> HttpResponse:
    """The page of what the API calls `code`."""
    found = BY_CODE.get(code)
    if found is None:
        raise Http404
    return redirect("docs.errors.one", number=found.number)
