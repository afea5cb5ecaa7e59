"""The operator's channels, which bring the texts of the pool's numbers; tenants' own are only looked at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.admin import Acting, operator
from accounts.errors import Conflict, Invalid
from accounts.forms import refuse
from numbers import services
from numbers.carriers import CARRIERS
from numbers.channel_form import ChannelForm, ingest_url, readable
from numbers.models import Channel


class OwnerFilter(admin.SimpleListFilter):
    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("operator", gettext_lazy("the operator's")), ("tenant", gettext_lazy("tenants'"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Channel]) -> QuerySet[Channel]:
        whose = self.value()
        return queryset.filter(environment__isnull=whose == "operator") if whose else queryset


@admin.register(Channel)
class ChannelAdmin(Acting):
    noun = "channel"
    list_display = ("__str__", "public_id", "carrier", "environment", "created_at", "deleted_at")
    list_filter = (OwnerFilter, "carrier")
    list_select_related = ("environment",)
    fields = ("public_id", "environment", "carrier", "name", "url_for_carrier", "created_at", "deleted_at")
    readonly_fields = ("url_for_carrier",)
    change_form_template = "admin/numbers/acts.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_act(request)

    @admin.display(description=gettext_lazy("URL for the carrier"))
    def url_for_carrier(self, row: Channel) -> str:
        """A tenant's is the tenant's secret."""
        return (ingest_url(row) or "–") if row.environment_id is None else "–"

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<uuid:pk>/edit/", self.act(self.edit), name="numbers_channel_edit"),
            path("<uuid:pk>/close/", self.act(self.close, post_only=True), name="numbers_channel_close"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.act(self.add)(request)

    def add(self, request: HttpRequest) -> HttpResponse:
        """First `?carrier=`, then its form."""
        carrier = request.GET.get("carrier", "")
        if carrier not in CARRIERS:
            title = _("Who brings the texts?")
            return self.page(request, "admin/numbers/carriers.html", title, carriers=sorted(CARRIERS))
        form = ChannelForm(carrier, request.POST or None)
        channel = created(request, carrier, form) if form.is_valid() else None
        if channel is None:
            title = _("A channel of the operator's: %(carrier)s") % {"carrier": carrier}
            return self.page(
                request, "admin/numbers/channel.html", title, form=form, button=_("Open the channel")
            )
        messages.success(request, _("The channel is open."))
        return HttpResponseRedirect(self.url("change", channel.pk))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        channel = self.get_object(request, object_id)
        acts: dict[str, Any] = {}
        if channel and self.may_act(request) and own().filter(pk=channel.pk).exists():
            acts = {
                "links": [(self.url("edit", channel.pk), _("Rename or replace credentials"))],
                "acts": [(self.url("close", channel.pk), _("Delete the channel"))],
            }
        return super().change_view(request, object_id, form_url, acts)

    def edit(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        channel = get_object_or_404(own(), pk=pk)
        form = ChannelForm(channel.carrier, request.POST or None, stored=readable(channel), name=channel.name)
        if form.is_valid() and updated(request, channel, form):
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(self.url("change", pk))
        note = _("Secrets are never shown again: what you leave empty stays as it is.")
        return self.page(
            request, "admin/numbers/channel.html", str(channel), form=form, note=note, button=_("Save")
        )

    def close(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        channel = get_object_or_404(own(), pk=pk)
        try:
            services.delete_channel(channel, operator(request))
        except Conflict as conflict:
            messages.error(request, conflict.detail)
        else:
            messages.success(request, _("The channel is deleted."))
        return HttpResponseRedirect(self.url("change", pk))


def own() -> QuerySet[Channel]:
    """The operator's open channels."""
    return Channel.objects.filter(environment=None, deleted_at=None)


def channel_choices() -> list[tuple[str, str]]:
    rows = own().order_by("name", "carrier", "pk")
    return [(ids.public("channel", row.pk), f"{row} ({row.carrier})") for row in rows]


def created(request: HttpRequest, carrier: str, form: ChannelForm) -> Channel | None:
    """None where the form says what is wrong."""
    name = form.cleaned_data["name"]
    try:
        return services.create_channel(
            None, operator(request), carrier=carrier, name=name, credentials=form.given()
        )
    except Invalid as problem:
        refuse(form, problem, form.pointers())
        return None


def updated(request: HttpRequest, channel: Channel, form: ChannelForm) -> bool:
    given = form.given()
    credentials = given if given != form.stored else None
    try:
        services.update_channel(
            channel, operator(request), name=form.cleaned_data["name"], credentials=credentials
        )
    except Invalid as problem:
        refuse(form, problem, form.pointers())
        return False
    return True
