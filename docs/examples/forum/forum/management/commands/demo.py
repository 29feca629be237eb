"""One command to look at the forum."""

import importlib.util
import secrets
from argparse import ArgumentParser
from typing import Any

from accounts import people
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Makes the tables, some people and threads, then runs the server."""

    help = "Run the forum with some threads, to look at on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to listen, and a password instead of a random one."""
        parser.add_argument("address", nargs="?", default="127.0.0.1:8000")
        parser.add_argument("--password", help="of all accounts (default: random)")
        parser.add_argument("--no-server", action="store_true", help="stop before it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare all and serve."""
        call_command("migrate", verbosity=0)
        password = options["password"] or secrets.token_urlsafe(9)
        for name in people.DEMO:
            people.person(name, password=password, moderator=name == people.MODERATOR)
        if importlib.util.find_spec("board.seed") is not None:
            importlib.import_module("board.seed").seed()
        self.stdout.write("Accounts, all with the password " + password)
        for name in people.DEMO:
            note = " (moderates)" if name == people.MODERATOR else ""
            self.stdout.write(f"  {name.lower()}@example.org{note}")
        if not options["no_server"]:
            # Static files also without DEBUG; see settings.py.
            call_command(
                "runserver",
                options["address"],
                use_reloader=False,
                insecure_serving=True,
            )
