"""Operators see endpoints without their secrets, and how deliveries fare."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnly
from delivery.models import Delivery, Endpoint


@admin.register(Endpoint)
class EndpointAdmin(ReadOnly):
    noun = "endpoint"
    list_display = ("public_id", "environment", "url", "is_default", "disabled_at", "deleted_at")
    list_select_related = ("environment",)
    search_fields = ("url",)
    fields = (
        "public_id", "environment", "kind", "url", "description", "is_default", "version", "created_at",
        "disabled_at", "deleted_at",
    )  # fmt: skip


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    noun = "delivery"
    list_display = ("public_id", "environment", "endpoint", "state", "due_at", "attempts_made", "error_code")
    list_filter = ("state", "error_code")
    list_select_related = ("environment", "endpoint")
    ordering = ("-id",)
    fields = (
        "public_id", "environment", "endpoint", "message", "event_type", "state", "due_at", "leased_until",
        "attempts_made", "error_code", "replays", "created_at", "finished_at",
    )  # fmt: skip
