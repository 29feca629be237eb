"""How the first moderator is made; later ones may be made in the admin pages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import names
from accounts.models import User


class Command(BaseCommand):
    """Gives an account the rights of a moderator, or takes them."""

    help = "Make somebody a moderator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the public name of an account."""
        parser.add_argument("name")
        parser.add_argument("--not", dest="no", action="store_true", help="no longer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        known = User.objects.filter(name_key=names.key(options["name"]))
        if not known.update(is_staff=not options["no"]):
            raise CommandError(f"nobody has the name {options['name']!r}")
