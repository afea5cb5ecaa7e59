"""The pages of callbacks and queues: made, edited with a preview, and looked into."""

from __future__ import annotations

import json
from typing import Any

from accounts.clock import clock
from delivery import queues
from delivery.models import Delivery
from delivery.template import SAMPLE
from tests.cast import URL, House, store_attempt, store_delivery
from tests.dashboard.browse import Person, text


def test_each_kind_is_made_with_its_own_fields(acme: House, owner: Person) -> None:
    for kind, has, has_not in (
        ("webhook", "payload", "ack_within_s"),
        ("callback", "url", "payload"),
        ("polling", "ack_within_s", "url"),
        ("pigeon", "payload", "ack_within_s"),
    ):
        page = text(owner.get("endpoints/new/", kind=kind))
        assert f'name="{has}"' in page, kind
        assert f'name="{has_not}"' not in page, kind


def test_a_callback_begins_with_a_template_that_works(acme: House, owner: Person) -> None:
    page = text(owner.post("endpoints/new/?kind=callback", url=URL, description="Shop"))
    endpoint = acme.live.environment.endpoints.get(description="Shop")
    assert (endpoint.kind, endpoint.template["method"]) == ("callback", "POST")
    assert endpoint.secrets.get().secret in page
    acme.live.callback = endpoint
    shown = text(owner.get("endpoints/{callback_id}/template/"))
    assert "POST http://127.0.0.1:9/hook" in shown
    assert "webhook-signature: v1,…" in shown


def test_a_template_is_previewed_then_saved(acme: House, owner: Person) -> None:
    sent: dict[str, Any] = {
        "method": "PUT",
        "path": "/in/{numberUsed}",
        "query": "from={senderId}\nv=2",
        "headers": "X-Tag: {routingTag}",
        "content_type": "application/json",
        "body": '{"text": "{content}"}',
        "statuses": "200, 202",
        "pointer": "/ok",
        "equals": "true",
    }
    page = text(owner.post("endpoints/{callback_id}/template/", preview="1", **sent))
    assert "PUT http://127.0.0.1:9/hook/in/%2B33939980001?from=%2B33639980417&amp;v=2" in page
    assert "X-Tag: one-time-code" in page
    acme.live.callback.refresh_from_db()
    assert acme.live.callback.template == {"method": "GET"}
    assert "Saved." in text(owner.post("endpoints/{callback_id}/template/", **sent))
    acme.live.callback.refresh_from_db()
    assert acme.live.callback.template == {
        "method": "PUT",
        "path": "/in/{numberUsed}",
        "query": [{"name": "from", "value": "{senderId}"}, {"name": "v", "value": "2"}],
        "headers": [{"name": "X-Tag", "value": "{routingTag}"}],
        "contentType": "application/json",
        "body": '{"text": "{content}"}',
        "success": {"statuses": [200, 202], "pointer": "/ok", "equals": True},
    }
    again = text(owner.get("endpoints/{callback_id}/template/"))
    assert "from={senderId}\nv=2" in again
    assert 'value="200, 202"' in again
    assert json.dumps(SAMPLE["content"])[1:9] in again


def test_what_is_wrong_with_a_template_stands_at_its_field(acme: House, owner: Person) -> None:
    for field, value in (
        ("body", '{"a": {nothing}}'),
        ("path", "no-slash"),
        ("query", "=x"),
        ("headers", "Host: evil.example"),
        ("statuses", "200, fine"),
        ("pointer", "ok"),
    ):
        sent: dict[str, Any] = {"method": "POST", "content_type": "application/json", "body": "{}"}
        sent |= {field: value}
        response = owner.post("endpoints/{callback_id}/template/", **sent)
        assert response.status_code == 422, field
        assert f'id="id_{field}_error"' in response.content.decode(), field
    acme.live.callback.refresh_from_db()
    assert acme.live.callback.template == {"method": "GET"}


def test_only_a_callback_has_a_template(acme: House, owner: Person) -> None:
    acme.live.callback = acme.live.endpoint
    assert owner.get("endpoints/{callback_id}/template/").status_code == 404


def test_a_queues_page_says_how_deep_it_is_and_how_to_ask(acme: House, owner: Person) -> None:
    for _ in range(3):
        store_delivery(acme.live.message, acme.live.queue, Delivery.State.PENDING, due_at=None)
    queues.take(acme.live.queue, 1)
    page = text(owner.get("endpoints/{queue_id}/"))
    figures = page.partition('<dl class="figures')[2].partition("</dl>")[0]
    for label, figure in (("Waiting", "2"), ("Taken", "1")):
        assert f"<dt>{label}</dt><dd>{figure}</dd>" in figures
    assert "<time" in figures.partition("Oldest")[2]
    assert f"/v1/endpoints/{acme.live.ids['queue_id']}/queue?limit=20" in page
    assert "What signs" not in page
    assert "nothing else can be chosen" in text(owner.get("endpoints/{queue_id}/policy/"))
    assert "Of a queue" not in text(owner.get("endpoints/{endpoint_id}/policy/"))
    assert owner.get("endpoints/{queue_id}/access/").status_code == 404


def test_a_queue_is_made_edited_and_switched(acme: House, owner: Person) -> None:
    text(owner.post("endpoints/new/?kind=polling", description="Night", ack_within_s="30"))
    made = acme.live.queue = acme.live.environment.endpoints.get(description="Night")
    assert (made.kind, made.ack_within_s, made.url) == ("polling", 30, "")
    text(owner.post("endpoints/{queue_id}/edit/", description="Night", ack_within_s="90"))
    made.refresh_from_db()
    assert made.ack_within_s == 90
    response = owner.post("endpoints/{queue_id}/edit/", ack_within_s="4")
    assert response.status_code == 422
    assert 'id="id_ack_within_s_error"' in response.content.decode()
    waiting = store_delivery(acme.live.message, made, Delivery.State.PENDING, due_at=None)
    assert "keeps what it has" in text(owner.post("endpoints/{queue_id}/switch/", disabled="1"))
    assert "open" in text(owner.post("endpoints/{queue_id}/switch/", disabled="0"))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.due_at) == ("pending", None)


def test_a_webhook_is_made_thin(acme: House, owner: Person) -> None:
    text(owner.post("endpoints/new/", url=URL, description="Thin", payload="thin"))
    made = acme.live.endpoint = acme.live.environment.endpoints.get(description="Thin")
    assert made.payload == "thin"
    text(owner.post("endpoints/{endpoint_id}/edit/", url=URL, description="Thin"))
    made.refresh_from_db()
    assert made.payload == "thin"  # nobody said otherwise


def test_the_trace_tells_what_your_code_did(acme: House, owner: Person) -> None:
    Delivery.objects.filter(message=acme.live.message).delete()
    done = store_delivery(
        acme.live.message, acme.live.queue, Delivery.State.DELIVERED, finished_at=clock(), attempts_made=2
    )
    store_attempt(done, status=None, error_code=5117, sealed_response=None, dns_us=None, connect_us=None)
    store_attempt(done, 2, status=None, error_code=None, sealed_response=None, dns_us=None, connect_us=None)
    page = text(owner.get("messages/{message_id}/"))
    assert "did not acknowledge it in time" in page
    assert "Acknowledged" in page
    assert "With your code" in page
    assert "No answer" not in page
    store_delivery(acme.live.message, acme.live.queue, Delivery.State.PENDING, due_at=None)
    store_delivery(acme.live.message, acme.live.queue, Delivery.State.SENDING)
    page = text(owner.get("messages/{message_id}/"))
    assert "Waits in the queue until your code asks for it." in page
    assert "Taken by your code, not acknowledged yet." in page
