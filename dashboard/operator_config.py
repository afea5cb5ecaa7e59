"""Django's admin as our operators' pages."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class OperatorPages(AdminConfig):
    default_site = "dashboard.operators.OperatorSite"
