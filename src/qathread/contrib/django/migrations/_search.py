"""The index of words, which each server has in a way of its own."""

from typing import Any

from django.db import OperationalError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_POSTGRESQL = (
    "CREATE INDEX qathread_searched_words ON qathread_searched"
    " USING gin (to_tsvector('simple', words))"
)
_ADD = "INSERT INTO qathread_search (rowid, words) VALUES (new.number, new.words);"
_DROP = (
    "INSERT INTO qathread_search (qathread_search, rowid, words)"
    " VALUES ('delete', old.number, old.words);"
)
# The words are letters and digits already; where they stand does not matter, so the
# index keeps no places, and takes the texts from their table.
_TABLE = (
    "CREATE VIRTUAL TABLE qathread_search USING fts5 (words, tokenize = 'ascii',"
    " detail = none, content = 'qathread_searched', content_rowid = 'number')"
)
_TRIGGERS = {"insert": _ADD, "delete": _DROP, "update": _DROP + _ADD}


class MakeSearch(Operation):
    """
    Make the index that searches use, and have it kept up.

    A SQLite that was built without FTS5 gets none: its searches read all words.
    """

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model has it."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make it."""
        connection = schema_editor.connection
        if not _is_here(app_label, schema_editor):
            return
        if connection.vendor == "postgresql":
            schema_editor.execute(_POSTGRESQL)
        elif connection.vendor == "sqlite" and _has_fts5(connection):
            schema_editor.execute(_TABLE)
            for what, then in _TRIGGERS.items():
                schema_editor.execute(
                    f"CREATE TRIGGER qathread_search_{what} AFTER {what.upper()}"
                    f" ON qathread_searched BEGIN {then} END"
                )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Remove it."""
        vendor = schema_editor.connection.vendor
        if not _is_here(app_label, schema_editor):
            return
        if vendor == "postgresql":
            schema_editor.execute("DROP INDEX IF EXISTS qathread_searched_words")
        elif vendor == "sqlite":
            for what in _TRIGGERS:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS qathread_search_{what}")
            schema_editor.execute("DROP TABLE IF EXISTS qathread_search")

    def describe(self) -> str:
        """Say what it does."""
        return "Make the index of words"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration that has nothing else."""
        return "search"


def _is_here(app_label: str, schema_editor: BaseDatabaseSchemaEditor) -> bool:
    """Whether the routers let the tables of the app be in this database."""
    from django.db import router

    return router.allow_migrate(schema_editor.connection.alias, app_label)


def _has_fts5(connection: Any) -> bool:
    with connection.cursor() as cursor:
        try:
            cursor.execute("CREATE VIRTUAL TABLE temp.qathread_probe USING fts5 (a)")
        except OperationalError as error:
            if "no such module" in str(error):
                return False
            raise
        cursor.execute("DROP TABLE temp.qathread_probe")
    return True
