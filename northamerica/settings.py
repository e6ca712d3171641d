"""All settings, read from the environment alone; .env.example lists every variable."""

from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def stop(sentence: str) -> NoReturn:
    """End the process with one plain sentence and exit code 1: it refuses to start unsafe."""
    raise SystemExit(f"Cannot start: {sentence}")


DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

# --- Who may ask, and the key -------------------------------------------------------------------
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or LOOPBACK_HOSTS
IS_LOCAL_ONLY = set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS)
DEBUG = env.bool("DEBUG", default=False)


def kept_secret_key() -> str:
    """A random key made once for this installation; good only while it answers nobody else."""
    path = DATA_DIR / "secret-key"
    try:
        if not path.exists():
            DATA_DIR.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(get_random_secret_key())
        return path.read_text()
    except OSError as error:
        stop(f"{DATA_DIR} cannot be written ({error.strerror}); DATA_DIR names another folder.")


def secret_key() -> str:
    key = env.str("SECRET_KEY", default="")
    if not key and IS_LOCAL_ONLY:
        return kept_secret_key()
    if len(key) < 50 or len(set(key)) < 5:
        stop(
            "SECRET_KEY is missing or too short; a site that answers other machines needs a random one "
            "of at least 50 characters."
        )
    return key


def refuse_open_debug() -> None:
    if DEBUG and not IS_LOCAL_ONLY:
        stop("DEBUG may be on only while ALLOWED_HOSTS names this machine alone.")
    if "*" in ALLOWED_HOSTS:
        stop("ALLOWED_HOSTS must name the hosts the site answers to; * is refused.")


refuse_open_debug()
SECRET_KEY = secret_key()
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not IS_LOCAL_ONLY]
SITE_URL = env.str(
    "SITE_URL", default="http://127.0.0.1:8000" if IS_LOCAL_ONLY else f"https://{ALLOWED_HOSTS[0]}"
)

# --- Applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.admin",
    "stakeholders",  # before Django's accounts: its changepassword is the one that leaves a trace
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "indicators",
    "goals",
    "public",
    "workspace",
    "northamerica",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "public.middleware.EditionCacheMiddleware",
    "stakeholders.middleware.TrailMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "workspace.middleware.SessionEndMiddleware",
    "workspace.middleware.AdministratorsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "northamerica.urls"
WSGI_APPLICATION = "northamerica.wsgi.application"
AUTH_USER_MODEL = "stakeholders.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "public.context_processors.site",
            ],
        },
    },
]

# --- Database, cache, queue ---------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'monitor.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Write transactions take their lock at the start (IMMEDIATE), so two writers wait instead of failing;
    # what was answered as saved outlives a power cut (FULL), as it does on PostgreSQL.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA temp_store=MEMORY; "
        "PRAGMA recursive_triggers=ON;",  # so that INSERT OR REPLACE meets the triggers against deletion
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default="")
QUEUE_DIR = DATA_DIR / "queue"
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        }
    }
    CELERY_BROKER_URL = CELERY_RESULT_BACKEND = REDIS_URL
    # Longer than the longest task: Redis hands a task out again when nobody has acknowledged it by then.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
        }
    }
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_RESULT_BACKEND = f"file://{QUEUE_DIR / 'results'}"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }

# Counts of tries at signing in: in the database, so that the limits hold while the cache is down.
CACHES["limits"] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "sign_in_limits",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}

for folder in ("messages", "control", "results"):
    (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# The next message is fetched while a task works; one that waits in a stopped worker goes back to the queue.
CELERY_WORKER_PREFETCH_MULTIPLIER = 2
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "queue" / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "indicators.tasks.tick", "schedule": timedelta(minutes=1)},
    "follow-publications": {"task": "goals.tasks.follow_publications", "schedule": timedelta(minutes=1)},
    "reconcile": {"task": "goals.tasks.reconcile", "schedule": timedelta(days=1)},
    "remove-old-payloads": {"task": "indicators.tasks.remove_old_payloads", "schedule": timedelta(days=1)},
    "remove-old-mail-records": {
        "task": "goals.tasks.remove_old_mail_records",
        "schedule": timedelta(days=1),
    },
    "send-answers": {"task": "goals.tasks.send_answers", "schedule": timedelta(minutes=1)},
    "send-reminders": {"task": "goals.tasks.send_reminders", "schedule": crontab(hour=12, minute=0)},
    "send-digests": {"task": "goals.tasks.send_digests", "schedule": crontab(hour=12, minute=30)},
}

# --- Refresh ------------------------------------------------------------------------------------
PAYLOAD_DIR = DATA_DIR / "payloads"
PAYLOAD_DAYS = env.int("PAYLOAD_RETENTION", default=400)
if not 0 <= PAYLOAD_DAYS <= 36_500:
    stop("PAYLOAD_RETENTION must be 0 to 36500 days; 0 keeps raw answers for ever.")
PAYLOAD_RETENTION = timedelta(days=PAYLOAD_DAYS)
PUBLISHED_FIGURES = BASE_DIR / "indicators" / "catalogue" / "figures.csv"
FOLLOW_AGENCIES = env.bool("FOLLOW_AGENCIES", default=not IS_LOCAL_ONLY)
AGENCIES = (
    "worldbank", "fred", "fredgraph", "bls", "statcan", "inegi", "imf", "imf_datamapper", "oecd", "census",
    "bts", "comtrade", "undp",
)  # fmt: skip
SOURCE_URLS = {code: env.str(f"SOURCE_{code.upper()}_URL", default="") for code in AGENCIES}
KEY_VARIABLES = (
    "FRED_API_KEY", "BLS_API_KEY", "INEGI_TOKEN", "CENSUS_API_KEY", "BTS_APP_TOKEN", "COMTRADE_API_KEY",
)  # fmt: skip
SOURCE_KEYS = {name: env.str(name, default="") for name in KEY_VARIABLES}
REFRESH_LEASE = timedelta(seconds=env.int("REFRESH_LEASE", default=600))
if REFRESH_LEASE.total_seconds() < 1:
    stop("REFRESH_LEASE must be at least one second.")
REFRESH_MOST_ROWS = env.int("REFRESH_MOST_ROWS", default=50_000)
REFRESH_MOST_PAGES = env.int("REFRESH_MOST_PAGES", default=50)
REFRESH_MOST_MEGABYTES = env.int("REFRESH_MOST_MEGABYTES", default=20)
if min(REFRESH_MOST_ROWS, REFRESH_MOST_PAGES, REFRESH_MOST_MEGABYTES) < 1:
    stop("REFRESH_MOST_ROWS, REFRESH_MOST_PAGES and REFRESH_MOST_MEGABYTES must be at least 1.")
BREAKER_FAILURES = 5
BREAKER_PAUSE = timedelta(hours=1)

# --- Language, time, mail, static files ---------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("fr", _("French"))]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "northamerica.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="monitor@localhost")

# --- Sign-in ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "workspace:home", "public:home"
ACCOUNT_ADAPTER = "workspace.sign_in.AccountAdapter"
USERSESSIONS_ADAPTER = "workspace.account_trail.SessionsAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_SESSION_REMEMBER = True  # until SESSION_COOKIE_AGE without a request
ACCOUNT_SIGNUP_FORM_CLASS = "workspace.forms.NameForm"
ACCOUNT_FORMS = {
    "login": "workspace.sign_in_forms.LoginForm",
    "signup": "workspace.sign_in_forms.SignupForm",
    "add_email": "workspace.sign_in_forms.AddEmailForm",
    "reset_password": "workspace.sign_in_forms.ResetPasswordForm",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "30/10m/ip,5/15m/key"}
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0 if IS_LOCAL_ONLY else 1)
if TRUSTED_PROXIES < 0:
    stop("TRUSTED_PROXIES must be 0 or the number of own proxies in front of the site.")
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "North American Progress Monitor"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL_ONLY
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not IS_LOCAL_ONLY)

# --- Safety -------------------------------------------------------------------------------------
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600  # without a request
SESSION_LONGEST = timedelta(days=14)
CSRF_COOKIE_HTTPONLY = True
if not IS_LOCAL_ONLY:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^figures$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- API ----------------------------------------------------------------------------------------
API_REQUESTS_PER_MINUTE = {  # of one address, and of one token or person
    "address": env.int("API_REQUESTS_PER_MINUTE", default=1200),
    "reads": env.int("API_READS_PER_MINUTE", default=600),
    "writes": env.int("API_WRITES_PER_MINUTE", default=120),
}
if min(API_REQUESTS_PER_MINUTE.values()) < 1:
    stop("API_REQUESTS_PER_MINUTE, API_READS_PER_MINUTE and API_WRITES_PER_MINUTE must be at least 1.")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "northamerica.api.schema.PublicSchema",
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "northamerica.api.renderers.CSVRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["northamerica.api.parsers.StrictJSONParser"],
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "northamerica.api.negotiation.StrictNegotiation",
    "DEFAULT_PAGINATION_CLASS": "northamerica.api.pagination.StrictPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "northamerica.api.filters.ListFilterBackend",
        "northamerica.api.filters.ListOrderingFilter",
    ],
    "EXCEPTION_HANDLER": "northamerica.api.problems.handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "North American Progress Monitor",
    "VERSION": "1",
    "DESCRIPTION": (BASE_DIR / "northamerica" / "api" / "description.md").read_text(encoding="utf-8"),
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "FrequencyEnum": "indicators.models.Frequency.choices",
        "EvidenceGradeEnum": "goals.api.sent.EVIDENCE_GRADES",
        "ImportKindEnum": "goals.api.sent.IMPORT_KINDS",
        "SubGoalStateEnum": "goals.api.sent.SUB_GOAL_STATES",
        "UpdateStateEnum": "goals.api.sent.UPDATE_STATES",
        "MeasureProposalStateEnum": "goals.api.sent.PROPOSAL_STATES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "northamerica.api.schema.add_what_always_holds",
    ],
}

# --- Figures ------------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    stop("METRICS_TOKEN is too short; use a random one of at least 20 characters, or none.")

# --- Log ----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # Below WARNING both write whole addresses, and with them the keys of sources.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore")},
}
