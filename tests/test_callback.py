"""Callbacks: the customer's own API, called in its own words, by a template that no text can break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from accounts.audit import SYSTEM
from accounts.errors import Invalid
from accounts.ids import public
from delivery import services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from delivery.template import FIRST, FORM, JSON, SAMPLE, TEXT, XML, template_of
from tests import cast
from tests.cast import URL, Api, House
from tests.live import Receiver, Request, delivering, hexed, receiving, until

#: What a sender could write to be more than a text.
EVIL = '"},"admin":true,{"a":"\\\r\nX-Evil: 1\x00]]><evil/>&to=me%0d%0a/../../é😀{senderId}'


def fields(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def called(
    engine: Engine, house: House, url: str, template: dict[str, Any], content: str = EVIL
) -> tuple[services.NewEndpoint, Delivery]:
    """A callback that was just tried with one text."""
    new = services.create_endpoint(
        house.live.environment, SYSTEM, kind="callback", url=url, template=template
    )
    message = cast.store_message(house.live.assignment, content, route=house.live.route)
    delivery = cast.store_delivery(message, new.endpoint, Delivery.State.SENDING, attempts_made=0)
    assert delivery.lease is not None
    engine.ring(hexed(delivery.lease, [delivery.pk]))
    until(lambda: Delivery.objects.get(pk=delivery.pk).lease is None)
    return new, Delivery.objects.get(pk=delivery.pk)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_json_arrives_as_the_template_says_and_signed(
    acme: House, receiver: Receiver, engine: Engine, method: str
) -> None:
    template = {
        "method": method,
        "path": "/inbox/{numberUsed}",
        "query": fields(("from", "{senderId}"), ("v", "2"), ("from", "x")),
        "headers": fields(("X-Tag", "{routingTag}"), ("X-Text", "text: {content}"), ("X-None", "{sentAt}")),
        "body": '{"text": "SMS: {content}", "parts": {segments}, "id": {id}, "was": [{sentAt}, {media}]}',
    }
    new, delivery = called(engine, acme, receiver.url + "/v1/?key=k", template)
    (request,) = receiver.got(1)
    Webhook(new.secret).verify(request.body, request.headers)
    number = acme.live.assignment.number.number
    assert (request.method, delivery.state) == (method, "delivered")
    assert request.path == f"/v1/inbox/%2B{number[1:]}?key=k&from=%2B33639980417&v=2&from=x"
    body = json.loads(request.body)
    assert body["text"] == "SMS: " + EVIL
    assert (body["parts"], body["id"], body["was"]) == (1, request.headers["webhook-id"], [None, []])
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["x-tag"], request.headers["x-none"]) == ("codes", "")
    assert "x-evil" not in request.headers
    visible = EVIL.replace("\r", "").replace("\n", "").replace("\x00", "").replace("%0d%0a", "\r\n")
    assert unquote(request.headers["x-text"]) == "text: " + visible


def test_a_get_has_no_body_and_is_signed_over_none(acme: House, receiver: Receiver, engine: Engine) -> None:
    new, delivery = called(
        engine,
        acme,
        receiver.url + "/hook",
        {"method": "GET", "query": fields(("text", "{content}"), ("none", "{sentAt}"))},
    )
    (request,) = receiver.got(1)
    assert (request.method, request.body, delivery.state) == ("GET", b"", "delivered")
    assert parse_qs(urlsplit(request.path).query, keep_blank_values=True) == {"text": [EVIL], "none": [""]}
    assert "content-type" not in request.headers
    timestamp, id = request.headers["webhook-timestamp"], request.headers["webhook-id"]
    assert request.headers["webhook-signature"] == Webhook(new.secret).sign(
        id, datetime.fromtimestamp(int(timestamp), UTC), ""
    )


def test_a_form_arrives(acme: House, receiver: Receiver, engine: Engine) -> None:
    called(engine, acme, receiver.url, {"contentType": FORM, "body": "to={numberUsed}&text={content}"})
    (request,) = receiver.got(1)
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    form = parse_qs(request.body.decode())
    assert form == {"to": [acme.live.assignment.number.number], "text": [EVIL]}


def test_xml_arrives(acme: House, receiver: Receiver, engine: Engine) -> None:
    body = '<?xml version="1.0"?><sms from="{senderId}" tag="{content}"><text>{content}</text></sms>'
    called(engine, acme, receiver.url, {"contentType": XML, "body": body})
    (request,) = receiver.got(1)
    assert request.headers["content-type"] == "application/xml; charset=utf-8"
    sms = ElementTree.fromstring(request.body)  # noqa: S314  our own
    assert [child.tag for child in sms] == ["text"]
    assert sms[0].text == EVIL.replace("\x00", "\ufffd")
    assert sms.get("from") == "+33639980417"


def test_plain_text_arrives(acme: House, receiver: Receiver, engine: Engine) -> None:
    called(engine, acme, receiver.url, {"contentType": TEXT, "body": "{senderId}: {content}"})
    (request,) = receiver.got(1)
    assert request.body.decode() == "+33639980417: " + EVIL
    assert request.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_text_climbs_out_of_no_path(acme: House, receiver: Receiver, engine: Engine) -> None:
    called(engine, acme, receiver.url + "/safe", {"method": "GET", "path": "/in/{content}/end"}, "..")
    called(engine, acme, receiver.url + "/safe", {"method": "GET", "path": "/in/{content}/end"}, "a/../../b")
    one, two = receiver.got(2)
    assert (one.path, two.path) == ("/safe/in/_/end", "/safe/in/a%2F..%2F..%2Fb/end")


def test_one_handle_turns_from_method_to_method(acme: House, receiver: Receiver, engine: Engine) -> None:
    bodies = {"body": '"{content}"'}
    for template in ({"method": "GET"}, bodies, {"method": "PUT", **bodies}, {"method": "GET"}, bodies):
        called(engine, acme, receiver.url, template, "code")
    methods = [(request.method, request.body) for request in receiver.got(5)]
    full = b'"code"'
    assert methods == [("GET", b""), ("POST", full), ("PUT", full), ("GET", b""), ("POST", full)]
    assert all("x-tag" not in request.headers for request in receiver.requests)


def answering(status: int, body: bytes) -> Any:
    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        return status, {}, body

    return behave


LONG = b'{"pad": "' + b"x" * 20_000 + b'", "result": {"state": ["ok", 1]}}'


@pytest.mark.parametrize(
    ("success", "status", "answer", "state", "code"),
    [
        ({}, 201, b"", "delivered", None),
        ({"statuses": [200, 409]}, 409, b"", "delivered", None),
        ({"statuses": [200]}, 204, b"", "pending", 5116),
        ({"statuses": [200]}, 500, b"", "pending", 5105),
        ({"statuses": [410]}, 410, b"", "delivered", None),
        ({"contains": "état: ok"}, 200, "état: ok".encode(), "delivered", None),
        ({"contains": "OK"}, 200, b"NO", "pending", 5116),
        ({"contains": "OK"}, 404, b"OK", "pending", 5110),
        ({"pointer": "/result/state/0", "equals": "ok"}, 200, LONG, "delivered", None),
        ({"pointer": "/result/state/1", "equals": 1}, 200, LONG, "delivered", None),
        ({"pointer": "/result/state/1", "equals": True}, 200, LONG, "pending", 5116),
        ({"pointer": "/result/state/7", "equals": None}, 200, LONG, "pending", 5116),
        ({"pointer": "/a~1b", "equals": None}, 200, b'{"a/b": null}', "delivered", None),
        ({"pointer": "/a", "equals": 1}, 200, b"<html>", "pending", 5116),
        ({"pointer": "/a", "equals": 1}, 200, b"[" * 5000, "pending", 5116),
    ],
)
def test_what_counts_as_success(
    acme: House, receiver: Receiver, engine: Engine,
    success: dict[str, Any], status: int, answer: bytes, state: str, code: int | None,
) -> None:  # fmt: skip
    receiver.behave = answering(status, answer)
    _, delivery = called(engine, acme, receiver.url, {"body": "{}", "success": success})
    assert (delivery.state, delivery.error_code) == (state, code)
    attempt = Attempt.objects.get(delivery=delivery)
    assert (attempt.status, attempt.error_code) == (status, code)
    assert attempt.response == answer[:4096].decode()


def test_a_template_of_another_version_waits_for_us(acme: House, receiver: Receiver, engine: Engine) -> None:
    new = services.create_endpoint(
        acme.live.environment, SYSTEM, kind="callback", url=receiver.url, template={"body": "{}"}
    )
    type(new.endpoint).objects.filter(pk=new.endpoint.pk).update(template={"method": "BREW"})
    delivery = cast.store_delivery(acme.live.message, new.endpoint, Delivery.State.SENDING, attempts_made=0)
    assert delivery.lease is not None
    engine.ring(hexed(delivery.lease, [delivery.pk]))
    until(lambda: Delivery.objects.get(pk=delivery.pk).reason == "ours")
    assert receiver.requests == []


REFUSED: list[tuple[Any, str]] = [
    (5, "#/template"),
    ({"method": "DELETE", "body": "{}"}, "#/template/method"),
    ({"body": "{}", "code": "x"}, "#/template/code"),
    ({"contentType": "image/png", "body": "{}"}, "#/template/contentType"),
    ({"method": "GET", "body": "x"}, "#/template/body"),
    ({}, "#/template/body"),
    ({"body": '{"a": {contents}}'}, "#/template/body"),
    ({"body": '{"a": "{content}"'}, "#/template/body"),
    ({"body": '{"a": "\\{content}"}'}, "#/template/body"),
    ({"body": '{"a": "\\u00{content}"}'}, "#/template/body"),
    ({"body": '{"a": 1{segments}}'}, "#/template/body"),
    ({"body": '{"a": NaN}'}, "#/template/body"),
    ({"body": "{}", "path": "inbox"}, "#/template/path"),
    ({"body": "{}", "path": "/a?b={content}"}, "#/template/path"),
    ({"body": "{}", "path": "/a/../b"}, "#/template/path"),
    ({"body": "{}", "path": "/{host}"}, "#/template/path"),
    ({"body": "{}", "path": "/" + "x" * 1000}, "#/template/path"),
    ({"body": "{}", "query": [{"name": "a", "value": 5}]}, "#/template/query/0/value"),
    ({"body": "{}", "query": {"a": "b"}}, "#/template/query"),
    ({"body": "{}", "query": ["a"]}, "#/template/query/0"),
    ({"body": "{}", "query": [{"value": "a"}]}, "#/template/query/0/name"),
    ({"body": "{}", "query": [{"name": "a", "secret": True}]}, "#/template/query/0/secret"),
    ({"body": "{}", "query": fields(("a", "b")) * 21}, "#/template/query"),
    ({"body": "{}", "headers": fields(("X A", "1"))}, "#/template/headers/0/name"),
    ({"body": "{}", "headers": fields(("X", "1"), ("Host", "evil.example"))}, "#/template/headers/1/name"),
    ({"body": "{}", "headers": fields(("Webhook-Id", "1"))}, "#/template/headers/0/name"),
    ({"body": "{}", "headers": fields(("Content-Length", "1"))}, "#/template/headers/0/name"),
    ({"body": "{}", "headers": fields(("X", "{nope}"))}, "#/template/headers/0/value"),
    ({"contentType": FORM, "body": "a={content} b"}, "#/template/body"),
    ({"contentType": XML, "body": "<a>{content}"}, "#/template/body"),
    ({"contentType": XML, "body": "<{content}/>"}, "#/template/body"),
    ({"contentType": XML, "body": "<a {content}='1'/>"}, "#/template/body"),
    ({"contentType": XML, "body": "<!-- {content} --><a/>"}, "#/template/body"),
    ({"contentType": XML, "body": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "#/template/body"),
    ({"contentType": XML, "body": '<?xml version="1.0" encoding="latin-1"?><a/>'}, "#/template/body"),
    ({"body": "{}", "success": 200}, "#/template/success"),
    ({"body": "{}", "success": {"statuses": [99]}}, "#/template/success/statuses/0"),
    ({"body": "{}", "success": {"statuses": 200}}, "#/template/success/statuses"),
    ({"body": "{}", "success": {"contains": ""}}, "#/template/success/contains"),
    ({"body": "{}", "success": {"pointer": "a", "equals": 1}}, "#/template/success/pointer"),
    ({"body": "{}", "success": {"pointer": "/a"}}, "#/template/success/equals"),
    ({"body": "{}", "success": {"equals": 1}}, "#/template/success/equals"),
    ({"body": "{}", "success": {"pointer": "/a", "equals": [1]}}, "#/template/success/equals"),
]


@pytest.mark.parametrize(("template", "pointer"), REFUSED, ids=str)
def test_what_cannot_be_is_refused_where_it_stands(api: Api, template: Any, pointer: str) -> None:
    response = api.post("endpoints", {"kind": "callback", "url": URL, "template": template})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_template_is_shown_as_it_was_saved_and_not_on_the_trail(acme: House, api: Api) -> None:
    template = {"body": "{}", "headers": fields(("X-Key", "of-their-api"))}
    made = api.post("endpoints", {"kind": "callback", "url": URL, "template": template}).json()
    assert made["template"] == template
    path = f"endpoints/{made['id']}"
    refused = api.patch(path, {"template": {"body": "{"}})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/template/body"]
    changed = {"method": "GET"}
    assert api.patch(path, {"template": changed}).json()["template"] == changed
    trail = [str(entry.before) + str(entry.after) for entry in acme.live.environment.audit_entries.all()]
    assert "of-their-api" not in "".join(trail)


def test_a_preview_is_what_would_be_sent(acme: House, receiver: Receiver, engine: Engine) -> None:
    template = {
        "path": "/in/{id}",
        "headers": fields(("X-From", "{senderId}")),
        "contentType": FORM,
        "body": "text={content}&tag={routingTag}",
    }
    new, _ = called(engine, acme, receiver.url, template, SAMPLE["content"])
    (request,) = receiver.got(1)
    path = f"endpoints/{public('endpoint', new.endpoint.pk)}/preview"
    shown = Api(acme.live.key).post(path, {}).json()
    assert shown["method"] == request.method
    assert urlsplit(shown["url"]).path == f"/in/{SAMPLE['id']}"
    assert shown["body"].partition("&")[0] == request.body.decode().partition("&")[0]
    told = {header["name"].lower() for header in shown["headers"]}
    assert told == request.headers.keys() - {"host", "content-length"}
    other = Api(acme.live.key).post(path, {"template": {"method": "GET"}}).json()
    assert (other["method"], other["body"]) == ("GET", "")
    refused = Api(acme.live.key).post(path, {"template": {"method": "GET", "body": "x"}})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/template/body"]


def test_a_webhook_has_a_preview_too_and_a_queue_none(acme: House, api: Api) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}/preview"
    assert json.loads(api.post(path, {}).json()["body"])["data"]["content"] == SAMPLE["content"]
    assert "content" not in json.loads(api.post(path, {"payload": "thin"}).json()["body"])["data"]
    refused = api.post(path, {"template": {"method": "GET"}})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/template"]
    none = api.post(f"endpoints/{acme.live.ids['queue_id']}/preview", {})
    assert (none.status_code, none.json()["code"]) == (409, "nothing_sent")


def test_the_first_template_of_a_page_is_sound() -> None:
    made = template_of(FIRST).request(URL, SAMPLE)
    assert json.loads(made.body)["text"] == SAMPLE["content"]


VALUES = st.text() | st.sampled_from([EVIL, "", "..", "\\", '"', "\ud7ff\ue000", "]]>", "%", "+", "&amp;"])


@given(VALUES, VALUES)
def test_no_text_leaves_its_place(content: str, sender: str) -> None:
    content, sender = (text.encode(errors="ignore").decode() for text in (content, sender))
    values = {**SAMPLE, "content": content, "senderId": sender}
    common = {
        "path": "/a/{content}/b",
        "query": fields(("c", "{content}"), ("s", "{senderId}")),
        "headers": fields(("X", "{content}")),
    }
    made = template_of({**common, "body": '{"c": "<{content}>", "s": {senderId}}'}).request(URL, values)
    assert json.loads(made.body) == {"c": f"<{content}>", "s": sender}
    parts = urlsplit(made.url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("http", "127.0.0.1:9", "")
    assert parts.path.split("/")[:3] == ["", "hook", "a"]
    assert len(parts.path.split("/")) == 5
    assert ".." not in parts.path.split("/")
    asked = parse_qs(parts.query, keep_blank_values=True)
    assert asked == {"c": [content], "s": [sender]}
    assert all(0x20 <= ord(char) < 0x7F for _, value in made.headers for char in value)
    form = template_of({"contentType": FORM, "body": "c={content}&s={senderId}"}).request(URL, values)
    assert parse_qs(form.body.decode(), keep_blank_values=True) == {"c": [content], "s": [sender]}
    xml = template_of({"contentType": XML, "body": "<r a='{content}'>{senderId}</r>"}).request(URL, values)
    assert len(ElementTree.fromstring(xml.body)) == 0  # noqa: S314  our own


def test_a_template_that_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid):
        template_of([])
    assert template_of({"body": "{}"}).content_type == JSON
