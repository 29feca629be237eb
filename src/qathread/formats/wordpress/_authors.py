"""The people that an export lists."""

from datetime import tzinfo

from ...users import User
from .._report import Collector
from .._xml_events import Record
from .._xml_members import of_record, taken_text

__all__ = ["Authors"]


class Authors:
    """
    The people that an export lists, and how it states times.

    Args:
        report: Hears of what does not fit.
        zone: The zone of times that state none.
    """

    def __init__(self, report: Collector, zone: tzinfo | None) -> None:
        self._report, self.zone = report, zone
        self._by_login: dict[str, User] = {}
        self._by_number: dict[str, User] = {}

    def take(self, record: Record) -> None:
        """Keep one ``wp:author``."""
        members = of_record(record, self._report)
        login = taken_text(members, "wp:author_login")
        if login is None:
            self._report.damage(
                "field",
                "an author without wp:author_login: it is left out",
                str(members.where),
                kind="skipped",
            )
            return
        name = taken_text(members, "wp:author_display_name")
        self._by_login[login] = User(id=login, name=name, handle=login)
        number = taken_text(members, "wp:author_id")
        if number is not None:
            self._by_number[number] = self._by_login[login]
        if members.rest:
            self._report.tell(
                "author-members",
                "what is said of authors beside login, number and name shown, such as "
                "addresses: it is left out",
                f"{members.where}: {login}, {', '.join(members.rest)}",
            )

    def of_login(self, login: str) -> User:
        """Return who has a login."""
        return self._by_login.get(login) or User(id=login, handle=login)

    def of_number(self, number: str, name: str | None) -> User:
        """Return who has a number."""
        return self._by_number.get(number) or User(id=f"user:{number}", name=name)
