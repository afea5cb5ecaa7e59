"""The Celery application: rings doorbells and runs the clockwork, never carries content (docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

app = Celery("smsgateway")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()  # what `celery.current_app` is in every thread
