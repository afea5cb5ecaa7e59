"""A phone to type on: what it sends comes in through the door, as a carrier would bring it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE
from dashboard import messages as message_pages
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, go, page
from delivery.status import with_status
from numbers.carriers.base import MAX_ADDRESS, MAX_CONTENT
from sandbox import magic, sending, simulator
from sandbox.dialects import DIALECTS
from sandbox.segments import BASIC, EXTENDED, measure, split
from sandbox.simulation import SimulatedText, Simulation
from sandbox.simulator import LATEST_DELAY, Order, PartSent

ARRIVED = 10
SOMEBODY = "+33639980417"
FIELDS = {
    "/numberUsed": "number_used",
    "/senderId": "sender_id",
    "/content": "content",
    "/carrier": "carrier",
    "/skewSeconds": "skew",
    "/count": "count",
}


class HeldNumber(forms.ChoiceField):
    """One of the sandbox's numbers. Of any other the simulator says so itself, and tells the trail of some."""

    def valid_value(self, value: Any) -> bool:
        return True


def held_numbers(request: PageRequest) -> list[tuple[str, str]]:
    """The choices of a HeldNumber: the numbers with their labels, that which was held first at the top."""
    held = request.environment.assignments.filter(ends_at=None, number__fictional=True)
    rows = held.order_by("pk").values_list("number__number", "label")
    return [(number, f"{number} · {label}" if label else number) for number, label in rows]


class SimulatorForm(forms.Form):
    sender_id = forms.CharField(
        label=gettext_lazy("From"),
        max_length=MAX_ADDRESS,
        help_text=gettext_lazy("A number, a short code such as `36184`, or a name such as `Doctolib`."),
    )
    number_used = HeldNumber(label=gettext_lazy("To"))
    content = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=MAX_CONTENT,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"),
        required=False,
        choices=[("", gettext_lazy("the number’s own")), *((name, name) for name in DIALECTS)],
        help_text=gettext_lazy("In whose dialect the text comes, signed as that carrier signs."),
    )
    parts = forms.CharField(
        label=gettext_lazy("Parts"),
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "In which order the parts of a long text come: `3 1 1 2@10`. One that is missing is lost, one that is "
            "named twice comes twice, `@10` is ten seconds late. Only vonage and smpp bring parts one by one."
        ),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"), initial=1, min_value=1, max_value=simulator.MOST_TEXTS
    )
    per_second = forms.FloatField(
        label=gettext_lazy("Texts a second"), required=False, min_value=0.01, max_value=simulator.FASTEST
    )
    repeats = forms.IntegerField(
        label=gettext_lazy("Repeats"), initial=0, min_value=0, max_value=simulator.MOST_REPEATS
    )
    delay = forms.FloatField(
        label=gettext_lazy("Seconds from now"),
        initial=0,
        min_value=0,
        max_value=LATEST_DELAY.total_seconds(),
    )
    skew = forms.FloatField(
        label=gettext_lazy("Carrier’s clock ahead, in seconds"),
        initial=0,
        min_value=-LATEST_DELAY.total_seconds(),
        max_value=LATEST_DELAY.total_seconds(),
    )

    def __init__(self, request: PageRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number_used"].choices = held_numbers(request)  # type: ignore[attr-defined]

    def clean_content(self) -> str:
        return str(self.cleaned_data["content"]).replace("\r\n", "\n")

    def clean_parts(self) -> list[PartSent] | None:
        words = str(self.cleaned_data["parts"]).replace(",", " ").split()
        try:
            return [part_of(word) for word in words] or None
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("Write it as in 3 1 1 2@10.")) from None

    def order(self) -> Order:
        """The valid form as the simulator takes it."""
        given = self.cleaned_data
        plain = ("number_used", "sender_id", "content", "parts", "count", "per_second", "repeats")
        return Order(
            **{name: given[name] for name in plain},
            carrier=given["carrier"] or None,
            delay=timedelta(seconds=given["delay"]),
            skew=timedelta(seconds=given["skew"]),
        )


def part_of(word: str) -> PartSent:
    """`2@10`: part 2, ten seconds late. ValueError or OverflowError where it is none."""
    number, _at, late = word.partition("@")
    delay = timedelta(seconds=float(late or 0))
    if not timedelta(0) <= delay <= LATEST_DELAY:
        raise ValueError("too late")
    return PartSent(int(number), delay)


@page(get=CONFIGURE, post=CONFIGURE, sandbox_only=True)
def index(request: PageRequest) -> HttpResponse:
    """Send what the form says, or with `preview` show how many SMS it takes."""
    arrived = latest(request)
    form = SimulatorForm(request, request.POST or None, initial=initial(arrived))
    checked = form.is_bound and form.is_valid()
    if checked and "preview" not in request.POST and (simulation := sent(request, form)) is not None:
        tell(request, simulation)
        return go(request, "simulator")
    message_pages.note(request, arrived)
    context = {
        "form": form,
        "rows": arrived,
        "magic": magic.TABLE,
        "measured": measured(form),
        "alphabet": {"basic": "".join(sorted(BASIC)), "extended": "".join(sorted(EXTENDED))},
        "advanced_open": form.is_bound and any(name in form.changed_data for name in ADVANCED),
        "labels": message_pages.labels(request, [row.message for row in arrived]),
    }
    return render(request, "simulator.html", context, status=422 if form.errors else 200)


ADVANCED = ("carrier", "parts", "count", "per_second", "repeats", "delay", "skew")


def initial(arrived: list[message_pages.Shown]) -> dict[str, str]:
    """The conversation goes on: from whom and to which number the last text went."""
    if not arrived:
        return {"sender_id": SOMEBODY}
    return {"sender_id": arrived[0].sender or SOMEBODY, "number_used": arrived[0].message.number_used}


def measured(form: SimulatorForm) -> dict[str, Any]:
    """How many SMS the text in the form takes."""
    text = str(form["content"].value() or "").replace("\r\n", "\n")
    return {"of": measure(text), "parts": split(text)}


def latest(request: PageRequest) -> list[message_pages.Shown]:
    rows = with_status(request.environment.messages.select_related("number")).order_by("-pk")[:ARRIVED]
    return [message_pages.shown(request, message) for message in rows]


def sent(request: PageRequest, form: SimulatorForm) -> Simulation | None:
    """The simulation, what is due of it sent; None where the order is wrong, which the form then says."""
    try:
        simulation = simulator.simulate(request.environment, actor(request), form.order())
    except (Invalid, Conflict) as problem:
        refuse(form, problem, FIELDS | dict.fromkeys(pointers_of_parts(problem), "parts"))
        return None
    sending.send_due(simulation.pk, 0)
    return simulation


def pointers_of_parts(problem: Invalid | Conflict) -> list[str]:
    found = [] if isinstance(problem, Conflict) else problem.errors
    return [error.pointer for error in found if error.pointer.startswith("/parts")]


def tell(request: PageRequest, simulation: Simulation) -> None:
    """What became of it so far, in words."""
    states = list(simulation.texts.values_list("state", flat=True))
    waiting = states.count(SimulatedText.State.WAITING)
    taken = states.count(SimulatedText.State.ACCEPTED)
    if taken:
        said = ngettext("The door took %(n)d request.", "The door took %(n)d requests.", taken) % {"n": taken}
        messages.success(request, said)
    if waiting:
        said = ngettext("%(n)d is sent in its time.", "%(n)d are sent in their time.", waiting) % {
            "n": waiting
        }
        messages.info(request, said)
    if refused := len(states) - waiting - taken:
        said = ngettext(
            "The door refused %(n)d request: look whether the channel takes requests from anywhere.",
            "The door refused %(n)d requests: look whether the channel takes requests from anywhere.",
            refused,
        )
        messages.error(request, said % {"n": refused})
