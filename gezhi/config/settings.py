"""Settings: few and loud. A wrong value stops the boot and names the variable."""

import os
import secrets
from pathlib import Path

from gezhi.config.environment import base_address, database, hosts, mailer, networks, switch, texter
from gezhi.tenancy.keys import read_key_file

GEZHI_DATA = Path(os.environ.get("GEZHI_DATA", "data")).resolve()
GEZHI_KEY_FILE = Path(os.environ.get("GEZHI_KEY_FILE", GEZHI_DATA / "keys" / "install.key"))
GEZHI_MEDIA = GEZHI_DATA / "media"
GEZHI_LIMITS = switch("GEZHI_LIMITS", default=True)
GEZHI_HTTPS = switch("GEZHI_HTTPS", default=False)
GEZHI_MAIL = mailer("GEZHI_MAIL_URL", "GEZHI_MAIL_FROM")
GEZHI_WEBHOOK_NETS = networks("GEZHI_WEBHOOK_NETS")
GEZHI_WECOM_URL = base_address("GEZHI_WECOM_URL", "https://qyapi.weixin.qq.com")
GEZHI_WECOM_LOGIN_URL = base_address("GEZHI_WECOM_LOGIN_URL")
GEZHI_SMS = texter("GEZHI_SMS_URL", "GEZHI_SMS_SECRET")

# Reading settings writes nothing: `prepare` makes the key, and what serves or works asks for it first (config/install.py).
SECRET_KEY = (
    b"django:" + (read_key_file(GEZHI_KEY_FILE) if GEZHI_KEY_FILE.exists() else secrets.token_bytes(32))
).hex()
DEBUG = False
ALLOWED_HOSTS = hosts("GEZHI_HOSTS")
DATABASES = {"default": database("GEZHI_DATABASE_URL", GEZHI_DATA)}
ROOT_URLCONF = "gezhi.config.urls"
WSGI_APPLICATION = "gezhi.config.wsgi.application"
AUTH_USER_MODEL = "parties.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "gezhi.web",  # first: its templates stand before those of the log-in library
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "axes",
    "gezhi.tenancy",
    "gezhi.journal",
    "gezhi.places",
    "gezhi.catalogue",
    "gezhi.parties",
    "gezhi.evidence",
    "gezhi.duty",
    "gezhi.reports",
    "gezhi.cases",
    "gezhi.routing",
    "gezhi.notices",
    "gezhi.work",
    "gezhi.ledger",
    "gezhi.insight",
    "gezhi.channels.wecom",
    "gezhi.web.wecom",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gezhi.web.packing.packing",
    "csp.middleware.CSPMiddleware",
    "gezhi.web.middleware.storage_troubles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "gezhi.web.bodies.whole",
    "gezhi.web.once.once",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gezhi.web.middleware.jurisdiction_and_actor",
    "gezhi.web.middleware.refusals",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gezhi.web.context.look",
            ],
            "builtins": [f"gezhi.web.{one}" for one in ("icons", "punctuation", "routes", "storylines")],
            "libraries": {"i18n": "gezhi.web.texts"},
        },
    }
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "gezhi.parties.login.PostBackend",
]
AXES_ENABLED = GEZHI_LIMITS
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "gezhi.web.limits.address"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
ACCOUNT_ADAPTER = "gezhi.web.accounts.OfficeAdapter"
SOCIALACCOUNT_ADAPTER = "gezhi.web.accounts.LinkedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = None
# Wrong passwords are counted by axes; these bound guesses at the six digits of the second factor. Offices share an address.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,10/900s/key"} if GEZHI_LIMITS else False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Gezhi 格治"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = GEZHI_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gezhi.web.staticfiles.CollectedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 86400

DATA_UPLOAD_MAX_NUMBER_FIELDS = 600  # sixty problems of a pasted group, each with place, category and words
DATA_UPLOAD_MAX_NUMBER_FILES = 12
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 262_144
SESSION_ENGINE = "gezhi.web.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = GEZHI_HTTPS
SESSION_COOKIE_AGE = 14 * 86400
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "gezhi.web.errors.forged"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if GEZHI_HTTPS else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
LOGGING_CONFIG = None
