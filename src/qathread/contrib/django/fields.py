"""Fields of the tables that need more than Django's own."""

from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import TextField

if TYPE_CHECKING:
    _Text: TypeAlias = TextField[str, str]
else:
    _Text = TextField


class KeyField(_Text):
    """
    Text that is compared code point by code point, with nothing folded or padded.

    SQLite does so by itself; PostgreSQL has a collation for it, whatever the one of
    the database is.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return the type of the column."""
        # For "text" in small letters Django makes a second index of each key, for
        # comparing code points: here the first one does that.
        return "TEXT" if connection.vendor == "postgresql" else "text"

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Return the type of the column, with the collation of the server."""
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
