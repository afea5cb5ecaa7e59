"""The held-open requests (long polls, streams) that web's few threads should not carry, beside it behind one proxy."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")
django = get_wsgi_application()

from accounts import process  # noqa: E402
from api.waiting import App  # noqa: E402

process.prepare()
application = App(django)
