"""Rules that every model keeps, checked over all of them, so that a new one cannot forget."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from accounts import ids
from accounts.personal import PersonalData

OURS = {"accounts", "numbers", "inbox", "delivery", "routing", "ingest", "operations", "sandbox"}
# What hangs on no environment or tenant itself, and why.
ROOTS = {
    "accounts.Tenant": "is the root",
    "accounts.User": "a person may belong to several tenants",
    "accounts.KeyAddress": "part of its key",
    "accounts.LoginFailure": "comes before anybody is known",
    "numbers.Number": "the pool's; who holds it is its Assignment",
    "inbox.RepeatKey": "a keyed digest",
    "delivery.EndpointSecret": "part of its endpoint",
    "delivery.Health": "part of its endpoint",
    "delivery.Place": "part of its endpoint",
    "routing.Route_endpoints": "part of its route",
    "ingest.Line": "part of its channel",
    "sandbox.SimulatedText": "part of its simulation",
    "accounts.User_groups": "Django's own",
    "accounts.User_user_permissions": "Django's own",
}


def ours() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in OURS]


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_a_model_says_which_personal_data_it_holds(model: type[models.Model]) -> None:
    if model._meta.auto_created:
        assert all(isinstance(f, models.ForeignKey | models.AutoField) for f in model._meta.get_fields())
        return
    declared = model.__dict__.get("personal_data")
    assert isinstance(declared, PersonalData), f"{model._meta.label} declares no personal_data"
    for name in declared.erasable:
        model._meta.get_field(name)  # raises when there is none
    for name in declared.exportable:
        assert hasattr(model, name), f"{model._meta.label} has no {name} to export"


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_a_model_belongs_to_somebody(model: type[models.Model]) -> None:
    if model._meta.label in ROOTS or getattr(model, "operator_owned", False):
        return
    owners = [f for f in model._meta.get_fields() if f.name in {"environment", "tenant"}]
    assert owners, f"{model._meta.label} has neither environment nor tenant"


@pytest.mark.parametrize(
    "model", [m for m in ours() if not m._meta.auto_created], ids=lambda m: m._meta.label
)
def test_no_counter_is_an_identity(model: type[models.Model]) -> None:
    key = model._meta.pk
    key = key.target_field if isinstance(key, models.OneToOneField) else key
    assert isinstance(key, models.UUIDField | models.BinaryField)


def test_uuid7_is_of_version_seven_and_sorts_by_time() -> None:
    before = time.time_ns() // 1_000_000
    one = ids.uuid7()
    assert (one.version, one.variant) == (7, uuid.RFC_4122)
    assert before <= one.int >> 80 <= time.time_ns() // 1_000_000


def test_ids_made_one_after_the_other_sort_so() -> None:
    made = []
    for _ in range(1000):
        made.append(ids.uuid7())
        before = time.time_ns()
        while time.time_ns() - before < 1000:  # a microsecond, which the id can tell
            pass
    assert made == sorted(made)


def test_uuid7_does_not_repeat_across_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.uuid7(), range(20_000)))
    assert len(set(made)) == 20_000


@given(st.uuids(), st.uuids())
def test_public_ids_come_back_and_keep_the_order(one: uuid.UUID, other: uuid.UUID) -> None:
    first, second = ids.public("message", one), ids.public("message", other)
    assert ids.parse("message", first) == one
    assert ids.parse("channel", first) is None
    assert (first < second) == (one.int < other.int)


@given(
    st.one_of(
        st.text(),
        st.integers(),
        st.none(),
        st.text(alphabet="0123456789abcdefghijklmnopqrstuv", min_size=26, max_size=26).map("msg_".__add__),
    )
)
def test_anything_else_is_no_id(text: object) -> None:
    found = ids.parse("message", text)
    assert found is None or ids.public("message", found) == text
