"""The audit log: who changed what, who saw which content, when and from where; and the same as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts import trail
from accounts.clock import clock
from accounts.models import ApiKey, AuditEntry, OAuthClient, User
from accounts.roles import READ_AUDIT
from accounts.trail import Wanted
from dashboard import audit_words
from dashboard.page import PageRequest, actor, page
from dashboard.paging import slice_of

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
ANY = ("", gettext_lazy("any"))
DAY = timedelta(days=1)


class FilterForm(forms.Form):
    """What narrows the log. What is wrong narrows nothing and says so."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Where"),
        required=False,
        choices=[
            ("", gettext_lazy("this environment")),
            ("organisation", gettext_lazy("whole organisation")),
        ],
    )
    action = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    actor = forms.CharField(label=gettext_lazy("Who (id)"), required=False, max_length=40)
    target = forms.CharField(label=gettext_lazy("About (id)"), required=False, max_length=40)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    request = forms.CharField(label=gettext_lazy("Request id"), required=False, max_length=40)
    address = forms.GenericIPAddressField(label=gettext_lazy("IP address"), required=False)
    seen = forms.BooleanField(label=gettext_lazy("Only who saw content"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(audit_words.ACTIONS.items(), key=lambda choice: str(choice[1]))
        self.fields["action"].choices = [ANY, *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        self.is_valid()
        given = self.cleaned_data
        until = given.get("until")
        return Wanted(
            organisation=given.get("scope") == "organisation",
            seen=given.get("seen", False),
            action=given.get("action", ""),
            actor=given.get("actor", ""),
            target=given.get("target", ""),
            request_id=given.get("request", ""),
            address=given.get("address", ""),
            since=midnight(given.get("since")),
            until=midnight(until + DAY if until and until < date.max else None),
        )


def midnight(day: date | None) -> datetime | None:
    """The beginning of a day where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the list tells it; ids are public ones, `name` is the present name of whoever did it."""

    entry: AuditEntry
    words: Any
    actor_kind: Any
    actor_id: str | None
    name: str
    target: str | None
    changes: list[trail.Change]


@page(get=READ_AUDIT)
def index(request: PageRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    wanted = form.wanted()
    part = slice_of(trail.entries(request.environment, wanted), request, "audit")
    names = names_of(part.rows)
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    context = {
        "form": form,
        "slice": part,
        "rows": [shown(entry, names) for entry in part.rows],
        "narrowed": wanted != Wanted(),
        "query": query.urlencode(),
        "within": "scope=organisation&" if wanted.organisation else "",  # kept by the links of the list
    }
    return render(request, "audit.html", context)


def shown(entry: AuditEntry, names: dict[UUID, str]) -> Shown:
    return Shown(
        entry,
        audit_words.action(entry.action),
        audit_words.ACTORS.get(entry.actor_kind, entry.actor_kind),
        trail.actor_of(entry),
        names.get(entry.actor_id, "") if entry.actor_id else "",
        trail.target_of(entry),
        trail.changes(entry),
    )


def names_of(entries: Iterable[AuditEntry]) -> dict[UUID, str]:
    """What the people and programs of these entries are called now; operators are not named to tenants."""
    by_kind: dict[str, set[UUID]] = {}
    for entry in entries:
        if entry.actor_id:
            by_kind.setdefault(entry.actor_kind, set()).add(entry.actor_id)
    people = User.objects.filter(pk__in=by_kind.get("user", ()))
    keys = ApiKey.objects.filter(pk__in=by_kind.get("key", ())).values_list("pk", "name")
    clients = OAuthClient.objects.filter(pk__in=by_kind.get("client", ())).values_list("pk", "name")
    return {user.pk: str(user) for user in people} | dict(keys) | dict(clients)


@page(get=READ_AUDIT, proof=True)
def export(request: PageRequest) -> HttpResponseBase:
    """`?format=csv` or `jsonl`, beside the same filters."""
    form: trail.Form = "jsonl" if request.GET.get("format") == "jsonl" else "csv"
    wanted = FilterForm(request.GET).wanted()
    pieces = trail.export(request.environment, actor(request), wanted, form)
    day = clock(request.environment).date().isoformat()
    return StreamingHttpResponse(
        pieces,
        content_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="audit-{day}.{form}"'},
    )
