"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from smsgw import inputs, models
from smsgw.resource import UNSET, AsyncPages, AsyncResource, Unset, segment
from smsgw.transport import AsyncTransport


class AvailableNumbers(AsyncResource):
    def list(
        self,
        *,
        capability: Literal["sms", "mms", "voice"] | None = None,
        category: Literal[
            "platform",
            "verified",
            "mobile",
            "geographic",
            "nonGeographic",
            "tollFree",
            "premium",
            "machine",
            "shortCode",
            "other",
        ]
        | None = None,
        country: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        region: str | None = None,
    ) -> AsyncPages[models.AvailableNumber]:
        return self._pages(
            models.AvailableNumber,
            "/v1/available-numbers",
            query={
                "capability": capability,
                "category": category,
                "country": country,
                "cursor": cursor,
                "limit": limit,
                "region": region,
            },
        )


class Channels(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Channel]:
        return self._pages(models.Channel, "/v1/channels", query={"cursor": cursor, "limit": limit})

    async def create(
        self,
        *,
        carrier: str,
        name: str | Unset = UNSET,
        credentials: Mapping[str, str | int] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Channel:
        return await self._call(
            {201: models.Channel},
            "POST",
            "/v1/channels",
            body={"carrier": carrier, "name": name, "credentials": credentials},
            idempotency_key=idempotency_key,
        )

    async def read(self, channel_id: str) -> models.Channel:
        return await self._call({200: models.Channel}, "GET", f"/v1/channels/{segment(channel_id)}")

    async def update(
        self,
        channel_id: str,
        *,
        name: str | Unset = UNSET,
        credentials: Mapping[str, str | int] | Unset = UNSET,
    ) -> models.Channel:
        return await self._call(
            {200: models.Channel},
            "PATCH",
            f"/v1/channels/{segment(channel_id)}",
            body={"name": name, "credentials": credentials},
        )

    async def delete(self, channel_id: str) -> None:
        await self._nothing("DELETE", f"/v1/channels/{segment(channel_id)}")

    async def list_number_offers(
        self,
        channel_id: str,
        *,
        country: str,
        category: Literal["mobile", "geographic", "tollFree", "nonGeographic"] | None = None,
        contains: str | None = None,
        limit: int | None = None,
    ) -> models.OfferPage:
        return await self._call(
            {200: models.OfferPage},
            "GET",
            f"/v1/channels/{segment(channel_id)}/available-numbers",
            query={"category": category, "contains": contains, "country": country, "limit": limit},
        )

    async def create_number_purchase(
        self, channel_id: str, *, number: str, label: str | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.Number | models.NumberRequest:
        return await self._call(
            {201: models.Number, 202: models.NumberRequest},
            "POST",
            f"/v1/channels/{segment(channel_id)}/numbers",
            body={"number": number, "label": label},
            idempotency_key=idempotency_key,
        )

    async def preview(
        self,
        channel_id: str,
        *,
        method: inputs.MethodEnum | Unset = UNSET,
        query: str | Unset = UNSET,
        body: str | Unset = UNSET,
        credentials: Mapping[str, str | int] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Preview:
        """What the channel would read in a request. Its signature is not asked for, and nothing is kept."""
        return await self._call(
            {200: models.Preview},
            "POST",
            f"/v1/channels/{segment(channel_id)}/preview",
            body={"method": method, "query": query, "body": body, "credentials": credentials},
            idempotency_key=idempotency_key,
        )


class Deliveries(AsyncResource):
    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: Literal["pending", "sending", "delivered", "failed", "held", "cancelled"] | None = None,
    ) -> AsyncPages[models.Delivery]:
        return self._pages(
            models.Delivery, "/v1/deliveries", query={"cursor": cursor, "limit": limit, "state": state}
        )

    async def read(self, delivery_id: str) -> models.Delivery:
        return await self._call({200: models.Delivery}, "GET", f"/v1/deliveries/{segment(delivery_id)}")

    def list_attempts(
        self, delivery_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[models.Attempt]:
        return self._pages(
            models.Attempt,
            f"/v1/deliveries/{segment(delivery_id)}/attempts",
            query={"cursor": cursor, "limit": limit},
        )

    async def read_attempt(self, delivery_id: str, attempt_id: str) -> models.Attempt:
        return await self._call(
            {200: models.Attempt},
            "GET",
            f"/v1/deliveries/{segment(delivery_id)}/attempts/{segment(attempt_id)}",
        )

    async def replay(self, delivery_id: str, *, idempotency_key: str | None = None) -> models.Delivery:
        return await self._call(
            {202: models.Delivery},
            "POST",
            f"/v1/deliveries/{segment(delivery_id)}/replay",
            idempotency_key=idempotency_key,
        )


class Destinations(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Destination]:
        return self._pages(models.Destination, "/v1/destinations", query={"cursor": cursor, "limit": limit})

    async def create(self, *, pattern: str, idempotency_key: str | None = None) -> models.Destination:
        return await self._call(
            {201: models.Destination},
            "POST",
            "/v1/destinations",
            body={"pattern": pattern},
            idempotency_key=idempotency_key,
        )

    async def read(self, destination_id: str) -> models.Destination:
        return await self._call(
            {200: models.Destination}, "GET", f"/v1/destinations/{segment(destination_id)}"
        )

    async def delete(self, destination_id: str) -> None:
        await self._nothing("DELETE", f"/v1/destinations/{segment(destination_id)}")


class Endpoints(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Endpoint]:
        return self._pages(models.Endpoint, "/v1/endpoints", query={"cursor": cursor, "limit": limit})

    async def create(
        self,
        *,
        kind: inputs.EndpointKind,
        url: str | Unset = UNSET,
        payload: inputs.PayloadEnum | Unset = UNSET,
        template: inputs.Template | Unset = UNSET,
        ack_within_seconds: int | Unset = UNSET,
        events: Sequence[str] | Unset = UNSET,
        description: str | Unset = UNSET,
        is_default: bool | Unset = UNSET,
        signs_with: inputs.SignsWithEnum | Unset = UNSET,
        policy: inputs.Policy | Unset = UNSET,
        access: inputs.Access | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.CreatedEndpoint:
        return await self._call(
            {201: models.CreatedEndpoint},
            "POST",
            "/v1/endpoints",
            body={
                "url": url,
                "payload": payload,
                "template": template,
                "ackWithinSeconds": ack_within_seconds,
                "events": events,
                "kind": kind,
                "description": description,
                "isDefault": is_default,
                "signsWith": signs_with,
                "policy": policy,
                "access": access,
            },
            idempotency_key=idempotency_key,
        )

    async def read(self, endpoint_id: str) -> models.Endpoint:
        return await self._call({200: models.Endpoint}, "GET", f"/v1/endpoints/{segment(endpoint_id)}")

    async def update(
        self,
        endpoint_id: str,
        *,
        url: str | Unset = UNSET,
        payload: inputs.PayloadEnum | Unset = UNSET,
        template: inputs.Template | Unset = UNSET,
        ack_within_seconds: int | Unset = UNSET,
        events: Sequence[str] | Unset = UNSET,
        description: str | Unset = UNSET,
        is_default: bool | Unset = UNSET,
        policy: inputs.Policy | Unset = UNSET,
        failover_id: str | Unset | None = UNSET,
        access: inputs.Access | Unset = UNSET,
        disabled: bool | Unset = UNSET,
    ) -> models.ChangedEndpoint:
        return await self._call(
            {200: models.ChangedEndpoint},
            "PATCH",
            f"/v1/endpoints/{segment(endpoint_id)}",
            body={
                "url": url,
                "payload": payload,
                "template": template,
                "ackWithinSeconds": ack_within_seconds,
                "events": events,
                "description": description,
                "isDefault": is_default,
                "policy": policy,
                "failoverId": failover_id,
                "access": access,
                "disabled": disabled,
            },
        )

    async def delete(self, endpoint_id: str) -> None:
        await self._nothing("DELETE", f"/v1/endpoints/{segment(endpoint_id)}")

    async def check(self, endpoint_id: str, *, idempotency_key: str | None = None) -> models.Check:
        return await self._call(
            {200: models.Check},
            "POST",
            f"/v1/endpoints/{segment(endpoint_id)}/check",
            idempotency_key=idempotency_key,
        )

    async def preview(
        self,
        endpoint_id: str,
        *,
        template: inputs.Template | Unset = UNSET,
        payload: inputs.PayloadEnum | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.RequestPreview:
        return await self._call(
            {200: models.RequestPreview},
            "POST",
            f"/v1/endpoints/{segment(endpoint_id)}/preview",
            body={"template": template, "payload": payload},
            idempotency_key=idempotency_key,
        )

    def list_secrets(
        self, endpoint_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[models.Secret]:
        return self._pages(
            models.Secret,
            f"/v1/endpoints/{segment(endpoint_id)}/secrets",
            query={"cursor": cursor, "limit": limit},
        )

    async def create_secret(
        self, endpoint_id: str, *, overlap_seconds: int | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.NewSecret:
        return await self._call(
            {201: models.NewSecret},
            "POST",
            f"/v1/endpoints/{segment(endpoint_id)}/secrets",
            body={"overlapSeconds": overlap_seconds},
            idempotency_key=idempotency_key,
        )

    async def delete_secret(self, endpoint_id: str, secret_id: str) -> None:
        await self._nothing("DELETE", f"/v1/endpoints/{segment(endpoint_id)}/secrets/{segment(secret_id)}")

    async def take_deliveries(
        self, queue_id: str, *, limit: int | None = None, wait: int | None = None
    ) -> models.Taken:
        return await self._call(
            {200: models.Taken},
            "GET",
            f"/v1/endpoints/{segment(queue_id)}/queue",
            query={"limit": limit, "wait": wait},
        )

    async def acknowledge_deliveries(
        self, queue_id: str, *, lease: str, delivery_ids: Sequence[str], idempotency_key: str | None = None
    ) -> models.Acknowledged:
        return await self._call(
            {200: models.Acknowledged},
            "POST",
            f"/v1/endpoints/{segment(queue_id)}/queue/ack",
            body={"lease": lease, "deliveryIds": delivery_ids},
            idempotency_key=idempotency_key,
        )

    async def release_deliveries(
        self, queue_id: str, *, lease: str, delivery_ids: Sequence[str], idempotency_key: str | None = None
    ) -> models.Released:
        return await self._call(
            {200: models.Released},
            "POST",
            f"/v1/endpoints/{segment(queue_id)}/queue/release",
            body={"lease": lease, "deliveryIds": delivery_ids},
            idempotency_key=idempotency_key,
        )


class EventTypes(AsyncResource):
    async def list(self) -> models.EventTypes:
        return await self._call({200: models.EventTypes}, "GET", "/v1/event-types")


class Events(AsyncResource):
    def list(
        self,
        *,
        after: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        type: Literal[
            "message.delivered",
            "message.failed",
            "message.expired",
            "endpoint.warned",
            "endpoint.disabled",
            "endpoint.enabled",
            "endpoint.recovered",
            "endpoint.secretRotated",
            "issue.opened",
            "issue.resolved",
        ]
        | None = None,
    ) -> AsyncPages[models.Event]:
        return self._pages(
            models.Event, "/v1/events", query={"after": after, "cursor": cursor, "limit": limit, "type": type}
        )


class Issues(AsyncResource):
    def list(
        self,
        *,
        cursor: str | None = None,
        endpoint_id: str | None = None,
        limit: int | None = None,
        state: Literal["open", "acknowledged", "resolved"] | None = None,
    ) -> AsyncPages[models.Issue]:
        return self._pages(
            models.Issue,
            "/v1/issues",
            query={"cursor": cursor, "endpointId": endpoint_id, "limit": limit, "state": state},
        )

    async def read(self, issue_id: str) -> models.Issue:
        return await self._call({200: models.Issue}, "GET", f"/v1/issues/{segment(issue_id)}")

    async def update(self, issue_id: str, *, state: inputs.IssueState) -> models.Issue:
        return await self._call(
            {200: models.Issue}, "PATCH", f"/v1/issues/{segment(issue_id)}", body={"state": state}
        )


class Messages(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Message]:
        return self._pages(models.Message, "/v1/messages", query={"cursor": cursor, "limit": limit})

    async def read(self, message_id: str) -> models.Message:
        return await self._call({200: models.Message}, "GET", f"/v1/messages/{segment(message_id)}")

    def list_deliveries(
        self, message_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[models.Delivery]:
        return self._pages(
            models.Delivery,
            f"/v1/messages/{segment(message_id)}/deliveries",
            query={"cursor": cursor, "limit": limit},
        )

    async def read_receipt(self, message_id: str) -> models.Receipt:
        return await self._call({200: models.Receipt}, "GET", f"/v1/messages/{segment(message_id)}/receipt")


class NumberRequests(AsyncResource):
    def list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> AsyncPages[models.NumberRequest]:
        return self._pages(
            models.NumberRequest, "/v1/number-requests", query={"cursor": cursor, "limit": limit}
        )

    async def create(
        self,
        *,
        number: str | Unset = UNSET,
        country: str | Unset = UNSET,
        category: inputs.NumberCategory | Unset = UNSET,
        region: str | Unset = UNSET,
        channel_id: str | Unset = UNSET,
        purpose: str | Unset = UNSET,
        monthly_volume: int | Unset = UNSET,
        label: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.NumberRequest:
        return await self._call(
            {201: models.NumberRequest},
            "POST",
            "/v1/number-requests",
            body={
                "number": number,
                "country": country,
                "category": category,
                "region": region,
                "channelId": channel_id,
                "purpose": purpose,
                "monthlyVolume": monthly_volume,
                "label": label,
            },
            idempotency_key=idempotency_key,
        )

    async def read(self, number_request_id: str) -> models.NumberRequest:
        return await self._call(
            {200: models.NumberRequest}, "GET", f"/v1/number-requests/{segment(number_request_id)}"
        )

    async def delete(self, number_request_id: str) -> None:
        await self._nothing("DELETE", f"/v1/number-requests/{segment(number_request_id)}")

    async def create_number_document(
        self,
        number_request_id: str,
        *,
        name: str,
        content_type: inputs.NumberDocumentType,
        content: str,
        idempotency_key: str | None = None,
    ) -> models.NumberDocument:
        return await self._call(
            {201: models.NumberDocument},
            "POST",
            f"/v1/number-requests/{segment(number_request_id)}/documents",
            body={"name": name, "contentType": content_type, "content": content},
            idempotency_key=idempotency_key,
        )


class Numbers(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Number]:
        return self._pages(models.Number, "/v1/numbers", query={"cursor": cursor, "limit": limit})

    async def create(
        self,
        *,
        number: str,
        channel_id: str | Unset = UNSET,
        purpose: str | Unset = UNSET,
        monthly_volume: int | Unset = UNSET,
        label: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Number | models.NumberRequest:
        return await self._call(
            {201: models.Number, 202: models.NumberRequest},
            "POST",
            "/v1/numbers",
            body={
                "number": number,
                "channelId": channel_id,
                "purpose": purpose,
                "monthlyVolume": monthly_volume,
                "label": label,
            },
            idempotency_key=idempotency_key,
        )

    async def read(self, number_id: str) -> models.Number:
        return await self._call({200: models.Number}, "GET", f"/v1/numbers/{segment(number_id)}")

    async def update(
        self, number_id: str, *, channel_id: str | Unset = UNSET, label: str | Unset = UNSET
    ) -> models.Number:
        return await self._call(
            {200: models.Number},
            "PATCH",
            f"/v1/numbers/{segment(number_id)}",
            body={"channelId": channel_id, "label": label},
        )

    async def delete(self, number_id: str, *, give_back: bool | None = None) -> None:
        await self._nothing("DELETE", f"/v1/numbers/{segment(number_id)}", query={"giveBack": give_back})


class Replays(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Replay]:
        return self._pages(models.Replay, "/v1/replays", query={"cursor": cursor, "limit": limit})

    async def create(
        self, *, kind: inputs.ReplayKind, filter: inputs.ReplayFilter, idempotency_key: str | None = None
    ) -> models.Replay:
        return await self._call(
            {201: models.Replay},
            "POST",
            "/v1/replays",
            body={"kind": kind, "filter": filter},
            idempotency_key=idempotency_key,
        )

    async def read(self, replay_id: str) -> models.Replay:
        return await self._call({200: models.Replay}, "GET", f"/v1/replays/{segment(replay_id)}")

    async def delete(self, replay_id: str) -> models.Replay:
        return await self._call({200: models.Replay}, "DELETE", f"/v1/replays/{segment(replay_id)}")

    async def run(self, replay_id: str, *, idempotency_key: str | None = None) -> models.Replay:
        return await self._call(
            {202: models.Replay},
            "POST",
            f"/v1/replays/{segment(replay_id)}/run",
            idempotency_key=idempotency_key,
        )


class Retention(AsyncResource):
    async def read(self) -> models.Retention:
        return await self._call({200: models.Retention}, "GET", "/v1/retention")

    async def update(
        self, *, content_days: int | Unset | None = UNSET, attempts_days: int | Unset | None = UNSET
    ) -> models.Retention:
        return await self._call(
            {200: models.Retention},
            "PATCH",
            "/v1/retention",
            body={"contentDays": content_days, "attemptsDays": attempts_days},
        )


class Routes(AsyncResource):
    def list(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[models.Route]:
        return self._pages(models.Route, "/v1/routes", query={"cursor": cursor, "limit": limit})

    async def create(
        self,
        *,
        name: str,
        position: int | Unset = UNSET,
        conditions: Sequence[inputs.ConditionInput] | Unset = UNSET,
        action: inputs.RouteAction | Unset = UNSET,
        endpoint_ids: Sequence[str] | Unset = UNSET,
        routing_tag: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Route:
        return await self._call(
            {201: models.Route},
            "POST",
            "/v1/routes",
            body={
                "name": name,
                "position": position,
                "conditions": conditions,
                "action": action,
                "endpointIds": endpoint_ids,
                "routingTag": routing_tag,
            },
            idempotency_key=idempotency_key,
        )

    async def read(self, route_id: str) -> models.Route:
        return await self._call({200: models.Route}, "GET", f"/v1/routes/{segment(route_id)}")

    async def update(
        self,
        route_id: str,
        *,
        name: str | Unset = UNSET,
        position: int | Unset = UNSET,
        conditions: Sequence[inputs.ConditionInput] | Unset = UNSET,
        action: inputs.RouteAction | Unset = UNSET,
        endpoint_ids: Sequence[str] | Unset = UNSET,
        routing_tag: str | Unset = UNSET,
    ) -> models.Route:
        return await self._call(
            {200: models.Route},
            "PATCH",
            f"/v1/routes/{segment(route_id)}",
            body={
                "name": name,
                "position": position,
                "conditions": conditions,
                "action": action,
                "endpointIds": endpoint_ids,
                "routingTag": routing_tag,
            },
        )

    async def delete(self, route_id: str) -> None:
        await self._nothing("DELETE", f"/v1/routes/{segment(route_id)}")


class Resources:
    def __init__(self, transport: AsyncTransport) -> None:
        self.available_numbers = AvailableNumbers(transport)
        self.channels = Channels(transport)
        self.deliveries = Deliveries(transport)
        self.destinations = Destinations(transport)
        self.endpoints = Endpoints(transport)
        self.event_types = EventTypes(transport)
        self.events = Events(transport)
        self.issues = Issues(transport)
        self.messages = Messages(transport)
        self.number_requests = NumberRequests(transport)
        self.numbers = Numbers(transport)
        self.replays = Replays(transport)
        self.retention = Retention(transport)
        self.routes = Routes(transport)
