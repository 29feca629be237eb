"""
The mails of accounts.

Whether an address is known must not show: not by the page, and not by the time that it
takes. So both ways do the same work, up to a mail without an address, which is thrown
away.
"""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from . import names, outbox, throttle
from .models import PendingSignUp, User

SIGN_UP_LASTS = timedelta(days=1)


class _ResetTokens(PasswordResetTokenGenerator):
    """Django's tokens; a new one ends those before it."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        return f"{super()._make_hash_value(user, timestamp)} {user.reset_serial}"


reset_tokens = _ResetTokens()


def sign_up(request: HttpRequest, name: str, email: str) -> None:
    """Mail a link that makes the account; who has one already is told so by mail."""
    key = names.key(email)
    owner = User.objects.filter(email_key=key).first()
    token = secrets.token_urlsafe(32)
    PendingSignUp.objects.create(token_digest=digest(token), name=name, email=email)
    template = "sign_up" if owner is None else "sign_up_known"
    path = reverse("accounts:activate", args=[token])
    if owner is not None:
        path = reverse("accounts:forgot")
        email = owner.email
    within = throttle.allowed("sign-up mails to one address", key)
    _send(request, email if within else "", template, path, name)


def reset(request: HttpRequest, email: str) -> None:
    """Mail a link to a new password, to the address that is kept, if it is."""
    key = names.key(email)
    user = User.objects.filter(email_key=key, is_active=True).first()
    within = throttle.allowed("reset mails to one address", key)
    send = user is not None and within
    if user is None:
        # Nobody, for whom everything below is done all the same.
        user = User(pk=0, username="somebody", email=email)
    if within:
        row = User.objects.filter(pk=user.pk)
        row.update(reset_serial=F("reset_serial") + 1)
        user.reset_serial = row.values_list("reset_serial", flat=True).first() or 0
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("accounts:reset", args=[uid, reset_tokens.make_token(user)])
    _send(request, user.email if send else "", "reset", path, user.username)


def password_changed(request: HttpRequest, user: User) -> None:
    """Tell the owner; it may have been somebody else."""
    path = reverse("accounts:forgot")
    _send(request, user.email, "password_changed", path, user.username)


def erased(request: HttpRequest, name: str, email: str) -> None:
    """Tell a former owner that nothing is left."""
    _send(request, email, "erased", reverse("board:list"), name)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def tidy() -> None:
    """Throw away sign-ups whose link has died."""
    old = timezone.now() - SIGN_UP_LASTS
    PendingSignUp.objects.filter(created_at__lt=old).delete()


def _send(request: HttpRequest, to: str, template: str, path: str, name: str) -> None:
    context = {"name": name, "link": request.build_absolute_uri(path)}
    text = render_to_string(f"accounts/mail/{template}.txt", context)
    subject, _, body = text.partition("\n")
    outbox.put(to, subject.strip(), body.lstrip("\n"))
