"""Every setting of the portal, read once from a typed environment.

PORTAL_MODE=local (the default) works with nothing set: it uses the built-in servers and makes its own secrets under
``var/``. PORTAL_MODE=production refuses to start until every setting it needs is given and safe (portal/safety.py).
Any setting may be handed over as a file: ``SECRET_KEY_FILE=/run/secrets/key``, or a folder of them in ``SECRETS_DIR``.
"""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from foundation.draining import LOOK_SECONDS
from foundation.environment import Environment
from foundation.secret_files import kept
from portal.embedded import Places, var_dir
from portal.safety import faults, given_of, told

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

MODE: str = env.str("PORTAL_MODE", "local")
if MODE not in {"local", "production"}:
    raise ImproperlyConfigured(f"PORTAL_MODE is {MODE!r}: set it to local or production")
LOCAL = MODE == "local"
if not LOCAL:
    _needed = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "AGENCY_SECRET", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS")
    _missing = [name for name in _needed if not env.str(name, "")]
    if _missing:
        raise ImproperlyConfigured(told([f"{name} (or {name}_FILE) is missing" for name in _missing]))

VAR_DIR = var_dir()


def _secret(name: str) -> str:
    """A secret from the environment, or in local mode one made once and kept in var/secrets (0600)."""
    given: str = env.str(name, "")
    if given or not LOCAL:
        return given
    return kept(VAR_DIR / "secrets" / name.lower())


def _listed(name: str, default: list[str]) -> list[str]:
    """Several values, parted by commas with or without a space."""
    return [value.strip() for value in env.list(name, default=default) if value.strip()]


SECRET_KEY = _secret("SECRET_KEY")
# Field encryption: "id:hex[,id:hex...]", the first encrypts, all decrypt (rotation). 16-byte SM4 keys are derived.
FIELD_KEYS: str = env.str("FIELD_KEYS", "") or f"k1:{_secret('FIELD_KEY')}"
INDEX_KEY = _secret("INDEX_KEY")
AGENCY_SECRET = _secret("AGENCY_SECRET")
# the age identity to which departments encrypt answered sheets; in local mode made once in var/secrets
CASE_BATCH_KEY: str = env.str("CASE_BATCH_KEY", "")
DEBUG: bool = env.bool("DEBUG", False)
ALLOWED_HOSTS: list[str] = _listed("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = _listed("CSRF_TRUSTED_ORIGINS", [])
# The demonstration shows codes and messages on a page; never in production.
DEMO: bool = LOCAL and env.bool("DEMO", False)
# Pictures beneath the map, such as https://tiles.example/{z}/{x}/{y}.png, and whose they are. Without them the map is
# drawn from the district's own data alone and nothing is asked of another site.
MAP_TILES: str = env.str("MAP_TILES", "")
MAP_CREDIT: str = env.str("MAP_CREDIT", "")

INSTALLED_APPS = [
    "portal.rest.RestConfig",  # the REST framework
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp_webauthn",
    "django_htmx",
    "foundation",
    "audit",
    "accounts",
    "imports",
    "schools",
    "notifications",
    "verification",
    "enrollment",
    "lottery",
    "helpdesk",
    "rehearsal",
    "portal",
]
MIDDLEWARE = [
    "portal.middleware.Named",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # tokens are masked per page and lengths padded (Django 4.2 on), so compressed pages do not leak them
    "django.middleware.gzip.GZipMiddleware",
    "portal.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "portal.middleware.StatusAlways",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.Polls",
    "portal.middleware.Terminals",
    "accounts.sessions.SlidingSession",
    "django_otp.middleware.OTPMiddleware",
    "portal.middleware.Visits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["enrollment.templatetags.names"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    }
]

# -- PostgreSQL and Valkey: the built-in ones unless told otherwise ------------------------
_places = Places.of(VAR_DIR)
DATABASES = {"default": env.db_url("DATABASE_URL", default=_places.database_url)}
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])  # a socket folder is a percent-encoded host
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL: str = env.str("REDIS_URL", _places.redis_url)

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10}
# Without this Celery closes the connection around each task (three times slower); portal.celery drops dead ones.
CELERY_DB_REUSE_MAX = 1000
CELERY_APP = (
    "portal.celery.app"  # named, not imported: read by the first process that wakes a lane; its queues are there
)
CELERY_TASK_DEFAULT_QUEUE = "sweeps"
CELERY_BEAT_SCHEDULER = "portal.beat:Bell"
CELERY_BEAT_SCHEDULE = {
    f"look-{lane}": {"task": "foundation.drain", "args": (lane,), "schedule": seconds}
    for lane, seconds in LOOK_SECONDS.items()
}

# -- People ------------------------
AUTH_USER_MODEL = "accounts.Account"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "enrollment:home"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
OTP_TOTP_ISSUER = "Enrollment"
OTP_TOTP_THROTTLE_FACTOR = 1
# Limits (accounts.limits, docs/privacy.md): how many proxies of ours stand before the web processes, to which countries
# codes are sent ("*" for all that have mobile numbers), and how many codes an hour may stay without being entered
# before addresses that never entered one are held short.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", 0 if LOCAL else 1)
PHONE_COUNTRIES: list[str] = _listed("PHONE_COUNTRIES", ["*"])
CODE_FLOOD: int = env.int("CODE_FLOOD", 10_000)
LIMITS_PREFIX: str = env.str("LIMITS_PREFIX", "")  # before every counter, where several portals share one Valkey
TERMINAL_SECONDS: int = env.int("TERMINAL_SECONDS", 3 * 60)  # of a shared terminal, without a tap
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 60 * 60  # of one that is not signed in; accounts.sessions moves the others
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
SESSION_SAVE_EVERY_REQUEST = False
# how long a decision of a reviewer can be taken back before it counts and the family is told (docs/desk.md)
DECISION_HOLD: int = env.int("DECISION_HOLD", 120)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if not LOCAL else None
SECURE_HSTS_SECONDS = 0 if LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_SSL_REDIRECT = not LOCAL
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # load balancers ask a process itself, without TLS
# A browser's preload list binds a whole domain for years: that is for who owns the domain, not for this program.
# On one's own machine the site has no certificate; keys are then made for localhost (accounts.people.passkeys).
SILENCED_SYSTEM_CHECKS = ["security.W021", *(["otp_webauthn.E031"] if LOCAL else [])]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DOCUMENT_MAX_BYTES = 30 * 1024 * 1024
# a photo within the limit stays in memory: no plain copy of a family's documents lies on a disk, even for a moment
FILE_UPLOAD_MAX_MEMORY_SIZE = DOCUMENT_MAX_BYTES + 1024 * 1024
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}

# -- The gate before Django (docs/load.md), each for one web process ------------------------
GATE: bool = env.bool("GATE", True)
GATE_THREADS: int = env.int("GATE_THREADS", 64)  # as many as gunicorn's --threads: most of them only wait in the queue
GATE_RUNNING: int = env.int("GATE_RUNNING", 4)  # requests at work at a time, each with a database connection
GATE_FAMILIES: int = env.int("GATE_FAMILIES", 25)  # families under way before the gate has learned more
GATE_QUEUE_SECONDS: float = env.float("GATE_QUEUE_SECONDS", 0.1)  # the time in the queue it steers to
GATE_IDLE_SECONDS: float = env.float("GATE_IDLE_SECONDS", 20.0)  # a family that has not pressed since is not counted

# -- Language and time ------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# -- Files ------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", "") or VAR_DIR / "static")  # an image brings them along, outside its data
MEDIA_ROOT = VAR_DIR / "documents"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.static_files.Storage"},
}
WHITENOISE_USE_FINDERS = LOCAL
FILE_UPLOAD_PERMISSIONS = 0o600

# -- Agencies and messages ------------------------
AGENCY_BASE_URL: str = env.str("AGENCY_BASE_URL", "http://127.0.0.1:8010")
AGENCY_TIMEOUT_SECONDS: float = env.float("AGENCY_TIMEOUT_SECONDS", 5.0)
# requests a second to one agency, of all processes together
AGENCY_RATE: float = env.float("AGENCY_RATE", 400.0)
# secrets of lines that a division's catalogue names (docs/verification.md): "name=secret", parted by lines or commas
AGENCY_SECRETS: dict[str, str] = {
    one.strip().partition("=")[0]: one.strip().partition("=")[2]
    for one in env.str("AGENCY_SECRETS", "").replace("\n", ",").split(",")
    if "=" in one
}
# the folder of client certificates, their keys, and the authorities of such lines
AGENCY_CERTIFICATES: str = env.str("AGENCY_CERTIFICATES", "") or str(VAR_DIR / "certificates")
# Government sign-in: a YAML file of providers (docs/identity.md). The local mode has two synthetic ones.
OIDC_PROVIDERS_FILE: str = env.str("OIDC_PROVIDERS_FILE", "")
if LOCAL and not OIDC_PROVIDERS_FILE and env.str("IDENTITY_BASE_URL", ""):
    OIDC_PROVIDERS_FILE = str(BASE_DIR / "examples" / "identity" / "providers.yaml")
# A face service as one more way to confirm who somebody is (docs/identity.md); without a file it is offered nowhere.
FACE_SERVICE_FILE: str = env.str("FACE_SERVICE_FILE", "")
if LOCAL and not FACE_SERVICE_FILE and env.str("IDENTITY_BASE_URL", ""):
    FACE_SERVICE_FILE = str(BASE_DIR / "examples" / "identity" / "face.yaml")
OIDC_TIMEOUT_SECONDS: float = env.float("OIDC_TIMEOUT_SECONDS", 5.0)
SMS_CHANNEL: str = env.str("SMS_CHANNEL", "console")
TWILIO_ACCOUNT_SID: str = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN: str = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM: str = env.str("TWILIO_FROM", "")  # a number, or a messaging service (MG...)
TWILIO_BASE_URL: str = env.str("TWILIO_BASE_URL", "https://api.twilio.com")  # a region's, or a test endpoint
SITE_URL: str = env.str("SITE_URL", "http://127.0.0.1:8000")
# passkeys and security keys of staff (accounts.people.passkeys)
OTP_WEBAUTHN_HELPER_CLASS = "accounts.people.passkeys.StaffKeys"
OTP_WEBAUTHN_RP_ID = urlsplit(SITE_URL).hostname or "localhost"
OTP_WEBAUTHN_RP_NAME = "Enrollment"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [f"{urlsplit(SITE_URL).scheme}://{urlsplit(SITE_URL).netloc}"]
# where Twilio says what became of a text: it must be able to reach it
TWILIO_CALLBACK_URL: str = env.str("TWILIO_CALLBACK_URL", SITE_URL if SITE_URL.startswith("https://") else "")
# by night only answers to what somebody has just done; "" says everything at once (notifications.quiet)
SMS_QUIET_HOURS: str = env.str("SMS_QUIET_HOURS", "" if LOCAL else "21:00-08:00")
SMS_PRICE: float = env.float("SMS_PRICE", 0.0)  # yuan a segment, by the carrier's contract; 0: no cost is shown
SMS_MONTHLY_SEGMENTS: int = env.int("SMS_MONTHLY_SEGMENTS", 0)  # agreed with the carrier; 0: none
SMS_WINDOW: int = env.int("SMS_WINDOW", 64)  # hand-overs under way at once, of one worker process
SMS_TIMEOUT_SECONDS: float = env.float("SMS_TIMEOUT_SECONDS", 8.0)  # leases follow from it
# what the carriers do not deliver (mainland numbers): checked when a text is written
SMS_MOST_CHARACTERS: int = env.int("SMS_MOST_CHARACTERS", 500)
SMS_LINKS: bool = env.bool("SMS_LINKS", False)
SMS_BLOCKED_WORDS: list[str] = _listed("SMS_BLOCKED_WORDS", ["摇号", "抽签", "抽奖", "中奖", "彩票", "博彩"])
if not LOCAL:
    DATABASE_URL: str = env.str("DATABASE_URL")
    _faults = faults(given_of(globals()))
    if _faults:
        raise ImproperlyConfigured(told(_faults))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "foundation.events.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        # a wrong address may hold anything a person typed: it is answered with 404 and not kept
        "django.request": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}

UNFOLD = {
    "SITE_TITLE": _("Enrollment portal"),
    "SITE_HEADER": _("Enrollment portal"),
    "SITE_SYMBOL": "school",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/mark.svg")}],
    "SHOW_HISTORY": False,
    "SITE_DROPDOWN": [
        {"icon": "badge", "title": _("My account and leave"), "link": reverse_lazy("people:me")},
        {"icon": "public", "title": _("The public site"), "link": reverse_lazy("enrollment:landing")},
    ],
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "portal.shell.navigation"},
    "ENVIRONMENT": "portal.context.environment",
    "DASHBOARD_CALLBACK": "portal.dashboard.context",
    "SHOW_LANGUAGES": True,
    "COLORS": {
        "primary": {
            "50": "236 247 245",
            "100": "208 236 231",
            "200": "163 217 209",
            "300": "110 192 182",
            "400": "60 160 150",
            "500": "24 130 121",
            "600": "14 106 99",
            "700": "11 86 81",
            "800": "9 69 65",
            "900": "7 54 51",
            "950": "4 33 31",
        }
    },
}
