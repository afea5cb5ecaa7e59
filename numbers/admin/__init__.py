"""Operators' pages: the number pool, requests for its numbers, the pool's own channels, and who holds what since when.

Every change goes through the services, with an operator as actor.
"""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnly
from numbers.admin import channels, pool, requests
from numbers.models import Assignment

__all__ = ["channels", "pool", "requests"]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    list_display = ("number", "environment", "channel", "label", "starts_at", "ends_at")
    list_select_related = ("number", "environment", "channel")
    search_fields = ("number__number",)
    fields = ("number", "environment", "channel", "label", "starts_at", "ends_at")
