"""Failed deliveries, and sending them again."""

from __future__ import annotations

import pytest

from accounts.ids import public
from accounts.models import AuditEntry
from delivery.models import Delivery
from tests.cast import House, store_delivery
from tests.dashboard.browse import Person, text


def test_the_reason_is_in_words(owner: Person) -> None:
    page = text(owner.get("deliveries/"))
    assert "HTTP 503" in page
    assert "The endpoint answered with an error of its own." in page


@pytest.mark.parametrize(("view", "state"), [("waiting", "pending"), ("held", "held"), ("all", "delivered")])
def test_each_view_shows_its_states(acme: House, owner: Person, view: str, state: str) -> None:
    delivery = store_delivery(acme.live.message, acme.live.endpoint, state)
    shown = [row.delivery.pk for row in owner.get("deliveries/", view=view).context["rows"]]
    assert delivery.pk in shown
    assert (acme.live.delivery.pk in shown) == (view == "all")


def test_an_unknown_view_is_the_failed_ones(acme: House, owner: Person) -> None:
    rows = owner.get("deliveries/", view="x").context["rows"]
    assert [row.delivery.pk for row in rows] == [acme.live.delivery.pk]


def test_one_goes_again_and_who_did_it_is_kept(acme: House, owner: Person) -> None:
    page = text(owner.post("deliveries/{delivery_id}/replay/", next=owner.url("messages/")))
    assert "The delivery is on its way again." in page
    assert "<h1>Messages</h1>" in page
    acme.live.delivery.refresh_from_db()
    assert acme.live.delivery.state == Delivery.State.PENDING
    entry = AuditEntry.objects.exclude(action="message.read").latest("at")  # the page that shows it is one
    assert (entry.action, entry.actor_kind, entry.actor_id) == (
        "delivery.replayed",
        "user",
        acme.users["owner"].pk,
    )
    assert entry.request_id.startswith("req_")


def test_the_selected_go_again_and_the_others_stay(acme: House, borealis: House, owner: Person) -> None:
    second = store_delivery(acme.live.message, acme.live.endpoint)
    busy = store_delivery(acme.live.message, acme.live.endpoint, "sending")
    from_others = borealis.live.delivery
    chosen = [acme.live.delivery, second, busy, from_others]
    page = text(
        owner.post(
            "deliveries/replay/", delivery=[public("delivery", row.pk) for row in chosen] + ["nonsense"]
        )
    )
    assert "2 deliveries are on their way again." in page
    assert "1 was left alone: This delivery is being sent right now." in page
    states = list(
        Delivery.objects.filter(pk__in=[row.pk for row in chosen])
        .order_by("pk")
        .values_list("state", flat=True)
    )
    assert sorted(states) == ["failed", "pending", "pending", "sending"]


def test_nothing_selected_is_said(owner: Person) -> None:
    assert "Nothing was selected." in text(owner.post("deliveries/replay/"))


def test_a_next_elsewhere_is_not_followed(owner: Person) -> None:
    response = owner.post("deliveries/replay/", follow=False, next="//evil.example/")
    assert response["Location"] == owner.url("deliveries/")


def test_why_it_waits_or_was_given_up_is_said(acme: House, owner: Person) -> None:
    Delivery.objects.filter(pk=acme.live.delivery.pk).update(reason="expired", error_code=5113)
    words = "it could not be delivered in the time that the endpoint allows"
    assert words in text(owner.get("deliveries/"))
    assert words in text(owner.get("messages/{message_id}/"))
