"""``manage.py qathread_verify``."""

from typing import Any

from django.core.management.base import CommandError

from qathread.contrib.django._commands import StoreCommand, refusing
from qathread.stores import verify


class Command(StoreCommand):
    """Checks the store."""

    help = "Check that all that the store tells follows from the events it keeps."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; differences end the command with exit status 1."""
        store = self.store(options)
        with refusing():
            report = verify(store, progress=lambda ids: self.counting(ids, "threads"))
        if report.differences:
            raise CommandError(str(report))
        self.stdout.write(str(report))
