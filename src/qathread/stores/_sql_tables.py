"""The tables of a store on a server, for SQLAlchemy and for a host's migrations."""

from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    TableClause,
    Text,
    UniqueConstraint,
    column,
    event,
    func,
    table,
    text,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from ._summaries import UNKNOWN

#: Bytes of UTF-8 that an id or a tag may have: what every server can index, twice.
MAX_KEY: Final = 1_000

#: Of the tables. A store on newer ones is refused.
SCHEMA_VERSION: Final = 1


class _Hex:
    """
    Sends bytes as hexadecimal digits.

    The text of each statement has its values in it with aiomysql, which cannot write
    bytes there: what it has for them is gone from PyMySQL since 1.2.
    """

    def bind_expression(self, bindvalue: BindParameter[Any]) -> ColumnElement[Any]:
        return func.unhex(bindvalue, type_=bindvalue.type)

    def bind_processor(self, dialect: Dialect) -> None:
        return None


class _HexKey(_Hex, mysql.VARBINARY):
    pass


class _HexBlob(_Hex, mysql.LONGBLOB):
    pass


class Key(TypeDecorator[str]):
    """
    Text that is compared code point by code point, with nothing folded or padded.

    PostgreSQL has a collation for that. MariaDB and MySQL have none that agrees with
    it in every version, so there it is the bytes of UTF-8.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type of the server."""
        if is_mysql(dialect):
            made = _HexKey if _needs_hex(dialect) else mysql.VARBINARY
            return dialect.type_descriptor(made(MAX_KEY))
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TEXT(collation="C"))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Write text as bytes where it is kept as bytes."""
        if value is None or not is_mysql(dialect):
            return value
        data = value.encode()
        return data.hex() if _needs_hex(dialect) else data

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Read bytes as text."""
        return value.decode() if isinstance(value, bytes) else value


class Body(TypeDecorator[bytes]):
    """Bytes of any length that an event or a snapshot may have."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type of the server."""
        if is_mysql(dialect):
            made = _HexBlob if _needs_hex(dialect) else mysql.LONGBLOB
            return dialect.type_descriptor(made())
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        """Write bytes as digits where they are sent so."""
        return value.hex() if value is not None and _needs_hex(dialect) else value


def _needs_hex(dialect: Dialect) -> bool:
    return is_mysql(dialect) and dialect.driver == "aiomysql"


_Words: Final = Text().with_variant(
    mysql.LONGTEXT(charset="ascii", collation="ascii_bin"), "mysql", "mariadb"
)
_Title: Final = Text().with_variant(
    mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
)


def is_mysql(dialect: Dialect) -> bool:
    """Whether a server is MariaDB or MySQL."""
    return dialect.name in ("mysql", "mariadb")


def _for_mysql(*_: object, dialect: Dialect, **__: object) -> bool:
    return is_mysql(dialect)


def indexed_words(searched: Table) -> ColumnElement[Any]:
    """Return what PostgreSQL finds posts by."""
    return func.to_tsvector(text("'simple'"), searched.c.words)


def search_table(searched: Table) -> TableClause:
    """Return the index of words in SQLite, which is a table."""
    name = searched.name.removesuffix("searched") + "search"
    return table(name, column("rowid"), column("words"), schema=searched.schema)


def make_search(searched: Table, connection: Connection) -> None:
    """Make the index of words in SQLite, and have it kept up."""
    quoted = connection.dialect.identifier_preparer.quote
    index = search_table(searched)
    schema = "" if index.schema is None else f"{quoted(index.schema)}."
    name, of = quoted(index.name), quoted(searched.name)
    add = f"INSERT INTO {name} (rowid, words) VALUES (new.number, new.words);"
    drop = (
        f"INSERT INTO {name} ({name}, rowid, words)"
        " VALUES ('delete', old.number, old.words);"
    )
    statements = [
        f"CREATE VIRTUAL TABLE {schema}{name} USING fts5 (words, tokenize = 'ascii',"
        f" detail = none, content = '{searched.name}', content_rowid = 'number')"
    ]
    for what, then in (("insert", add), ("delete", drop), ("update", drop + add)):
        trigger = quoted(f"{index.name}_{what}")
        statements.append(
            f"CREATE TRIGGER {schema}{trigger} AFTER {what.upper()} ON {of}"
            f" BEGIN {then} END"
        )
    statements.append(f"INSERT INTO {schema}{name} ({name}) VALUES ('rebuild')")
    for statement in statements:
        connection.exec_driver_sql(statement)


def _search_made(target: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        make_search(target, connection)


def _search_dropped(target: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        preparer = connection.dialect.identifier_preparer
        index = search_table(target)
        schema = "" if index.schema is None else f"{preparer.quote(index.schema)}."
        connection.exec_driver_sql(
            f"DROP TABLE IF EXISTS {schema}{preparer.quote(index.name)}"
        )


@frozen(eq=False)
class Tables:
    """The tables of one store."""

    threads: Table
    events: Table
    snapshots: Table
    parts: Table
    operations: Table
    tags: Table
    people: Table
    searched: Table
    erased: Table
    settings: Table
    feed: Table
    #: For each kind of server, the statements that run all the time.
    made: dict[str, Any] = field(factory=dict, init=False, repr=False)

    def all(self) -> tuple[Table, ...]:
        """Return all of them."""
        return (
            *(self.threads, self.events, self.snapshots, self.parts),
            *(self.operations, self.tags, self.people, self.searched),
            *(self.erased, self.settings, self.feed),
        )


def tables(metadata: MetaData, prefix: str = "qathread_") -> Tables:
    """
    Describe the tables of a store.

    Args:
        metadata: What they are added to; its schema is theirs.
        prefix: What their names begin with.

    Returns:
        The tables.
    """

    def named(name: str, *parts: Any) -> Table:
        return Table(
            prefix + name,
            metadata,
            *parts,
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mariadb_engine="InnoDB",
            mariadb_charset="utf8mb4",
        )

    def number(name: str, default: int) -> Column[int]:
        return Column(
            name, BigInteger, nullable=False, server_default=text(str(default))
        )

    threads = named(
        "threads",
        Column("id", Key, primary_key=True),
        Column("first", BigInteger, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("tail_bytes", BigInteger, nullable=False),
        number("rewrites", 0),
        Column("snapshot_version", BigInteger),
        Column("snapshot_bytes", BigInteger),
        Column("kind", String(16), nullable=False),
        Column("title", _Title),
        Column("author_id", Key),
        number("created", UNKNOWN),
        number("active", UNKNOWN),
        number("score", UNKNOWN),
        number("answers", 0),
        number("comments", 0),
        Column("accepted", SmallInteger, nullable=False),
        Column("flags", Integer, nullable=False),
    )
    for key in ("created", "active", "score", "answers"):
        Index(f"{prefix}threads_{key}", threads.c[key], threads.c.id)
    Index(f"{prefix}threads_author", threads.c.author_id, threads.c.created)
    events = named(
        "events",
        Column("thread_id", Key, primary_key=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        Column("position", BigInteger, nullable=False),
        Column("body", Body, nullable=False),
    )
    Index(f"{prefix}events_position", events.c.position, unique=True)
    searched = named(
        "searched",
        Column(
            "number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True
        ),
        Column("thread_id", Key, nullable=False),
        Column("post_id", Key, nullable=False),
        Column("words", _Words, nullable=False),
        UniqueConstraint("thread_id", "post_id", name=f"{prefix}searched_post"),
    )
    Index(
        f"{prefix}searched_words", indexed_words(searched), postgresql_using="gin"
    ).ddl_if(dialect="postgresql")
    Index(
        f"{prefix}searched_fulltext",
        searched.c.words,
        mysql_prefix="FULLTEXT",
        mariadb_prefix="FULLTEXT",
    ).ddl_if(callable_=_for_mysql)
    event.listen(searched, "after_create", _search_made)
    event.listen(searched, "before_drop", _search_dropped)
    tags = named(
        "tags",
        Column("tag", Key, primary_key=True),
        Column("thread_id", Key, primary_key=True),
    )
    Index(f"{prefix}tags_thread", tags.c.thread_id)
    people = named(
        "people",
        Column("user_id", Key, primary_key=True),
        Column("thread_id", Key, primary_key=True),
    )
    Index(f"{prefix}people_thread", people.c.thread_id)
    return Tables(
        threads=threads,
        events=events,
        snapshots=named(
            "snapshots",
            Column("thread_id", Key, primary_key=True),
            Column("body", Body, nullable=False),
        ),
        parts=named(
            "parts",
            Column("thread_id", Key, primary_key=True),
            Column("version", BigInteger, primary_key=True, autoincrement=False),
            Column("number", Integer, primary_key=True, autoincrement=False),
            Column("body", Body, nullable=False),
        ),
        operations=named(
            "operations",
            Column("op_id", Key, primary_key=True),
            Column("thread_id", Key, nullable=False),
            Column("base", BigInteger, nullable=False),
            Column("version", BigInteger, nullable=False),
        ),
        tags=tags,
        people=people,
        searched=searched,
        erased=named(
            "erased",
            Column("digest", Key, primary_key=True),
            Column("mode", String(16), primary_key=True),
        ),
        settings=named(
            "settings",
            Column("name", String(32), primary_key=True),
            Column("value", String(64), nullable=False),
        ),
        feed=named(
            "feed",
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("position", BigInteger, nullable=False),
        ),
    )


#: The tables that a store uses if it is not given others, for a host's migrations.
metadata: Final = MetaData()
TABLES: Final = tables(metadata)
