"""Asking for a number of the pool or bringing one along, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ
from accounts.walls import watched
from dashboard.documents import DocumentsField, add_all, check_size
from dashboard.forms import refuse
from dashboard.numbers import ChannelForm, LabelForm, asked, channels
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.words import REGIONS
from numbers import pool, requests
from numbers.models import Assignment, Number, NumberRequest
from numbers.plan import Category
from numbers.pool import Wanted
from numbers.requests import MOST_TEXTS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ANY = ("", gettext_lazy("any"))
POINTERS = {"/channelId": "channel", "/monthlyVolume": "monthly_volume"}


def volume_field(*, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Texts a month"),
        required=required,
        min_value=1,
        max_value=MOST_TEXTS,
        help_text=gettext_lazy("How many you expect to receive, roughly."),
    )


def purpose_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("What is it for?"),
        required=required,
        max_length=1000,
        help_text=gettext_lazy("For example: patients confirm their appointments by text."),
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


def number_field(help_text: StrOrPromise) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class RequestForm(LabelForm):
    """What an operator wants to know before one number of the pool is given."""

    purpose = purpose_field(required=True)
    monthly_volume = volume_field(required=True)
    documents = DocumentsField(required=False)
    field_order: tuple[str, ...] = ("purpose", "monthly_volume", "label", "documents")

    def asked(self) -> dict[str, Any]:
        """The arguments of the service, but for the documents."""
        return {name: value for name, value in self.cleaned_data.items() if name != "documents"}


class AnyForm(RequestForm):
    """Also what the number should be like, where none was chosen."""

    country = forms.RegexField(
        "^[A-Za-z]{2}$",
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Its code of two letters, as in FR."),
        error_messages={"invalid": gettext_lazy("Must be a country's code of two letters, as in FR.")},
        widget=forms.TextInput(attrs={"autocomplete": "country"}),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[ANY, *((value, capfirst(label)) for value, label in Category.choices)],
    )
    region = forms.SlugField(
        label=gettext_lazy("Region"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("As in ile-de-france."),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    field_order: tuple[str, ...] = ("country", "category", "region", *RequestForm.field_order)

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"]
        return code.upper()

    def asked(self) -> dict[str, Any]:
        values = super().asked()
        wanted = {name: values.pop(name) for name in ("country", "category", "region")}
        return values | {"wanted": Wanted(**wanted)}


class BringForm(ChannelForm):
    """A number of the tenant's own."""

    number = number_field(
        gettext_lazy("In international form, for example +33 6 39 98 00 01, or a short code.")
    )
    field_order: tuple[str, ...] = ("number", "label", "channel")

    def asked(self) -> dict[str, Any]:
        left_out = ("channel", "documents")
        values = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return values | {"channel": self.chosen_channel()}


class BringLiveForm(BringForm):
    """Also what helps an operator to decide."""

    number = number_field(
        gettext_lazy("In international form, for example +33 9 38 12 34 56, or a short code.")
    )
    purpose = purpose_field(required=False)
    monthly_volume = volume_field(required=False)
    documents = DocumentsField(required=False)
    field_order: tuple[str, ...] = (*BringForm.field_order, "purpose", "monthly_volume", "documents")


class DocumentsForm(forms.Form):
    documents = DocumentsField(label=gettext_lazy("Add documents"))


@page(get=CONFIGURE, post=CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    """`?number=` asks for one available number, without it for any that is as the form says."""
    text = request.GET.get("number", "")
    number = pool.offer(request.environment, text) if text else None
    if number is None and (text or not request.environment.is_live):
        messages.error(request, pool.taken().detail)
        return go(request, "numbers.available")
    if not request.environment.is_live:
        return take(request, number)
    form = request_form(request, number)
    check_size(request, form)
    if form.is_valid():
        made = asked_for(request, number, form)
        if made is not None:
            return shown(request, made)
    return render(request, "number_request_new.html", {"form": form, "number": number, "regions": REGIONS})


def request_form(request: PageRequest, number: Number | None) -> RequestForm:
    data, files = sent(request)
    if number:
        return RequestForm(data, files)
    return AnyForm(data, files, initial=request.GET.dict())


def sent(request: PageRequest) -> tuple[Any, Any]:
    """What a form is bound to; nothing until it was posted."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def asked_for(request: PageRequest, number: Number | None, form: RequestForm) -> NumberRequest | None:
    """The request with its documents; None where the form says what is wrong."""
    values = {"wanted": Wanted(), "number": number.number if number else "", **form.asked()}
    try:
        with transaction.atomic():
            made = requests.request_number(request.environment, actor(request), **values)
            add_all(made, actor(request), form.cleaned_data["documents"])
    except (Invalid, Conflict) as problem:
        refuse(form, problem, POINTERS)
        return None
    return made


def shown(request: PageRequest, made: NumberRequest) -> HttpResponse:
    messages.success(request, _("Your request is with the operator."))
    return go(request, "numbers.requests.one", number_request_id=ids.public("number_request", made.pk))


def take(request: PageRequest, number: Number | None) -> HttpResponse:
    """A sandbox's number of fiction, had at once."""
    assert number is not None
    form = ChannelForm(channels(request), request.POST or None)
    if form.is_valid() and taken(request, number, form):
        messages.success(request, _("%(number)s is yours.") % {"number": number.number})
        return go(request, "numbers")
    return render(request, "number_take.html", {"form": form, "number": number, "channels": form.channels})


def taken(request: PageRequest, number: Number, form: ChannelForm) -> bool:
    try:
        requests.request_number(
            request.environment,
            actor(request),
            wanted=Wanted(),
            number=number.number,
            channel=form.chosen_channel(),
            label=form.cleaned_data["label"],
        )
    except (Invalid, Conflict) as problem:
        refuse(form, problem, POINTERS)
        return False
    return True


@page(get=CONFIGURE, post=CONFIGURE)
def bring(request: PageRequest) -> HttpResponse:
    form = bring_form(request)
    check_size(request, form)
    if form.is_valid():
        made = brought(request, form)
        if isinstance(made, NumberRequest):
            return shown(request, made)
        if made is not None:
            messages.success(request, _("%(number)s is yours.") % {"number": made.number.number})
            return go(request, "numbers")
    return render(request, "number_new.html", {"form": form, "channels": form.channels})


def bring_form(request: PageRequest) -> BringForm:
    kind = BringLiveForm if request.environment.is_live else BringForm
    data, files = sent(request)
    return kind(channels(request), data, files, initial=request.GET.dict())


def brought(request: PageRequest, form: BringForm) -> Assignment | NumberRequest | None:
    """What became of it; None where the form says what is wrong."""
    try:
        with watched(request.environment, actor(request)), transaction.atomic():
            made = requests.bring_number(request.environment, actor(request), **form.asked())
            if isinstance(made, NumberRequest):
                add_all(made, actor(request), form.cleaned_data["documents"])
    except (Invalid, Conflict) as problem:
        refuse(form, problem, POINTERS)
        return None
    return made


@page(get=READ)
def one(request: PageRequest, number_request_id: str) -> HttpResponse:
    row = find(asked(request.environment), "number_request", number_request_id)
    return render(request, "number_request.html", context_of(row, DocumentsForm()))


def context_of(row: NumberRequest, form: DocumentsForm) -> dict[str, Any]:
    return {
        "asked": row,
        "form": form,
        "documents": row.documents.all(),
        "open": row.status == NumberRequest.Status.REQUESTED,
        "number": row.assignment.number if row.assignment else row.wanted,
    }


@page(post=CONFIGURE)
def cancel(request: PageRequest, number_request_id: str) -> HttpResponse:
    row = find(asked(request.environment), "number_request", number_request_id)
    try:
        requests.cancel(row, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
    else:
        messages.success(request, _("The request is cancelled."))
    return go(request, "numbers.requests.one", number_request_id=number_request_id)


@page(post=CONFIGURE)
def add_documents(request: PageRequest, number_request_id: str) -> HttpResponse:
    row = find(asked(request.environment), "number_request", number_request_id)
    form = DocumentsForm(request.POST, request.FILES)
    check_size(request, form)
    if not (form.is_valid() and added(request, row, form)):
        return render(request, "number_request.html", context_of(row, form), status=422)
    messages.success(request, _("Added."))
    return go(request, "numbers.requests.one", number_request_id=number_request_id)


def added(request: PageRequest, row: NumberRequest, form: DocumentsForm) -> bool:
    try:
        with transaction.atomic():
            add_all(row, actor(request), form.cleaned_data["documents"])
    except (Invalid, Conflict) as problem:
        refuse(form, problem, {"/content": "documents", "/contentType": "documents"})
        return False
    return True
