"""Django's settings. Everything that a deployment may change is read here, from TENANTPILOT_* variables."""

from pathlib import Path

from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured

from tenantpilot.config import environment as env
from tenantpilot.config import sqlite
from tenantpilot.config.logs import logging_settings

sqlite.use_bundled()

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", Path.cwd() / ".data")
DEMO = env.boolean("DEMO", default=False)
DEBUG = False

SECRET_KEY = env.secret("SECRET_KEY", DATA_DIR / "secret.key") or "not-a-secret-only-for-commands-before-setup"
# Keys that seal credentials at rest: "id:base64 of 32 bytes", newest first; the rest can still open.
SEALING_KEYS = env.words("SEALING_KEYS", env.content(DATA_DIR / "sealing.keys").split())
KEYS_ARE_IN_ENVIRONMENT = bool(env.text("SECRET_KEY", "") and env.text("SEALING_KEYS", ""))
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("TRUSTED_ORIGINS", [])
# Whose word is taken for the scheme and the client's address: proxies in front, and nobody else.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", ["127.0.0.1", "::1"])
# Where people reach the pages, for `tenantpilot doctor`.
PUBLIC_ADDRESS = env.text("PUBLIC_ADDRESS", "").rstrip("/")
if PUBLIC_ADDRESS and not PUBLIC_ADDRESS.startswith(("https://", "http://")):
    raise ImproperlyConfigured("TENANTPILOT_PUBLIC_ADDRESS is no address such as https://pilot.example.")
if DEMO and (strangers := env.beyond_this_machine(ALLOWED_HOSTS)):
    raise ImproperlyConfigured(
        "TENANTPILOT_DEMO=1 signs people in by link, so it answers to this machine alone: "
        f"take {', '.join(strangers)} out of TENANTPILOT_ALLOWED_HOSTS."
    )

INSTALLED_APPS = [
    "tenantpilot.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",  # the usual one puts loaders of its own in the place of ours
    "csp",
    "tenantpilot.core",
    "tenantpilot.audit",
    "tenantpilot.tenancy",
    "tenantpilot.operations",
    "tenantpilot.artifacts",
    "tenantpilot.inventory",
    "tenantpilot.directory",
    "tenantpilot.versions",
    "tenantpilot.backups",
    "tenantpilot.restores",
]

MIDDLEWARE = [
    "tenantpilot.web.frame.proxies.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenantpilot.web.frame.middleware.RequestIdMiddleware",
    "tenantpilot.web.frame.headers.PrivatePageMiddleware",
    "tenantpilot.web.frame.headers.RequestSizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenantpilot.web.frame.middleware.ReachOfPersonMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenantpilot.web.frame.middleware.ArchivedTenantMiddleware",
]

ROOT_URLCONF = "tenantpilot.config.urls"
WSGI_APPLICATION = "tenantpilot.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATE_LOADERS = ["tenantpilot.web.frame.compact.CompactLoader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "tenantpilot.web.frame.drawing.VisibleTemplates",
        "NAME": "django",
        # Each feature of the pages keeps its templates beside its views.
        "DIRS": sorted(Path(__file__).parents[1].glob("web/*/templates")),
        "OPTIONS": {
            "loaders": [
                ("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", TEMPLATE_LOADERS)])
            ],
            "libraries": {name: f"tenantpilot.web.ui.templatetags.{name}" for name in ("domain", "pilot")},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenantpilot.web.frame.context.frame",
            ],
        },
    }
]

# A process that is suspended in the middle of a write holds its locks until PostgreSQL ends its session.
IDLE_TRANSACTION_SECONDS = env.integer("IDLE_TRANSACTION_SECONDS", 30)
DATABASES = {
    "default": env.database(
        "DATABASE_URL",
        default=DATA_DIR / "tenantpilot.sqlite3",
        idle_transaction_seconds=IDLE_TRANSACTION_SECONDS,
    )
}
ON_POSTGRESQL = "postgresql" in DATABASES["default"]["ENGINE"]
if ON_POSTGRESQL:
    # Its tables are there whichever engine is chosen, so that changing the engine is one setting.
    INSTALLED_APPS.append("procrastinate.contrib.django")
    PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
# Row-level security. The owner of the tables is named to `tenantpilot migrate` alone; no other process needs it.
ROW_SECURITY = env.boolean("ROW_SECURITY", default=False)
if ROW_SECURITY:
    if not ON_POSTGRESQL:
        raise ImproperlyConfigured("TENANTPILOT_ROW_SECURITY=1 needs PostgreSQL: set TENANTPILOT_DATABASE_URL.")
    APPLICATION_ROLE = DATABASES["default"]["USER"]
    # Migrations of libraries know one database alone, so a process that is told the owner signs in as the owner.
    OWNS_DATABASE = bool(env.text("OWNER_DATABASE_URL", ""))
    if OWNS_DATABASE:
        DATABASES["default"] |= env.database(
            "OWNER_DATABASE_URL", default=DATA_DIR / "never", idle_transaction_seconds=IDLE_TRANSACTION_SECONDS
        )
    DATABASES["default"]["ENGINE"] = "tenantpilot.tenancy.postgresql"

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["interactive", "scheduled", "bulk"],
    }
}

# People
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["tenantpilot.web.sign_in.backend.AddressBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "tenantpilot.web.sign_in.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "tenantpilot.web.sign_in.forms.PasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
# The library counts in each process for itself, and by address alone: tenancy.attempts does both otherwise.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "tenantpilot.web.sign_in.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "tenantpilot.web.sign_in.forms.CodeForm",
    "reauthenticate": "tenantpilot.web.sign_in.forms.CodeAgainForm",
    "activate_totp": "tenantpilot.web.sign_in.forms.TurnOnForm",
    "add_webauthn": "tenantpilot.web.sign_in.forms.NewPasskeyForm",
    "authenticate_webauthn": "tenantpilot.web.sign_in.forms.PasskeyForm",
    "reauthenticate_webauthn": "tenantpilot.web.sign_in.forms.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "TenantPilot"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Mail, for invitations alone: without a server none is sent and none is promised.
vars().update(MAIL := env.mail_server("SMTP_URL"))
SENDS_MAIL = "EMAIL_HOST" in MAIL
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "tenantpilot@localhost")
# Signed links that sign a demo person in. Never outside the demo, and only as long as the demo that made them runs.
DEMO_SIGN_IN_LINKS = DEMO
DEMO_RUN = env.text("DEMO_RUN", "")

# Cookies and headers
HTTPS = env.boolean("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "tenantpilot_session"
CSRF_COOKIE_NAME = "tenantpilot_csrf"
CSRF_FAILURE_VIEW = "tenantpilot.web.frame.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid",
                    "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking")
)  # fmt: skip
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A restore of 5,000 objects sends two fields for each: which policy, and which of its versions.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
# The whole body, files included.
REQUEST_MAX_BYTES = env.integer("REQUEST_MAX_MEGABYTES", 10, least=1) * 2**20
# The same for a signed-in person at the addresses that take an archive. Django writes such a file to disk as it comes.
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_MEGABYTES", 256, least=1) * 2**20

# Pages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = PACKAGE / "web" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# The build puts the hash of the content into every name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/.+\.[0-9a-f]{12}\.[a-z0-9]+$"

# Operations
ENGINES = {
    "database": "tenantpilot.operations.queues.dispatch.DatabaseDispatcher",
    "procrastinate": "tenantpilot.operations.queues.procrastinate.ProcrastinateDispatcher",
}
OPERATIONS_DISPATCHER = env.choice("ENGINE", "database", ENGINES)
if ENGINES["procrastinate"] == OPERATIONS_DISPATCHER and not ON_POSTGRESQL:
    raise ImproperlyConfigured("TENANTPILOT_ENGINE=procrastinate needs PostgreSQL: set TENANTPILOT_DATABASE_URL.")
OPERATIONS_LEASE_SECONDS = env.number("LEASE_SECONDS", 60)
OPERATIONS_HEARTBEAT_SECONDS = env.number("HEARTBEAT_SECONDS", 15)
OPERATIONS_TICK_SECONDS = env.number("TICK_SECONDS", 1)
OPERATIONS_RECONCILE_SECONDS = env.number("RECONCILE_SECONDS", 10)
OPERATIONS_REDISPATCH_SECONDS = env.number("REDISPATCH_SECONDS", 60)
# A run that can do nothing for as long as this gives its worker to others meanwhile.
OPERATIONS_WAIT_HERE_SECONDS = env.number("WAIT_HERE_SECONDS", 30)
# A run mostly waits for Graph, so a worker process works on several, in threads.
OPERATIONS_RUNS_PER_WORKER = env.integer("RUNS_PER_WORKER", 4, least=1)
# How long a worker takes no run in the place of one that our own database was away from.
OPERATIONS_PAUSE_SECONDS = env.number("PAUSE_SECONDS", 5)
OPERATIONS_PER_TENANT = env.integer("OPERATIONS_PER_TENANT", 4, least=1)
OPERATIONS_PER_WORKSPACE = env.integer("OPERATIONS_PER_WORKSPACE", 16, least=1)
# How many days a run is kept: by outcome, or for one type otherwise ("inventory_sync.succeeded=30").
OPERATIONS_KEEP_DAYS = env.days(
    "KEEP_RUNS", {"succeeded": 180, "partially_succeeded": 365, "failed": 365, "cancelled": 90}
)
OPERATIONS_RETENTION_HOUR = env.integer("RETENTION_HOUR", 3)
# How long a process that is asked to end may go on with what it does.
SHUTDOWN_GRACE_SECONDS = env.number("SHUTDOWN_GRACE_SECONDS", 25)

# Who may scrape /metrics: whoever sends this token, or without one this machine alone.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

# Microsoft Graph. Where set, every tenant's hosts are replaced by the simulator's (demo and tests).
GRAPH_SIMULATOR_URL = env.text("GRAPH_SIMULATOR_URL", "")
if GRAPH_SIMULATOR_URL and not DEMO:
    raise ImproperlyConfigured("TENANTPILOT_GRAPH_SIMULATOR_URL is for the demo and the tests: set TENANTPILOT_DEMO=1.")
# The way out to Microsoft, where there is no direct one; the environment's own proxy variables are not looked at.
GRAPH_PROXY = env.text("GRAPH_PROXY", "")
if GRAPH_PROXY and not GRAPH_PROXY.startswith(("http://", "https://")):
    raise ImproperlyConfigured("TENANTPILOT_GRAPH_PROXY is no address such as http://proxy.example:3128.")
GRAPH_CA_FILE = env.file("GRAPH_CA_FILE")
# Workers keep to Graph's limits together, through the database; switched off, each process counts for itself.
GRAPH_SHARED_BUDGET = env.boolean("GRAPH_SHARED_BUDGET", default=True)
# What Microsoft allows an application in one tenant: requests, writes among them, in so many seconds.
GRAPH_LIMITS = env.rates(
    "GRAPH_LIMITS",
    {
        "intune": (1000, 100, 20.0),
        "intune_apps": (1000, 100, 20.0),
        "intune_enrollment": (1000, 100, 20.0),
        "intune_rbac": (1000, 100, 20.0),
        "intune_devices": (2000, 200, 20.0),
        "conditional_access": (1, 1, 1.0),
        "directory": (1500, 200, 10.0),
    },
)
GRAPH_LIMIT_PERCENT = env.integer("GRAPH_LIMIT_PERCENT", 95, least=1)
if GRAPH_LIMIT_PERCENT > 100:
    raise ImproperlyConfigured("TENANTPILOT_GRAPH_LIMIT_PERCENT is more than 100: Graph would refuse what is above.")

LOGGING_CONFIG = None
LOG_FORMAT = env.choice("LOG_FORMAT", "console", {name: name for name in ("console", "json")})
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", {name: name for name in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")})
logging_settings(level=LOG_LEVEL, json_lines=LOG_FORMAT == "json")
