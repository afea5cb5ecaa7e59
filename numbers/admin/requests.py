"""Requests for numbers: what tenants ask for and prove, and the operator's answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import Acting, operator
from accounts.encryption import Unsealable
from accounts.errors import Conflict, Invalid
from accounts.forms import refuse
from accounts.models import Tenant
from numbers import money, pool, requests
from numbers.models import Number, NumberDocument, NumberRequest
from numbers.pool import Wanted

Kind, Status = NumberRequest.Kind, NumberRequest.Status

OFFERED = 100  # numbers to choose from


class StatusFilter(admin.SimpleListFilter):
    """What waits comes first; everything else is a click away."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        decided = [choice for choice in Status.choices if choice[0] != Status.REQUESTED]
        return [*decided, ("all", gettext_lazy("All"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        waiting, *others = super().choices(changelist)
        yield {**waiting, "display": _("Waiting")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[NumberRequest]) -> QuerySet[NumberRequest]:
        wanted = self.value() or Status.REQUESTED
        return queryset if wanted == "all" else queryset.filter(status=wanted)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note to the customer"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class RefuseForm(NoteForm):
    """The service itself asks for the note."""

    prefix = "refuse"


class ApproveForm(NoteForm):
    """For a number of the pool also which: the one wanted, or one that is as asked."""

    prefix = "approve"
    number = forms.ChoiceField(label=gettext_lazy("Number"))
    field_order = ("number", "note")

    def __init__(self, row: NumberRequest, *args: Any) -> None:
        super().__init__(*args)
        if row.kind == Kind.BRING:
            del self.fields["number"]
        else:
            choices = [(number.number, described(number)) for number in fitting(row)]
            self.fields["number"].choices = choices  # type: ignore[attr-defined]

    def possible(self) -> bool:
        return "number" not in self.fields or bool(self.fields["number"].choices)  # type: ignore[attr-defined]


def fitting(row: NumberRequest) -> list[Number]:
    """The available numbers that answer a request, the one wanted first."""
    wanted = pool.offer(row.environment, row.wanted.number) if row.wanted else None
    like = pool.search(row.environment, Wanted(row.country, row.category, row.region), count=OFFERED)
    return [*([wanted] if wanted else []), *(number for number in like if number != wanted)]


def described(number: Number) -> str:
    price = "" if number.monthly_price is None else money.shown(number.monthly_price, number.currency)
    parts = (number.number, str(number.get_category_display()), number.region, price)
    return " · ".join(part for part in parts if part)


@admin.register(NumberRequest)
class NumberRequestAdmin(Acting):
    noun = "number_request"
    list_display = ("created_at", "tenant", "kind", "asked", "monthly_volume", "status", "decided_at")
    list_display_links = ("created_at", "tenant")
    list_filter = (StatusFilter, "kind", "country")
    list_select_related = ("environment__tenant", "wanted", "assignment__number")
    ordering = ("created_at",)

    @admin.display(description=gettext_lazy("tenant"), ordering="environment__tenant__name")
    def tenant(self, row: NumberRequest) -> Tenant:
        return row.environment.tenant

    @admin.display(description=gettext_lazy("asked for"))
    def asked(self, row: NumberRequest) -> str:
        return row.asked_number or " ".join(filter(None, (row.country, row.category, row.region)))

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<uuid:pk>/approve/",
                self.act(self.approve, post_only=True),
                name="numbers_numberrequest_approve",
            ),
            path(
                "<uuid:pk>/refuse/",
                self.act(self.refuse, post_only=True),
                name="numbers_numberrequest_refuse",
            ),
            path(
                "<uuid:pk>/documents/<uuid:document>/",
                self.act(self.document),
                name="numbers_numberrequest_document",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row) or request.method == "POST":
            raise PermissionDenied
        return self.shown(request, row)

    def shown(
        self,
        request: HttpRequest,
        row: NumberRequest,
        approving: ApproveForm | None = None,
        refusing: RefuseForm | None = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"row": row, "public_id": self.public_id(row)}
        if row.status == Status.REQUESTED and self.may_act(request):
            context |= {"approving": approving or ApproveForm(row), "refusing": refusing or RefuseForm()}
        status = 422 if approving or refusing else 200
        title = _("Request of %(tenant)s") % {"tenant": row.environment.tenant}
        return self.page(request, "admin/numbers/request.html", title, status=status, **context)

    def approve(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.requested(pk)
        form = ApproveForm(row, request.POST)
        if not form.is_valid():
            return self.shown(request, row, approving=form)
        try:
            requests.approve(row, operator(request), **form.cleaned_data)
        except (Invalid, Conflict) as problem:
            refuse(form, problem)
            return self.shown(request, row, approving=form)
        messages.success(request, _("Approved: the number is the customer's now."))
        return HttpResponseRedirect(self.url("changelist"))

    def refuse(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.requested(pk)
        form = RefuseForm(request.POST)
        if not form.is_valid():
            return self.shown(request, row, refusing=form)
        try:
            requests.refuse(row, operator(request), **form.cleaned_data)
        except (Invalid, Conflict) as problem:
            refuse(form, problem)
            return self.shown(request, row, refusing=form)
        messages.success(request, _("Refused."))
        return HttpResponseRedirect(self.url("changelist"))

    def requested(self, pk: UUID) -> NumberRequest:
        return get_object_or_404(NumberRequest.objects.select_related(*self.list_select_related), pk=pk)

    def document(self, request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
        """A file as it was sent; never shown in the browser, since who sent it is not us."""
        row = get_object_or_404(NumberDocument, pk=document, request=pk)
        try:
            content = requests.opened(row, operator(request))
        except Unsealable:
            content = None
        if content is None:
            raise Http404
        headers = {
            "Content-Disposition": content_disposition_header(True, row.name or str(row.pk)) or "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(content, content_type=row.content_type, headers=headers)
