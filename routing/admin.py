"""Operators see which routes there are; conditions may hold a person's number and are left out."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnly
from routing.models import Route


@admin.register(Route)
class RouteAdmin(ReadOnly):
    noun = "route"
    list_display = ("public_id", "environment", "position", "name", "action", "routing_tag", "version")
    list_filter = ("action",)
    list_select_related = ("environment",)
    fields = (
        "public_id", "environment", "position", "name", "action", "endpoints", "routing_tag", "version",
        "created_at",
    )  # fmt: skip
