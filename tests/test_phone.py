"""Numbers and senders: one way of writing them, their country, and what is reserved for fiction."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbers import phone


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("+33639980001", "+33639980001"),
        ("33639980001", "+33639980001"),
        ("0033639980001", "+33639980001"),
        (" +33 6 39.98-00(01) ", "+33639980001"),
        (" 33639980001", "+33639980001"),  # a plus that a form turned into a space
        ("0639980001", "0639980001"),
        ("38600", "38600"),
        ("36 180", "36180"),
        ("ACME", "ACME"),
        (" 7 Eleven ", "7 Eleven"),
        ("٣٣٦٣٩٩٨٠٠٠١", "٣٣٦٣٩٩٨٠٠٠١"),
        ("1234567890123456", "1234567890123456"),
        ("+", "+"),
        ("", ""),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert phone.normalise(text) == normal


@given(st.text(st.characters()) | st.from_regex(r"[+0 ]*[0-9 .-]{0,20}"))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = phone.normalise(text)
    assert phone.normalise(once) == once


@pytest.mark.parametrize(
    ("sender", "country"),
    [
        ("+33639980001", "FR"),
        ("+447700900123", "GB"),
        ("+447797712345", "JE"),
        ("+12025550100", "US"),
        ("+16135550100", "CA"),
        ("+18095551234", "DO"),
        ("+77012345678", "KZ"),
        ("+79161234567", "RU"),
        ("+262692123456", "RE"),
        ("+352621123456", "LU"),
        ("+80012345678", None),
        ("+999123456", None),
        ("+33x", None),
        ("+", None),
        ("38600", None),
        ("ACME", None),
        ("", None),
    ],
)
def test_country(sender: str, country: str | None) -> None:
    assert phone.country_of(sender) == country


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_country_agrees_with_the_numbering_plans(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    example = example or phonenumbers.example_number(region)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert phone.country_of(number) == phonenumbers.region_code_for_number(example)


@given(st.text(st.characters()) | st.from_regex(r"\+[0-9]{0,20}", fullmatch=True))
def test_any_sender_has_a_type_and_perhaps_a_country(sender: str) -> None:
    assert phone.sender_type(sender) in ("e164", "alphanumeric", "shortCode", "unknown")
    country = phone.country_of(sender)
    assert country is None or (len(country) == 2 and country.isupper())
    phone.is_fictional(sender)


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("+33639980001", "e164"),
        ("+0123456789", "unknown"),
        ("+1234567890123456", "unknown"),
        ("38600", "shortCode"),
        ("0639980001", "unknown"),
        ("ACME", "alphanumeric"),
        ("Émile 2", "alphanumeric"),
        ("...", "unknown"),
        ("", "unknown"),
    ],
)
def test_sender_type(sender: str, kind: str) -> None:
    assert phone.sender_type(sender) == kind


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (33199000000, 33199009999),
        (33261910000, 33261919999),
        (33353010000, 33353019999),
        (33465710000, 33465719999),
        (33536490000, 33536499999),
        (33639980000, 33639989999),
        (447700900000, 447700900999),
        (441632960000, 441632960999),
        (442079460000, 442079460999),
        (443069990000, 443069990999),
        (448081570000, 448081570999),
        (449098790000, 449098790999),
        (12025550100, 12025550199),
        (14165550100, 14165550199),
        (493023125000, 493023125999),
        (496990009000, 496990009999),
        (494066969000, 494066969999),
        (492214710000, 492214710999),
        (498999998000, 498999998999),
        (491713920000, 491713920099),
        (4917604069000, 4917604069099),
        (4915228817386, 4915228817386),
        (46701740605, 46701740699),
        (353209100000, 353209199999),
        (61255500000, 61255509999),
        (61870100000, 61870109999),
        (61491570156, 61491570159),
        (61491570110, 61491570110),
    ],
)
def test_numbers_for_fiction(first: int, last: int) -> None:
    assert [phone.is_fictional(f"+{n}") for n in (first - 1, first, last, last + 1)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "number", ["33639980001", "+3363998000", "+336399800011", "+1202555010", "+120255501000", "ACME"]
)
def test_other_lengths_are_no_fiction(number: str) -> None:
    assert not phone.is_fictional(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [("+33 9 39 00 00 00", "+33939000000"), ("38600", "38600"), ("12025550100", "+12025550100")],
)
def test_valid_number(text: str, number: str) -> None:
    assert phone.validate_number(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0639980001", "international form"),
        ("+999123456", "calling code"),
        ("ACME", "international number"),
        ("12", "international number"),
        ("", "international number"),
        ("+1234567890123456", "international number"),
        ("+33639980001\0", "international number"),
    ],
)
def test_invalid_number_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        phone.validate_number(text)
