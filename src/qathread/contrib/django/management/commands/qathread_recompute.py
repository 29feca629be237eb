"""``manage.py qathread_recompute``."""

from typing import Any

from django.core.management.base import CommandParser

from qathread.contrib.django._commands import StoreCommand, refusing, rules_named
from qathread.contrib.django.models import Standing
from qathread.contrib.django.standings import recompute


class Command(StoreCommand):
    """Makes the standings anew."""

    help = "Count the reputation of all users anew, from all events."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the policy."""
        super().add_arguments(parser)
        parser.add_argument(
            "--policy",
            required=True,
            help="A named policy, such as STACK_EXCHANGE, or the dotted path of one "
            "of the project, such as forum.rules.POLICY.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count."""
        rules = rules_named(options["policy"])
        self.store(options)
        with refusing():
            position = recompute(
                rules, using=options["database"], step=self.counter("events")
            )
        users = Standing.objects.using(options["database"]).count()
        self.stdout.write(f"{users:,} standings, up to event {position:,}")
