"""The page that says what is sent along, and the list of allowed destinations."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from delivery import services
from delivery.models import Endpoint
from tests.cast import House
from tests.certificates import authority, issue
from tests.dashboard.browse import Person, text

PAGE = "endpoints/{endpoint_id}/access/"
ONE = "endpoints/{endpoint_id}/"
NOTHING: dict[str, Any] = {"way": "none"}
OAUTH2 = {
    "way": "oauth2",
    "token_url": "http://127.0.0.1:9/token",
    "client_id": "acme",
    "client_secret": "s3cret",
    "scope": "sms.write",
    "auth_method": "client_secret_post",
}


def stored(house: House) -> dict[str, Any]:
    return Endpoint.objects.get(pk=house.live.endpoint.pk).access


def headers(*rows: tuple[str, str, str]) -> dict[str, Any]:
    names, values, secret = zip(*rows, strict=True)
    return {"header-name": list(names), "header-value": list(values), "header-secret": list(secret)}


def test_headers_are_kept_and_secret_ones_never_shown(acme: House, owner: Person) -> None:
    rows = headers(("X-Api-Key", "k3y", "secret"), ("X-Team", "orders", "shown"), ("", "", "secret"))
    shown = text(owner.post(PAGE, **NOTHING, **rows))
    assert "Saved." in shown
    both = [
        {"name": "X-Api-Key", "value": "k3y", "secret": True},
        {"name": "X-Team", "value": "orders", "secret": False},
    ]
    assert stored(acme) == {"headers": both}
    page = text(owner.get(PAGE))
    assert "k3y" not in page + shown
    assert 'value="X-Api-Key"' in page
    assert 'value="orders"' in page
    text(owner.post(PAGE, **NOTHING, **headers(("X-Api-Key", "", "secret"), ("X-Team", "sales", "shown"))))
    assert stored(acme) == {"headers": [both[0], both[1] | {"value": "sales"}]}
    text(owner.post(PAGE, **NOTHING))
    assert stored(acme) == {}


@pytest.mark.parametrize(
    ("sent", "access", "secret"),
    [
        (
            {"way": "basic", "username": "acme", "password": "p w"},
            {"basic": {"username": "acme", "password": "p w"}},
            "password",
        ),
        ({"way": "bearer", "token": "b34rer"}, {"bearer": {"token": "b34rer"}}, "token"),
        (
            OAUTH2,
            {
                "oauth2": {
                    "tokenUrl": "http://127.0.0.1:9/token",
                    "clientId": "acme",
                    "clientSecret": "s3cret",
                    "scope": "sms.write",
                    "authMethod": "client_secret_post",
                }
            },
            "client_secret",
        ),
    ],
)
def test_credentials(acme: House, owner: Person, sent: dict[str, Any], access: object, secret: str) -> None:
    text(owner.post(PAGE, **sent))
    assert stored(acme) == access
    assert sent[secret] not in text(owner.get(PAGE)) + text(owner.get(ONE))
    text(owner.post(PAGE, **sent | {secret: ""}))
    assert stored(acme) == access


def test_certificates(acme: House, owner: Person) -> None:
    pair = issue("client", authority(), days=29)
    sent = NOTHING | {"certificate": pair.pem, "key": pair.key_pem, "ca": authority().pem}
    page = text(owner.post(PAGE, **sent))
    assert "expires within 30 days" in page
    assert "expires soon or has expired" in page
    assert stored(acme)["clientCertificate"]["key"] == pair.key_pem
    page = text(owner.get(PAGE))
    assert "PRIVATE KEY" not in page
    assert "BEGIN CERTIFICATE" in page
    text(owner.post(PAGE, **sent | {"key": ""}))
    assert stored(acme)["clientCertificate"]["key"] == pair.key_pem


@pytest.mark.parametrize(
    ("sent", "mark"),
    [
        ({"way": "basic", "username": "a:b", "password": "p"}, "id_username_error"),
        ({"way": "basic", "username": "a"}, "id_password_error"),
        ({"way": "bearer"}, "id_token_error"),
        (OAUTH2 | {"token_url": "https://10.0.0.1/"}, "id_token_url_error"),
        (OAUTH2 | {"auth_method": "none"}, "id_auth_method_error"),
        ({"way": "none", "certificate": "nonsense", "key": "nonsense"}, "id_certificate_error"),
        ({"way": "none", "key": "nonsense"}, "id_certificate_error"),
        ({"way": "none", "ca": "nonsense"}, "id_ca_error"),
        ({"way": "cookie"}, "id_way_error"),
        (NOTHING | headers(("Host", "a", "secret")), 'id="header-1"'),
        (NOTHING | headers(("X-A", "a", "shown"), ("X-B", "", "secret")), 'id="header-2"'),
    ],
)
def test_a_mistake_is_said_at_its_field(acme: House, owner: Person, sent: dict[str, Any], mark: str) -> None:
    response = owner.post(PAGE, **sent)
    assert response.status_code == 422
    assert mark in response.content.decode()
    assert stored(acme) == {}


def test_a_mistake_does_not_give_a_typed_secret_back(acme: House, owner: Person) -> None:
    sent = headers(("X-Api-Key", "k3y", "secret"), ("Host", "a", "shown"))
    page = owner.post(PAGE, way="bearer", token="b34rer", key="pr1vate", **sent).content.decode()
    assert "k3y" not in page
    assert "pr1vate" not in page
    assert "b34rer" not in page


def test_what_does_not_open_says_so(acme: House, owner: Person) -> None:
    Endpoint.objects.filter(pk=acme.live.endpoint.pk).update(sealed_access=b"nonsense")
    for path in (PAGE, ONE):
        assert "cannot be opened" in text(owner.get(path))


def test_destinations_are_listed_added_and_removed(acme: House, owner: Person) -> None:
    assert "No list yet" in text(owner.get("destinations/"))
    page = text(owner.post("destinations/", pattern="*.Example.com"))
    assert "<code>*.example.com</code>" in page
    assert "which lie outside" in page
    assert "Orders" in page.partition("which lie outside")[2]
    assert "Nothing is sent here" in text(owner.get(ONE))
    assert "Not allowed" in text(owner.get("endpoints/"))
    acme.live.destination = acme.live.environment.destinations.get()
    assert "No list yet" in text(owner.post("destinations/{destination_id}/delete/"))
    assert "Nothing is sent here" not in text(owner.get(ONE))


def test_a_wrong_destination_is_said_at_its_field(acme: House, owner: Person) -> None:
    for pattern in ("", "com", "10.0.0.1/8"):
        response = owner.post("destinations/", pattern=pattern)
        assert response.status_code == 422
        assert "id_pattern_error" in response.content.decode()


def test_a_viewer_sees_the_list_and_adds_nothing(acme: House, viewer: Person) -> None:
    assert 'name="pattern"' not in text(viewer.get("destinations/"))
    assert viewer.post("destinations/", pattern="*.example.com").status_code == 403
    assert not acme.live.environment.destinations.exists()


def test_pages_say_where_requests_come_from(acme: House, owner: Person, settings: LazySettings) -> None:
    assert "through your firewall" not in text(owner.get(ONE))
    settings.EGRESS_ADDRESSES = ["198.51.100.7", "2001:db8::/48"]
    for path in (ONE, "endpoints/new/"):
        page = text(owner.get(path))
        assert "<code>198.51.100.7</code>" in page
        assert "<code>2001:db8::/48</code>" in page


def test_saving_an_endpoint_leaves_what_is_sent_along(acme: House, owner: Person) -> None:
    services.update_endpoint(acme.live.endpoint, SYSTEM, access={"bearer": {"token": "b34rer"}})
    text(owner.post("endpoints/{endpoint_id}/edit/", url="http://127.0.0.1:9/new"))
    assert stored(acme) == {"bearer": {"token": "b34rer"}}
