"""People, and what is kept for a while: sign-ups, letters, counts of tries."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin, UserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from . import names


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[misc]
    """
    Somebody with an account.

    The name is public and stands beside posts; the address is known to its owner and to
    the site, and is what one signs in with. Of each no two are alike, whatever their
    case or width.
    """

    username: "models.CharField[str, str]" = models.CharField(
        "name", max_length=names.LONGEST, unique=True
    )
    name_key: "models.CharField[str, str]" = models.CharField(
        max_length=4 * names.LONGEST, unique=True
    )
    email: "models.EmailField[str, str]" = models.EmailField(
        "e-mail address", max_length=254
    )
    email_key: "models.CharField[str | None, str | None]" = models.CharField(
        max_length=512, unique=True, null=True
    )
    is_staff: "models.BooleanField[bool, bool]" = models.BooleanField(
        "moderator", default=False
    )
    is_active: "models.BooleanField[bool, bool]" = models.BooleanField(
        "active", default=True
    )
    date_joined: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        "joined", default=timezone.now
    )
    # Raised to end all sessions, or all reset links mailed so far.
    session_serial: "models.PositiveIntegerField[int, int]" = (
        models.PositiveIntegerField(default=0)
    )
    reset_serial: "models.PositiveIntegerField[int, int]" = models.PositiveIntegerField(
        default=0
    )

    objects: ClassVar[UserManager["User"]] = UserManager()

    EMAIL_FIELD = "email"
    # The public name: the address must not end up beside posts.
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the keys of the name and the address."""
        self.name_key = names.key(self.username)
        self.email_key = names.key(self.email) or None
        fields: Iterable[str] | None = kwargs.get("update_fields")
        if fields is not None:
            also = {"username": "name_key", "email": "email_key"}
            kwargs["update_fields"] = {*fields, *(also.get(f, f) for f in fields)}
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        """Hash a password; however it was typed, é is é."""
        super().set_password(_plain(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether a password is right; an old hash is made anew."""
        return super().check_password(_plain(raw_password))

    async def acheck_password(self, raw_password: str | None) -> bool:
        """Tell whether a password is right; an old hash is made anew."""
        return await super().acheck_password(_plain(raw_password))

    def get_session_auth_hash(self) -> str:
        """Return what a session must hold: another password or serial ends it."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under the old secrets."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | None) -> str:
        value = f"{self.session_serial} {self.password}"
        mac = salted_hmac("accounts.session", value, secret=secret, algorithm="sha256")
        return mac.hexdigest()


def _plain(password: str | None) -> str | None:
    return None if password is None else unicodedata.normalize("NFKC", password)


class PendingSignUp(models.Model):
    """A sign-up whose mailed link was not used yet; the token itself is not kept."""

    token_digest: "models.CharField[str, str]" = models.CharField(
        max_length=64, primary_key=True
    )
    name: "models.CharField[str, str]" = models.CharField(max_length=names.LONGEST)
    email: "models.EmailField[str, str]" = models.EmailField(max_length=254)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now, db_index=True
    )


class Letter(models.Model):
    """A mail that waits to be sent; without an address it is only thrown away."""

    to: "models.EmailField[str, str]" = models.EmailField(max_length=254, blank=True)
    subject: "models.CharField[str, str]" = models.CharField(max_length=200)
    text: "models.TextField[str, str]" = models.TextField()
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now
    )
    claimed_at: "models.DateTimeField[datetime | None, datetime | None]" = (
        models.DateTimeField(null=True, db_index=True)
    )


class Tries(models.Model):
    """How often something was tried; the key does not tell by whom."""

    key: "models.CharField[str, str]" = models.CharField(
        max_length=64, primary_key=True
    )
    count: "models.PositiveIntegerField[int, int]" = models.PositiveIntegerField(
        default=0
    )
    since: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        default=timezone.now, db_index=True
    )
    until: "models.DateTimeField[datetime | None, datetime | None]" = (
        models.DateTimeField(null=True)
    )

    class Meta:
        verbose_name_plural = "tries"
