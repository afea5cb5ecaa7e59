"""What each error code means, for anybody: no log-in, the same for everyone (docs/errors.md)."""

from __future__ import annotations

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from dashboard.error_docs import Entry, by_code, parts


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
def one(request: HttpRequest, code: str) -> HttpResponse:
    found: Entry | None = by_code().get(code)
    if found is None:
        raise Http404
    context = {
        "entry": found,
        "cause": words(found.cause),
        "remedy": words(found.remedy),
        "present": "errors",
    }
    return render(request, "error.html", context)
