"""How one endpoint is tried: its pauses, its time-outs and what to do by kind of failure, with the tries laid out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.clock import clock
from accounts.errors import Invalid
from accounts.roles import CONFIGURE
from dashboard.endpoints import open_endpoints
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.templatetags.pages import about, short_span
from delivery import services
from delivery.composing import stored_policy
from delivery.models import Endpoint
from delivery.policy import DELAYS, ON_FAILURE, TREATMENTS, Policy, policy_of

SPAN = re.compile(r"(\d{1,7})\s*(s|sec|min|m|h|d|j)?", re.IGNORECASE)
UNITS = {"": 1, "s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400, "j": 86_400}
WORDS = {
    "retry": gettext_lazy("Try again after the pauses above"),
    "slow": gettext_lazy("Try again, after five minutes at least"),
    "stop": gettext_lazy("Give up at once"),
    "disable": gettext_lazy("Give up and disable the endpoint"),
}
FAILURES = {
    "dns": gettext_lazy("Its name does not resolve"),
    "connect": gettext_lazy("No connection"),
    "tls": gettext_lazy("TLS fails"),
    "timeout": gettext_lazy("No answer in time"),
    "token": gettext_lazy("Its token server gives no token"),
    "3xx": gettext_lazy("A redirect (3xx)"),
    "4xx": gettext_lazy("It refuses (other 4xx)"),
    "410": gettext_lazy("It is gone (410)"),
    "429": gettext_lazy("Too many requests (429)"),
    "5xx": gettext_lazy("Its own error (5xx)"),
}


class Span(forms.CharField):
    """A length of time such as `10 min`, in seconds."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return seconds_of(text) if text else None


class Spans(forms.CharField):
    """Several, separated by commas or spaces."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        pieces = [piece for piece in re.split(r"[,;\n]+", text) if piece.strip()]
        return [seconds_of(piece) for piece in pieces]


def seconds_of(text: str) -> int:
    matched = SPAN.fullmatch(text.strip())
    if matched is None:
        raise forms.ValidationError(_("Write lengths of time like 30 s, 5 min, 2 h or 1 d."))
    return int(matched[1]) * UNITS[(matched[2] or "").lower()]


def within_field() -> Span:
    return Span(
        label=gettext_lazy("Worthless after"),
        required=False,
        help_text=gettext_lazy(
            "A text that could not be delivered in this time is given up, a one-time code after `10 min` for instance."
        ),
    )


class QueueForm(forms.Form):
    """The policy of a queue, of which nothing else counts: the pauses are those of whoever asks."""

    tries = forms.IntegerField(
        label=gettext_lazy("How often a text is offered"),
        required=False,
        help_text=gettext_lazy(
            "Until it is acknowledged; then it is given up and can be sent again. 1 to 20, usually 8."
        ),
    )
    within = within_field()

    def __init__(self, endpoint: Endpoint, data: Any = None) -> None:
        stored = endpoint.policy
        tries = len(stored_policy(endpoint).delays) if "retry" in stored else None
        super().__init__(
            data, initial={"tries": tries, "within": written(stored.get("deliverWithinSeconds"))}
        )

    def changes(self) -> dict[str, Any]:
        """What is to be stored, by the services' names."""
        given = self.cleaned_data
        retry = {} if given["tries"] is None else {"retry": {"tries": given["tries"]}}
        return {"policy": retry | within_of(given)}


def within_of(given: dict[str, Any]) -> dict[str, Any]:
    return {} if given["within"] is None else {"deliverWithinSeconds": given["within"]}


class PolicyForm(forms.Form):
    """The policy of an endpoint that is sent to, as people write it."""

    shape = forms.ChoiceField(
        label=gettext_lazy("Pauses between tries"),
        choices=[
            ("default", gettext_lazy("As usual: eight tries in 28 hours")),
            ("ladder", gettext_lazy("My own")),
            ("exponential", gettext_lazy("Growing by a factor")),
        ],
        widget=forms.RadioSelect,
    )
    delays = Spans(
        label=gettext_lazy("My own pauses"),
        required=False,
        help_text=gettext_lazy(
            "For example `5 s, 5 min, 1 h`: four tries. The first comes at once and is not named here."
        ),
    )
    first = Span(label=gettext_lazy("First pause"), required=False)
    factor = forms.FloatField(label=gettext_lazy("Factor"), required=False)
    longest = Span(label=gettext_lazy("Longest pause"), required=False)
    tries = forms.IntegerField(label=gettext_lazy("Tries in all"), required=False)
    deadline = forms.IntegerField(
        label=gettext_lazy("Seconds to answer"),
        required=False,
        help_text=gettext_lazy(
            "For one try, from the connection to the end of the answer: 1 to 30, usually 10."
        ),
    )
    within = within_field()
    in_flight = forms.IntegerField(label=gettext_lazy("Requests at once"), required=False)
    rate = forms.FloatField(
        label=gettext_lazy("Requests a second"),
        required=False,
        help_text=gettext_lazy("What is too many waits for its turn and loses no try."),
    )
    drain_rate = forms.FloatField(
        label=gettext_lazy("What piled up, a second"),
        required=False,
        help_text=gettext_lazy("After an outage or a pause; usually 100."),
    )
    newest_first = forms.BooleanField(label=gettext_lazy("The newest first"), required=False)
    ordered = forms.BooleanField(
        label=gettext_lazy("Texts of one sender one after another"),
        required=False,
        help_text=gettext_lazy("Those of different senders still come side by side."),
    )
    order_wait = Span(
        label=gettext_lazy("Wait for an earlier one at most"),
        required=False,
        help_text=gettext_lazy(
            "So that one that cannot be delivered does not stop the rest; usually `10 min`."
        ),
    )
    failover = forms.ChoiceField(
        label=gettext_lazy("Endpoint that stands in"),
        required=False,
        help_text=gettext_lazy(
            "Gets what comes while this one does nothing but fail, and after we disabled it."
        ),
    )

    def __init__(self, endpoint: Endpoint, others: Iterable[Endpoint], data: Any = None) -> None:
        stored = endpoint.policy
        self.others = {ids.public("endpoint", other.pk): other for other in others}
        super().__init__(data, initial=initial_of(stored) | {"failover": failover_of(endpoint)})
        choices = [("", _("none")), *((id, str(other)) for id, other in self.others.items())]
        self.fields["failover"].choices = choices  # type: ignore[attr-defined]
        chosen = stored.get("onFailure", {})
        for name, label in FAILURES.items():
            able = (*TREATMENTS, "disable") if name == "410" else TREATMENTS
            self.fields["on_" + name] = forms.ChoiceField(
                label=label,
                choices=[(word, WORDS[word]) for word in able],
                initial=chosen.get(name, ON_FAILURE[name]),
            )

    def failures(self) -> list[forms.BoundField]:
        return [self["on_" + name] for name in FAILURES]

    def changes(self) -> dict[str, Any]:
        """What is to be stored, by the services' names."""
        return {"policy": self.policy(), "failover": self.others.get(self.cleaned_data["failover"])}

    def policy(self) -> dict[str, Any]:
        """Only what differs from what is usual."""
        given = self.cleaned_data
        values: dict[str, Any] = {}
        if (retry := retry_of(given)) is not None:
            values["retry"] = retry
        if given["deadline"] is not None:
            values["deadlineSeconds"] = given["deadline"]
        treated = {name: given["on_" + name] for name in FAILURES}
        changed = {name: word for name, word in treated.items() if word != ON_FAILURE[name]}
        return values | within_of(given) | turns_of(given) | ({"onFailure": changed} if changed else {})


def failover_of(endpoint: Endpoint) -> str:
    return ids.public("endpoint", endpoint.failover_id) if endpoint.failover_id else ""


def turns_of(given: dict[str, Any]) -> dict[str, Any]:
    """What a policy says of turns."""
    values: dict[str, Any] = {}
    if given["in_flight"] is not None:
        values["maxInFlight"] = given["in_flight"]
    if given["rate"] is not None:
        values["ratePerSecond"] = given["rate"]
    drain = {} if given["drain_rate"] is None else {"ratePerSecond": given["drain_rate"]}
    if drain or given["newest_first"]:
        values["drain"] = drain | ({"newestFirst": True} if given["newest_first"] else {})
    if given["ordered"]:
        values["ordered"] = {} if given["order_wait"] is None else {"waitSeconds": given["order_wait"]}
    return values


def retry_of(given: dict[str, Any]) -> dict[str, Any] | None:
    if given["shape"] == "default":
        return None
    if given["shape"] == "ladder":
        return {"delaysSeconds": given["delays"]}
    names = {"firstSeconds": "first", "factor": "factor", "longestSeconds": "longest", "tries": "tries"}
    return {name: given[field] for name, field in names.items() if given[field] is not None}


def initial_of(stored: dict[str, Any]) -> dict[str, Any]:
    retry = stored.get("retry")
    initial: dict[str, Any] = {
        "shape": "default" if retry is None else "ladder" if "delaysSeconds" in retry else "exponential",
        "deadline": stored.get("deadlineSeconds"),
        "within": written(stored.get("deliverWithinSeconds")),
        "in_flight": stored.get("maxInFlight"),
        "rate": stored.get("ratePerSecond"),
        "drain_rate": stored.get("drain", {}).get("ratePerSecond"),
        "newest_first": stored.get("drain", {}).get("newestFirst"),
        "ordered": "ordered" in stored,
        "order_wait": written(stored.get("ordered", {}).get("waitSeconds")),
    }
    retry = retry or {}
    initial["delays"] = ", ".join(written(one) for one in retry.get("delaysSeconds", DELAYS[1:]))
    initial |= {"first": written(retry.get("firstSeconds", 5)), "factor": retry.get("factor", 3)}
    return initial | {"longest": written(retry.get("longestSeconds", 36_000)), "tries": retry.get("tries", 8)}


def written(seconds: int | None) -> str:
    """As `seconds_of` reads it, in the largest unit that divides it."""
    if seconds is None:
        return ""
    unit, size = next(
        (u, s) for u, s in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)) if seconds % s == 0
    )
    return f"{seconds // size} {unit}"


POINTERS = {
    "/policy/retry": "shape",
    "/policy/retry/delaysSeconds": "delays",
    "/policy/retry/firstSeconds": "first",
    "/policy/retry/factor": "factor",
    "/policy/retry/longestSeconds": "longest",
    "/policy/retry/tries": "tries",
    "/policy/deadlineSeconds": "deadline",
    "/policy/deliverWithinSeconds": "within",
    "/policy/maxInFlight": "in_flight",
    "/policy/ratePerSecond": "rate",
    "/policy/drain/ratePerSecond": "drain_rate",
    "/policy/ordered/waitSeconds": "order_wait",
    **{f"/policy/retry/delaysSeconds/{place}": "delays" for place in range(20)},
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One try, if the first came now and all before it failed at once."""

    number: int
    pause: str
    after: str
    at: datetime


def planned(policy: Policy, now: datetime) -> list[Planned]:
    return [
        Planned(number, short_span(pause), about(after), now + timedelta(seconds=after))
        for number, (pause, after) in enumerate(zip(policy.delays, policy.tries_after_s, strict=True), 1)
    ]


@page(get=CONFIGURE, post=CONFIGURE)
def edit(request: PageRequest, endpoint_id: str) -> HttpResponse:
    """Save what the form says, or with `preview` show when the tries would come."""
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    form = form_of(request, endpoint)
    shown = checked(form) if form.is_bound else stored_policy(endpoint)
    if shown is not None and form.is_bound and "preview" not in request.POST:
        services.update_endpoint(endpoint, actor(request), **form.changes())
        messages.success(request, _("Saved."))
        return go(request, "endpoints.one", endpoint_id=endpoint_id)
    context = {
        "endpoint": endpoint,
        "form": form,
        "planned": planned(shown, clock(request.environment)) if shown else [],
        "preview": form.is_bound,
    }
    return render(request, "endpoint_policy.html", context, status=422 if shown is None else 200)


def form_of(request: PageRequest, endpoint: Endpoint) -> PolicyForm | QueueForm:
    """What can be said of an endpoint of its kind."""
    if endpoint.kind == Endpoint.Kind.POLLING:
        return QueueForm(endpoint, request.POST or None)
    others = open_endpoints(request).exclude(pk=endpoint.pk).order_by("description", "pk")
    return PolicyForm(endpoint, others, request.POST or None)


def checked(form: PolicyForm | QueueForm) -> Policy | None:
    """The policy that the form describes; None where it describes none, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return policy_of(form.changes()["policy"])
    except Invalid as problem:
        refuse(form, problem, POINTERS)
        return None
