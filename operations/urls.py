"""What monitors ask, at the root of the web process."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from operations import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", views.metrics),
]
