"""Who may open the operators' pages: staff who logged in with two factors, and not by a tenant's provider."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from dashboard.assurance import identity_of, passed_second_factor


class OperatorSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        ours = passed_second_factor(request) and identity_of(request) is None
        return super().has_permission(request) and ours
