"""What a timer runs every hour or so."""

from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import letters, outbox, throttle


class Command(BaseCommand):
    """Sends mails that still wait, and throws away what has run out."""

    help = "Send mails that wait; delete old sessions, sign-ups and counts."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say how many mails went out."""
        sent = outbox.deliver()
        outbox.tidy()
        letters.tidy()
        throttle.tidy()
        Session.objects.filter(expire_date__lt=timezone.now()).delete()
        self.stdout.write(f"{sent} mails sent")
