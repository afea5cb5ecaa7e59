"""Operators see that a message came and what became of it, never what it says or who sent it."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnly
from inbox.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnly):
    noun = "message"
    list_display = ("public_id", "environment", "number_used", "received_at", "state", "route_name")
    list_filter = ("state", "simulated")
    list_select_related = ("environment",)
    ordering = ("-id",)
    fields = (
        "public_id", "environment", "channel", "number_used", "received_at", "sent_at", "encoding", "segments",
        "state", "route_name", "route_version", "routing_tag", "simulated", "content_erased_at", "legal_hold",
    )  # fmt: skip
