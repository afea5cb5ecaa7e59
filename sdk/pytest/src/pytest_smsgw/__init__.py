"""Tests that wait for a text. The fixtures are `smsgw`, `sms_number` and `sms`; here are their types."""

from pytest_smsgw.sms import Mark, NoText, Sms

__all__ = ["Mark", "NoText", "Sms"]
