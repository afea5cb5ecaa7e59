"""Pages that only a sandbox has: in live there is nothing at their address."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper

from django.http import Http404, HttpResponseBase

from dashboard.page import PageRequest, Parameters, View, page


def sandbox_page(
    *, get: str | None = None, post: str | None = None
) -> Callable[[View[Parameters]], Callable[..., HttpResponseBase]]:
    """Like `page`, with 404 in live for whoever may come in."""

    def decorate(view: View[Parameters]) -> Callable[..., HttpResponseBase]:
        def enter(
            request: PageRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponseBase:
            if request.environment.is_live:
                raise Http404
            return view(request, *args, **kwargs)

        update_wrapper(enter, view)
        entrance = page(get=get, post=post)(enter)
        entrance.sandbox_only = True  # type: ignore[attr-defined]  # what the tests' walks read
        return entrance

    return decorate
