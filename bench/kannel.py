"""Kannel, the C gateway, as Debian ships it: SMS in by HTTP, kept on disk, out by HTTP to the same sink.

It does less than the product does: no signature either way, no routing, no log of what it delivered, and no fsync.
Of its two stores on disk `spool` keeps a file a message and `file` appends to one file; both survive the death of
the process and neither that of the machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote_plus

from bench import texts
from bench.stack import START_WITHIN_S, Running, listens, start_sink, supervised
from smsgateway.processes import Process
from smsgateway.run import HOST

Store = Literal["spool", "file"]
PROGRAMS = ("bearerbox", "smsbox")
CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1
log-level = 3
log-file = {folder}/bearerbox.log
store-type = {store}
store-location = {location}

group = smsc
smsc = http
smsc-id = carrier
system-type = kannel
port = {carrier}
connect-allow-ip = 127.0.0.1
smsc-username = bench
smsc-password = bench
send-url = "http://127.0.0.1:9/"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-level = 3
log-file = {folder}/smsbox.log

group = sms-service
keyword = default
catch-all = yes
max-messages = 0
get-url = "http://127.0.0.1:{sink}/e/%P?text=%a&from=%p&id=%I"
"""


def install(*programs: str) -> str:
    """Installs from Debian what is missing, where we may; answers why something is still missing, or ''."""
    missing = [name for name in programs if not shutil.which(name)]
    if not missing:
        return ""
    packages = sorted({"kannel" if name in PROGRAMS else name for name in missing})
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return f"{', '.join(missing)} not installed, and only root on Debian can: apt install {' '.join(packages)}"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=environment, capture_output=True, timeout=300, check=False)
    still = [name for name in programs if not shutil.which(name)]
    return f"apt-get could not install {', '.join(still)}" if still else ""


def build(port: int) -> texts.Build:
    """A text as Kannel's own HTTP link takes it."""

    def one(id: str, index: int) -> bytes:
        sender = quote_plus(f"+{texts.FIRST_SENDER + index % texts.SENDERS}")
        recipient, text = index % texts.NUMBERS, quote_plus(texts.content(id))
        query = (
            f"username=bench&password=bench&from={sender}&to={recipient}&text={text}&charset=UTF-8&coding=0"
        )
        return f"GET /in?{query} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()

    return one


@contextlib.contextmanager
def kannel(store: Store = "spool") -> Iterator[tuple[Running, int]]:
    """bearerbox and smsbox at work, and the port that takes texts."""
    with supervised("admin", "boxes", "carrier", "sendsms") as running:
        location, file = running.folder / store, running.folder / "kannel.conf"
        if store == "spool":
            location.mkdir()
        given = {"folder": running.folder, "store": store, "location": location}
        file.write_text(CONFIGURATION.format(**given, **running.ports))
        start_sink(running, {})
        for name, port in (("bearerbox", "boxes"), ("smsbox", "sendsms")):
            program = shutil.which(name) or name
            running.add(Process(name, [program, "-v", "4", str(file)], ""))
            running.until(lambda port=port: listens(running.ports[port]), START_WITHIN_S, name)  # type: ignore[misc]
        running.until(lambda: listens(running.ports["carrier"]), START_WITHIN_S, "Kannel's HTTP link")
        yield running, running.ports["carrier"]
