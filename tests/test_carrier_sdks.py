"""Infobip and Bandwidth sign nothing, but their own packages say what they send: both ways, what we read is the same.

The packages of the carriers that sign are asked in each carrier's own test.
"""

from __future__ import annotations

import json

from bandwidth.models.inbound_callback import InboundCallback
from hypothesis import given
from hypothesis import strategies as st
from infobip_api_client.models.sms_inbound_message_result import SmsInboundMessageResult

from numbers.carriers import bandwidth, infobip
from tests.carrier_battery import CASES, LOGIN, RECIPIENT, SENDER, Sms, bandwidth_batch, infobip_batch
from tests.carrier_requests import NOW

[INFOBIP] = [case for case in CASES if case.name == "infobip"]
[BANDWIDTH] = [case for case in CASES if case.name == "bandwidth"]

contents = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@given(content=contents)
def test_infobips_own_models_are_read(content: str) -> None:
    result = SmsInboundMessageResult.from_json(infobip_batch([Sms(text=content, id="id-7")]).decode())
    assert result is not None
    body = result.model_dump_json(by_alias=True, exclude_none=True).encode()
    request = INFOBIP.request(body)
    infobip.verify(request, LOGIN)
    [sms] = infobip.parse(request, LOGIN)
    assert (sms.carrier_id, sms.sender, sms.recipient, sms.content) == ("id-7", SENDER, RECIPIENT, content)
    assert sms.sent_at is not None
    assert abs(sms.sent_at - NOW).total_seconds() < 3
    assert result.results is not None
    assert result.results[0].text == content


@given(content=contents)
def test_bandwidths_own_models_are_read(content: str) -> None:
    sent = json.loads(bandwidth_batch([Sms(text=content, id="id-7")]))[0]
    event = InboundCallback.from_dict(sent)
    assert event is not None
    body = f"[{event.model_dump_json(by_alias=True, exclude_none=True)}]".encode()
    request = BANDWIDTH.request(body)
    bandwidth.verify(request, LOGIN)
    [sms] = bandwidth.parse(request, LOGIN)
    assert (sms.carrier_id, sms.sender, sms.recipient, sms.content) == ("id-7", SENDER, RECIPIENT, content)
    assert sms.sent_at is not None
    assert event.message.text == content
