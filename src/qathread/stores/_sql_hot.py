"""The statements of a store that run all the time, built once."""

from typing import Any

from attrs import frozen
from sqlalchemy import Dialect, Insert, Select, Update, bindparam, func, insert, select
from sqlalchemy import update as changing
from sqlalchemy.dialects import mysql, postgresql, sqlite

from ._rows import SHOWN
from ._sql_tables import Tables, is_mysql


@frozen
class Hot:
    """
    Statements, with the names of their values.

    Building one takes longer than running it. The columns that an update changes are
    those that values are given for.

    Attributes:
        head: Of ``this`` thread.
        bodies: Of ``this`` thread, after ``low`` up to ``high``, with their versions.
        update: Of ``this`` thread.
        claim: Passes over an op id that is taken.
        appear: Passes over people who are noted already.
        event: Adds one or many.
        positions: Takes ``number`` positions of the feed.
    """

    head: Select[Any]
    head_locked: Select[Any]
    bodies: Select[Any]
    update: Update
    claim: Any
    appear: Any
    event: Insert
    positions: Update


def hot(tables: Tables, dialect: Dialect) -> Hot:
    """Return the statements for some tables, built at the first call."""
    known: Hot | None = tables.made.get(dialect.name)
    if known is None:
        known = tables.made[dialect.name] = _build(tables, dialect)
    return known


def passing(dialect: Dialect, table: Any) -> Any:
    """Return an insert that passes over rows whose keys are taken."""
    if is_mysql(dialect):
        return mysql.insert(table).prefix_with("IGNORE")
    return upserting(dialect, table).on_conflict_do_nothing()


def upserting(dialect: Dialect, table: Any) -> Any:
    """Return an insert that can be told what to do with what is there."""
    if is_mysql(dialect):
        return mysql.insert(table)
    if dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _build(tables: Tables, dialect: Dialect) -> Hot:
    threads, events, feed = tables.threads, tables.events, tables.feed
    c = threads.c
    this = bindparam("this", type_=c.id.type)
    head: Select[Any] = select(
        *(c.first, c.version, c.tail_bytes, c.rewrites),
        *(c.snapshot_version, c.snapshot_bytes),
        *(c[name] for name in SHOWN),
    ).where(c.id == this)
    number = feed.c.position + bindparam("number", type_=feed.c.position.type)
    taking = changing(feed).where(feed.c.id == 1)
    if is_mysql(dialect):  # its way of returning what an update has made
        taking = taking.values(position=func.last_insert_id(number))
    else:
        taking = taking.values(position=number).returning(feed.c.position)
    return Hot(
        head=head,
        head_locked=head.with_for_update(),
        bodies=select(events.c.version, events.c.body)
        .where(
            events.c.thread_id == this,
            events.c.version > bindparam("low"),
            events.c.version <= bindparam("high"),
        )
        .order_by(events.c.version),
        update=changing(threads).where(c.id == this),
        claim=passing(dialect, tables.operations),
        appear=passing(dialect, tables.people),
        event=insert(events),
        positions=taking,
    )
