"""/docs: the handbook, for anybody: no log-in, the same for everyone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dashboard import manual

LONGEST = 100


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All pages; `?q=` searches them."""
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    context = {"wanted": wanted, "found": manual.search(wanted), "groups": manual.navigation()}
    return render(request, "docs.html", context)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug == manual.ERRORS:
        return redirect("docs.errors")
    shown = manual.pages().get(slug)
    if shown is None:
        raise Http404
    contents = [section for section in shown.sections if section.level == 2]
    return render(request, "docs_page.html", {"shown": shown, "contents": contents, "present": slug})
