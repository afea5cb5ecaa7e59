"""Every URL of the web process."""

from django.contrib import admin
from django.urls import include, path

from api import reference, tokens
from api.views import Unknown
from dashboard.entrance import operator_login

urlpatterns = [
    path("oauth/token", tokens.token),
    path("v1", Unknown.as_view()),  # rather than a redirect to it with a slash
    path("v1/", include("api.urls")),
    path("docs/reference", reference.index, name="docs.reference"),
    path("docs/reference/<slug:resource>", reference.one, name="docs.reference.one"),
    path("operator/login/", operator_login),  # instead of the admin's own, which nothing throttles
    path("operator/", admin.site.urls),
    path("", include("operations.urls")),
    path("", include("dashboard.urls")),
]

handler400 = "smsgateway.failures.bad_request"
handler500 = "smsgateway.failures.broken"
