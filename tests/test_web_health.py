from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from accounts.clock import clock
from delivery.models import Delivery
from ingest.models import StrayText
from operations import health
from tests.cast import Api, House, store_delivery


def gauges(http: Client) -> dict[tuple[str, ...], float]:
    text = http.get("/metrics").content.decode()
    families = text_string_to_metric_families(text)
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


def away(*_args: object, **_kwargs: object) -> None:
    raise OperationalError("connection refused")


def test_the_process_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_with_a_migrated_database(db: None, client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "database": "ok", "broker": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_not_ready_before_the_migrations(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "migrated", False)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'routing')"
        )
    response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "migrations pending")


def test_not_ready_without_the_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as outage:
        outage.setattr(connection, "cursor", away)
        response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")


def test_ready_without_the_broker(db: None, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:9/0")
    health.broker_client.cache_clear()
    response = client.get("/readyz")
    health.broker_client.cache_clear()
    assert (response.status_code, response.json()["broker"]) == (200, "unreachable")


def test_metrics_tell_the_backlog(acme: House, client: Client) -> None:
    side = acme.live
    for state in (Delivery.State.SENDING, Delivery.State.HELD, Delivery.State.PENDING):
        store_delivery(side.message, side.endpoint, state)
    late = clock() - timedelta(hours=1)
    store_delivery(side.message, side.endpoint, Delivery.State.PENDING, due_at=late)
    StrayText.objects.create(
        kind="unrouted", channel=side.channel, digest=b"x" * 16, sealed_raw=b"x", received_at=clock()
    )
    seen = gauges(client)
    states = {"pending": 2, "sending": 1, "failed": 2, "held": 1}  # one failed delivery for each environment
    assert {state: seen["smsgateway_deliveries", state] for state in states} == states
    assert 3600 <= seen["smsgateway_oldest_due_delivery_seconds",] < 3660
    assert seen["smsgateway_stray_texts", "unrouted"] == 1
    assert seen["smsgateway_database_up",] == 1


def test_metrics_count_the_answers_of_the_api(acme: House, api: Api, client: Client) -> None:
    name = "smsgateway_api_requests_total"
    before = gauges(client)
    api.get("messages")
    api.get("messages/absent")
    api("BREW", "messages")
    after = gauges(client)
    for labels in (("2xx", "GET"), ("4xx", "GET"), ("4xx", "other")):
        assert after[name, *labels] == before.get((name, *labels), 0) + 1


def test_metrics_hold_no_personal_data(acme: House, api: Api, client: Client) -> None:
    api.get(f"messages/{acme.live.ids['message_id']}")
    text = client.get("/metrics").content.decode()
    ids = acme.live.ids
    for secret in ("+3393", "+3363", "020005", "Acme", "Codes", ids["message_id"], ids["channel_id"]):
        assert secret not in text


def test_a_scrape_costs_the_same_however_much_waits(acme: House, client: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/metrics")
    for _ in range(30):
        store_delivery(acme.live.message, acme.live.endpoint)
    with CaptureQueriesContext(connection) as many:
        client.get("/metrics")
    assert len(many) == len(few)
    counts = [query["sql"] for query in many if "COUNT" in query["sql"]]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


def test_metrics_survive_the_loss_of_the_database(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as outage:
        outage.setattr(connection, "cursor", away)
        seen = gauges(client)
    assert seen["smsgateway_database_up",] == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_monitors_only_read(db: None, client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200
