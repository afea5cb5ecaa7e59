"""Every URL of the web process."""

from django.contrib import admin
from django.urls import include, path

from api import tokens
from dashboard.entrance import operator_login

urlpatterns = [
    path("oauth/token", tokens.token),
    path("v1/", include("api.urls")),
    path("operator/login/", operator_login),  # instead of the admin's own, which nothing throttles
    path("operator/", admin.site.urls),
    path("", include("operations.urls")),
    path("", include("dashboard.urls")),
]
