"""Getting a number: searched, asked for with proof, brought along, cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from accounts.ids import public
from accounts.models import AuditEntry
from numbers.models import NumberDocument, NumberRequest
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.dashboard.pool import PDF, pdf, pool_number

NUMBER = "+33937000070"


@pytest.fixture
def tester(acme: House) -> Person:
    """Acme's owner, looking at the sandbox."""
    return Person(acme.users["owner"], acme.sandbox)


def last(house: House) -> NumberRequest:
    request = house.live.environment.number_requests.order_by("-pk").first()
    assert request is not None
    return request


def follow(person: Person, number: str) -> Any:
    """The page that asking for a number leads to."""
    return person.http.get(person.url("numbers/request/"), {"number": number}, follow=True)


def wrong(page: str, field: str) -> str:
    """What the page says beside a field."""
    return page.partition(f'id="id_{field}_error"')[2].partition("</p>")[0]


def test_available_numbers_are_searched(owner: Person) -> None:
    pool_number(NUMBER, monthly_price=900, currency="EUR")
    pool_number("+33162123456", monthly_price=1250, currency="EUR", capabilities=["sms", "voice"])
    page = text(owner.get("numbers/available/"))
    assert page.index("+33 9 37 00 00 70") < page.index("+33 1 62 12 34 56")
    assert "12.50\u00a0EUR" in page
    page = text(owner.get("numbers/available/", category="verified", region="ile-de-france"))
    assert "+33 1 62 12 34 56" in page
    assert "+33 9 37 00 00 70" not in page
    assert "No such number is available" in text(owner.get("numbers/available/", capability="mms"))


@pytest.mark.parametrize("after", ["x", "-", "9999999999-e336", "1-'", "5-123", "-e33937000070"])
def test_a_place_of_nowhere_harms_no_search(owner: Person, tester: Person, after: str) -> None:
    for person in (owner, tester):
        text(person.get("numbers/available/", after=after))
        text(person.get("numbers/available/", after=after, country="XX"))


def test_a_long_search_goes_on(tester: Person) -> None:
    first = text(tester.get("numbers/available/"))
    onward = first.partition('href="?after=')[2].partition('"')[0]
    second = text(tester.http.get(tester.url(f"numbers/available/?after={onward}")))
    assert first.count(">Choose<") == second.count(">Choose<") == 50
    assert "+1 202-555-0149" in first
    assert "+1 202-555-0150" in second


def test_a_number_is_asked_for_with_documents(acme: House, owner: Person) -> None:
    pool_number(NUMBER)
    assert "Ask for +33 9 37 00 00 70" in text(owner.get("numbers/request/", number=NUMBER))
    page = text(
        owner.post(
            "numbers/request/?number=%2B33937000070",
            purpose="Appointments of patients",
            monthly_volume="1200",
            label="Lyon",
            documents=[pdf(), pdf("photo.png", b"\x89PNG\r\n\x1a\n...")],
        )
    )
    for words in (
        "Your request is with the operator",
        "+33 9 37 00 00 70",
        "1,200",
        "contract.pdf",
        "photo.png",
    ):
        assert words in page
    request = last(acme)
    assert (request.wanted and request.wanted.number, request.status) == (NUMBER, "requested")
    types = [(document.content_type, document.size) for document in request.documents.all()]
    assert types == [("application/pdf", len(PDF)), ("image/png", 11)]
    assert '>2<span class="visually-hidden"> waiting' in text(owner.get("numbers/"))
    assert "Cancel" in text(owner.get("numbers/", view="requests"))


def test_where_none_fits_any_is_asked_for(acme: House, owner: Person) -> None:
    asked: dict[str, Any] = {
        "country": "be",
        "category": "mobile",
        "purpose": "Parcels",
        "monthly_volume": "50",
    }
    page = text(owner.post("numbers/request/", **asked))
    assert "Any number: BE, mobile" in page
    assert (last(acme).wanted, last(acme).country) == (None, "BE")


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(acme: House, owner: Person) -> None:
    before = NumberRequest.objects.count()
    page = text(
        owner.post(
            "numbers/request/",
            country="France",
            monthly_volume="0",
            documents=[pdf("notes.pdf", b"no PDF at all"), pdf("list.xls", b"PK...")],
        )
    )
    assert "two letters" in wrong(page, "country")
    assert "greater than or equal to 1" in wrong(page, "monthly_volume")
    assert "required" in wrong(page, "purpose")
    assert "notes.pdf: This is no file of that type." in wrong(page, "documents")
    assert NumberRequest.objects.count() == before
    assert not NumberDocument.objects.exists()


def test_documents_have_a_size(owner: Person, settings: LazySettings) -> None:
    asked: dict[str, Any] = {"country": "FR", "purpose": "Parcels", "monthly_volume": "50"}
    large = pdf("scan.pdf", PDF + bytes(5_000_000))
    assert "5 MB at most" in wrong(
        text(owner.post("numbers/request/", **asked, documents=[large])), "documents"
    )
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
    large.seek(0)
    page = text(owner.post("numbers/request/", **asked, documents=[large]))
    assert "All documents together" in wrong(page, "documents")
    assert not NumberDocument.objects.exists()


def test_a_number_that_is_gone_leads_back_to_the_search(acme: House, owner: Person) -> None:
    page = text(follow(owner, NUMBER))
    assert "This number is not available." in page
    assert "Get a number" in page
    pool_number(NUMBER)
    asked: dict[str, Any] = {"purpose": "Parcels", "monthly_volume": "50"}
    owner.post("numbers/request/?number=%2B33937000070", **asked)
    page = text(owner.post("numbers/request/?number=%2B33937000070", **asked))
    assert "You asked for this number already." in page


def test_a_request_is_cancelled(acme: House, owner: Person) -> None:
    page = text(owner.post("numbers/requests/{number_request_id}/cancel/"))
    assert "The request is cancelled." in page
    assert "Cancel this request" not in page
    assert "decided already" in text(owner.post("numbers/requests/{number_request_id}/cancel/"))
    assert AuditEntry.objects.filter(action="number_request.cancelled", actor_kind="user").count() == 1


def test_documents_come_later_until_it_is_decided(acme: House, owner: Person) -> None:
    page = text(owner.post("numbers/requests/{number_request_id}/documents/", documents=[pdf("bill.pdf")]))
    assert "bill.pdf" in page
    response = owner.post("numbers/requests/{number_request_id}/documents/")
    assert response.status_code == 422
    owner.post("numbers/requests/{number_request_id}/cancel/")
    response = owner.post("numbers/requests/{number_request_id}/documents/", documents=[pdf("late.pdf")])
    assert "decided already" in response.content.decode()
    assert [document.name for document in acme.live.number_request.documents.all()] == ["bill.pdf"]


def test_the_note_of_the_operator_is_read(acme: House, viewer: Person) -> None:
    row = acme.live.number_request
    row.status, row.note = "refused", "We need a contract first."
    row.save()
    for path, query in (("numbers/", {"view": "requests"}), ("numbers/requests/{number_request_id}/", {})):
        page = text(viewer.get(path, **query))
        assert "We need a contract first." in page
        assert "Refused" in page
        assert "Cancel" not in page


def test_bringing_a_number_in_live_asks_the_operator(acme: House, owner: Person) -> None:
    channel = acme.live.ids["channel_id"]
    assert "checks first that it is yours" in text(owner.get("numbers/new/"))
    page = text(
        owner.post(
            "numbers/new/", number="0033 9 37 00 00 55", label="Lyon", channel=channel, documents=[pdf()]
        )
    )
    for words in ("Your request is with the operator", "+33 9 37 00 00 55", "contract.pdf", "Main line"):
        assert words in page
    assert (last(acme).kind, last(acme).channel) == ("bring", acme.live.channel)
    assert not acme.live.environment.assignments.filter(number__number="+33937000055").exists()


def test_what_is_wrong_with_a_brought_number_is_said_at_its_field(
    acme: House, borealis: House, owner: Person
) -> None:
    channel = acme.live.ids["channel_id"]
    for number, words in (
        ("06 39 98 00 01", "international form"),
        ("+33639980001", "reserved for fiction belong in a sandbox"),
        ("+33937000002", "not available"),
        ("", "This field is required"),
    ):
        assert words in wrong(text(owner.post("numbers/new/", number=number, channel=channel)), "number"), (
            number
        )


def test_a_channel_of_others_cannot_be_chosen(acme: House, borealis: House, owner: Person) -> None:
    for side in (borealis.live, acme.sandbox):
        page = text(owner.post("numbers/new/", number="+33937000056", channel=side.ids["channel_id"]))
        assert wrong(page, "channel")
    assert not acme.live.environment.number_requests.filter(number="+33937000056").exists()


def test_a_sandbox_takes_a_number_of_fiction_at_once(acme: House, tester: Person) -> None:
    channel = acme.sandbox.ids["channel_id"]
    assert "Take +33 1 99 00 00 00" in text(tester.get("numbers/request/", number="+33199000000"))
    page = text(tester.post("numbers/request/?number=%2B33199000000", label="Trial", channel=channel))
    assert "+33199000000 is yours." in page
    assert "+33 1 99 00 00 00" not in text(tester.get("numbers/available/"))
    assert "not available" in text(follow(tester, "+33199000000"))
    assert "+33639980009 is yours." in text(
        tester.post("numbers/new/", number="+33639980009", channel=channel)
    )


def test_a_sandbox_without_a_channel_is_told_what_is_missing(acme: House, tester: Person) -> None:
    acme.sandbox.environment.assignments.update(ends_at=acme.sandbox.message.received_at)
    acme.sandbox.environment.channels.update(deleted_at=acme.sandbox.message.received_at)
    for path in ("numbers/new/", "numbers/request/?number=%2B33199000000"):
        assert "A number needs a channel" in text(tester.http.get(tester.url(path)))


def test_a_reader_searches_and_asks_for_nothing(acme: House, viewer: Person) -> None:
    number = pool_number(NUMBER)
    page = text(viewer.get("numbers/available/"))
    assert "+33 9 37 00 00 70" in page
    assert ">Choose<" not in page
    assert viewer.get("numbers/request/", number=number.number).status_code == 403
    assert public("number_request", acme.live.number_request.pk) in text(
        viewer.get("numbers/requests/{number_request_id}/")
    )
