"""A pytest plugin that starts PostgreSQL and Valkey before pytest-django reads the settings.

Given DATABASE_URL or REDIS_URL are used as they are; that database role must be allowed to create databases.
Tests log in as the owner, who makes and migrates the test database; the app's lesser rights are a role away.
"""

from __future__ import annotations

import atexit
import os
import time

from smsgateway.embedded import Servers, describe, private_folder
from smsgateway.supervisor import signal_group, spawn

READY_WITHIN_S = 60


def start(servers: Servers) -> None:
    """Starts the servers, which end with this process, and waits. Raises RuntimeError with their output."""
    log = servers.folder / "servers.log"
    with log.open("wb") as output:
        running = [(command, spawn(command, output)) for command in servers.commands]
    me = os.getpid()

    def stop() -> None:
        if os.getpid() != me:  # a forked child's exit is not ours
            return
        for command, process in running:
            signal_group(process, command.stop_signal)
        for _, process in running:
            process.wait()
        servers.close()

    atexit.register(stop)
    end = time.monotonic() + READY_WITHIN_S
    while not servers.ready():
        if time.monotonic() > end or any(process.poll() is not None for _, process in running):
            raise RuntimeError(log.read_text() + servers.logs())
        time.sleep(0.02)


def prepare() -> None:
    """Sets what the settings read: URLs, the owner's role, a throw-away `var`, wide limits, deliveries to loopback."""
    os.environ.setdefault("DEPLOYMENT", "test")
    os.environ.setdefault("DATABASE_ROLE", "owner")
    os.environ.setdefault("DELIVERY_ALLOW_NETWORKS", "127.0.0.0/8,::1/128")
    for name in ("API_READS", "API_WRITES", "WRONG_KEYS_A_MINUTE"):
        os.environ.setdefault(name, "100000")  # many small requests are what tests are made of
    if "VAR_DIR" not in os.environ:
        var = private_folder()
        os.environ["VAR_DIR"] = str(var.folder)
        atexit.register(var.close)
    if {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        return
    servers = describe(fast=True)
    start(servers)
    urls = servers.environment
    if "DATABASE_URL" in urls:
        urls["DATABASE_URL"] = urls["DATABASE_OWNER_URL"]
    os.environ.update(urls)


prepare()
