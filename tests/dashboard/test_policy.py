"""The page that says how an endpoint is tried, and the secrets on the endpoint's page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import services
from delivery.models import Endpoint
from delivery.policy import ON_FAILURE
from tests.cast import URL, House
from tests.dashboard.browse import Person, text

PAGE = "endpoints/{endpoint_id}/policy/"
USUAL: dict[str, Any] = {"shape": "default", **{f"on_{name}": word for name, word in ON_FAILURE.items()}}


def stored(house: House) -> dict[str, Any]:
    policy: dict[str, Any] = Endpoint.objects.get(pk=house.live.endpoint.pk).policy
    return policy


def test_what_is_usual_is_not_stored(acme: House, owner: Person) -> None:
    assert "Saved." in text(owner.post(PAGE, **USUAL))
    assert stored(acme) == {}


def test_a_policy_is_written_as_people_write(acme: House, owner: Person) -> None:
    chosen = USUAL | {"shape": "ladder", "delays": "30 s, 5 min; 2h,1 d", "within": "10 min", "deadline": "3"}
    assert "Saved." in text(owner.post(PAGE, **chosen | {"on_4xx": "stop", "on_410": "stop"}))
    assert stored(acme) == {
        "retry": {"delaysSeconds": [30, 300, 7200, 86400]},
        "deadlineSeconds": 3,
        "deliverWithinSeconds": 600,
        "onFailure": {"4xx": "stop", "410": "stop"},
    }
    page = text(owner.get(PAGE))
    assert 'value="30 s, 5 min, 2 h, 1 d"' in page
    assert 'value="10 min"' in page
    shown = text(owner.get("endpoints/{endpoint_id}/"))
    assert "5 tries, the last 26 h after the first" in shown
    assert "worthless after 10 min" in shown


def test_the_usual_ladder_lasts_as_long_as_everywhere(owner: Person) -> None:
    """27 h 35 min: the documentation and the form say 28 hours."""
    assert "8 tries, the last 28 h after the first" in text(owner.get("endpoints/{endpoint_id}/"))


def test_a_growing_pause(acme: House, owner: Person) -> None:
    growing = {"shape": "exponential", "first": "10 s", "factor": "2", "longest": "1 min", "tries": "5"}
    owner.post(PAGE, **USUAL | growing)
    retry = {"firstSeconds": 10, "factor": 2.0, "longestSeconds": 60, "tries": 5}
    assert stored(acme) == {"retry": retry}


def test_pace_order_and_who_stands_in(acme: House, owner: Person) -> None:
    environment = acme.live.environment
    other = services.create_endpoint(environment, SYSTEM, url=URL, description="Spare").endpoint
    chosen = {"in_flight": "2", "rate": "0.5", "drain_rate": "10", "newest_first": "on", "ordered": "on"}
    stand_in = public("endpoint", other.pk)
    owner.post(PAGE, **USUAL | chosen | {"order_wait": "1 min", "failover": stand_in})
    assert stored(acme) == {
        "maxInFlight": 2,
        "ratePerSecond": 0.5,
        "drain": {"ratePerSecond": 10.0, "newestFirst": True},
        "ordered": {"waitSeconds": 60},
    }
    assert Endpoint.objects.get(pk=acme.live.endpoint.pk).failover == other
    assert f'<option value="{stand_in}" selected>' in text(owner.get(PAGE))


def test_a_preview_shows_the_tries_and_saves_nothing(acme: House, owner: Person) -> None:
    page = text(owner.post(PAGE, **USUAL | {"shape": "ladder", "delays": "1 min, 9 min", "preview": "1"}))
    table = page.partition("if saved like this")[2]
    assert [table.count(f">{after}<") for after in ("0 s", "1 min", "10 min")] == [1, 1, 1]
    assert stored(acme) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shape": "ladder", "delays": "soon"}, "delays"),
        ({"shape": "ladder", "delays": "0 s"}, "delays"),
        ({"shape": "ladder", "delays": "9 d"}, "delays"),
        ({"shape": "exponential", "factor": "11"}, "factor"),
        ({"shape": "exponential", "tries": "50"}, "tries"),
        ({"deadline": "31"}, "deadline"),
        ({"within": "5 s"}, "within"),
        ({"in_flight": "0"}, "in_flight"),
        ({"rate": "0"}, "rate"),
        ({"drain_rate": "fast"}, "drain_rate"),
        ({"ordered": "on", "order_wait": "9 d"}, "order_wait"),
        ({"failover": "ep_nonsense"}, "failover"),
        ({"within": "a while"}, "within"),
    ],
)
def test_a_mistake_is_said_at_its_field(
    acme: House, owner: Person, changes: dict[str, str], field: str
) -> None:
    response = owner.post(PAGE, **USUAL | changes)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert stored(acme) == {}


QUEUE = "endpoints/{queue_id}/policy/"


def test_of_a_queue_only_two_things_are_asked(acme: House, owner: Person) -> None:
    page = text(owner.get(QUEUE))
    asked = set(
        re.findall(r'<input[^>]* name="(\w+)"', page.partition('id="policy"')[2].partition("</form>")[0])
    )
    assert asked == {"csrfmiddlewaretoken", "tries", "within"}
    assert "Requests at once" not in page
    assert "Saved." in text(owner.post(QUEUE, tries="3", within="10 min"))
    acme.live.queue.refresh_from_db()
    assert acme.live.queue.policy == {"retry": {"tries": 3}, "deliverWithinSeconds": 600}
    page = text(owner.get(QUEUE))
    assert 'value="3"' in page
    assert 'value="10 min"' in page
    assert "Saved." in text(owner.post(QUEUE, tries="", within=""))
    acme.live.queue.refresh_from_db()
    assert acme.live.queue.policy == {}


@pytest.mark.parametrize(("field", "value"), [("tries", "21"), ("tries", "often"), ("within", "a while")])
def test_a_mistake_about_a_queue_is_said_at_its_field(
    acme: House, owner: Person, field: str, value: str
) -> None:
    response = owner.post(QUEUE, follow=False, **{field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()


def test_a_queues_policy_of_before_shows_how_often_it_offers(acme: House, owner: Person) -> None:
    Endpoint.objects.filter(pk=acme.live.queue.pk).update(policy={"retry": {"delaysSeconds": [1, 1]}})
    assert 'value="3"' in text(owner.get(QUEUE))


def test_a_new_secret_shows_once_and_the_old_one_can_be_withdrawn(acme: House, owner: Person) -> None:
    old = acme.live.endpoint.secrets.get()
    page = text(owner.post("endpoints/{endpoint_id}/secrets/", overlap="3600"))
    new = acme.live.endpoint.secrets.exclude(pk=old.pk).get()
    assert new.secret in page
    assert "A new secret signs from now on" in page
    assert new.secret not in text(owner.get("endpoints/{endpoint_id}/"))
    assert "It signs no more" in text(owner.post("endpoints/{endpoint_id}/secrets/{secret_id}/withdraw/"))
    assert owner.post("endpoints/{endpoint_id}/secrets/{secret_id}/withdraw/").status_code == 404


def test_an_overlap_is_chosen_from_the_list(acme: House, owner: Person) -> None:
    assert "Must be a whole number" in text(owner.post("endpoints/{endpoint_id}/secrets/", overlap="9999999"))
    assert acme.live.endpoint.secrets.count() == 1
    owner.post("endpoints/{endpoint_id}/secrets/", overlap="nonsense")
    assert acme.live.endpoint.secrets.count() == 2


def test_a_key_pair_shows_its_public_half(acme: House, owner: Person) -> None:
    page = text(owner.post("endpoints/new/", url="http://127.0.0.1:9/new", signs_with="v1a"))
    assert "whpk_" in page
    assert "whsk_" not in page


def test_an_endpoint_that_disabled_itself_says_why(acme: House, owner: Person) -> None:
    Endpoint.objects.filter(pk=acme.live.endpoint.pk).update(
        disabled_at=acme.live.endpoint.created_at, disabled_because="gone"
    )
    assert "gone for good (410)" in text(owner.get("endpoints/{endpoint_id}/"))
