"""The number pool: what is in it and in which state, numbers one by one, and lists of them from a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.admin import Acting, operator
from accounts.clock import clock
from accounts.errors import Conflict
from numbers import money, pool
from numbers.admin.channels import channel_choices
from numbers.admin.lists import list_page
from numbers.importing import import_numbers
from numbers.listing import Rejected
from numbers.models import Number
from numbers.plan import Capability, Category
from numbers.pool import State


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class NumberForm(forms.Form):
    """One line of a list (numbers.listing), field by field; what is left empty the numbering plan tells."""

    number = forms.CharField(
        label=gettext_lazy("Number"), max_length=40, help_text=gettext_lazy("E.164, or a short code.")
    )
    country = forms.CharField(
        label=gettext_lazy("Country"),
        max_length=2,
        required=False,
        help_text=gettext_lazy("As in FR. Left empty: as the number itself tells."),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[
            ("", gettext_lazy("as the number itself tells")),
            *((value, capfirst(label)) for value, label in Category.choices),
        ],
    )
    region = forms.CharField(
        label=gettext_lazy("Region"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("As in ile-de-france. Left empty: as the number itself tells."),
    )
    capabilities = forms.MultipleChoiceField(
        label=gettext_lazy("Capabilities"),
        choices=Capability.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Capability.SMS],
    )
    monthlyPrice = forms.CharField(  # as lists name it
        label=gettext_lazy("Monthly price"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("In whole minor units of the currency: 150 is 1.50."),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"), max_length=3, required=False, help_text=gettext_lazy("As in EUR.")
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        help_text=gettext_lazy("The operator's, which brings the number's texts."),
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].disabled = fixed
        self.fields["channel"].choices = channel_choices()  # type: ignore[attr-defined]

    def line(self) -> dict[str, str]:
        return {**self.cleaned_data, "capabilities": " ".join(self.cleaned_data["capabilities"])}


@admin.register(Number)
class NumberAdmin(Acting):
    noun = "number"
    list_display = (
        "number", "state", "holder", "country", "category", "provides", "price", "channel",
    )  # fmt: skip
    list_filter = (
        StateFilter, "country", "category", "region", "fictional", ("channel", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("channel",)
    search_fields = ("number",)
    ordering = ("number",)
    fields = (
        "public_id", "number", "state", "holder", "aging_until", "withdrawn_at", "country", "category", "region",
        "provides", "price", "channel", "fictional", "created_at",
    )  # fmt: skip
    readonly_fields = ("state", "holder", "provides", "price")
    change_list_template = "admin/numbers/pool.html"
    change_form_template = "admin/numbers/acts.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_act(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Number]:
        return pool.with_state(super().get_queryset(request), clock())

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Any) -> Any:
        return State(row.state).label

    @admin.display(description=gettext_lazy("held by"))
    def holder(self, row: Any) -> str:
        return row.holder or "–"

    @admin.display(description=gettext_lazy("capabilities"))
    def provides(self, row: Number) -> str:
        return ", ".join(str(Capability(value).label) for value in row.capabilities)

    @admin.display(description=gettext_lazy("price a month"), ordering="monthly_price")
    def price(self, row: Number) -> str:
        return "–" if row.monthly_price is None else money.shown(row.monthly_price, row.currency)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("import/", self.act(partial(list_page, self)), name="numbers_number_import"),
            path("<uuid:pk>/edit/", self.act(self.edit), name="numbers_number_edit"),
            path(
                "<uuid:pk>/withdraw/", self.act(self.withdraw, post_only=True), name="numbers_number_withdraw"
            ),
            path("<uuid:pk>/restore/", self.act(self.restore, post_only=True), name="numbers_number_restore"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.act(self.add)(request)

    def add(self, request: HttpRequest) -> HttpResponse:
        form = NumberForm(request.POST or None)
        if form.is_valid() and put(request, form):
            messages.success(
                request, _("%(number)s is in the pool.") % {"number": form.cleaned_data["number"]}
            )
            return HttpResponseRedirect(self.url("changelist"))
        return self.page(
            request,
            "admin/numbers/form.html",
            _("Add a number to the pool"),
            form=form,
            button=_("Add the number"),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        number = self.get_object(request, object_id)
        shown = self.acts_of(number) if number and self.may_act(request) else {}
        return super().change_view(request, object_id, form_url, shown)

    def acts_of(self, number: Any) -> dict[str, Any]:
        """What may be done with a number as it is."""
        if number.fictional:
            return {}
        if number.state == State.WITHDRAWN:
            return {"acts": [(self.url("restore", number.pk), _("Put back into the pool"))]}
        links = [(self.url("edit", number.pk), _("Edit"))] if editable(number) else []
        if number.state == State.HELD:
            return {"links": links}
        return {"links": links, "acts": [(self.url("withdraw", number.pk), _("Withdraw from the pool"))]}

    def edit(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        number = get_object_or_404(self.get_queryset(request), pk=pk, fictional=False, withdrawn_at=None)
        form = NumberForm(request.POST or None, initial=columns(number), fixed=True)
        if form.is_valid() and put(request, form):
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(self.url("change", pk))
        return self.page(request, "admin/numbers/form.html", number.number, form=form, button=_("Save"))

    def withdraw(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        number = get_object_or_404(Number, pk=pk)
        try:
            pool.withdraw_number(number, operator(request))
        except Conflict as conflict:
            messages.error(request, conflict.detail)
        else:
            messages.success(request, _("%(number)s is withdrawn.") % {"number": number.number})
        return HttpResponseRedirect(self.url("change", pk))

    def restore(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        number = get_object_or_404(Number, pk=pk)
        pool.restore_number(number, operator(request))
        messages.success(request, _("%(number)s is back.") % {"number": number.number})
        return HttpResponseRedirect(self.url("change", pk))


def editable(number: Any) -> bool:
    """A number that a tenant brought and holds is not the operator's."""
    return bool(number.channel_id) or number.state != State.HELD


def columns(number: Number) -> dict[str, Any]:
    """A number as the form shows it."""
    return {
        "number": number.number,
        "country": number.country,
        "category": number.category,
        "region": number.region,
        "capabilities": number.capabilities,
        "monthlyPrice": "" if number.monthly_price is None else str(number.monthly_price),
        "currency": number.currency,
        "channel": ids.public("channel", number.channel_id) if number.channel_id else "",
    }


def put(request: HttpRequest, form: NumberForm) -> bool:
    """Take the number over like a list of one line; False where the form says what is wrong."""
    try:
        import_numbers(as_list(form.line()), operator(request))
    except Rejected as rejected:
        for problem in rejected.problems:
            form.add_error(problem.column or None, problem.detail)
        return False
    return True


def as_list(line: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([line.keys(), line.values()])
    return text.getvalue().encode()
