"""The pytest plugin at the real API and door: what waits finds the right text, and says why when it does not."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from accounts.ids import public
from api import holding
from pytest_smsgw.wanted import Wanted
from smsgw.models import Message
from smsgw.reading import read
from tests.cast import Api, House, store_message
from tests.live import LiveDoor
from tests.sdk.plugin import theirs_with_it

#: A customer's system that sends texts.
HEAD = """
import pytest
from pytest_smsgw import NoText

@pytest.fixture
def send(smsgw, sms_number):
    def send(content, sender="Shop", number=sms_number):
        smsgw.sandbox.simulate_messages(number_used=number, sender_id=sender, content=content, wait=10)
    return send
"""


@pytest.fixture(autouse=True)
def room_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "PLACES", threading.BoundedSemaphore(4))


@pytest.fixture
def theirs(
    live_server: LiveServer, acme: House, door: LiveDoor, settings: LazySettings, tmp_path: Path
) -> Theirs:
    settings.INTERNAL_INGEST_URL = door.url
    acme.sandbox.environment.number_leases.all().delete()
    return Theirs(tmp_path, live_server.url, acme)


class Theirs:
    """A customer's tests in Acme's sandbox."""

    def __init__(self, folder: Path, url: str, house: House) -> None:
        self.folder, self.url, self.house = folder, url, house

    def run(self, text: str, *arguments: str, key: str = "") -> tuple[int, str]:
        environment = {"SMSGATEWAY_URL": self.url, "SMSGATEWAY_API_KEY": key or self.house.sandbox.key}
        return theirs_with_it(self.folder, HEAD + text, *arguments, **environment)

    @property
    def number(self) -> str:
        """The one that was leased."""
        return self.house.sandbox.environment.number_leases.order_by("pk")[0].number.number

    @property
    def pages(self) -> str:
        """Where the pages of texts are."""
        return f"{self.url}/e/{self.house.sandbox.ids['env_id']}/messages/"


def errors(said: str) -> list[str]:
    """What pytest says of the one error, between its headline and its summary."""
    return (
        said.partition("ERROR at setup of test_it")[2].partition("\n")[2].partition("\n===")[0].splitlines()
    )


def near(said: str) -> list[tuple[str, str, str]]:
    """Sender, text and reason of each near miss."""
    return re.findall(
        r"^E +msg_\w{26} \d\d:\d\d:\d\d UTC to \S+ from '(\w+)': '(.+?)': (.+)$", said, re.MULTILINE
    )


def test_the_text_that_is_meant_is_found(theirs: Theirs) -> None:
    status, said = theirs.run("""
def test_it(send, sms):
    send("Your parcel is on its way", "Post")
    send("482913 is your code")
    send("020005 is your code")
    assert sms.wait_for(pattern=r"^\\d{6} is").content.startswith("482913")
    assert sms.wait_for(sender="SHOP").content.startswith("020005")     # each is found once
    assert sms.wait_for(timeout=5).sender_id == "Post"                  # and none is lost by looking for another

def test_what_came_before_does_not_count(send, sms):
    send("an older one")
    before = sms.since
    mark = sms.mark()
    send("a newer one")
    assert sms.wait_for(timeout=5).content == "a newer one"
    assert sms.wait_for(since=before, timeout=5).content == "an older one"
    assert mark == sms.since

def test_nor_does_what_the_test_before_left(sms):
    with pytest.raises(NoText):
        sms.wait_for(timeout=1)

def test_codes_are_told_as_they_stand_there(send, sms):
    send("Hello")
    send("Your code is 020005")
    assert sms.wait_for_code(timeout=5) == "020005"
""")
    assert status == 0, said
    assert "4 passed" in said


def test_the_number_is_the_worker_s_own_and_given_back(theirs: Theirs) -> None:
    status, said = theirs.run("""
def test_it(smsgw, sms_number, pytestconfig):
    assert [lease.number for lease in smsgw.sandbox.list_leases()] == [sms_number]
""")
    assert status == 0, said
    assert Api(theirs.house.sandbox.key).get("sandbox/leases").json()["data"] == []
    assert theirs.house.sandbox.environment.number_leases.count() == 1


def test_that_none_came_is_told_with_the_nearest(theirs: Theirs) -> None:
    status, said = theirs.run(f"""
def test_it(send, sms):
    for i in range(3):
        send(f"before {{i}}")
    sms.mark()
    send("482913", "Bank")
    send("no digits here")
    send("111111", number="{theirs.house.sandbox.assignment.number.number}")
    sms.wait_for(sender="Shop", pattern="[0-9]+", timeout=1)
""")
    assert status == 1
    assert f"NoText: from 'Shop', matching '[0-9]+': no such text in 1 s to {theirs.number}" in said
    assert re.search(r"looked at: what came from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d UTC", said)
    assert near(said) == [
        ("Shop", "no digits here", "its text does not match the pattern"),
        ("Bank", "482913", "it has another sender"),
        ("Shop", "111111", "it came to another number"),
    ]
    nearest = re.search(r"^E +(msg_\w{26}) ", said, re.MULTILINE)
    assert nearest
    assert re.search(rf"^E +see {re.escape(theirs.pages)}{nearest[1]}/$", said, re.MULTILINE)


def test_that_nothing_came_at_all_is_said_first(theirs: Theirs) -> None:
    status, said = theirs.run("""
def test_it(send, sms):
    for i in range(4):
        send(f"before {i}")
    sms.mark()
    sms.wait_for_code(sender="Shop", timeout=1)

def test_where_others_have_some(send, sms, smsgw):
    other = smsgw.sandbox.create_lease().number
    send("1", "Elsewhere", number=other)
    sms.wait_for(timeout=1)
""")
    assert status == 1
    assert f"NoText: from 'Shop', with a code: no text in 1 s to {theirs.number}" in said
    assert f"nothing came to {theirs.number} since the mark; before it:" in said
    assert f"NoText: no text in 1 s to {theirs.number}" in said
    assert f"nothing came to {theirs.number} since the mark; elsewhere:" in said
    before = [("Shop", f"before {i}", "it came before the mark") for i in (3, 2, 1)]
    assert near(said) == [*before, ("Elsewhere", "1", "it came to another number"), *before[:2]]


def test_a_report_begins_in_the_test_and_names_what_is_wrong(theirs: Theirs) -> None:
    status, said = theirs.run("""
def test_time(sms):
    sms.wait_for(timeout=-1)

def test_pattern(sms):
    sms.wait_for_code(pattern="(")

def test_text(sms):
    sms.wait_for(timeout=0.1)
""")
    assert status == 1
    assert "E       ValueError: timeout is in seconds, from 0 on, not -1" in said
    assert (
        "E       ValueError: pattern '(' is no regular expression: missing ), unterminated subpattern" in said
    )
    assert set(re.findall(r"^(\S+\.py):\d+: ", said, re.MULTILINE)) == {"test_theirs.py"}
    assert "During handling" not in said


def test_what_failed_shows_its_texts_and_where_they_are_traced(theirs: Theirs) -> None:
    status, said = theirs.run(
        """
def test_it(send, sms):
    send("482913 is your code")
    send("a second one")
    assert sms.wait_for(timeout=5).content == "another"

def test_that_gets_none(sms):
    assert False
""",
        "--junit-xml=report.xml",
    )
    assert status == 1
    link = f"{theirs.pages}msg_"
    section = re.split(r"^-+ texts -+\n", said, flags=re.MULTILINE)[1]
    lines, pages = section.splitlines()[0:4:2], section.splitlines()[1:4:2]
    assert [line.partition(" from ")[2] for line in lines] == [
        "'Shop': '482913 is your code'",
        "'Shop': 'a second one'",
    ]
    assert [re.fullmatch(rf"{re.escape(link)}\w{{26}}/", page) is not None for page in pages] == [True, True]
    assert '"content": "482913 is your code"' in section.partition("{")[2]
    assert '"explanation"' not in said
    assert re.search(r"^none came to \+336\d+$", said, re.MULTILINE)
    assert f'<property name="sms" value="{link}' in (theirs.folder / "report.xml").read_text()


def test_a_key_of_live_is_refused(theirs: Theirs) -> None:
    status, said = theirs.run("def test_it(sms): pass", key=theirs.house.live.key)
    assert status == 1
    told = (
        "SMSGATEWAY_API_KEY is no key of a sandbox (sk_test_…): set one, or choose live by --smsgw-live=+33…"
    )
    assert errors(said) == [told]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "set SMSGATEWAY_API_KEY to a key of a sandbox (sk_test_…)"),
        (
            {"SMSGATEWAY_API_KEY": "sk_test_x"},
            "set SMSGATEWAY_URL to the gateway's address, such as http://127.0.0.1:8000",
        ),
        (
            {"SMSGATEWAY_API_KEY": "sk_test_x", "SMSGATEWAY_URL": "http://127.0.0.1:9"},
            "http://127.0.0.1:9 does not answer ([Errno 111] Connection refused, after 3 tries): "
            "is the gateway running? SMSGATEWAY_URL says where.",
        ),
    ],
    ids=["no key", "no address", "nobody there"],
)
def test_what_is_missing_is_told_in_a_line(environment: dict[str, str], told: str, tmp_path: Path) -> None:
    status, said = theirs_with_it(tmp_path, "def test_it(sms): pass", **environment)
    assert status == 1
    assert errors(said) == [told]


def test_unless_it_is_told_so_and_then_shows_no_text(theirs: Theirs) -> None:
    side = theirs.house.live
    earlier = store_message(side.assignment, "a secret")
    status, said = theirs.run(
        """
def test_it(sms):
    with pytest.raises(ValueError):
        sms.wait_for_code()
    sms.wait_for(pattern="wanted", timeout=1)
""",
        f"--smsgw-live={side.assignment.number.number}",
        key=side.key,
    )
    assert status == 1
    assert f"{public('message', earlier.pk)} " in said
    assert "it came before the mark" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted("+1"), None),
        (Wanted("+2"), "it came to another number"),
        (Wanted("+1", sender="shop"), None),
        (Wanted("+1", sender="sho"), "it has another sender"),
        (Wanted("+1", pattern=re.compile(r"\d{4}")), "its text does not match the pattern"),
        (Wanted("+1", with_code=True), "no code was found in it"),
    ],
)
def test_each_reason_is_told_by_itself(wanted: Wanted, why: str | None) -> None:
    raw = {"id": "msg_1", "numberUsed": "+1", "senderId": "Shop", "content": "123", "code": None}
    assert wanted.miss(read(Message, raw)) == why
