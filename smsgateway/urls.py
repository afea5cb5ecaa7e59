"""Every URL of the web process."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("v1/", include("api.urls")),
    path("operator/", admin.site.urls),
    path("", include("operations.urls")),
    path("", include("dashboard.urls")),
]
