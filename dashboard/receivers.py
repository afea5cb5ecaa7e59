"""Receivers of a sandbox: made, told how to behave, and watched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.encryption import Unsealable
from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ, READ_CONTENT, READ_MESSAGES
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, find, go, page
from dashboard.paging import Slice, slice_of
from delivery.receivers import BAD_TLS, PLAIN
from inbox import reading
from numbers.channel_form import AS_CODE
from sandbox import receivers
from sandbox.behaviour import FIELDS, LARGEST_BODY
from sandbox.receiver import ReceivedRequest, Receiver, Request

NAMES = {f"/behaviour/{name}": own for name, (own, _shape) in FIELDS.items()}
TLS_WORDS = {
    "expired": gettext_lazy("Expired certificate"),
    "selfSigned": gettext_lazy("Self-signed certificate"),
    "wrongHost": gettext_lazy("Certificate for another host"),
}
SHOWN = 25


class NewReceiverForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)


def number(label: Any, low: int, high: int, about: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=low, max_value=high, help_text=about)


def flag(label: Any, about: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=about)


def choice(label: Any, choices: Iterable[tuple[Any, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", gettext_lazy("no")), *choices])


class ReceiverForm(NewReceiverForm):
    """Fields are those of sandbox.behaviour; what is empty is not asked for."""

    status = number(gettext_lazy("Status"), 200, 599)
    redirect = choice(gettext_lazy("Redirect"), [(code, code) for code in (301, 302, 303, 307, 308)])
    retry_after = number(gettext_lazy("Retry-After, seconds"), 0, 86_400)
    body = forms.CharField(
        label=gettext_lazy("Body"), required=False, max_length=4096, widget=forms.TextInput(attrs=AS_CODE)
    )
    body_bytes = number(gettext_lazy("Length of the body"), 0, LARGEST_BODY)
    gone = flag(gettext_lazy("Gone for good (410)"), gettext_lazy("Disables the endpoint that leads here."))
    abort = flag(gettext_lazy("Ask to give the event up"), gettext_lazy("`webhook-delivery: abort-message`"))
    delay_ms = number(gettext_lazy("Wait before, milliseconds"), 0, 60_000)
    disconnect = choice(
        gettext_lazy("Break the connection"),
        [
            ("reset", gettext_lazy("reset, without an answer")),
            ("half", gettext_lazy("in the middle of the answer")),
        ],
    )
    drip = flag(gettext_lazy("A byte a second"))
    fail_first = number(
        gettext_lazy("First tries of each event"), 0, 100, gettext_lazy("Later ones are answered 200.")
    )
    fail_rate = number(gettext_lazy("Per cent, by chance"), 0, 100)
    seed = number(
        gettext_lazy("Seed of the chance"),
        0,
        2**31 - 1,
        gettext_lazy("The same seed fails the same requests."),
    )

    def behaviour(self) -> dict[str, Any]:
        given = self.cleaned_data
        asked = {
            name: given[own] for name, (own, _shape) in FIELDS.items() if given[own] not in ("", None, False)
        }
        if "redirect" in asked:
            asked["redirect"] = int(asked["redirect"])
        return asked


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as this person may see it: `request` is None where their role hides it or it does not open."""

    row: ReceivedRequest
    request: Request | None

    @property
    def body(self) -> str:
        return self.request.body.decode(errors="replace") if self.request else ""


def receivers_of(request: PageRequest) -> QuerySet[Receiver]:
    return request.environment.receivers.select_related("environment")


@page(get=READ, post=CONFIGURE, sandbox_only=True)
def index(request: PageRequest) -> HttpResponse:
    """The list; a POST adds to it."""
    rows, form = receivers_of(request).order_by("-pk"), NewReceiverForm(request.POST or None)
    if form.is_bound and form.is_valid() and (made := created(request, form)):
        return go(request, "receivers.one", receiver_id=ids.public("receiver", made.pk))
    listed = [(row, receivers.addresses(row)[PLAIN]) for row in rows]
    context = {"rows": listed, "form": form}
    return render(request, "receivers.html", context, status=422 if form.is_bound else 200)


def created(request: PageRequest, form: NewReceiverForm) -> Receiver | None:
    try:
        made = receivers.create(request.environment, actor(request), name=form.cleaned_data["name"])
    except (Invalid, Conflict) as problem:
        refuse(form, problem)
        return None
    messages.success(request, _("The receiver is ready."))
    return made


@page(get=READ, post=CONFIGURE, sandbox_only=True)
def one(request: PageRequest, receiver_id: str) -> HttpResponse:
    """A receiver and what came; a POST changes how it behaves."""
    receiver = find(receivers_of(request), "receiver", receiver_id)
    form = ReceiverForm(request.POST or None, initial=initial_of(receiver))
    if form.is_valid() and changed(request, form, receiver):
        return go(request, "receivers.one", receiver_id=receiver_id)
    known = receivers.addresses(receiver)
    looks = can(request, READ_MESSAGES)
    part = slice_of(receivers.kept(receiver), request, "received_request", SHOWN) if looks else None
    context = {
        "receiver": receiver,
        "form": form,
        "url": known[PLAIN],
        "bad_tls": [(TLS_WORDS[fault], known[fault]) for fault in BAD_TLS],
        "slice": part,
        "rows": shown(request, part) if part else [],
    }
    return render(request, "receiver.html", context, status=422 if form.is_bound else 200)


def initial_of(receiver: Receiver) -> dict[str, Any]:
    behaviour = {own: receiver.behaviour.get(name) for name, (own, _shape) in FIELDS.items()}
    return {"name": receiver.name, **behaviour}


def changed(request: PageRequest, form: ReceiverForm, receiver: Receiver) -> bool:
    try:
        name = form.cleaned_data["name"]
        receivers.change(receiver, actor(request), name=name, behaviour=form.behaviour())
    except Invalid as problem:
        refuse(form, problem, NAMES)
        return False
    messages.success(request, _("Saved. The next request is answered so."))
    return True


def shown(request: PageRequest, part: Slice[ReceivedRequest]) -> list[Shown]:
    if not can(request, READ_CONTENT):
        return [Shown(row, None) for row in part.rows]
    told = [id for row in part.rows if (id := ids.parse("message", row.webhook_id))]
    reading.watched(request.environment, actor(request), list(dict.fromkeys(told)))
    return [Shown(row, opened(row)) for row in part.rows]


def opened(row: ReceivedRequest) -> Request | None:
    try:
        return row.request
    except Unsealable:
        return None


@page(post=CONFIGURE, sandbox_only=True)
def empty(request: PageRequest, receiver_id: str) -> HttpResponse:
    receivers.empty(find(receivers_of(request), "receiver", receiver_id), actor(request))
    messages.success(request, _("It is empty, and counts from one again."))
    return go(request, "receivers.one", receiver_id=receiver_id)


@page(post=CONFIGURE, sandbox_only=True)
def delete(request: PageRequest, receiver_id: str) -> HttpResponse:
    receivers.delete(find(receivers_of(request), "receiver", receiver_id), actor(request))
    messages.success(request, _("The receiver is gone. Requests to it are answered 404."))
    return go(request, "receivers")
