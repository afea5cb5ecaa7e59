"""Who may open the operators' pages: staff who logged in with two factors."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from dashboard.assurance import passed_second_factor


class OperatorSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and passed_second_factor(request)
