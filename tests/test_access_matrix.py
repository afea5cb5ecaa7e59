"""Every address × every method × everybody who may ask × whose ids: who gets what, and that nothing else happens.

Addresses come from the URLconf, permissions from accounts.roles, arguments from tests.arguments: an address that they
do not know fails here. What the important cells of the table of roles are is written out in test_permissions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from accounts import ids
from accounts.roles import SCOPES
from tests.arguments import OTHERWISE, address, sample, sent, short
from tests.callers import CALLERS, PEOPLE, Caller, able
from tests.cast import House, Side, with_destinations, with_provider
from tests.traces import fingerprint
from tests.urlconf import PLACES, Place

METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
OF_BOTH = [place for place in PLACES if not place.of_sandbox]
OF_SANDBOXES = [place for place in PLACES if place.of_sandbox]
#: So that no test takes long.
PARTS = {
    "first": OF_BOTH[0::3],
    "second": OF_BOTH[1::3],
    "third": OF_BOTH[2::3],
    "of sandboxes": OF_SANDBOXES[0::2],
    "of sandboxes too": OF_SANDBOXES[1::2],
}
OF_LIVE = {"numbers", "channels/{channel_id}/numbers"}  # whose sample a sandbox refuses
FULLEST = {"a key of owner", "owner"}
#: Who asks for what is another's: of all that reach a look for it, and one of each that do not.
PRYING = [
    name for name in CALLERS if name.startswith("a key of") or name in PEOPLE or name == "a token of owner"
] + ["a program that shows nothing"]
OF_THE_TENANT = frozenset({"membership_id", "invitation_id", "identity_provider_id"})
OF_EVERYBODY = frozenset({"scenario_name"})
NOUNS = {
    "env_id": "environment",
    "sandbox_id": "environment",
    "queue_id": "endpoint",
    "callback_id": "endpoint",
}
CODES = {401: {"not_authenticated", "invalid_key"}, 403: {"missing_scope", "sandbox_only"}}
CHANGING = re.compile(r'(?:csrfmiddlewaretoken" value|nonce)="[^"]*"')


@pytest.fixture
def acme(acme: House) -> House:
    return with_provider(with_destinations(acme))


@pytest.fixture
def borealis(borealis: House) -> House:
    return with_provider(with_destinations(borealis))


# ---- what is expected


def needed(place: Place, method: str) -> str | None:
    """The permission that a method needs; None where there is no such method."""
    reads = method == "HEAD" and place.of_api and "head" in place.view.view_class.http_method_names
    return place.needs.get("GET" if reads else method)


def refusal(place: Place, method: str, caller: Caller) -> int | None:
    """The status for who may not, whatever the ids; None for who may."""
    if caller.may is None:
        return 401 if place.of_api else 302
    if kept_out(place, caller):
        return 403
    permission = needed(place, method)
    if permission is None:
        return 405
    return None if permission in caller.may else 403


def kept_out(place: Place, caller: Caller) -> bool:
    """Whether a program of live asks for what only sandboxes have: it is told so, and its try is written down."""
    known = caller.may is not None
    return known and place.of_api and place.of_sandbox and caller.side.environment.is_live


def at_ones_own(place: Place, method: str, caller: Caller, response: Any) -> str:
    """What is wrong with the answer to who asks for their own; nothing where it is right."""
    status, refused, words = response.status_code, refusal(place, method, caller), words_of(place, response)
    if refused is not None:
        away = status != 302 or response["Location"].startswith("/login/")
        right = status == refused and away and words <= CODES.get(status, words)
    elif status in {403, 422} and beyond(place, caller, words):
        right = True
    else:
        expected = OTHERWISE.get(f"{method.replace('HEAD', 'GET')} {short(place)}")
        right = status == expected if expected else status < 400
    told = f"{status} {words}, not {refused or 'a success'}: {response.getvalue()[:200]!r}"
    return "" if right else told


def words_of(place: Place, response: Any) -> set[str]:
    """The codes of a problem of the API."""
    if not place.of_api or response.status_code < 400 or not response.content:
        return set()
    problem = response.json()
    return {problem["code"], *(error["code"] for error in problem["errors"])}


def beyond(place: Place, caller: Caller, words: set[str]) -> bool:
    """Whether one may, but not hand on or touch what may do more than one's self; or not with live's numbers."""
    if caller.side.environment.is_live:
        lesser = len(caller.may or ()) < len(able(caller.side, SCOPES))
        return lesser and (not place.of_api or bool(words & {"beyond_you", "not_yours"}))
    return short(place) in OF_LIVE


# ---- asking


def ask(caller: Caller, place: Place, method: str, values: dict[str, str]) -> Any:
    body, content_type = sent(place, method, caller.side)
    named = {"Idempotency-Key": ids.uuid7().hex} if place.of_api and method == "POST" else {}
    return caller.http.generic(method, address(place, values), body, content_type=content_type, headers=named)


def told(caller: Caller, place: Place, method: str, values: dict[str, str]) -> tuple[int, str]:
    """Status and body, without what differs from request to request."""
    response = ask(caller, place, method, values)
    text = response.getvalue().decode()
    for varying in (place.url(values), *values.values(), response["Request-Id"]):
        text = text.replace(varying, "").replace(escape(varying), "")
    return response.status_code, CHANGING.sub("", text)


def absent(name: str) -> str:
    return ids.public(NOUNS.get(name) or name.removesuffix("_id"), ids.uuid7())


def mixtures(place: Place, own: Side, other: Side) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Every way to mix one's own ids with another's, and which of them are then out of place.

    A member may enter both environments of the tenant: there, an id is out of place in the other one's pages.
    """
    members = own.environment.tenant_id == other.environment.tenant_id
    shared = OF_EVERYBODY | (OF_THE_TENANT if members else frozenset())
    for sides in product((own, other), repeat=len(place.parameters)):
        chosen = dict(zip(place.parameters, sides, strict=True))
        home = chosen.get("env_id", own) if members else own
        foreign = [name for name, side in chosen.items() if side is not home and name not in shared]
        if foreign:
            yield {name: side.ids[name] for name, side in chosen.items()}, foreign


def at_others(place: Place, method: str, caller: Caller, other: Side, *, wide: bool) -> Iterator[str]:
    """What is wrong with the answers to who asks for what is not theirs. `wide`: with what is no id as well."""
    for values, foreign in mixtures(place, caller.side, other):
        asked = [values, values | {name: absent(name) for name in foreign}]
        asked += [values | dict.fromkeys(foreign, "x'--")] if wide else []
        answers = [told(caller, place, method, named) for named in asked]
        expected = refusal(place, method, caller)
        if not place.of_api and "env_id" in foreign and caller.may is not None:
            expected = 404  # one is nobody there, so that there is nothing that one may or may not
        if {status for status, _text in answers} != {expected or 404}:
            yield f"{[status for status, _text in answers]}, not {expected or 404}, for {foreign}"
        elif caller.may is not None and len(set(answers)) > 1:
            yield f"{foreign} of another are told apart from none"


# ---- the walks


def test_every_address_has_arguments(acme: House) -> None:
    unknown = {
        name: place.route for place in PLACES for name in place.parameters if name not in place.home(acme).ids
    }
    assert unknown == {}, "add them to tests.cast.Side.ids, so that the walks cover these"
    lacking = [(method, place.route) for place in PLACES for method in place.needs if lacks(place, method)]
    assert lacking == [], "add them to tests.arguments"


def lacks(place: Place, method: str) -> bool:
    try:
        sample(place, method)
    except KeyError:
        return True
    return False


def seen(house: House, part: str) -> House:
    return PARTS[part][0].seen(house)


def walked(name: str, part: str) -> Iterator[tuple[Place, list[str]]]:
    """Each address of a part with the methods to try: what it declares, and for some everything else."""
    for place in PARTS[part]:
        if place.of_api is not (name in PEOPLE):
            yield place, [one for one in METHODS if name in FULLEST or needed(place, one)]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", CALLERS)
def test_everybody_gets_what_is_theirs_to_get(acme: House, name: str, part: str) -> None:
    caller, wrong, before = CALLERS[name](seen(acme, part)), [], fingerprint()
    for place, methods in walked(name, part):
        for method in methods:
            with transaction.atomic():
                response = ask(caller, place, method, caller.side.ids)
                if said := at_ones_own(place, method, caller, response):
                    wrong.append(f"{method} {place.route}: {said}")
                transaction.set_rollback(refusal(place, method, caller) is None or kept_out(place, caller))
        if fingerprint() != before:
            wrong.append(f"{place.route}: refused, and changed something")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", PRYING)
def test_nobody_gets_what_is_anothers(acme: House, borealis: House, name: str, part: str) -> None:
    caller, wrong, before = CALLERS[name](seen(acme, part)), [], fingerprint()
    others = (seen(borealis, part).live, acme.sandbox if caller.side is acme.live else acme.live)
    for place, methods in walked(name, part):
        if kept_out(place, caller):
            continue  # before anybody looks at what is named
        for method, other in product(methods, others):
            found = at_others(place, method, caller, other, wide=name in FULLEST)
            wrong += [f"{method} {place.route}: {said}" for said in found]
        if fingerprint() != before:
            wrong.append(f"{place.route}: changed something")
    assert not wrong, "\n".join(wrong)
