"""The tables of a store on a server, for SQLAlchemy and for a host's migrations."""

from typing import Any, Final

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from ._summaries import UNKNOWN

#: Bytes of UTF-8 that an id or a tag may have: what every server can index, twice.
MAX_KEY: Final = 1_000

#: Of the tables. A store on newer ones is refused.
SCHEMA_VERSION: Final = 1


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
            return dialect.type_descriptor(mysql.VARBINARY(MAX_KEY))
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TEXT(collation="C"))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Write text as bytes where it is kept as bytes."""
        return value.encode() if value is not None and is_mysql(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Read bytes as text."""
        return value.decode() if isinstance(value, bytes) else value


#: Of any length that a body may have, on every server.
_Bytes: Final = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
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


@frozen
class Tables:
    """The tables of one store."""

    threads: Table
    events: Table
    snapshots: Table
    operations: Table
    tags: Table
    people: Table
    searched: Table
    erased: Table
    settings: Table
    feed: Table

    def all(self) -> tuple[Table, ...]:
        """Return all of them."""
        return (
            *(self.threads, self.events, self.snapshots, self.operations),
            *(self.tags, self.people, self.searched),
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

    def table(name: str, *parts: Any) -> Table:
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

    threads = table(
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
    for column in ("created", "active", "score", "answers"):
        Index(f"{prefix}threads_{column}", threads.c[column], threads.c.id)
    Index(f"{prefix}threads_author", threads.c.author_id, threads.c.created)
    events = table(
        "events",
        Column("thread_id", Key, primary_key=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        Column("position", BigInteger, nullable=False),
        Column("body", _Bytes, nullable=False),
    )
    Index(f"{prefix}events_position", events.c.position, unique=True)
    searched = table(
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
        f"{prefix}searched_words",
        func.to_tsvector(text("'simple'"), searched.c.words),
        postgresql_using="gin",
    ).ddl_if(dialect="postgresql")
    Index(
        f"{prefix}searched_fulltext",
        searched.c.words,
        mysql_prefix="FULLTEXT",
        mariadb_prefix="FULLTEXT",
    ).ddl_if(callable_=_for_mysql)
    tags = table(
        "tags",
        Column("tag", Key, primary_key=True),
        Column("thread_id", Key, primary_key=True),
    )
    Index(f"{prefix}tags_thread", tags.c.thread_id)
    people = table(
        "people",
        Column("user_id", Key, primary_key=True),
        Column("thread_id", Key, primary_key=True),
    )
    Index(f"{prefix}people_thread", people.c.thread_id)
    return Tables(
        threads=threads,
        events=events,
        snapshots=table(
            "snapshots",
            Column("thread_id", Key, primary_key=True),
            Column("body", _Bytes, nullable=False),
        ),
        operations=table(
            "operations",
            Column("op_id", Key, primary_key=True),
            Column("thread_id", Key, nullable=False),
            Column("base", BigInteger, nullable=False),
            Column("version", BigInteger, nullable=False),
        ),
        tags=tags,
        people=people,
        searched=searched,
        erased=table(
            "erased",
            Column("digest", Key, primary_key=True),
            Column("mode", String(16), primary_key=True),
        ),
        settings=table(
            "settings",
            Column("name", String(32), primary_key=True),
            Column("value", String(64), nullable=False),
        ),
        feed=table(
            "feed",
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("position", BigInteger, nullable=False),
        ),
    )


#: The tables that a store uses if it is not given others, for a host's migrations.
metadata: Final = MetaData()
TABLES: Final = tables(metadata)
