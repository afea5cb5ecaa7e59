"""Endpoints: a secret shown once, a switch that loses nothing, one default."""

from __future__ import annotations

from delivery.models import Delivery
from tests.cast import House, store_delivery
from tests.dashboard.browse import Person, text


def test_the_secret_shows_once_and_lies_in_no_session(acme: House, owner: Person) -> None:
    page = text(owner.post("endpoints/new/", url="http://127.0.0.1:9/new", description="New"))
    endpoint = acme.live.environment.endpoints.get(description="New")
    secret = endpoint.secrets.get().secret
    assert secret in page
    assert "Check that a request is ours" in page
    assert secret not in str(dict(owner.http.session))
    acme.live.endpoint = endpoint
    assert secret not in text(owner.get("endpoints/{endpoint_id}/"))


def test_somebody_else_never_sees_the_secret(acme: House, owner: Person, developer: Person) -> None:
    owner.post("endpoints/new/", follow=False, url="http://127.0.0.1:9/new", description="New")
    endpoint = acme.live.endpoint = acme.live.environment.endpoints.get(description="New")
    assert endpoint.secrets.get().secret not in text(developer.get("endpoints/{endpoint_id}/"))


def test_a_refused_address_is_said_at_its_field(acme: House, owner: Person) -> None:
    for url in ("http://10.0.0.1/hook", "ftp://example.com", "https://user:pw@example.com/", "nonsense"):
        page = text(owner.post("endpoints/new/", url=url))
        assert page.partition('id="id_url_error"')[2].partition("</p>")[0].strip(), url
        response = owner.post("endpoints/{endpoint_id}/edit/", url=url)
        assert response.status_code == 422
        assert 'id="id_url_error"' in response.content.decode()
    assert acme.live.environment.endpoints.count() == 3


def test_there_is_one_default(acme: House, owner: Person) -> None:
    owner.post("endpoints/new/", url="http://127.0.0.1:9/new", is_default="on")
    assert "takes each text that no route takes" in text(owner.post("endpoints/{endpoint_id}/default/"))
    assert list(acme.live.environment.endpoints.filter(is_default=True)) == [acme.live.endpoint]


def test_disabling_holds_and_enabling_lets_go(acme: House, owner: Person) -> None:
    waiting = store_delivery(acme.live.message, acme.live.endpoint, "pending")
    assert "none is lost" in text(owner.post("endpoints/{endpoint_id}/switch/", disabled="1"))
    assert Delivery.objects.get(pk=waiting.pk).state == "held"
    assert "is on its way" in text(owner.post("endpoints/{endpoint_id}/switch/", disabled="0"))
    assert Delivery.objects.get(pk=waiting.pk).state == "pending"


def test_an_endpoint_that_routes_name_stays(acme: House, owner: Person) -> None:
    assert "Routes deliver to this endpoint: Codes." in text(owner.post("endpoints/{endpoint_id}/delete/"))
    acme.live.environment.routes.all().delete()
    assert "The endpoint is deleted" in text(owner.post("endpoints/{endpoint_id}/delete/"))
    assert owner.get("endpoints/{endpoint_id}/").status_code == 404
    assert "Orders" in text(owner.get("messages/{message_id}/"))
