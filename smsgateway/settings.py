"""Every knob of smsgateway, read from the environment; docs/configuration.md lists them for people.

A malformed value stops the start with its name. `DEPLOYMENT=production` (the default) refuses insecure values;
`make run` sets `local`, the tests set `test`.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from smsgateway.production import insecurities

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def networks(name: str) -> tuple[Any, ...]:
    """The comma-separated IP networks in environment variable `name`, strict about host bits."""
    try:
        return tuple(ip_network(text.strip()) for text in env.list(name, default=[]) if text.strip())
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def whole(name: str, default: int, low: int, high: int) -> int:
    """The integer in environment variable `name`, refused outside low..high."""
    try:
        value = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be from {low} to {high}, not {value}")
    return int(value)


def api_url(name: str, default: str) -> str:
    """The base URL in environment variable `name`, without a slash at the end; scheme, host and path only."""
    url: str = env.str(name, default=default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise ImproperlyConfigured(f"{name} must be a URL such as {default}")
    return url


def receiver_url(name: str, port: int) -> str:
    """The origin in environment variable `name`: http, a host, perhaps a port with room for four more above it."""
    url = api_url(name, f"http://127.0.0.1:{port}")
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.path or (parts.port or 80) + 4 > 65535:
        raise ImproperlyConfigured(f"{name} must be an origin such as http://127.0.0.1:{port}")
    return url


def egress_addresses(name: str) -> list[str]:
    """The comma-separated addresses and networks in environment variable `name`, as they are shown to customers."""
    return [str(one).removesuffix("/32").removesuffix("/128") for one in networks(name)]


def proxy_url(name: str) -> str:
    """The proxy in environment variable `name`: http or https, a host, perhaps a port, user and password."""
    url: str = env.str(name, default="")
    if url and not is_proxy(url):
        raise ImproperlyConfigured(f"{name} must be a URL such as http://proxy.example:3128")
    return url


def is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not (parts.path.strip("/") or parts.query)


DEPLOYMENT = env.str("DEPLOYMENT", default="production")
if DEPLOYMENT not in {"local", "test", "production"}:
    raise ImproperlyConfigured(f"DEPLOYMENT must be local, test or production, not {DEPLOYMENT!r}")
PRODUCTION = DEPLOYMENT == "production"
DEBUG = False

# Where we are reached
PORT = whole("PORT", 8000, 1, 65535)
INGEST_PORT = whole("INGEST_PORT", 8001, 1, 65535)
DEMO_RECEIVER_PORT = whole("DEMO_RECEIVER_PORT", min(INGEST_PORT + 1, 65535), 1, 65535)  # `make run` only
SANDBOX_RECEIVER_PORT = whole("SANDBOX_RECEIVER_PORT", min(INGEST_PORT + 2, 65531), 1, 65531)  # and four more
SANDBOX_RECEIVER_URL = receiver_url("SANDBOX_RECEIVER_URL", SANDBOX_RECEIVER_PORT)  # as it is reached inside
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
PUBLIC_INGEST_URL = env.str("PUBLIC_INGEST_URL", default=f"http://127.0.0.1:{INGEST_PORT}").rstrip("/")
INTERNAL_INGEST_URL = api_url(
    "INTERNAL_INGEST_URL", f"http://127.0.0.1:{INGEST_PORT}"
)  # where the simulator finds the door
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Secrets
LOCAL_SECRETS = {
    "SECRET_KEY": "local-only-" * 5,
    "ENCRYPTION_KEYS": "local:" + "bG9j" * 10 + "bG8=",
    "INDEX_KEY": "bG9j" * 10 + "bG8=",
}
SECRET_KEY = env.str("SECRET_KEY", default=LOCAL_SECRETS["SECRET_KEY"])
ENCRYPTION_KEYS = env.str("ENCRYPTION_KEYS", default=LOCAL_SECRETS["ENCRYPTION_KEYS"])
INDEX_KEY = env.str("INDEX_KEY", default=LOCAL_SECRETS["INDEX_KEY"])

# Stores
DATABASE_URL = env.str("DATABASE_URL", default="postgres://smsgateway@127.0.0.1/smsgateway")
DATABASE_ROLE = env.str("DATABASE_ROLE", default="app")
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
if DATABASE_ROLE not in {"app", "owner"}:
    raise ImproperlyConfigured(f"DATABASE_ROLE must be app or owner, not {DATABASE_ROLE!r}")

# The carriers' own APIs
TWILIO_API_URL = api_url("TWILIO_API_URL", "https://api.twilio.com")
TELNYX_API_URL = api_url("TELNYX_API_URL", "https://api.telnyx.com/v2")
VONAGE_API_URL = api_url("VONAGE_API_URL", "https://rest.nexmo.com")
OVH_API_URL = api_url("OVH_API_URL", "https://eu.api.ovh.com/1.0")
TWILIO_RECONCILE_S = whole("TWILIO_RECONCILE_S", 300, 60, 86_400)
OVH_POLL_S = whole("OVH_POLL_S", 60, 10, 86_400)

# What a message may do
DELIVERY_ALLOW_NETWORKS = networks("DELIVERY_ALLOW_NETWORKS")
DELIVERY_PROXY = proxy_url("DELIVERY_PROXY")
EGRESS_ADDRESSES = egress_addresses("EGRESS_ADDRESSES")  # where our requests come from, as customers see it
DELIVERY_DEADLINE_S = whole("DELIVERY_DEADLINE_S", 10, 1, 30)
DELIVERY_LEASE_S = whole("DELIVERY_LEASE_S", 40, 2, 600)
DELIVERY_PER_ENDPOINT = whole("DELIVERY_PER_ENDPOINT", 32, 1, 1000)
DELIVERY_IN_FLIGHT = whole("DELIVERY_IN_FLIGHT", 512, 1, 10_000)
INGEST_MAX_BODY = whole("INGEST_MAX_BODY", 262_144, 1024, 10_000_000)
INGEST_BATCH = whole("INGEST_BATCH", 500, 1, 5000)
INGEST_WAITING = whole("INGEST_WAITING", 20_000, 100, 1_000_000)
PARTS_WAIT_S = whole("PARTS_WAIT_S", 300, 1, 86_400)
SAME_CONTENT_S = whole("SAME_CONTENT_S", 10, 1, 3600)
REDELIVERY_S = whole("REDELIVERY_S", 86_400, 60, 7 * 86_400)
CARRIER_IDS_KEPT_DAYS = whole("CARRIER_IDS_KEPT_DAYS", 14, 8, 3650)
STRAY_TEXTS_KEPT_DAYS = whole("STRAY_TEXTS_KEPT_DAYS", 14, 1, 3650)
CONTENT_KEPT_DAYS_MOST = whole("CONTENT_KEPT_DAYS_MOST", 365, 1, 3650)
CONTENT_KEPT_DAYS = whole("CONTENT_KEPT_DAYS", min(30, CONTENT_KEPT_DAYS_MOST), 1, CONTENT_KEPT_DAYS_MOST)
ATTEMPTS_KEPT_DAYS_MOST = whole("ATTEMPTS_KEPT_DAYS_MOST", 365, 1, 3650)
ATTEMPTS_KEPT_DAYS = whole("ATTEMPTS_KEPT_DAYS", min(90, ATTEMPTS_KEPT_DAYS_MOST), 1, ATTEMPTS_KEPT_DAYS_MOST)
API_READS = whole("API_READS", 1000, 1, 1_000_000)  # of one key in accounts.limits.WINDOW_S
API_WRITES = whole("API_WRITES", 250, 1, 1_000_000)
WRONG_KEYS_A_MINUTE = whole("WRONG_KEYS_A_MINUTE", 60, 1, 1_000_000)  # from one network
MESSAGES_A_MONTH = whole("MESSAGES_A_MONTH", 0, 0, 2_000_000_000)  # of one environment; 0: any number
API_REQUESTS_KEPT_DAYS = whole("API_REQUESTS_KEPT_DAYS", 14, 1, 365)
SANDBOXES_PER_TENANT = whole("SANDBOXES_PER_TENANT", 20, 1, 1000)
NUMBER_AGING_DAYS = whole("NUMBER_AGING_DAYS", 60, 3, 3650)
SESSION_HOURS = whole("SESSION_HOURS", 12, 1, 720)
SESSION_IDLE_MINUTES = whole("SESSION_IDLE_MINUTES", 120, 5, 1440)
if DELIVERY_LEASE_S <= DELIVERY_DEADLINE_S:
    raise ImproperlyConfigured("DELIVERY_LEASE_S must be longer than DELIVERY_DEADLINE_S")

if PRODUCTION and (problems := insecurities(globals(), frozenset(env.ENVIRON))):
    raise ImproperlyConfigured("refusing to start in production:\n- " + "\n- ".join(problems))

INSTALLED_APPS = [
    "accounts",
    "numbers",
    "inbox",
    "delivery",
    "routing",
    "ingest",
    "operations",
    "sandbox",
    "api",
    "dashboard",
    "dashboard.operator_config.OperatorPages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "lucide",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "smsgateway.middleware.RequestId",
    "smsgateway.middleware.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.lifetime.Lifetime",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "smsgateway.urls"
WSGI_APPLICATION = "smsgateway.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.chrome",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {"connect_timeout": 3}
if DATABASE_ROLE == "app":
    # Whoever logs in works with the app's rights, which cannot alter, truncate or rewrite the audit trail. And with no
    # helpers: they are for long reports, and for a page of a list PostgreSQL walks a whole index where it has them.
    options = "-c role=smsgateway_app -c max_parallel_workers_per_gather=0"
    DATABASES["default"]["OPTIONS"]["options"] = options
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "smsgateway.cache.Forgetful",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

# Celery: ids of due work only; the database is the truth, so nothing here needs to survive.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 16
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "celery"
# A lost doorbell costs nothing, so the broker need not keep it until somebody says thanks.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("deliveries", no_ack=True)]
CELERY_TASK_ROUTES = {"delivery.tasks.ring": {"queue": "deliveries"}}
CELERY_BEAT_SCHEDULE = {
    "purge": {"task": "operations.tasks.purge", "schedule": timedelta(minutes=10)},
    "retain": {
        "task": "operations.tasks.retain",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "replays": {
        "task": "operations.tasks.run_replays",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "simulate": {"task": "sandbox.tasks.send", "schedule": timedelta(seconds=1), "options": {"expires": 1}},
    "forget_simulations": {"task": "sandbox.tasks.forget", "schedule": timedelta(minutes=10)},
    "quotas": {
        "task": "operations.tasks.look_at_quotas",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "purge_received_requests": {
        "task": "sandbox.tasks.purge_requests",
        "schedule": timedelta(minutes=10),
    },
    "sandboxes": {"task": "sandbox.tasks.go_on", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "tidy_queues": {"task": "operations.tasks.tidy_queues", "schedule": timedelta(minutes=1)},
}

# People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600

# django-allauth: stages of signing in, second factors, passkeys, the list of sessions. Its pages are dashboard's, its
# throttle of passwords is accounts.throttle, and nobody signs up without an invitation.
ACCOUNT_ADAPTER = "dashboard.adapters.People"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "dashboard.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="smsgateway <no-reply@localhost>")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
if mail_url := env.str("MAIL_URL", default=""):
    globals().update(env.email_url_config(mail_url))

# Files that people add are sealed before they are stored, so none may lie open in a temporary file; a form with more
# than this reaches its view without them.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# Browsers
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Access tokens: api.tokens gives them out. No other grant has a URL, so what they would need stays at its strictest.
OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.OAuthClient"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 15 * 60,
    "SCOPES_BACKEND_CLASS": "api.tokens.Scopes",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # a digest, not the token
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.authentication.Scoped"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "EXCEPTION_HANDLER": "api.errors.problem",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "smsgateway",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": PUBLIC_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.closed",
        "api.links.linked",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "ActorKind": "api.fields.ACTOR_KINDS",
        "ClockStatus": "sandbox.clocks.STATUSES",
        "CodePattern": "inbox.codes.PATTERNS",
        "ConditionField": "routing.conditions.FIELDS",
        "DeliveryState": "delivery.models.Delivery.State",
        "EndpointKind": "delivery.models.Endpoint.Kind",
        "EventName": "delivery.catalog.SUBSCRIBABLE",
        "IssueState": "delivery.models.Issue.State",
        "LineState": "ingest.models.Line.State",
        "MessageStatus": "inbox.models.Message.State",
        "NumberCapability": "numbers.plan.Capability",
        "NumberCategory": "numbers.plan.Category",
        "NumberDocumentType": "numbers.requests.TYPES",
        "NumberRequestKind": "numbers.models.NumberRequest.Kind",
        "NumberRequestStatus": "numbers.models.NumberRequest.Status",
        "ReplayableState": "api.replays.STATES",
        "ReplayKind": "delivery.models.Replay.Kind",
        "ReplayState": "delivery.models.Replay.State",
        "RoleEnum": "accounts.roles.Role",
        "RouteAction": "routing.models.Route.Action",
        "RunState": "sandbox.scenario_run.ScenarioRun.State",
        "SandboxStatus": "sandbox.sandboxes.STATUSES",
        "ScenarioCategory": "sandbox.scenarios.Category",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "smsgateway.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "smsgateway": {"level": "INFO"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
