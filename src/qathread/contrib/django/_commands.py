"""What the management commands have in common."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS
from django.utils.module_loading import import_string

from ... import policies
from ...errors import QathreadError
from ...losses import LossReport
from ...policy import Policy
from .standings import Rules
from .stores import DjangoStore

T = TypeVar("T")

#: How often a line of progress is written anew.
_EVERY = 100


class StoreCommand(BaseCommand):
    """A command on the store of one database."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the database."""
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            help='Alias of the database, "default" if left out.',
        )

    def store(self, options: dict[str, Any]) -> DjangoStore:
        """Return the store that the options name."""
        with refusing():
            return DjangoStore(options["database"])

    def counter(self, what: str) -> Callable[[int], None]:
        """Return what shows how many there were so far: on a terminal only."""
        if not self.stderr.isatty():
            return lambda count: None

        def show(count: int) -> None:
            if count % _EVERY == 0:
                self.stderr.write(f"\r{count:,} {what}", ending="")
                self.stderr.flush()

        return show

    def counting(self, items: Iterable[T], what: str) -> Iterator[T]:
        """Yield the items, and show how many there were."""
        show = self.counter(what)
        for count, item in enumerate(items, start=1):
            yield item
            show(count)
        if self.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")

    def tell(self, report: LossReport) -> None:
        """Say what a conversion lost."""
        for loss in report:
            places = f" [{', '.join(loss.examples)}]" if loss.examples else ""
            self.stderr.write(f"{loss.kind}: {loss.count:,} {loss.message}{places}")


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what goes wrong into the message of the command."""
    try:
        yield
    except QathreadError as error:
        raise CommandError(f"{error.title}: {error}") from error
    except OSError as error:
        raise CommandError(str(error)) from error


def rules_named(name: str) -> Rules:
    """
    Return the policy that a name means.

    Args:
        name: Of a named policy, such as ``STACK_EXCHANGE``, or the dotted path of a
            value of the project, such as ``forum.rules.POLICY``.

    Raises:
        CommandError: If there is none.
    """
    if "." in name:
        try:
            found = import_string(name)
        except ImportError as error:
            raise CommandError(f"no policy {name!r}: {error}") from error
    else:
        known = [each for each in policies.__all__ if each.isupper()]
        wanted = name.upper().replace("-", "_")
        if wanted not in known:
            raise CommandError(
                f"no policy {name!r}: give the dotted path of one, or one of "
                f"{', '.join(known)}"
            )
        found = getattr(policies, wanted)
    if isinstance(found, Policy):
        return found
    pairs = list(found) if isinstance(found, list | tuple) else []
    if not pairs or not all(isinstance(pair, tuple) for pair in pairs):
        raise CommandError(f"{name} is a {type(found).__name__}, not a policy")
    return pairs
