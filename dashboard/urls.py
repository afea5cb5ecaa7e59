"""The pages. Names read section, or section.action; what lies below `/e/<env_id>/` belongs to one environment."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from dashboard import (
    access,
    available_numbers,
    buying,
    callback,
    channels,
    deliveries,
    destinations,
    endpoint_check,
    endpoint_events,
    endpoint_secrets,
    endpoints,
    entrance,
    error_pages,
    issues,
    messages,
    number_requests,
    numbers,
    overview,
    policy,
    preferences,
    replays,
    requests,
    retention,
    routes,
)

inside: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="environment"),
    path("messages/", messages.index, name="messages"),
    path("messages/<str:message_id>/", messages.one, name="messages.one"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("deliveries/replay/", deliveries.replay, name="deliveries.replay"),
    path("deliveries/<str:delivery_id>/replay/", deliveries.replay_one, name="deliveries.replay_one"),
    path("replays/", replays.index, name="deliveries.replays"),
    path("replays/new/", replays.new, name="deliveries.replays.new"),
    path("replays/<str:replay_id>/", replays.one, name="deliveries.replays.one"),
    path("replays/<str:replay_id>/run/", replays.run, name="deliveries.replays.run"),
    path("replays/<str:replay_id>/cancel/", replays.cancel, name="deliveries.replays.cancel"),
    path("issues/", issues.index, name="issues"),
    path("issues/<str:issue_id>/", issues.one, name="issues.one"),
    path("issues/<str:issue_id>/state/", issues.change, name="issues.state"),
    path("numbers/", numbers.index, name="numbers"),
    path("numbers/available/", available_numbers.index, name="numbers.available"),
    path("numbers/request/", number_requests.new, name="numbers.request"),
    path("numbers/new/", number_requests.bring, name="numbers.new"),
    path("numbers/requests/<str:number_request_id>/", number_requests.one, name="numbers.requests.one"),
    path(
        "numbers/requests/<str:number_request_id>/cancel/",
        number_requests.cancel,
        name="numbers.requests.cancel",
    ),
    path(
        "numbers/requests/<str:number_request_id>/documents/",
        number_requests.add_documents,
        name="numbers.requests.documents",
    ),
    path("numbers/<str:number_id>/", numbers.one, name="numbers.one"),
    path("numbers/<str:number_id>/release/", numbers.release, name="numbers.release"),
    path("numbers/<str:number_id>/take-back/", numbers.take_back, name="numbers.take_back"),
    path("channels/", channels.index, name="channels"),
    path("channels/new/", channels.new, name="channels.new"),
    path("channels/<str:channel_id>/", channels.one, name="channels.one"),
    path("channels/<str:channel_id>/buy/", buying.buy, name="channels.buy"),
    path("channels/<str:channel_id>/try/", channels.try_request, name="channels.try"),
    path("channels/<str:channel_id>/delete/", channels.delete, name="channels.delete"),
    path("routes/", routes.index, name="routes"),
    path("routes/new/", routes.new, name="routes.new"),
    path("routes/<str:route_id>/", routes.one, name="routes.one"),
    path("routes/<str:route_id>/move/", routes.move, name="routes.move"),
    path("routes/<str:route_id>/delete/", routes.delete, name="routes.delete"),
    path("destinations/", destinations.index, name="endpoints.destinations"),
    path("destinations/<str:destination_id>/delete/", destinations.delete, name="endpoints.forbid"),
    path("requests/", requests.index, name="requests"),
    path("retention/", retention.index, name="retention"),
    path("endpoints/", endpoints.index, name="endpoints"),
    path("endpoints/new/", endpoints.new, name="endpoints.new"),
    path("endpoints/<str:endpoint_id>/", endpoints.one, name="endpoints.one"),
    path("endpoints/<str:endpoint_id>/edit/", endpoints.edit, name="endpoints.edit"),
    path("endpoints/<str:endpoint_id>/policy/", policy.edit, name="endpoints.policy"),
    path("endpoints/<str:callback_id>/template/", callback.edit, name="endpoints.template"),
    path("endpoints/<str:endpoint_id>/access/", access.edit, name="endpoints.access"),
    path("endpoints/<str:endpoint_id>/secrets/", endpoint_secrets.rotate, name="endpoints.rotate"),
    path(
        "endpoints/<str:endpoint_id>/secrets/<str:secret_id>/withdraw/",
        endpoint_secrets.withdraw,
        name="endpoints.withdraw",
    ),
    path("endpoints/<str:endpoint_id>/events/", endpoint_events.edit, name="endpoints.events"),
    path("endpoints/<str:endpoint_id>/check/", endpoint_check.check, name="endpoints.check"),
    path("endpoints/<str:endpoint_id>/switch/", endpoints.switch, name="endpoints.switch"),
    path("endpoints/<str:endpoint_id>/default/", endpoints.make_default, name="endpoints.default"),
    path("endpoints/<str:endpoint_id>/delete/", endpoints.delete, name="endpoints.delete"),
]

errors: list[URLPattern | URLResolver] = [  # for everybody: answers of the API lead there
    path("", error_pages.index, name="errors"),
    path("<int:number>", error_pages.one, name="errors.one"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs/errors/", include(errors)),
    path("", entrance.home, name="overview"),
    path("login/", entrance.login, name="login"),
    path("logout/", entrance.logout, name="logout"),
    # Browsers ask for it on pages that name no icon: the operators', and raw answers of the API.
    path("favicon.ico", RedirectView.as_view(url=f"/{settings.STATIC_URL.strip('/')}/favicon.ico")),
    path("preferences/", preferences.preferences, name="preferences"),
    path("e/<str:env_id>/", include(inside)),
]
