"""The operators' pages of the number pool: lists, single numbers, channels, requests."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry, User
from numbers import requests, services
from numbers.models import Channel, Number, NumberRequest
from numbers.pool import Wanted
from tests.cast import CARRIER_SECRET, PASSWORD, House, sign_in
from tests.dashboard.browse import Person, text
from tests.dashboard.pool import PDF, id_of, operators_channel, pdf, pool_number

NUMBERS, CHANNELS, REQUESTS = (
    f"/operator/numbers/{name}/" for name in ("number", "channel", "numberrequest")
)
NUMBER = "+33937000070"


def csv_file(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("numbers.csv", "\n".join(lines).encode(), "text/csv")


def channel_id(channel: Channel) -> str:
    return public("channel", channel.pk)


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def import_list(operator: Client, *lines: str, channel: Channel) -> str:
    """Through both pages, the look and the confirmation."""
    page = text(
        operator.post(NUMBERS + "import/", {"file": csv_file(*lines), "channel": channel_id(channel)})
    )
    assert not Number.objects.filter(channel=channel).exists()
    confirmed = {name: hidden(page, name) for name in ("content", "channel")} | {"confirmed": "1"}
    return text(operator.post(NUMBERS + "import/", confirmed, follow=True))


def bring(house: House) -> NumberRequest:
    made = requests.bring_number(
        house.live.environment, SYSTEM, number="+33937000055", channel=house.live.channel
    )
    assert isinstance(made, NumberRequest)
    return made


def test_from_the_list_to_a_tenant_and_back(acme: House, owner: Person, operator: Client) -> None:
    channel = operators_channel()
    page = import_list(operator, "number,monthlyPrice,currency", f"{NUMBER},900,EUR", channel=channel)
    assert "1 created, 0 updated, 0 unchanged." in page
    assert "+33 9 37 00 00 70" in text(owner.get("numbers/available/"))
    asked: dict[str, Any] = {"purpose": "Appointments", "monthly_volume": "1200", "documents": [pdf()]}
    assert "contract.pdf" in text(owner.post("numbers/request/?number=%2B33937000070", **asked))
    row = acme.live.environment.number_requests.latest("created_at")

    assert "Acme Santé" in text(operator.get(REQUESTS))
    page = text(operator.get(f"{REQUESTS}{row.pk}/change/"))
    assert "Appointments" in page
    document = row.documents.get()
    response = operator.get(f"{REQUESTS}{row.pk}/documents/{document.pk}/")
    assert response.content == PDF
    answer = {"approve-number": NUMBER, "approve-note": "Welcome."}
    assert "Approved" in text(operator.post(f"{REQUESTS}{row.pk}/approve/", answer, follow=True))

    assert "9.00\u00a0EUR" in text(owner.get("numbers/"))
    assert "Welcome." in text(owner.get("numbers/", view="requests"))
    number = Number.objects.get(number=NUMBER)
    assert "held" in state(operator)
    assert "You may take it back until" in text(owner.post(f"numbers/{id_of(number)}/release/"))
    assert "+33 9 37 00 00 70" in text(owner.get("numbers/", view="released"))
    assert "aging" in state(operator)


def state(operator: Client) -> str:
    """What the list of the pool says of the number."""
    page = text(operator.get(NUMBERS, {"q": NUMBER[1:]}))
    return page.partition('class="field-state">')[2].partition("<")[0]


def test_each_wrong_field_of_a_list_is_said(operator: Client) -> None:
    lines = ("number,category,currency", "+33612345678,mobile,", "+33162123456,gold,EUROS")
    page = text(operator.post(NUMBERS + "import/", {"file": csv_file(*lines)}))
    cells = re.findall(r"<tr><td>(\d+)</td><td>(\w+)</td>", page)
    assert {("2", "number"), ("3", "category"), ("3", "currency"), ("3", "channel")} <= set(cells)
    assert not Number.objects.filter(fictional=False).exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file."),
        ({"content": "not base64!", "confirmed": "1"}, "Choose a file."),
        ({"file": SimpleUploadedFile("x.csv", b"number\n" + b"1" * 1_500_000)}, "import_numbers"),
    ],
)
def test_what_is_no_list_is_refused(operator: Client, sent: dict[str, Any], words: str) -> None:
    assert words in text(operator.post(NUMBERS + "import/", sent))


def test_a_single_number_is_added_and_changed(operator: Client) -> None:
    channel = operators_channel()
    data = {"number": NUMBER, "capabilities": ["sms"], "channel": channel_id(channel), "monthlyPrice": "900"}
    assert "A price needs a currency." in text(operator.post(NUMBERS + "add/", data))
    operator.post(NUMBERS + "add/", data | {"currency": "EUR"})
    number = Number.objects.get(number=NUMBER)
    assert (number.category, number.monthly_price, number.channel) == ("platform", 900, channel)
    url = f"{NUMBERS}{number.pk}/edit/"
    assert 'value="900"' in text(operator.get(url))
    data |= {
        "capabilities": ["sms", "voice"],
        "monthlyPrice": "1000",
        "currency": "EUR",
        "number": "+33162123456",
    }
    operator.post(url, data)
    number.refresh_from_db()
    assert (number.number, number.capabilities, number.monthly_price) == (NUMBER, ["sms", "voice"], 1000)
    entries = AuditEntry.objects.filter(actor_kind="operator", target_id=number.pk)
    assert [entry.action for entry in entries] == ["numbers.imported"] * 2


def test_a_number_is_withdrawn_and_put_back(owner: Person, operator: Client) -> None:
    number = pool_number(NUMBER)
    page = text(operator.post(f"{NUMBERS}{number.pk}/withdraw/", follow=True))
    assert "is withdrawn" in page
    assert "Put back into the pool" in page
    assert "withdrawn" in state(operator)
    assert "No such number" in text(owner.get("numbers/available/"))
    operator.post(f"{NUMBERS}{number.pk}/restore/")
    assert "available" in state(operator)
    actions = AuditEntry.objects.filter(target_id=number.pk, actor_kind="operator").order_by("at")
    assert list(actions.values_list("action", flat=True)) == ["number.withdrawn", "number.restored"]


def test_a_held_number_is_not_withdrawn(acme: House, operator: Client) -> None:
    number = acme.live.assignment.number
    page = text(operator.get(f"{NUMBERS}{number.pk}/change/"))
    assert "Withdraw from the pool" not in page
    assert "Acme Santé" in page
    page = text(operator.post(f"{NUMBERS}{number.pk}/withdraw/", follow=True))
    assert "must be released first" in page


@pytest.mark.parametrize("state", ["available", "held", "aging", "withdrawn", "outside"])
def test_the_list_is_filtered_by_state(acme: House, operator: Client, state: str) -> None:
    numbers = {
        "available": pool_number(NUMBER),
        "held": acme.live.assignment.number,
        "aging": pool_number("+33937000071"),
        "withdrawn": pool_number("+33937000072"),
        "outside": pool_number("+33937000073"),
    }
    aging = numbers["aging"]
    assert aging.channel is not None
    held = services.assign_number(acme.live.environment, SYSTEM, number=aging.number, channel=aging.channel)
    services.release_number(held, SYSTEM)
    operator.post(f"{NUMBERS}{numbers['withdrawn'].pk}/withdraw/")
    Number.objects.filter(pk=numbers["outside"].pk).update(channel=None)
    page = text(operator.get(NUMBERS, {"state": state, "fictional__exact": "0"}))
    shown = re.findall(r'class="field-number"><a[^>]*>([^<]*)<', page)
    assert shown == [numbers[state].number]


def test_a_channel_of_the_operators(operator: Client) -> None:
    assert "Who brings the texts?" in text(operator.get(CHANNELS + "add/"))
    url = CHANNELS + "add/?carrier=generic"
    assert "whsec_" in text(operator.post(url, {"name": "Pool", "secret": "short"}))
    page = text(operator.post(url, {"name": "Pool", "secret": CARRIER_SECRET}, follow=True))
    channel = Channel.objects.get(environment=None)
    assert channel.path in page
    assert CARRIER_SECRET not in page
    edit = f"{CHANNELS}{channel.pk}/edit/"
    assert CARRIER_SECRET not in text(operator.get(edit))
    operator.post(edit, {"name": "Renamed"})
    channel.refresh_from_db()
    assert (channel.name, channel.credentials()["secret"]) == ("Renamed", CARRIER_SECRET)
    pool_number(NUMBER, channel=channel)
    assert "Numbers are bound" in text(operator.post(f"{CHANNELS}{channel.pk}/close/", follow=True))
    Number.objects.filter(channel=channel).delete()
    assert "is deleted" in text(operator.post(f"{CHANNELS}{channel.pk}/close/", follow=True))
    actions = AuditEntry.objects.filter(actor_kind="operator", target_id=channel.pk).order_by("at")
    assert list(actions.values_list("action", flat=True)) == [
        "channel.created",
        "channel.updated",
        "channel.deleted",
    ]


def test_a_tenants_channel_is_only_looked_at(acme: House, operator: Client) -> None:
    channel = acme.live.channel
    page = text(operator.get(f"{CHANNELS}{channel.pk}/change/"))
    assert channel.token not in page
    assert "Delete the channel" not in page
    assert operator.post(f"{CHANNELS}{channel.pk}/edit/", {"name": "X"}).status_code == 404
    assert operator.post(f"{CHANNELS}{channel.pk}/close/").status_code == 404


def test_requests_that_wait_come_first(acme: House, borealis: House, operator: Client) -> None:
    for side in (borealis.live, borealis.sandbox):
        requests.cancel(side.number_request, SYSTEM)
    page = text(operator.get(REQUESTS))
    rows = page.partition('id="result_list"')[2]
    assert "Acme Santé" in rows
    assert "Borealis" not in rows
    assert (
        "Borealis" in text(operator.get(REQUESTS, {"status": "cancelled"})).partition('id="result_list"')[2]
    )
    assert "Borealis" in text(operator.get(REQUESTS, {"status": "all"})).partition('id="result_list"')[2]


def test_any_number_that_fits_is_given(acme: House, operator: Client) -> None:
    row = acme.live.number_request
    assert "No number that fits is available" in text(operator.get(f"{REQUESTS}{row.pk}/change/"))
    pool_number("+442079461234", country="GB")
    pool_number(NUMBER)
    page = text(operator.get(f"{REQUESTS}{row.pk}/change/"))
    assert f'<option value="{NUMBER}">' in page
    assert "+442079461234" not in page
    response = operator.post(f"{REQUESTS}{row.pk}/approve/", {"approve-number": "+442079461234"})
    assert response.status_code == 422
    operator.post(f"{REQUESTS}{row.pk}/approve/", {"approve-number": NUMBER})
    assert acme.live.environment.assignments.filter(number__number=NUMBER, ends_at=None).exists()
    entry = AuditEntry.objects.get(action="number_request.approved")
    assert (entry.actor_kind, entry.tenant) == ("operator", acme.tenant)
    assert AuditEntry.objects.filter(action="number.assigned", actor_kind="operator").count() == 1


def test_a_brought_number_is_approved_on_its_channel(acme: House, operator: Client) -> None:
    row = bring(acme)
    page = text(operator.get(f"{REQUESTS}{row.pk}/change/"))
    assert "+33 9 37 00 00 55" in page
    assert "Main line" in page
    operator.post(f"{REQUESTS}{row.pk}/approve/", {"approve-note": "Seen."})
    assignment = acme.live.environment.assignments.get(number__number="+33937000055")
    assert assignment.channel == acme.live.channel


def test_refusing_needs_a_reason(acme: House, operator: Client) -> None:
    row = acme.live.number_request
    response = operator.post(f"{REQUESTS}{row.pk}/refuse/", {"refuse-note": " "})
    assert response.status_code == 422
    assert "Say why: the customer reads it." in response.content.decode()
    operator.post(f"{REQUESTS}{row.pk}/refuse/", {"refuse-note": "Which business?"})
    row.refresh_from_db()
    assert (row.status, row.note) == ("refused", "Which business?")
    response = operator.post(f"{REQUESTS}{row.pk}/approve/", {"approve-number": NUMBER})
    assert response.status_code == 422


def test_a_document_is_sent_as_a_file_and_noted(acme: House, operator: Client) -> None:
    request = acme.live.number_request
    document = requests.add_document(
        request, SYSTEM, name='x"\r\n.pdf', content_type="application/pdf", content=PDF
    )
    url = f"{REQUESTS}{request.pk}/documents/{document.pk}/"
    response = operator.get(url)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get(action="number_document.opened")
    assert (entry.actor_kind, entry.target_id) == ("operator", document.pk)
    other = requests.request_number(
        acme.live.environment, SYSTEM, wanted=Wanted("FR"), purpose="x", monthly_volume=1
    )
    assert operator.get(f"{REQUESTS}{other.pk}/documents/{document.pk}/").status_code == 404
    document.sealed_content = None
    document.save()
    assert operator.get(url).status_code == 404


def test_who_may_only_look_acts_on_nothing(acme: House, operator: Client) -> None:
    clerk = User.objects.create_user("clerk@example.com", PASSWORD, is_staff=True)
    names = ("number", "channel", "numberrequest")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{name}" for name in names]))
    browser, number, row = Client(), pool_number(NUMBER), acme.live.number_request
    sign_in(browser, clerk)
    assert "Import a list" not in text(browser.get(NUMBERS))
    assert "Refuse" not in text(browser.get(f"{REQUESTS}{row.pk}/change/"))
    for path in (
        f"{NUMBERS}import/", f"{NUMBERS}add/", f"{NUMBERS}{number.pk}/edit/", f"{NUMBERS}{number.pk}/withdraw/",
        f"{NUMBERS}{number.pk}/restore/", f"{CHANNELS}add/", f"{REQUESTS}{row.pk}/approve/",
        f"{REQUESTS}{row.pk}/refuse/", f"{REQUESTS}{row.pk}/documents/{row.pk}/",
    ):  # fmt: skip
        assert browser.post(path).status_code == 403, path
        assert browser.get(path).status_code == 403, path
    assert operator.get(f"{NUMBERS}{number.pk}/withdraw/").status_code == 405
