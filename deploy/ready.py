"""The containers' health check: `python deploy/ready.py PORT` succeeds when /readyz on that port answers 200."""

from __future__ import annotations

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=3)
# As the proxy would ask: another host is refused, plain http is sent to https.
host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
connection.request("GET", "/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"})
sys.exit(connection.getresponse().status != 200)
