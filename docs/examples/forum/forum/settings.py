"""
Settings; what differs between machines comes from the environment (see README.md).

Without any variable this is a forum to try on one's own machine. With
``FORUM_PRODUCTION=1`` it refuses to start until the secret and the hosts are given.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

from . import environment

BASE_DIR = Path(__file__).resolve().parent.parent

# -- who and where -----------------------------------------------------------------

PRODUCTION = environment.flag("FORUM_PRODUCTION")
# Django's page of tracebacks. Off unless asked for, so that the forum's own error pages
# are what one sees while trying it.
DEBUG = environment.flag("FORUM_DEBUG") and not PRODUCTION

if PRODUCTION:
    SECRET_KEY = os.environ.get("FORUM_SECRET_KEY", "")
    ALLOWED_HOSTS = environment.words("FORUM_HOSTS")
    if len(SECRET_KEY) < 50 or not ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "in production set FORUM_SECRET_KEY (50 random characters or more) and "
            "FORUM_HOSTS (the names that the forum is reached by)"
        )
else:
    SECRET_KEY = "django-insecure-for-trying-the-forum-on-this-machine-only"
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Old secrets, so that a new one does not sign everybody out.
SECRET_KEY_FALLBACKS = environment.words("FORUM_OLD_SECRET_KEYS")

# How many proxies of ours stand before the server: that many entries at the end of
# X-Forwarded-For are true. With 0 the header is ignored.
PROXIES = environment.number("FORUM_PROXIES", 0)

SITE_NAME = os.environ.get("FORUM_NAME", "Q&A")

INSTALLED_APPS = [
    "forum.apps.ForumConfig",
    "accounts.apps.AccountsConfig",
    "board",
    "qathread.contrib.django",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Above all that may answer by itself, as to a host that is not ours.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "forum.middleware.PageHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionAge",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.Throttled",
]

ROOT_URLCONF = "forum.urls"
WSGI_APPLICATION = "forum.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forum.context.site",
            ],
        },
    },
]
# Every form is shown by templates/forum/field.html.
FORM_RENDERER = "forum.rendering.FormRenderer"

# -- what is kept -------------------------------------------------------------------

DATA_DIR = Path(os.environ.get("FORUM_DATA_DIR", BASE_DIR / "data"))
_url = os.environ.get("FORUM_DATABASE_URL", "")
if not _url:
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    _url = f"sqlite:///{quote(str(DATA_DIR / 'forum.db'))}"
DATABASES = {"default": environment.database(_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- accounts -----------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AddressBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "board:list"
LOGOUT_REDIRECT_URL = "board:list"

# The first makes new hashes; what the others made is still read, and made anew when its
# owner signs in.
PASSWORD_HASHERS = [
    "accounts.hashing.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Time, memory in KiB, lanes; the default is the second choice of RFC 9106.
ARGON2 = tuple(int(part) for part in environment.words("FORUM_ARGON2")) or (3, 65536, 4)

_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_validation}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email")},
    },
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.StableCharacters"},
]
PASSWORD_RESET_TIMEOUT = 30 * 60

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # unused for so long, it ends
SESSION_LONGEST = timedelta(days=30)  # and after so long in any case
SESSION_COOKIE_NAME = "__Host-forum" if PRODUCTION else "forum"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-forum-csrf" if PRODUCTION else "forum-csrf"
CSRF_FAILURE_VIEW = "forum.views.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# How often, in how many seconds. Kept in the database, so shared by all processes.
RATES = {
    "sign-in from one place": (30, 300),
    "sign-up from one place": (20, 3600),
    "sign-up mails to one address": (3, 3600),
    "reset from one place": (20, 3600),
    "reset mails to one address": (3, 3600),
    "posting": (environment.number("FORUM_POSTS_PER_MINUTE", 60), 60),
}

# -- mail ---------------------------------------------------------------------------

globals().update(
    environment.mail(
        os.environ.get("FORUM_MAIL_DIR", ""), os.environ.get("FORUM_MAIL_URL", "")
    )
)
DEFAULT_FROM_EMAIL = os.environ.get("FORUM_MAIL_FROM", "forum@localhost")
EMAIL_SUBJECT_PREFIX = ""

# -- what browsers are told ----------------------------------------------------------

# Nothing from elsewhere, nothing inline. JSON-LD blocks are data, which a browser does
# not run, so this does not concern them.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CONTENT_SECURITY_POLICY["upgrade-insecure-requests"] = ""
    if PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- files, language, time -----------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("FORUM_STATIC_DIR", DATA_DIR / "static"))
if PRODUCTION:
    # Names with a digest, which browsers may keep for ever.
    _storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": _storage},
    }
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # Also without DEBUG, an error is told on standard error, not by mail.
    "loggers": {"django": {"handlers": ["console"], "level": "INFO"}},
}
