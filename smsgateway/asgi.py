"""The web process under ASGI: for the held-open requests (long poll, SSE) that WSGI threads should not carry."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

application = get_asgi_application()
