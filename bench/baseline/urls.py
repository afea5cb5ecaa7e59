"""One way in."""

from django.urls import path

from bench.baseline.views import Incoming

urlpatterns = [path("in", Incoming.as_view())]
