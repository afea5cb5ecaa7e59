"""Made by `make sdks` from the API's own description; change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from smsgw import inputs, models
from smsgw.resource import UNSET, Pages, Resource, Unset, segment
from smsgw.transport import Transport


class ApiKeys(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        revoked: bool | None = None,
    ) -> Pages[models.ApiKey]:
        """Needs the scope `manageKeys`."""
        return self._pages(
            models.ApiKey,
            "/v1/api-keys",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "revoked": revoked,
            },
        )

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[inputs.ScopesEnum],
        expires_at: datetime | str | Unset | None = UNSET,
        allowed_networks: Sequence[str] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.CreatedApiKey:
        """Needs the scope `manageKeys`."""
        return self._call(
            {201: models.CreatedApiKey},
            "POST",
            "/v1/api-keys",
            body={
                "name": name,
                "scopes": scopes,
                "expiresAt": expires_at,
                "allowedNetworks": allowed_networks,
            },
            idempotency_key=idempotency_key,
        )

    def read(self, key_id: str, *, fields: str | None = None) -> models.ApiKey:
        """Needs the scope `manageKeys`."""
        return self._call(
            {200: models.ApiKey}, "GET", f"/v1/api-keys/{segment(key_id)}", query={"fields": fields}
        )

    def update(
        self,
        key_id: str,
        *,
        name: str | Unset = UNSET,
        expires_at: datetime | str | Unset | None = UNSET,
        allowed_networks: Sequence[str] | Unset = UNSET,
    ) -> models.ApiKey:
        """Needs the scope `manageKeys`."""
        return self._call(
            {200: models.ApiKey},
            "PATCH",
            f"/v1/api-keys/{segment(key_id)}",
            body={"name": name, "expiresAt": expires_at, "allowedNetworks": allowed_networks},
        )

    def delete(self, key_id: str) -> None:
        """Needs the scope `manageKeys`."""
        self._nothing("DELETE", f"/v1/api-keys/{segment(key_id)}")

    def rotate(
        self, key_id: str, *, overlap_seconds: int | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.CreatedApiKey:
        """Needs the scope `manageKeys`."""
        return self._call(
            {201: models.CreatedApiKey},
            "POST",
            f"/v1/api-keys/{segment(key_id)}/rotate",
            body={"overlapSeconds": overlap_seconds},
            idempotency_key=idempotency_key,
        )


class Attempts(Resource):
    def read(self, attempt_id: str, *, fields: str | None = None) -> models.Attempt:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Attempt}, "GET", f"/v1/attempts/{segment(attempt_id)}", query={"fields": fields}
        )


class AuditEntries(Resource):
    def list(
        self,
        *,
        action: str | None = None,
        actor: str | None = None,
        address: str | None = None,
        at_gte: datetime | str | None = None,
        at_lt: datetime | str | None = None,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        organisation: Literal["true"] | None = None,
        request_id: str | None = None,
        seen: Literal["true"] | None = None,
        target: str | None = None,
    ) -> Pages[models.AuditEntry]:
        """Needs the scope `readAudit`."""
        return self._pages(
            models.AuditEntry,
            "/v1/audit-entries",
            query={
                "action": action,
                "actor": actor,
                "address": address,
                "at[gte]": at_gte,
                "at[lt]": at_lt,
                "count": count,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "organisation": organisation,
                "requestId": request_id,
                "seen": seen,
                "target": target,
            },
        )


class AvailableNumbers(Resource):
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
    ) -> Pages[models.AvailableNumber]:
        """Needs the scope `read`."""
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


class Channels(Resource):
    def list(
        self,
        *,
        carrier: Literal[
            "aws",
            "bandwidth",
            "bird",
            "clickatell",
            "generic",
            "highconnection",
            "infobip",
            "messagebird",
            "ovh",
            "plivo",
            "sandbox",
            "sinch",
            "smpp",
            "telnyx",
            "twilio",
            "vonage",
            "vonage-messages",
        ]
        | None = None,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.Channel]:
        """Needs the scope `read`."""
        return self._pages(
            models.Channel,
            "/v1/channels",
            query={
                "carrier": carrier,
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
            },
        )

    def create(
        self,
        *,
        carrier: str,
        name: str | Unset = UNSET,
        credentials: Mapping[str, str | int] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Channel:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.Channel},
            "POST",
            "/v1/channels",
            body={"carrier": carrier, "name": name, "credentials": credentials},
            idempotency_key=idempotency_key,
        )

    def read(self, channel_id: str, *, fields: str | None = None) -> models.Channel:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Channel}, "GET", f"/v1/channels/{segment(channel_id)}", query={"fields": fields}
        )

    def update(
        self,
        channel_id: str,
        *,
        name: str | Unset = UNSET,
        credentials: Mapping[str, str | int] | Unset = UNSET,
    ) -> models.Channel:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Channel},
            "PATCH",
            f"/v1/channels/{segment(channel_id)}",
            body={"name": name, "credentials": credentials},
        )

    def delete(self, channel_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/channels/{segment(channel_id)}")

    def list_number_offers(
        self,
        channel_id: str,
        *,
        country: str,
        category: Literal["mobile", "geographic", "tollFree", "nonGeographic"] | None = None,
        contains: str | None = None,
        limit: int | None = None,
    ) -> models.OfferPage:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.OfferPage},
            "GET",
            f"/v1/channels/{segment(channel_id)}/available-numbers",
            query={"category": category, "contains": contains, "country": country, "limit": limit},
        )

    def create_number_purchase(
        self, channel_id: str, *, number: str, label: str | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.Number | models.NumberRequest:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.Number, 202: models.NumberRequest},
            "POST",
            f"/v1/channels/{segment(channel_id)}/numbers",
            body={"number": number, "label": label},
            idempotency_key=idempotency_key,
        )

    def preview(
        self,
        channel_id: str,
        *,
        method: inputs.MethodEnum | Unset = UNSET,
        query: str | Unset = UNSET,
        body: str | Unset = UNSET,
        credentials: Mapping[str, str | int] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Preview:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Preview},
            "POST",
            f"/v1/channels/{segment(channel_id)}/preview",
            body={"method": method, "query": query, "body": body, "credentials": credentials},
            idempotency_key=idempotency_key,
        )


class Deliveries(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        endpoint_id: str | None = None,
        event_type: Literal[
            "message.received",
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
            "quota.warned",
            "quota.exceeded",
        ]
        | None = None,
        expand: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        message_id: str | None = None,
        state: Literal["pending", "sending", "delivered", "failed", "held", "cancelled"] | None = None,
    ) -> Pages[models.Delivery]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Delivery,
            "/v1/deliveries",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "endpointId": endpoint_id,
                "eventType": event_type,
                "expand": expand,
                "fields": fields,
                "limit": limit,
                "messageId": message_id,
                "state": state,
            },
        )

    def read(
        self, delivery_id: str, *, expand: str | None = None, fields: str | None = None
    ) -> models.Delivery:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Delivery},
            "GET",
            f"/v1/deliveries/{segment(delivery_id)}",
            query={"expand": expand, "fields": fields},
        )

    def list_attempts(
        self,
        delivery_id: str,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        error_code: Literal[
            5101,
            5102,
            5103,
            5104,
            5105,
            5106,
            5107,
            5108,
            5109,
            5110,
            5111,
            5112,
            5113,
            5114,
            5115,
            5116,
            5117,
            5118,
            5199,
        ]
        | None = None,
        fields: str | None = None,
        limit: int | None = None,
        started_at_gt: datetime | str | None = None,
        started_at_gte: datetime | str | None = None,
        started_at_lt: datetime | str | None = None,
        started_at_lte: datetime | str | None = None,
        status: int | None = None,
    ) -> Pages[models.Attempt]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Attempt,
            f"/v1/deliveries/{segment(delivery_id)}/attempts",
            query={
                "count": count,
                "cursor": cursor,
                "errorCode": error_code,
                "fields": fields,
                "limit": limit,
                "startedAt[gt]": started_at_gt,
                "startedAt[gte]": started_at_gte,
                "startedAt[lt]": started_at_lt,
                "startedAt[lte]": started_at_lte,
                "status": status,
            },
        )

    def read_attempt(self, delivery_id: str, attempt_id: str, *, fields: str | None = None) -> models.Attempt:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Attempt},
            "GET",
            f"/v1/deliveries/{segment(delivery_id)}/attempts/{segment(attempt_id)}",
            query={"fields": fields},
        )

    def replay(self, delivery_id: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Needs the scope `replay`."""
        return self._call(
            {202: models.Delivery},
            "POST",
            f"/v1/deliveries/{segment(delivery_id)}/replay",
            idempotency_key=idempotency_key,
        )


class Destinations(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.Destination]:
        """Needs the scope `read`."""
        return self._pages(
            models.Destination,
            "/v1/destinations",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
            },
        )

    def create(self, *, pattern: str, idempotency_key: str | None = None) -> models.Destination:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.Destination},
            "POST",
            "/v1/destinations",
            body={"pattern": pattern},
            idempotency_key=idempotency_key,
        )

    def read(self, destination_id: str, *, fields: str | None = None) -> models.Destination:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Destination},
            "GET",
            f"/v1/destinations/{segment(destination_id)}",
            query={"fields": fields},
        )

    def delete(self, destination_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/destinations/{segment(destination_id)}")


class Endpoints(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        disabled: bool | None = None,
        fields: str | None = None,
        is_default: bool | None = None,
        kind: Literal["webhook", "callback", "polling"] | None = None,
        limit: int | None = None,
    ) -> Pages[models.Endpoint]:
        """Needs the scope `read`."""
        return self._pages(
            models.Endpoint,
            "/v1/endpoints",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "disabled": disabled,
                "fields": fields,
                "isDefault": is_default,
                "kind": kind,
                "limit": limit,
            },
        )

    def create(
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
        """Needs the scope `configure`."""
        return self._call(
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

    def read(self, endpoint_id: str, *, fields: str | None = None) -> models.Endpoint:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Endpoint}, "GET", f"/v1/endpoints/{segment(endpoint_id)}", query={"fields": fields}
        )

    def update(
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
        """Needs the scope `configure`."""
        return self._call(
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

    def delete(self, endpoint_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/endpoints/{segment(endpoint_id)}")

    def check(self, endpoint_id: str, *, idempotency_key: str | None = None) -> models.Check:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Check},
            "POST",
            f"/v1/endpoints/{segment(endpoint_id)}/check",
            idempotency_key=idempotency_key,
        )

    def preview(
        self,
        endpoint_id: str,
        *,
        template: inputs.Template | Unset = UNSET,
        payload: inputs.PayloadEnum | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.RequestPreview:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.RequestPreview},
            "POST",
            f"/v1/endpoints/{segment(endpoint_id)}/preview",
            body={"template": template, "payload": payload},
            idempotency_key=idempotency_key,
        )

    def list_secrets(
        self,
        endpoint_id: str,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.Secret]:
        """Needs the scope `read`."""
        return self._pages(
            models.Secret,
            f"/v1/endpoints/{segment(endpoint_id)}/secrets",
            query={"count": count, "cursor": cursor, "fields": fields, "limit": limit},
        )

    def create_secret(
        self, endpoint_id: str, *, overlap_seconds: int | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.NewSecret:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.NewSecret},
            "POST",
            f"/v1/endpoints/{segment(endpoint_id)}/secrets",
            body={"overlapSeconds": overlap_seconds},
            idempotency_key=idempotency_key,
        )

    def read_secret(self, endpoint_id: str, secret_id: str, *, fields: str | None = None) -> models.Secret:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Secret},
            "GET",
            f"/v1/endpoints/{segment(endpoint_id)}/secrets/{segment(secret_id)}",
            query={"fields": fields},
        )

    def delete_secret(self, endpoint_id: str, secret_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/endpoints/{segment(endpoint_id)}/secrets/{segment(secret_id)}")

    def take_deliveries(
        self, queue_id: str, *, limit: int | None = None, wait: int | None = None
    ) -> models.Taken:
        """Needs the scope `receive`."""
        return self._call(
            {200: models.Taken},
            "GET",
            f"/v1/endpoints/{segment(queue_id)}/queue",
            query={"limit": limit, "wait": wait},
        )

    def acknowledge_deliveries(
        self, queue_id: str, *, lease: str, delivery_ids: Sequence[str], idempotency_key: str | None = None
    ) -> models.Acknowledged:
        """Needs the scope `receive`."""
        return self._call(
            {200: models.Acknowledged},
            "POST",
            f"/v1/endpoints/{segment(queue_id)}/queue/ack",
            body={"lease": lease, "deliveryIds": delivery_ids},
            idempotency_key=idempotency_key,
        )

    def release_deliveries(
        self, queue_id: str, *, lease: str, delivery_ids: Sequence[str], idempotency_key: str | None = None
    ) -> models.Released:
        """Needs the scope `receive`."""
        return self._call(
            {200: models.Released},
            "POST",
            f"/v1/endpoints/{segment(queue_id)}/queue/release",
            body={"lease": lease, "deliveryIds": delivery_ids},
            idempotency_key=idempotency_key,
        )


class EventTypes(Resource):
    def list(self) -> models.EventTypes:
        """Needs the scope `read`."""
        return self._call({200: models.EventTypes}, "GET", "/v1/event-types")


class Events(Resource):
    def list(
        self,
        *,
        after: str | None = None,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        timestamp_gt: datetime | str | None = None,
        timestamp_gte: datetime | str | None = None,
        timestamp_lt: datetime | str | None = None,
        timestamp_lte: datetime | str | None = None,
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
            "quota.warned",
            "quota.exceeded",
        ]
        | None = None,
    ) -> Pages[models.Event]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Event,
            "/v1/events",
            query={
                "after": after,
                "count": count,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "timestamp[gt]": timestamp_gt,
                "timestamp[gte]": timestamp_gte,
                "timestamp[lt]": timestamp_lt,
                "timestamp[lte]": timestamp_lte,
                "type": type,
            },
        )

    def read(self, event_id: str, *, fields: str | None = None) -> models.Event:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Event}, "GET", f"/v1/events/{segment(event_id)}", query={"fields": fields}
        )


class Feed(Resource):
    def read(
        self, *, cursor: str | None = None, limit: int | None = None, wait: int | None = None
    ) -> Pages[models.Message]:
        """Needs the scope `readMessages`."""
        return self._pages(models.Message, "/v1/feed", query={"cursor": cursor, "limit": limit, "wait": wait})


class IdentityProviders(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.IdentityProvider]:
        """Needs the scope `manageMembers`."""
        return self._pages(
            models.IdentityProvider,
            "/v1/identity-providers",
            query={"count": count, "cursor": cursor, "fields": fields, "limit": limit},
        )

    def create(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        domains: Sequence[str],
        join_role: inputs.RoleEnum | Unset | None = UNSET,
        enforced: bool | Unset = UNSET,
        trusts_second_factor: bool | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.IdentityProvider:
        """Needs the scope `manageMembers`."""
        return self._call(
            {201: models.IdentityProvider},
            "POST",
            "/v1/identity-providers",
            body={
                "issuer": issuer,
                "clientId": client_id,
                "clientSecret": client_secret,
                "domains": domains,
                "joinRole": join_role,
                "enforced": enforced,
                "trustsSecondFactor": trusts_second_factor,
            },
            idempotency_key=idempotency_key,
        )

    def read(self, identity_provider_id: str, *, fields: str | None = None) -> models.IdentityProvider:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.IdentityProvider},
            "GET",
            f"/v1/identity-providers/{segment(identity_provider_id)}",
            query={"fields": fields},
        )

    def update(
        self,
        identity_provider_id: str,
        *,
        issuer: str | Unset = UNSET,
        client_id: str | Unset = UNSET,
        client_secret: str | Unset = UNSET,
        domains: Sequence[str] | Unset = UNSET,
        join_role: inputs.RoleEnum | Unset | None = UNSET,
        enforced: bool | Unset = UNSET,
        trusts_second_factor: bool | Unset = UNSET,
    ) -> models.IdentityProvider:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.IdentityProvider},
            "PATCH",
            f"/v1/identity-providers/{segment(identity_provider_id)}",
            body={
                "issuer": issuer,
                "clientId": client_id,
                "clientSecret": client_secret,
                "domains": domains,
                "joinRole": join_role,
                "enforced": enforced,
                "trustsSecondFactor": trusts_second_factor,
            },
        )

    def delete(self, identity_provider_id: str) -> None:
        """Needs the scope `manageMembers`."""
        self._nothing("DELETE", f"/v1/identity-providers/{segment(identity_provider_id)}")

    def check(
        self, identity_provider_id: str, *, idempotency_key: str | None = None
    ) -> models.IdentityProviderCheck:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.IdentityProviderCheck},
            "POST",
            f"/v1/identity-providers/{segment(identity_provider_id)}/check",
            idempotency_key=idempotency_key,
        )


class Invitations(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        role: Literal["owner", "admin", "developer", "compliance", "support", "billing", "viewer"]
        | None = None,
    ) -> Pages[models.Invitation]:
        """Needs the scope `manageMembers`."""
        return self._pages(
            models.Invitation,
            "/v1/invitations",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "role": role,
            },
        )

    def create(
        self, *, email: str, role: inputs.RoleEnum, idempotency_key: str | None = None
    ) -> models.Invitation:
        """Needs the scope `manageMembers`."""
        return self._call(
            {201: models.Invitation},
            "POST",
            "/v1/invitations",
            body={"email": email, "role": role},
            idempotency_key=idempotency_key,
        )

    def read(self, invitation_id: str, *, fields: str | None = None) -> models.Invitation:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.Invitation},
            "GET",
            f"/v1/invitations/{segment(invitation_id)}",
            query={"fields": fields},
        )

    def delete(self, invitation_id: str) -> None:
        """Needs the scope `manageMembers`."""
        self._nothing("DELETE", f"/v1/invitations/{segment(invitation_id)}")

    def resend(self, invitation_id: str, *, idempotency_key: str | None = None) -> models.Invitation:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.Invitation},
            "POST",
            f"/v1/invitations/{segment(invitation_id)}/resend",
            idempotency_key=idempotency_key,
        )


class Issues(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        endpoint_id: str | None = None,
        error_code: Literal[
            5101,
            5102,
            5103,
            5104,
            5105,
            5106,
            5107,
            5108,
            5109,
            5110,
            5111,
            5112,
            5113,
            5114,
            5115,
            5116,
            5117,
            5118,
            5199,
        ]
        | None = None,
        fields: str | None = None,
        last_seen_at_gt: datetime | str | None = None,
        last_seen_at_gte: datetime | str | None = None,
        last_seen_at_lt: datetime | str | None = None,
        last_seen_at_lte: datetime | str | None = None,
        limit: int | None = None,
        state: Literal["open", "acknowledged", "resolved"] | None = None,
    ) -> Pages[models.Issue]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Issue,
            "/v1/issues",
            query={
                "count": count,
                "cursor": cursor,
                "endpointId": endpoint_id,
                "errorCode": error_code,
                "fields": fields,
                "lastSeenAt[gt]": last_seen_at_gt,
                "lastSeenAt[gte]": last_seen_at_gte,
                "lastSeenAt[lt]": last_seen_at_lt,
                "lastSeenAt[lte]": last_seen_at_lte,
                "limit": limit,
                "state": state,
            },
        )

    def read(self, issue_id: str, *, fields: str | None = None) -> models.Issue:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Issue}, "GET", f"/v1/issues/{segment(issue_id)}", query={"fields": fields}
        )

    def update(self, issue_id: str, *, state: inputs.IssueState) -> models.Issue:
        """Needs the scope `replay`."""
        return self._call(
            {200: models.Issue}, "PATCH", f"/v1/issues/{segment(issue_id)}", body={"state": state}
        )


class Members(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        role: Literal["owner", "admin", "developer", "compliance", "support", "billing", "viewer"]
        | None = None,
    ) -> Pages[models.Member]:
        """Needs the scope `manageMembers`."""
        return self._pages(
            models.Member,
            "/v1/members",
            query={"count": count, "cursor": cursor, "fields": fields, "limit": limit, "role": role},
        )

    def read(self, membership_id: str, *, fields: str | None = None) -> models.Member:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.Member}, "GET", f"/v1/members/{segment(membership_id)}", query={"fields": fields}
        )

    def update(self, membership_id: str, *, role: inputs.RoleEnum) -> models.Member:
        """Needs the scope `manageMembers`."""
        return self._call(
            {200: models.Member}, "PATCH", f"/v1/members/{segment(membership_id)}", body={"role": role}
        )

    def delete(self, membership_id: str) -> None:
        """Needs the scope `manageMembers`."""
        self._nothing("DELETE", f"/v1/members/{segment(membership_id)}")


class Messages(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        endpoint_id: str | None = None,
        expand: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        number_used: str | None = None,
        received_at_gt: datetime | str | None = None,
        received_at_gte: datetime | str | None = None,
        received_at_lt: datetime | str | None = None,
        received_at_lte: datetime | str | None = None,
        route_id: str | None = None,
        routing_tag: str | None = None,
        sender_id: str | None = None,
        status: Literal[
            "received", "queued", "delivered", "failed", "dropped", "quarantined", "blocked", "expired"
        ]
        | None = None,
    ) -> Pages[models.Message]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Message,
            "/v1/messages",
            query={
                "count": count,
                "cursor": cursor,
                "endpointId": endpoint_id,
                "expand": expand,
                "fields": fields,
                "limit": limit,
                "numberUsed": number_used,
                "receivedAt[gt]": received_at_gt,
                "receivedAt[gte]": received_at_gte,
                "receivedAt[lt]": received_at_lt,
                "receivedAt[lte]": received_at_lte,
                "routeId": route_id,
                "routingTag": routing_tag,
                "senderId": sender_id,
                "status": status,
            },
        )

    def read(
        self, message_id: str, *, expand: str | None = None, fields: str | None = None
    ) -> models.Message:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Message},
            "GET",
            f"/v1/messages/{segment(message_id)}",
            query={"expand": expand, "fields": fields},
        )

    def list_deliveries(
        self,
        message_id: str,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        endpoint_id: str | None = None,
        event_type: Literal[
            "message.received",
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
            "quota.warned",
            "quota.exceeded",
        ]
        | None = None,
        expand: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        state: Literal["pending", "sending", "delivered", "failed", "held", "cancelled"] | None = None,
    ) -> Pages[models.Delivery]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Delivery,
            f"/v1/messages/{segment(message_id)}/deliveries",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "endpointId": endpoint_id,
                "eventType": event_type,
                "expand": expand,
                "fields": fields,
                "limit": limit,
                "state": state,
            },
        )

    def read_receipt(self, message_id: str) -> models.Receipt:
        """Needs the scope `readMessages`."""
        return self._call({200: models.Receipt}, "GET", f"/v1/messages/{segment(message_id)}/receipt")


class NumberRequests(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        kind: Literal["pool", "bring"] | None = None,
        limit: int | None = None,
        status: Literal["requested", "approved", "refused", "cancelled"] | None = None,
    ) -> Pages[models.NumberRequest]:
        """Needs the scope `read`."""
        return self._pages(
            models.NumberRequest,
            "/v1/number-requests",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "kind": kind,
                "limit": limit,
                "status": status,
            },
        )

    def create(
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
        """Needs the scope `configure`."""
        return self._call(
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

    def read(self, number_request_id: str, *, fields: str | None = None) -> models.NumberRequest:
        """Needs the scope `read`."""
        return self._call(
            {200: models.NumberRequest},
            "GET",
            f"/v1/number-requests/{segment(number_request_id)}",
            query={"fields": fields},
        )

    def delete(self, number_request_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/number-requests/{segment(number_request_id)}")

    def create_number_document(
        self,
        number_request_id: str,
        *,
        name: str,
        content_type: inputs.NumberDocumentType,
        content: str,
        idempotency_key: str | None = None,
    ) -> models.NumberDocument:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.NumberDocument},
            "POST",
            f"/v1/number-requests/{segment(number_request_id)}/documents",
            body={"name": name, "contentType": content_type, "content": content},
            idempotency_key=idempotency_key,
        )


class Numbers(Resource):
    def list(
        self,
        *,
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
        channel_id: str | None = None,
        count: bool | None = None,
        country: str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        number: str | None = None,
        starts_at_gt: datetime | str | None = None,
        starts_at_gte: datetime | str | None = None,
        starts_at_lt: datetime | str | None = None,
        starts_at_lte: datetime | str | None = None,
    ) -> Pages[models.Number]:
        """Needs the scope `read`."""
        return self._pages(
            models.Number,
            "/v1/numbers",
            query={
                "category": category,
                "channelId": channel_id,
                "count": count,
                "country": country,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "number": number,
                "startsAt[gt]": starts_at_gt,
                "startsAt[gte]": starts_at_gte,
                "startsAt[lt]": starts_at_lt,
                "startsAt[lte]": starts_at_lte,
            },
        )

    def create(
        self,
        *,
        number: str,
        channel_id: str | Unset = UNSET,
        purpose: str | Unset = UNSET,
        monthly_volume: int | Unset = UNSET,
        label: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Number | models.NumberRequest:
        """Needs the scope `configure`."""
        return self._call(
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

    def read(self, number_id: str, *, fields: str | None = None) -> models.Number:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Number}, "GET", f"/v1/numbers/{segment(number_id)}", query={"fields": fields}
        )

    def update(
        self, number_id: str, *, channel_id: str | Unset = UNSET, label: str | Unset = UNSET
    ) -> models.Number:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Number},
            "PATCH",
            f"/v1/numbers/{segment(number_id)}",
            body={"channelId": channel_id, "label": label},
        )

    def delete(self, number_id: str, *, give_back: bool | None = None) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/numbers/{segment(number_id)}", query={"giveBack": give_back})


class OauthClients(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        revoked: bool | None = None,
    ) -> Pages[models.OAuthClient]:
        """Needs the scope `manageKeys`."""
        return self._pages(
            models.OAuthClient,
            "/v1/oauth-clients",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "revoked": revoked,
            },
        )

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[inputs.ScopesEnum],
        allowed_networks: Sequence[str] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.CreatedOAuthClient:
        """Needs the scope `manageKeys`."""
        return self._call(
            {201: models.CreatedOAuthClient},
            "POST",
            "/v1/oauth-clients",
            body={"name": name, "scopes": scopes, "allowedNetworks": allowed_networks},
            idempotency_key=idempotency_key,
        )

    def read(self, client_id: str, *, fields: str | None = None) -> models.OAuthClient:
        """Needs the scope `manageKeys`."""
        return self._call(
            {200: models.OAuthClient},
            "GET",
            f"/v1/oauth-clients/{segment(client_id)}",
            query={"fields": fields},
        )

    def update(
        self, client_id: str, *, name: str | Unset = UNSET, allowed_networks: Sequence[str] | Unset = UNSET
    ) -> models.OAuthClient:
        """Needs the scope `manageKeys`."""
        return self._call(
            {200: models.OAuthClient},
            "PATCH",
            f"/v1/oauth-clients/{segment(client_id)}",
            body={"name": name, "allowedNetworks": allowed_networks},
        )

    def delete(self, client_id: str) -> None:
        """Needs the scope `manageKeys`."""
        self._nothing("DELETE", f"/v1/oauth-clients/{segment(client_id)}")

    def rotate(
        self, client_id: str, *, overlap_seconds: int | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.CreatedOAuthClient:
        """Needs the scope `manageKeys`."""
        return self._call(
            {201: models.CreatedOAuthClient},
            "POST",
            f"/v1/oauth-clients/{segment(client_id)}/rotate",
            body={"overlapSeconds": overlap_seconds},
            idempotency_key=idempotency_key,
        )


class Replays(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        kind: Literal["recover", "missing", "matching"] | None = None,
        limit: int | None = None,
        state: Literal["planned", "running", "done", "failed", "cancelled"] | None = None,
    ) -> Pages[models.Replay]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Replay,
            "/v1/replays",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "kind": kind,
                "limit": limit,
                "state": state,
            },
        )

    def create(
        self, *, kind: inputs.ReplayKind, filter: inputs.ReplayFilter, idempotency_key: str | None = None
    ) -> models.Replay:
        """Needs the scope `replay`."""
        return self._call(
            {201: models.Replay},
            "POST",
            "/v1/replays",
            body={"kind": kind, "filter": filter},
            idempotency_key=idempotency_key,
        )

    def read(self, replay_id: str, *, fields: str | None = None) -> models.Replay:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Replay}, "GET", f"/v1/replays/{segment(replay_id)}", query={"fields": fields}
        )

    def delete(self, replay_id: str) -> models.Replay:
        """Needs the scope `replay`."""
        return self._call({200: models.Replay}, "DELETE", f"/v1/replays/{segment(replay_id)}")

    def run(self, replay_id: str, *, idempotency_key: str | None = None) -> models.Replay:
        """Needs the scope `replay`."""
        return self._call(
            {202: models.Replay},
            "POST",
            f"/v1/replays/{segment(replay_id)}/run",
            idempotency_key=idempotency_key,
        )


class Requests(Resource):
    def list(
        self,
        *,
        actor: str | None = None,
        at_gt: datetime | str | None = None,
        at_gte: datetime | str | None = None,
        at_lt: datetime | str | None = None,
        at_lte: datetime | str | None = None,
        count: bool | None = None,
        cursor: str | None = None,
        error_code: int | None = None,
        fields: str | None = None,
        limit: int | None = None,
        method: Literal["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"] | None = None,
        path: str | None = None,
        refused: bool | None = None,
        request_id: str | None = None,
        status: int | None = None,
    ) -> Pages[models.Request]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Request,
            "/v1/requests",
            query={
                "actor": actor,
                "at[gt]": at_gt,
                "at[gte]": at_gte,
                "at[lt]": at_lt,
                "at[lte]": at_lte,
                "count": count,
                "cursor": cursor,
                "errorCode": error_code,
                "fields": fields,
                "limit": limit,
                "method": method,
                "path": path,
                "refused": refused,
                "requestId": request_id,
                "status": status,
            },
        )

    def read(self, request_id: str, *, fields: str | None = None) -> models.Request:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Request}, "GET", f"/v1/requests/{segment(request_id)}", query={"fields": fields}
        )


class Retention(Resource):
    def read(self) -> models.Retention:
        """Needs the scope `read`."""
        return self._call({200: models.Retention}, "GET", "/v1/retention")

    def update(
        self, *, content_days: int | Unset | None = UNSET, attempts_days: int | Unset | None = UNSET
    ) -> models.Retention:
        """Needs the scope `manageConsent`."""
        return self._call(
            {200: models.Retention},
            "PATCH",
            "/v1/retention",
            body={"contentDays": content_days, "attemptsDays": attempts_days},
        )


class Routes(Resource):
    def list(
        self,
        *,
        action: Literal["deliver", "drop", "quarantine"] | None = None,
        count: bool | None = None,
        cursor: str | None = None,
        endpoint_id: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        routing_tag: str | None = None,
    ) -> Pages[models.Route]:
        """Needs the scope `read`."""
        return self._pages(
            models.Route,
            "/v1/routes",
            query={
                "action": action,
                "count": count,
                "cursor": cursor,
                "endpointId": endpoint_id,
                "fields": fields,
                "limit": limit,
                "routingTag": routing_tag,
            },
        )

    def create(
        self,
        *,
        name: str,
        position: int | Unset = UNSET,
        conditions: Sequence[inputs.Condition] | Unset = UNSET,
        action: inputs.RouteAction | Unset = UNSET,
        endpoint_ids: Sequence[str] | Unset = UNSET,
        routing_tag: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Route:
        """Needs the scope `configure`."""
        return self._call(
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

    def read(self, route_id: str, *, fields: str | None = None) -> models.Route:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Route}, "GET", f"/v1/routes/{segment(route_id)}", query={"fields": fields}
        )

    def update(
        self,
        route_id: str,
        *,
        name: str | Unset = UNSET,
        position: int | Unset = UNSET,
        conditions: Sequence[inputs.Condition] | Unset = UNSET,
        action: inputs.RouteAction | Unset = UNSET,
        endpoint_ids: Sequence[str] | Unset = UNSET,
        routing_tag: str | Unset = UNSET,
    ) -> models.Route:
        """Needs the scope `configure`."""
        return self._call(
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

    def delete(self, route_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/routes/{segment(route_id)}")

    def try_(
        self,
        *,
        routes: Sequence[inputs.ImportedRoute] | Unset = UNSET,
        text: inputs.SampleText | Unset = UNSET,
        message_id: str | Unset = UNSET,
        last: int | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.RouteTrial:
        """Needs the scope `readContent`."""
        return self._call(
            {200: models.RouteTrial},
            "POST",
            "/v1/routes/dry-run",
            body={"routes": routes, "text": text, "messageId": message_id, "last": last},
            idempotency_key=idempotency_key,
        )

    def export(self) -> models.RouteDocument:
        """Needs the scope `read`."""
        return self._call({200: models.RouteDocument}, "GET", "/v1/routes/export")

    def import_(
        self, *, routes: Sequence[inputs.ImportedRoute], dry_run: bool | None = None
    ) -> models.RouteDifference:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.RouteDifference},
            "PUT",
            "/v1/routes/import",
            query={"dryRun": dry_run},
            body={"routes": routes},
        )

    def validate(
        self, *, routes: Sequence[inputs.ImportedRoute], idempotency_key: str | None = None
    ) -> models.RouteValidation:
        """Needs the scope `read`."""
        return self._call(
            {200: models.RouteValidation},
            "POST",
            "/v1/routes/validate",
            body={"routes": routes},
            idempotency_key=idempotency_key,
        )

    def list_versions(
        self,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.RouteVersion]:
        """Needs the scope `read`."""
        return self._pages(
            models.RouteVersion,
            "/v1/routes/versions",
            query={"count": count, "cursor": cursor, "fields": fields, "limit": limit},
        )

    def read_version(self, route_version_id: str, *, fields: str | None = None) -> models.WholeRouteVersion:
        """Needs the scope `read`."""
        return self._call(
            {200: models.WholeRouteVersion},
            "GET",
            f"/v1/routes/versions/{segment(route_version_id)}",
            query={"fields": fields},
        )

    def restore_version(
        self, route_version_id: str, *, dry_run: bool | None = None, idempotency_key: str | None = None
    ) -> models.RouteDifference:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.RouteDifference},
            "POST",
            f"/v1/routes/versions/{segment(route_version_id)}/restore",
            query={"dryRun": dry_run},
            idempotency_key=idempotency_key,
        )


class Sandbox(Resource):
    def read_clock(self, *, wait: int | None = None) -> models.Clock:
        """Needs the scope `read`."""
        return self._call({200: models.Clock}, "GET", "/v1/sandbox/clock", query={"wait": wait})

    def advance_clock(
        self,
        *,
        wait: int | None = None,
        advance_by: str | Unset = UNSET,
        to: datetime | str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Clock:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Clock},
            "POST",
            "/v1/sandbox/clock",
            query={"wait": wait},
            body={"advanceBy": advance_by, "to": to},
            idempotency_key=idempotency_key,
        )

    def list_leases(
        self,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        number: str | None = None,
    ) -> Pages[models.NumberLease]:
        """Needs the scope `read`."""
        return self._pages(
            models.NumberLease,
            "/v1/sandbox/leases",
            query={"count": count, "cursor": cursor, "fields": fields, "limit": limit, "number": number},
        )

    def create_lease(
        self, *, ttl: int | Unset = UNSET, idempotency_key: str | None = None
    ) -> models.NumberLease:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.NumberLease},
            "POST",
            "/v1/sandbox/leases",
            body={"ttl": ttl},
            idempotency_key=idempotency_key,
        )

    def delete_lease(self, number_lease_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/sandbox/leases/{segment(number_lease_id)}")

    def simulate_messages(
        self,
        *,
        number_used: str,
        sender_id: str,
        content: str,
        wait: int | None = None,
        carrier: str | Unset = UNSET,
        parts: Sequence[inputs.SentPart] | Unset = UNSET,
        sent_at: datetime | str | Unset = UNSET,
        skew_seconds: float | Unset = UNSET,
        count: int | Unset = UNSET,
        rate_per_second: float | Unset = UNSET,
        delay_seconds: float | Unset = UNSET,
        repeats: int | Unset = UNSET,
        carrier_message_id: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Simulation:
        """Needs the scope `configure`."""
        return self._call(
            {202: models.Simulation},
            "POST",
            "/v1/sandbox/messages",
            query={"wait": wait},
            body={
                "numberUsed": number_used,
                "senderId": sender_id,
                "content": content,
                "carrier": carrier,
                "parts": parts,
                "sentAt": sent_at,
                "skewSeconds": skew_seconds,
                "count": count,
                "ratePerSecond": rate_per_second,
                "delaySeconds": delay_seconds,
                "repeats": repeats,
                "carrierMessageId": carrier_message_id,
            },
            idempotency_key=idempotency_key,
        )

    def read_simulation(self, simulation_id: str, *, wait: int | None = None) -> models.Simulation:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Simulation},
            "GET",
            f"/v1/sandbox/messages/{segment(simulation_id)}",
            query={"wait": wait},
        )

    def release_simulation(
        self, simulation_id: str, *, idempotency_key: str | None = None
    ) -> models.Simulation:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Simulation},
            "POST",
            f"/v1/sandbox/messages/{segment(simulation_id)}/release",
            idempotency_key=idempotency_key,
        )

    def list_receivers(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.Receiver]:
        """Needs the scope `read`."""
        return self._pages(
            models.Receiver,
            "/v1/sandbox/receivers",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
            },
        )

    def create_receiver(
        self,
        *,
        name: str | Unset = UNSET,
        behaviour: inputs.Behaviour | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Receiver:
        """Needs the scope `configure`."""
        return self._call(
            {201: models.Receiver},
            "POST",
            "/v1/sandbox/receivers",
            body={"name": name, "behaviour": behaviour},
            idempotency_key=idempotency_key,
        )

    def read_receiver(self, receiver_id: str, *, fields: str | None = None) -> models.Receiver:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Receiver},
            "GET",
            f"/v1/sandbox/receivers/{segment(receiver_id)}",
            query={"fields": fields},
        )

    def update_receiver(
        self, receiver_id: str, *, name: str | Unset = UNSET, behaviour: inputs.Behaviour | Unset = UNSET
    ) -> models.Receiver:
        """Needs the scope `configure`."""
        return self._call(
            {200: models.Receiver},
            "PATCH",
            f"/v1/sandbox/receivers/{segment(receiver_id)}",
            body={"name": name, "behaviour": behaviour},
        )

    def delete_receiver(self, receiver_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/sandbox/receivers/{segment(receiver_id)}")

    def list_received_requests(
        self,
        receiver_id: str,
        *,
        count: bool | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        since: str | None = None,
    ) -> Pages[models.ReceivedRequest]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.ReceivedRequest,
            f"/v1/sandbox/receivers/{segment(receiver_id)}/requests",
            query={"count": count, "cursor": cursor, "fields": fields, "limit": limit, "since": since},
        )

    def delete_received_requests(self, receiver_id: str) -> None:
        """Needs the scope `configure`."""
        self._nothing("DELETE", f"/v1/sandbox/receivers/{segment(receiver_id)}/requests")

    def await_received_requests(
        self,
        receiver_id: str,
        *,
        count: int | None = None,
        since: str | None = None,
        timeout: int | None = None,
    ) -> models.Awaited:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Awaited},
            "GET",
            f"/v1/sandbox/receivers/{segment(receiver_id)}/requests/wait",
            query={"count": count, "since": since, "timeout": timeout},
        )

    def list_runs(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
        scenario: str | None = None,
    ) -> Pages[models.Run]:
        """Needs the scope `readMessages`."""
        return self._pages(
            models.Run,
            "/v1/sandbox/runs",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
                "scenario": scenario,
            },
        )

    def run_scenarios(
        self,
        *,
        wait: int | None = None,
        number_used: str | Unset = UNSET,
        sender_id: str | Unset = UNSET,
        scenarios: Sequence[str] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Runs:
        """Needs the scope `configure`."""
        return self._call(
            {202: models.Runs},
            "POST",
            "/v1/sandbox/runs",
            query={"wait": wait},
            body={"numberUsed": number_used, "senderId": sender_id, "scenarios": scenarios},
            idempotency_key=idempotency_key,
        )

    def read_run(self, run_id: str, *, wait: int | None = None) -> models.Run:
        """Needs the scope `readMessages`."""
        return self._call(
            {200: models.Run}, "GET", f"/v1/sandbox/runs/{segment(run_id)}", query={"wait": wait}
        )

    def list_scenarios(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> Pages[models.Scenario]:
        """Needs the scope `read`."""
        return self._pages(models.Scenario, "/v1/sandbox/scenarios", query={"cursor": cursor, "limit": limit})

    def read_scenario(self, scenario_name: str) -> models.Scenario:
        """Needs the scope `read`."""
        return self._call({200: models.Scenario}, "GET", f"/v1/sandbox/scenarios/{segment(scenario_name)}")

    def run_scenario(
        self,
        scenario_name: str,
        *,
        wait: int | None = None,
        number_used: str | Unset = UNSET,
        sender_id: str | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.Run:
        """Needs the scope `configure`."""
        return self._call(
            {202: models.Run},
            "POST",
            f"/v1/sandbox/scenarios/{segment(scenario_name)}/runs",
            query={"wait": wait},
            body={"numberUsed": number_used, "senderId": sender_id},
            idempotency_key=idempotency_key,
        )


class Sandboxes(Resource):
    def list(
        self,
        *,
        count: bool | None = None,
        created_at_gt: datetime | str | None = None,
        created_at_gte: datetime | str | None = None,
        created_at_lt: datetime | str | None = None,
        created_at_lte: datetime | str | None = None,
        cursor: str | None = None,
        fields: str | None = None,
        limit: int | None = None,
    ) -> Pages[models.Sandbox]:
        """Needs the scope `read`."""
        return self._pages(
            models.Sandbox,
            "/v1/sandboxes",
            query={
                "count": count,
                "createdAt[gt]": created_at_gt,
                "createdAt[gte]": created_at_gte,
                "createdAt[lt]": created_at_lt,
                "createdAt[lte]": created_at_lte,
                "cursor": cursor,
                "fields": fields,
                "limit": limit,
            },
        )

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[inputs.ScopesEnum] | Unset = UNSET,
        idempotency_key: str | None = None,
    ) -> models.CreatedSandbox:
        """Needs the scope `manageSandboxes`."""
        return self._call(
            {201: models.CreatedSandbox},
            "POST",
            "/v1/sandboxes",
            body={"name": name, "scopes": scopes},
            idempotency_key=idempotency_key,
        )

    def read(self, sandbox_id: str, *, fields: str | None = None) -> models.Sandbox:
        """Needs the scope `read`."""
        return self._call(
            {200: models.Sandbox}, "GET", f"/v1/sandboxes/{segment(sandbox_id)}", query={"fields": fields}
        )

    def update(self, sandbox_id: str, *, name: str) -> models.Sandbox:
        """Needs the scope `manageSandboxes`."""
        return self._call(
            {200: models.Sandbox}, "PATCH", f"/v1/sandboxes/{segment(sandbox_id)}", body={"name": name}
        )

    def delete(self, sandbox_id: str) -> None:
        """Needs the scope `manageSandboxes`."""
        self._nothing("DELETE", f"/v1/sandboxes/{segment(sandbox_id)}")

    def reset(self, sandbox_id: str, *, idempotency_key: str | None = None) -> models.Sandbox:
        """Needs the scope `manageSandboxes`."""
        return self._call(
            {202: models.Sandbox},
            "POST",
            f"/v1/sandboxes/{segment(sandbox_id)}/reset",
            idempotency_key=idempotency_key,
        )


class Resources:
    def __init__(self, transport: Transport) -> None:
        self.api_keys = ApiKeys(transport)
        self.attempts = Attempts(transport)
        self.audit_entries = AuditEntries(transport)
        self.available_numbers = AvailableNumbers(transport)
        self.channels = Channels(transport)
        self.deliveries = Deliveries(transport)
        self.destinations = Destinations(transport)
        self.endpoints = Endpoints(transport)
        self.event_types = EventTypes(transport)
        self.events = Events(transport)
        self.feed = Feed(transport)
        self.identity_providers = IdentityProviders(transport)
        self.invitations = Invitations(transport)
        self.issues = Issues(transport)
        self.members = Members(transport)
        self.messages = Messages(transport)
        self.number_requests = NumberRequests(transport)
        self.numbers = Numbers(transport)
        self.oauth_clients = OauthClients(transport)
        self.replays = Replays(transport)
        self.requests = Requests(transport)
        self.retention = Retention(transport)
        self.routes = Routes(transport)
        self.sandbox = Sandbox(transport)
        self.sandboxes = Sandboxes(transport)
