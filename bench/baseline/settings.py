"""As small as a Django project with DRF and Celery can be."""

from __future__ import annotations

import environ

from bench.texts import TOKEN

env = environ.Env()

SECRET_KEY = "baseline-only-" * 4
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "bench.baseline"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bench.baseline.urls"
DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL")) | {"CONN_MAX_AGE": None}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

CELERY_BROKER_URL = (
    env.str("REDIS_URL").replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # without it a killed worker loses texts
CELERY_WORKER_PREFETCH_MULTIPLIER = 16
CELERY_DB_REUSE_MAX = 1000  # Celery would close the database connection after each task

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
    "UNAUTHENTICATED_USER": None,
}

# What is measured
AUTH_TOKEN = TOKEN
PUBLIC_INGEST_URL = env.str("PUBLIC_INGEST_URL")
SINK = env.str("SINK")
SECRET = b"baseline-endpoint-secret"
LOGGING_CONFIG = None
