"""A production start refuses insecure settings, naming each; a malformed value stops any start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECURE = {
    "DEPLOYMENT": "production",
    "SECRET_KEY": "k" * 60,
    "ENCRYPTION_KEYS": "k1:" + "b3du" * 10 + "b3c=",
    "INDEX_KEY": "b3du" * 10 + "b3c=",
    "PUBLIC_URL": "https://app.example.com",
    "PUBLIC_INGEST_URL": "https://in.example.com",
    "ALLOWED_HOSTS": "app.example.com",
    "TRUSTED_PROXIES": "10.0.0.0/24",
    "DATABASE_URL": "postgres://app:secret@db.example.com/sms?sslmode=verify-full",
    "REDIS_URL": "rediss://broker.example.com/0",
}


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Read the settings in a fresh process, as every entry point does."""
    environment = {"PATH": os.environ["PATH"]} | {
        k: v for k, v in (SECURE | changes).items() if v is not None
    }
    command = [sys.executable, "-c", "import smsgateway, django; django.setup()"]
    environment["DJANGO_SETTINGS_MODULE"] = "smsgateway.settings"
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_secure_settings_start() -> None:
    assert start().returncode == 0, start().stderr
    public = start(DELIVERY_ALLOW_NETWORKS="203.0.114.0/24,2a00:1450::/32")
    assert public.returncode == 0, public.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY has its default value"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter"),
        ({"ENCRYPTION_KEYS": None}, "ENCRYPTION_KEYS has its default value"),
        ({"INDEX_KEY": None}, "INDEX_KEY has its default value"),
        ({"INDEX_KEY": "bG9j" * 10 + "bG8="}, "INDEX_KEY has its default value"),
        ({"PUBLIC_URL": "http://app.example.com"}, "PUBLIC_URL must be the https"),
        ({"PUBLIC_INGEST_URL": "http://in.example.com"}, "PUBLIC_INGEST_URL must be the https"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
        ({"TRUSTED_PROXIES": None}, "TRUSTED_PROXIES must name"),
        (
            {"DATABASE_URL": "postgres://a:b@db.example.com/sms"},
            "DATABASE_URL reaches another host without TLS",
        ),
        ({"REDIS_URL": "redis://broker.example.com/0"}, "REDIS_URL reaches another host"),
        *(
            ({"DELIVERY_ALLOW_NETWORKS": network}, "DELIVERY_ALLOW_NETWORKS opens a private network")
            for network in "10.0.0.0/8 0.0.0.0/0 8.0.0.0/5 100.64.0.0/10 168.63.129.16/32 ::/0 fd00::/8".split()
        ),
    ],
)
def test_insecure_settings_do_not(changes: dict[str, str | None], named: str) -> None:
    outcome = start(**changes)
    assert outcome.returncode != 0
    assert named in outcome.stderr


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"TRUSTED_PROXIES": "10.0.0.1/8"}, "TRUSTED_PROXIES"),
        ({"DEPLOYMENT": "prod"}, "DEPLOYMENT"),
        ({"DELIVERY_DEADLINE_S": "31"}, "DELIVERY_DEADLINE_S"),
        ({"DELIVERY_LEASE_S": "5"}, "DELIVERY_LEASE_S"),
        ({"ENCRYPTION_KEYS": "k1:short"}, "ENCRYPTION_KEYS"),
        ({"INDEX_KEY": "short"}, "INDEX_KEY"),
    ],
)
def test_a_malformed_value_is_named(changes: dict[str, str], named: str) -> None:
    outcome = start(**changes)
    assert outcome.returncode != 0
    assert named in outcome.stderr.splitlines()[-1]


def test_every_problem_is_told_at_once() -> None:
    outcome = start(SECRET_KEY=None, PUBLIC_URL="http://a.example", TRUSTED_PROXIES=None)
    assert all(name in outcome.stderr for name in ("SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXIES"))
