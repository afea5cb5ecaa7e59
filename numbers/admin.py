"""Operators see channels without their credentials, the number pool, and who holds which number since when."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnly
from numbers.models import Assignment, Channel, Number


@admin.register(Channel)
class ChannelAdmin(ReadOnly):
    noun = "channel"
    list_display = ("public_id", "carrier", "name", "environment", "created_at", "deleted_at")
    list_filter = ("carrier",)
    list_select_related = ("environment",)
    fields = ("public_id", "environment", "carrier", "name", "created_at", "deleted_at")


@admin.register(Number)
class NumberAdmin(ReadOnly):
    noun = "number"
    list_display = ("number", "public_id", "country", "fictional", "created_at")
    list_filter = ("fictional", "country")
    search_fields = ("number",)
    fields = ("public_id", "number", "country", "fictional", "created_at")


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    list_display = ("number", "environment", "channel", "label", "starts_at", "ends_at")
    list_select_related = ("number", "environment", "channel")
    search_fields = ("number__number",)
    fields = ("number", "environment", "channel", "label", "starts_at", "ends_at")
