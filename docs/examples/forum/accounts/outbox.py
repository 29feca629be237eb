"""
Mails, written down in the transaction that causes them and sent by a thread.

So an answer takes as long whether a mail goes out or not, and a mail server that is
slow or down stops nobody. What was not sent is tried again by the next mail and by
``tidy``.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

from django.core.mail import send_mail
from django.db import connection, connections, transaction
from django.db.models import Q
from django.utils import timezone

from .models import Letter

RETRY_AFTER = timedelta(minutes=10)
KEPT = timedelta(days=1)
_log = logging.getLogger("django.forum.mail")


def put(to: str, subject: str, text: str) -> None:
    """
    Have a mail sent soon after the transaction is over.

    Args:
        to: An address; empty for the same work and no mail.
        subject: One line.
        text: The mail, plain.
    """
    Letter.objects.create(to=to, subject=subject, text=text)
    transaction.on_commit(lambda: _sender().submit(_run))


def deliver() -> int:
    """Send what waits; return how many mails went out."""
    sent = 0
    while (letter := _claim()) is not None:
        if letter.to:
            try:
                send_mail(letter.subject, letter.text, None, [letter.to])
            except OSError:
                # SMTP errors are of this kind too. No address and no text in the log:
                # both are secrets.
                _log.exception("a mail was not sent; it is tried again later")
                break
            sent += 1
        letter.delete()
    return sent


def tidy() -> None:
    """Throw away what could not be sent for so long that its link has died."""
    Letter.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _claim() -> Letter | None:
    """Take the oldest letter that nobody else is sending."""
    now = timezone.now()
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        letter = (
            Letter.objects.select_for_update(skip_locked=skip)
            .filter(Q(claimed_at=None) | Q(claimed_at__lt=now - RETRY_AFTER))
            .order_by("pk")
            .first()
        )
        if letter is not None:
            letter.claimed_at = now
            letter.save(update_fields=["claimed_at"])
    return letter


@cache
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def _run() -> None:
    try:
        deliver()
    except Exception:
        _log.exception("the mails were not sent; they are tried again later")
    finally:
        connections.close_all()
