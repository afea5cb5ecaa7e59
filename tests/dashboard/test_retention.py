"""The days on their page, and texts that were erased on theirs."""

from __future__ import annotations

import pytest

from accounts.models import Environment
from delivery.models import Attempt, Delivery
from inbox import erasure
from tests.cast import House
from tests.dashboard.browse import Person, text


def days_of(house: House) -> tuple[int | None, int | None]:
    row = Environment.objects.get(pk=house.live.environment.pk)
    return row.content_kept_days, row.attempts_kept_days


def test_days_are_chosen_and_left_to_the_operator_again(acme: House, owner: Person) -> None:
    assert "30 days" in text(owner.get("retention/"))
    assert "Saved." in text(owner.post("retention/", content_kept_days="7", attempts_kept_days=""))
    assert days_of(acme) == (7, None)
    page = text(owner.get("retention/"))
    assert ("7 days" in page, 'value="7"' in page) == (True, True)
    owner.post("retention/", content_kept_days="", attempts_kept_days="")
    assert days_of(acme) == (None, None)


@pytest.mark.parametrize("wrong", ["0", "366", "many"])
def test_a_mistake_is_marked(acme: House, owner: Person, wrong: str) -> None:
    refused = owner.post("retention/", content_kept_days=wrong)
    assert refused.status_code == 422
    assert 'id="id_content_kept_days_error"' in refused.content.decode()
    assert days_of(acme) == (None, None)


def test_a_viewer_sees_the_days_and_changes_none(acme: House, viewer: Person) -> None:
    assert viewer.post("retention/", content_kept_days="7").status_code == 403
    page = text(viewer.get("retention/"))
    assert ("30 days" in page, "content_kept_days" in page) == (True, False)
    assert days_of(acme) == (None, None)


def test_an_erased_text_says_so_and_cannot_be_sent_again(acme: House, owner: Person) -> None:
    assert "Send again" in text(owner.get("messages/{message_id}/"))
    erasure.erase([acme.live.message.pk], acme.live.message.received_at)
    page = text(owner.get("messages/{message_id}/"))
    assert "Erased on" in page
    assert "Send again" not in page
    assert "HTTP 503" in page  # how it was tried is kept for longer
    assert "erased" in text(owner.get("messages/"))
    assert "Send again" not in text(owner.get("deliveries/"))
    Delivery.objects.update(state="failed")
    assert "was erased" in text(owner.post("deliveries/{delivery_id}/replay/"))


def test_attempts_that_are_gone_are_missed_by_nobody(acme: House, owner: Person) -> None:
    Attempt.objects.all().delete()
    assert "Its attempts are kept no longer." in text(owner.get("messages/{message_id}/"))
