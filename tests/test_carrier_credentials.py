"""Credentials of a channel are checked by the carrier's own table."""

from __future__ import annotations

import pytest

from numbers.carriers import CARRIERS, validate_credentials


@pytest.mark.parametrize("name", CARRIERS)
def test_table_and_module_agree_on_the_name(name: str) -> None:
    assert CARRIERS[name].name == name


@pytest.mark.parametrize(
    ("name", "credentials", "problems"),
    [
        # Good credentials of each carrier are in the conformance suite.
        ("twilio", {"authToken": "12345", "sharedKeyId": "key1", "sharedKey": "s3cr3t"}, []),
        ("twilio", None, [("/credentials", "invalid_type")]),
        ("twilio", {}, [("/credentials/authToken", "required")]),
        ("twilio", {"authToken": None}, [("/credentials/authToken", "required")]),
        ("twilio", {"authToken": 5}, [("/credentials/authToken", "invalid_type")]),
        ("twilio", {"authToken": ""}, [("/credentials/authToken", "invalid_value")]),
        ("twilio", {"authToken": "café"}, [("/credentials/authToken", "invalid_value")]),
        ("twilio", {"authToken": "x", "sharedKey": "y"}, [("/credentials/sharedKeyId", "required")]),
        ("twilio", {"authToken": "x", "sharedKeyId": "y"}, [("/credentials/sharedKey", "required")]),
        ("twilio", {"authToken": "x", "token/2": "y"}, [("/credentials/token~12", "unknown_field")]),
        ("generic", {"secret": ""}, [("/credentials/secret", "invalid_value")]),
        ("generic", {"secret": "whsec_"}, [("/credentials/secret", "invalid_value")]),
        ("generic", {"secret": "whsec_café"}, [("/credentials/secret", "invalid_value")]),
        ("generic", {"secret": "whsec_!!!!"}, [("/credentials/secret", "invalid_value")]),
        ("generic", {"secret": "whsec_c2hvcnQ="}, [("/credentials/secret", "invalid_value")]),
        ("telnyx", {"publicKey": "AAAA"}, [("/credentials/publicKey", "invalid_value")]),
        ("telnyx", {"publicKey": "é"}, [("/credentials/publicKey", "invalid_value")]),
        ("sinch", {}, [("/credentials/webhookSecret", "required")]),
        ("sinch", {"username": "x"}, [("/credentials/password", "required")]),
        (
            "sinch",
            {"password": "x"},
            [("/credentials/webhookSecret", "required"), ("/credentials/username", "required")],
        ),
        ("infobip", {}, [("/credentials/username", "required"), ("/credentials/password", "required")]),
        ("infobip", {"username": "a:b", "password": "x"}, [("/credentials/username", "invalid_value")]),
        (
            "plivo",
            {"authToken": "x", "signatureVersion": "v1"},
            [("/credentials/signatureVersion", "invalid_value")],
        ),
        (
            "bird",
            {"signingKey": "x", "channelNumber": "one"},
            [("/credentials/channelNumber", "invalid_value")],
        ),
        (
            "bird",
            {"signingKey": "x", "channelNumber": "=+336"},
            [("/credentials/channelNumber", "invalid_value")],
        ),
        ("sandbox", {"secret": "short"}, [("/credentials/secret", "invalid_value")]),
        ("sandbox", {"secret": "with a space in"}, [("/credentials/secret", "invalid_value")]),
    ],
)
def test_problems_are_named(name: str, credentials: object, problems: list[tuple[str, str]]) -> None:
    found = validate_credentials(CARRIERS[name], credentials)
    assert [(pointer, code) for pointer, code, _detail in found] == problems
    assert all(detail for _pointer, _code, detail in found)


@pytest.mark.parametrize("secret", ["plJ3nmyCDGBKInavdOK15jsl", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"])
def test_short_and_unpadded_secrets_of_real_senders_pass(secret: str) -> None:
    assert validate_credentials(CARRIERS["generic"], {"secret": secret}) == []
