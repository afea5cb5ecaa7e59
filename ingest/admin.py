"""Operators see that something came which nobody could place; its bytes stay sealed."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnly
from ingest.models import StrayText


@admin.register(StrayText)
class StrayTextAdmin(ReadOnly):
    list_display = ("id", "kind", "number", "channel", "stamped_at", "received_at")
    list_filter = ("kind",)
    list_select_related = ("channel",)
    ordering = ("-id",)
    search_fields = ("number",)
    fields = ("id", "kind", "number", "channel", "stamped_at", "received_at")
