"""``manage.py qathread_export``."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from qathread import Thread, formats
from qathread.contrib.django._commands import StoreCommand, refusing
from qathread.contrib.django.stores import DjangoStore
from qathread.stores import ThreadOrder, ThreadQuery


class Command(StoreCommand):
    """Writes threads to a file."""

    help = "Write threads to a file, all of them or those with some ids."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the ids, the target and how to write it."""
        super().add_arguments(parser)
        parser.add_argument("ids", nargs="*", help="Thread ids; all if left out.")
        parser.add_argument("path", help="Where to; - is standard output.")
        parser.add_argument(
            "--format",
            help=f"By suffix if left out: {', '.join(formats.names())}.",
        )
        parser.add_argument(
            "--strict", action="store_true", help="Refuse the first loss."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and write."""
        store = self.store(options)
        count = 0

        def counted() -> Iterator[Thread]:
            nonlocal count
            for thread in self.counting(_threads(store, options["ids"]), "threads"):
                count += 1
                yield thread

        with refusing():
            report = formats.write(
                counted(),
                options["path"],
                options["format"],
                strict=options["strict"],
            )
        self.tell(report)
        out = self.stderr if options["path"] == "-" else self.stdout
        out.write(f"{count:,} threads written")


def _threads(store: DjangoStore, ids: list[str]) -> Iterator[Thread]:
    """Yield threads by id, or all of them in the order of their ids."""
    if ids:
        yield from map(store.load, ids)
        return
    cursor = None
    while True:
        page = store.find(ThreadQuery(order=ThreadOrder.ID), cursor, 200)
        yield from (store.load(each.id) for each in page.items)
        cursor = page.next
        if cursor is None:
            return
