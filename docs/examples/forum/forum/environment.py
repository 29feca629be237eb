"""What the environment says, read with the standard library and checked."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    """Tell whether a variable is ``1``; only ``1``, ``0`` and nothing are valid."""
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"{name} is 1 or 0, not {value!r}")
    return value == "1"


def number(name: str, default: int) -> int:
    """Return a variable's value, a whole number of at least 0."""
    value = os.environ.get(name, str(default))
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} is a whole number, not {value!r}")
    return int(value)


def words(name: str) -> list[str]:
    """Return the parts of a variable, set apart by commas or blanks."""
    return os.environ.get(name, "").replace(",", " ").split()


def database(url: str) -> dict[str, Any]:
    """
    Return Django's settings for one database.

    Args:
        url: ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or
            ``postgresql://user:password@host:5432/name?sslmode=require``; what
            stands after ``?`` goes to the driver.
    """
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query, strict_parsing=True)) or {}
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")),
            "OPTIONS": {
                # Take the write lock at once: a transaction that reads first and
                # writes later would fail where another wrote between.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # Readers do not wait for a writer, and a commit reaches the disk.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                **options,
            },
        }
    if parts.scheme in ("postgresql", "postgres"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
        }
    # The address is not shown: it may hold a password.
    raise ImproperlyConfigured(
        f"FORUM_DATABASE_URL begins with sqlite: or postgresql:, not {parts.scheme!r}"
    )


def mail(folder: str, url: str) -> dict[str, Any]:
    """
    Return Django's settings for sending mail.

    Args:
        folder: Where each mail becomes a file; empty for none.
        url: ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://`` (TLS from
            the start). Without either, mail is printed.
    """
    backends = "django.core.mail.backends"
    if folder:
        backend = f"{backends}.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": folder}
    if not url:
        return {"EMAIL_BACKEND": f"{backends}.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("FORUM_MAIL_URL reads smtp://... or smtps://...")
    direct = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": f"{backends}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if direct else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": direct,
        "EMAIL_USE_TLS": not direct,
        "EMAIL_TIMEOUT": 20,
    }
