"""Signing in to the shop, by plain HTTP: SHOP_URL=http://127.0.0.1:5000 pytest -n 4 test_shop.py"""

import os
from collections.abc import Iterator

import httpx
import pytest

from pytest_smsgw import Sms


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    shop = os.environ.get("SHOP_URL", "http://127.0.0.1:5000")
    with httpx.Client(base_url=shop, follow_redirects=True, timeout=30) as client:
        yield client


def test_who_has_the_code_comes_in(browser: httpx.Client, sms: Sms, sms_number: str) -> None:
    browser.post("/code", data={"phone": sms_number})
    code = sms.wait_for_code(sender="CornerShop")
    page = browser.post("/sign-in", data={"phone": sms_number, "code": code})
    assert f"Good to see you, {sms_number}." in page.text


def test_who_has_another_stays_outside(browser: httpx.Client, sms: Sms, sms_number: str) -> None:
    browser.post("/code", data={"phone": sms_number})
    code = sms.wait_for_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    page = browser.post("/sign-in", data={"phone": sms_number, "code": wrong})
    assert "That is not the code." in page.text
    assert browser.get("/shop").url.path == "/"


def test_only_the_latest_code_counts(browser: httpx.Client, sms: Sms, sms_number: str) -> None:
    browser.post("/code", data={"phone": sms_number})
    first = sms.wait_for_code()
    sms.mark()
    browser.post("/code", data={"phone": sms_number})
    second = sms.wait_for_code()
    if first != second:
        page = browser.post("/sign-in", data={"phone": sms_number, "code": first})
        assert "That is not the code." in page.text
    page = browser.post("/sign-in", data={"phone": sms_number, "code": second})
    assert "Good to see you" in page.text


def test_a_code_serves_once(browser: httpx.Client, sms: Sms, sms_number: str) -> None:
    browser.post("/code", data={"phone": sms_number})
    code = sms.wait_for_code(pattern=r"^\d{6} is your")
    browser.post("/sign-in", data={"phone": sms_number, "code": code})
    page = browser.post("/sign-in", data={"phone": sms_number, "code": code})
    assert "That is not the code." in page.text
