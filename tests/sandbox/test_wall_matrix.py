"""Whose key × whose numbers and things × which way in: nothing of one environment comes into another, and who tries
between two of the same organisation is on the trail.

Addresses come from the URLconf, what they are asked with from tests.arguments, tables from the models, dialects from
their table, commands from the command line's own parser: what is new is in, or fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts import walls
from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from delivery import destinations
from sandbox import sandboxes
from tests.arguments import filled, sample, short, takes_body
from tests.callers import Caller, of_key, of_person
from tests.cast import House, Side, furnish, with_destinations, with_provider
from tests.sandbox import bound
from tests.test_access_matrix import OF_THE_TENANT, ask, mixtures
from tests.urlconf import PLACES, Place

SIDES = ("live", "sandbox", "second", "theirs", "their sandbox")
#: Which way, whose key or person, whose things: each wall from both sides, and between organisations.
#: (People who are nobody there are tried by tests.test_access_matrix.)
TRIES = [
    ("api", "live", "sandbox"),
    ("api", "live", "their sandbox"),
    ("api", "sandbox", "live"),
    ("api", "sandbox", "second"),
    ("api", "theirs", "sandbox"),
    ("pages", "live", "sandbox"),
    ("pages", "sandbox", "live"),
    ("pages", "sandbox", "second"),
]
#: Of no one environment: who may what there is tried by tests.test_access_matrix.
OF_THE_ORGANISATION = OF_THE_TENANT | {"sandbox_id"}
#: Random in live, where there are none.
OF_SANDBOXES = {"receiver_id", "simulation_id", "run_id", "number_lease_id"}
WAYS = {
    "api": [place for place in PLACES if place.of_api],
    "pages": [place for place in PLACES if not place.of_api],
}


@pytest.fixture
def houses(acme: House, borealis: House) -> dict[str, House]:
    """By side, the house whose it is: turned so that the side is its `live`, as the walks have it."""
    with_provider(with_destinations(acme))
    with_provider(with_destinations(borealis))
    made, _key, _text = sandboxes.create(acme.tenant, SYSTEM, frozenset({"read", "configure"}), name="Second")
    second = furnish(made, "+33639980055")
    second.destination = destinations.allow(made, SYSTEM, "127.0.0.0/8")
    third = House(acme.tenant, acme.users, second, acme.live)
    return dict(zip(SIDES, (acme, acme.turned, third, borealis, borealis.turned), strict=True))


@pytest.fixture(autouse=True)
def no_end_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walks ask more in a minute than the trail takes of one key."""
    monkeypatch.setattr(walls, "MOST_A_MINUTE", 1_000_000)


@pytest.mark.parametrize(("way", "name", "whose"), TRIES)
def test_nothing_passes(houses: dict[str, House], way: str, name: str, whose: str) -> None:
    house, other, wrong = houses[name], houses[whose].live, list[str]()
    caller = of_key(house.live, SCOPES) if way == "api" else of_person(house, "owner")
    before = bound.standing()
    for place in WAYS[way]:
        with transaction.atomic():
            found = [*reached(place, caller, other), *moved(caller.side, before)]
            wrong += [f"{place.route}: {said}" for said in found]
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def reached(place: Place, caller: Caller, other: Side) -> Iterator[str]:
    """What is wrong with how an address takes what is another's: in its path, and in what is sent."""
    siblings = caller.side.environment.tenant_id == other.environment.tenant_id
    if OF_THE_ORGANISATION & set(place.parameters):
        return
    for method in place.needs:
        for values, foreign in mixtures(place, caller.side, other):
            if "env_id" in foreign and not siblings:
                continue  # whose pages these are is looked at before (tests.test_access_matrix)
            home = other if values.get("env_id") == other.ids["env_id"] else caller.side
            named = {
                values[one] for one in foreign if is_real(one, other if home is caller.side else caller.side)
            }
            yield from attempt(place, method, caller, home, values, named if siblings else set())
        if takes_body(place, method):
            yield from misled(place, method, caller, other, siblings)


def is_real(name: str, side: Side) -> bool:
    """Whether what a parameter names is a thing of one environment."""
    return not (side.environment.is_live and name in OF_SANDBOXES)


def attempt(
    place: Place, method: str, caller: Caller, home: Side, values: dict[str, str], named: set[str]
) -> Iterator[str]:
    """`named`: what the trail of `home` must tell; else it tells of no ids."""
    entries = told(home)
    response = ask(caller, place, method, values)
    new = told(home)[len(entries) :]
    kept_out = place.of_sandbox and home.environment.is_live
    if response.status_code != (403 if kept_out and place.of_api else 404):
        yield f"{method} {response.status_code}"
    seen = {id for entry in new for id in entry.get("ids", ())}
    if seen != (set() if kept_out else named):
        yield f"{method} told {new} for {sorted(named)}"


def misled(place: Place, method: str, caller: Caller, other: Side, siblings: bool) -> Iterator[str]:
    """An own address is sent what names another's things."""
    given, own = sample(place, method) or {}, caller.side
    if place.of_sandbox and own.environment.is_live:
        return  # before anybody looks at what is sent
    foreign = {value for value in strings(given) if value in other.ids}
    if not foreign or not all(is_real(one, other) for one in foreign):
        return
    entries = told(own)
    response = ask(caller._replace(side=other), place, method, own.ids)
    new = told(own)[len(entries) :]
    if siblings and not new:
        yield f"{method} sent {sorted(foreign)}: {response.status_code}, and nothing is told"
    if not siblings and any("ids" in entry for entry in new):
        yield f"{method} told {new} of another organisation"


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def told(side: Side) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.filter(action=walls.REFUSED, environment=side.environment).order_by("pk")
    return [row.after or {} for row in rows]


def moved(own: Side, before: dict[Any, Any]) -> Iterator[str]:
    """What an address changed outside of the environment of whoever asked, or joined across."""
    after = bound.standing()
    for home, tables in before.items():
        if home != own.environment.pk:
            found = after.get(home, {})
            changed = {name for name in tables.keys() | found.keys() if tables.get(name) != found.get(name)}
            if changed - {"accounts_auditentry", "operations_loggedrequest"}:
                yield f"changed {sorted(changed)} of {home}"
    yield from (f"crossed at {name}" for name in bound.crossings())


def test_the_walk_names_something_of_another_where_it_can() -> None:
    """Else it would be green for having asked nothing."""
    assert sum(bool(place.parameters) for place in PLACES) > 100
    bodies = [short(place) for place in PLACES for method in place.needs if takes_body(place, method)]
    assert len(bodies) > 60
    assert filled({"a": ["endpoint_id"]}, {"endpoint_id": "ep_1"}) == {"a": ["ep_1"]}
