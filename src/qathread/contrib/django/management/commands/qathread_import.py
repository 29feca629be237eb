"""``manage.py qathread_import``."""

from collections import Counter
from typing import Any

from django.core.management.base import CommandParser

from qathread import formats
from qathread.contrib.django._commands import StoreCommand, refusing, rules_named
from qathread.contrib.django.standings import catch_up
from qathread.errors import IntegrityError, ValidationError
from qathread.stores._importing import Saved, save_imported


class Command(StoreCommand):
    """Saves the threads of a file, each in a transaction of its own."""

    help = (
        "Save the threads of a file or folder. What is stored already stays as it is, "
        "so the command can be interrupted and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the source and how to read it."""
        super().add_arguments(parser)
        parser.add_argument("path", help="What to read; - is standard input.")
        parser.add_argument(
            "--format",
            help=f"By suffix and content if left out: {', '.join(formats.names())}.",
        )
        parser.add_argument(
            "--strict", action="store_true", help="Refuse the first damage or loss."
        )
        parser.add_argument(
            "--policy",
            help="Then bring the standings up to date by this policy: its name, or "
            "the dotted path of one of the project.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and save."""
        store = self.store(options)
        rules = options["policy"] and rules_named(options["policy"])
        became, refused = Counter[Saved](), 0
        with refusing():
            reading = formats.read(
                options["path"], options["format"], strict=options["strict"]
            )
            with reading:
                for thread in self.counting(reading, "threads"):
                    try:
                        became[save_imported(store, thread)] += 1
                    except (ValidationError, IntegrityError) as error:
                        refused += 1
                        self.stderr.write(f"skipped: thread {thread.id}: {error}")
            self.tell(reading.report)
            if rules:
                catch_up(rules, using=options["database"])
        self.stdout.write(
            f"{became[Saved.NEW]:,} threads saved, {became[Saved.THERE]:,} were there, "
            f"{became[Saved.OTHERWISE]:,} are stored with other content, "
            f"{refused:,} cannot be stored"
        )
