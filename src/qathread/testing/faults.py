"""
Faults on purpose: what does a program do when its store fails?

A plan says which calls meet which fault, :func:`faulty` puts it before a store. Here
the answer of a save is lost: it took effect, but the program does not know. A program
that repeats it under the same op id saves once.

>>> from datetime import UTC, datetime
>>> from qathread import User, posting
>>> from qathread.errors import OutcomeUnknownError
>>> from qathread.stores import MemoryStore
>>> from qathread.testing import faults
>>> lost = faults.at(1, faults.LostAnswer(), on="save")
>>> store = faults.faulty(MemoryStore(), lost)
>>> ada, now = User(id="ada"), datetime(2026, 1, 1, tzinfo=UTC)
>>> question = posting.ask("tea", title="How hot?", body="", by=ada, at=now)
>>> for attempt in range(3):
...     try:
...         saved = store.save(question, op_id="request-7")
...         break
...     except OutcomeUnknownError as error:
...         print(error)
the answer of save was lost by a planted fault
>>> saved.version, len(store.history("tea"))
(1, 1)
>>> [str(each) for each in lost.met]
['save 1: LostAnswer(error=None)']

Faults can also be drawn, ``by_chance(0.1, Refusal(), LostAnswer(), seed=1)``, or come
at a statement of the database below the store; see :func:`sqlite_statements` and
:func:`sqlalchemy_statements`. With :class:`Kill`, in a child process, a test can end a
program at every statement, one after the other, and look at what is stored.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Union

from ._faults_calls import faulty
from ._faults_plans import (
    Delay,
    Fault,
    Kill,
    LostAnswer,
    Met,
    Plan,
    Refusal,
    at,
    by_chance,
)
from ._faults_sqlite import sqlite_error, sqlite_statements

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = [
    "Delay",
    "Fault",
    "Kill",
    "LostAnswer",
    "Met",
    "Plan",
    "Refusal",
    "at",
    "by_chance",
    "faulty",
    "sqlalchemy_statements",
    "sqlite_error",
    "sqlite_statements",
]


def sqlalchemy_statements(
    engine: Union["Engine", "AsyncEngine"], *plans: Plan
) -> AbstractContextManager[None]:
    """
    Plant faults in the statements of a SQLAlchemy engine, within a block.

    A call is one round to the database, named by its text, or ``COMMIT``. A round
    that sends many rows at once counts as one.

    Args:
        engine: Whose statements fail, in all its connections.
        plans: Which ones; the first plan that has a fault decides. A refusal is an
            OperationalError of the driver, unless it names another error. A lost
            answer closes the connection, as a server does that goes away, and is
            such an error too.

    Raises:
        MissingExtraError: If SQLAlchemy is not installed.
    """
    from ._faults_sqlalchemy import statements

    return statements(engine, plans)
