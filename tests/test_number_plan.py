"""What the numbering plan says of a number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings

from numbers import phone, plan


@pytest.mark.parametrize(
    ("number", "category", "region"),
    [
        ("+33937000001", "platform", ""),
        ("+33938123456", "platform", ""),
        ("+33939123456", "platform", ""),
        ("+33936123456", "nonGeographic", ""),
        ("+33947512345", "platform", "outre-mer"),
        ("+33947412345", "nonGeographic", ""),
        ("+590947512345", "platform", "guadeloupe"),
        ("+262947912345", "platform", "la-reunion"),
        ("+33162123456", "verified", "ile-de-france"),
        ("+33271123456", "verified", "nord-ouest"),
        ("+33949123456", "verified", ""),
        ("+33612345678", "mobile", ""),
        ("+33701234567", "mobile", ""),
        ("+33700123456", "mobile", ""),
        ("+337001234567890", "machine", ""),
        ("+262692123456", "mobile", "la-reunion"),
        ("+33123456789", "geographic", "ile-de-france"),
        ("+33523456789", "geographic", "sud-ouest"),
        ("+33800123456", "tollFree", ""),
        ("+33891123456", "premium", ""),
        ("36180", "shortCode", ""),
        ("+12125551234", "geographic", ""),
        ("+18005551234", "tollFree", ""),
        ("+442079460123", "geographic", ""),
        ("+447400123456", "mobile", ""),
        ("+999123", "other", ""),
    ],
)
def test_category_and_region(number: str, category: str, region: str) -> None:
    assert (plan.category_of(number), plan.region_of(number)) == (category, region)


@pytest.mark.parametrize(
    ("number", "refused"),
    [
        ("+33612345678", True),  # between people
        ("+33701234567", True),
        ("+590690123456", True),  # overseas is of the same plan
        ("+337001234567890", True),  # between machines
        ("+33937000001", False),
        ("+33162123456", False),
        ("+33123456789", False),  # some carriers bring no texts to these, the plan does not forbid it
        ("+33800123456", False),
        ("36180", False),
        ("+447400123456", False),
    ],
)
def test_a_platform_may_not_hold_numbers_of_people_or_machines(number: str, refused: bool) -> None:
    problem = plan.problem(number, phone.country_of(number) or "")
    assert (problem is not None) is refused


@pytest.mark.parametrize(
    ("days", "country", "aged"),
    [
        (60, "FR", 60),
        (10, "FR", 45),
        (10, "RE", 45),
        (10, "US", 45),
        (10, "PR", 45),
        (10, "CA", 10),
        (10, "GB", 10),
        (3, "", 3),
        (90, "FR", 90),
    ],
)
def test_a_number_rests_no_shorter_than_its_country_says(
    settings: LazySettings, days: int, country: str, aged: int
) -> None:
    settings.NUMBER_AGING_DAYS = days
    assert plan.aging(country) == timedelta(days=aged)
