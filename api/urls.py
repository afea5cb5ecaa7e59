"""Every address under /v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from api import (
    available_numbers,
    channels,
    checks,
    deliveries,
    endpoints,
    events,
    issues,
    messages,
    number_requests,
    numbers,
    replays,
    routes,
    schema,
    views,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("channels", channels.Channels.as_view()),
    path("channels/<str:channel_id>", channels.OneChannel.as_view()),
    path("channels/<str:channel_id>/preview", channels.PreviewOfChannel.as_view()),
    path("numbers", numbers.Numbers.as_view()),
    path("numbers/<str:number_id>", numbers.OneNumber.as_view()),
    path("available-numbers", available_numbers.AvailableNumbers.as_view()),
    path("number-requests", number_requests.NumberRequests.as_view()),
    path("number-requests/<str:number_request_id>", number_requests.OneNumberRequest.as_view()),
    path("number-requests/<str:number_request_id>/documents", number_requests.NumberDocuments.as_view()),
    path("endpoints", endpoints.Endpoints.as_view()),
    path("endpoints/<str:endpoint_id>", endpoints.OneEndpoint.as_view()),
    path("endpoints/<str:endpoint_id>/check", checks.Check.as_view()),
    path("endpoints/<str:endpoint_id>/secrets", endpoints.Secrets.as_view()),
    path("endpoints/<str:endpoint_id>/secrets/<str:secret_id>", endpoints.OneSecret.as_view()),
    path("routes", routes.Routes.as_view()),
    path("routes/<str:route_id>", routes.OneRoute.as_view()),
    path("messages", messages.Messages.as_view()),
    path("messages/<str:message_id>", messages.OneMessage.as_view()),
    path("messages/<str:message_id>/deliveries", messages.DeliveriesOfMessage.as_view()),
    path("deliveries", deliveries.Deliveries.as_view()),
    path("deliveries/<str:delivery_id>", deliveries.OneDelivery.as_view()),
    path("deliveries/<str:delivery_id>/attempts", deliveries.Attempts.as_view()),
    path("deliveries/<str:delivery_id>/attempts/<str:attempt_id>", deliveries.OneAttempt.as_view()),
    path("deliveries/<str:delivery_id>/replay", deliveries.Replay.as_view()),
    path("events", events.Events.as_view()),
    path("event-types", events.EventTypes.as_view()),
    path("issues", issues.Issues.as_view()),
    path("issues/<str:issue_id>", issues.OneIssue.as_view()),
    path("replays", replays.Replays.as_view()),
    path("replays/<str:replay_id>", replays.OneReplay.as_view()),
    path("replays/<str:replay_id>/run", replays.Run.as_view()),
    path("openapi.json", schema.OpenApi.as_view()),
    re_path(r"^.*$", views.Unknown.as_view()),
]
