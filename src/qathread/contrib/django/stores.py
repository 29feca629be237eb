"""Threads in a database of a Django project."""

from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from asgiref.sync import sync_to_async

from ...errors import StoreClosedError
from ...stores._awaiting import (
    ErasesAwaited,
    FeedAwaited,
    ListsAwaited,
    RemembersAwaited,
)
from ...stores._over_rows import StoreOverRows
from ...stores._waiting import checked_wait
from ._rows import DjangoRows
from ._statements import MAX_KEY
from ._transactions import checked_alias, is_joined, run

__all__ = ["MAX_KEY", "AsyncDjangoStore", "DjangoStore"]

P = ParamSpec("P")
T = TypeVar("T")


class DjangoStore(StoreOverRows[DjangoRows]):
    """
    A store in a database of the project, PostgreSQL or SQLite.

    It keeps the promises of :class:`qathread.stores.ThreadStore` and of the other
    protocols of :mod:`qathread.stores`.

    Inside ``transaction.atomic()``, which is also where ``ATOMIC_REQUESTS`` puts a
    view, a call is part of that transaction: what the host writes beside is committed
    or rolled back with the thread. A call that is refused undoes itself alone, through
    a savepoint, and the host may go on. Nothing is committed or tried again then, and
    locks are waited for as the host's own statements wait for them. Outside of it each
    call is a transaction of its own, tried again where the database asks for it.

    On SQLite a view that reads before it saves, in one transaction, should take the
    lock when it begins: ``"OPTIONS": {"transaction_mode": "IMMEDIATE"}``. Otherwise
    the save raises StoreBusyError if somebody else wrote in between.

    After an erasure the standings are made anew by the next ``standings.catch_up``.
    Ids and tags have at most 1,000 bytes in UTF-8. One object may be used from many
    threads; it keeps the last few threads that it folded at hand.

    Args:
        using: The alias of the database, whatever the routers of the project say.
        busy_timeout: Seconds to wait for other transactions, in one of its own. On
            SQLite each statement waits for as long as ``OPTIONS["timeout"]`` says.

    Raises:
        ValidationError: If an argument is not valid.
    """

    def __init__(self, using: str = "default", *, busy_timeout: float = 5.0) -> None:
        super().__init__()
        self._using = checked_alias(using)
        self._wait = checked_wait(busy_timeout)

    def __repr__(self) -> str:
        return f"DjangoStore(using={self._using!r})"

    # -- inside ------------------------------------------------------------------

    def _is_joined(self) -> bool:
        return is_joined(self._using)

    def _run(self, work: Callable[[DjangoRows], T], *, writing: bool = False) -> T:
        if self._closed:
            raise StoreClosedError("this DjangoStore is closed: make a new one")
        return run(self._using, work, writing=writing, wait=self._wait)


class AsyncDjangoStore(RemembersAwaited, ListsAwaited, FeedAwaited, ErasesAwaited):
    """
    :class:`DjangoStore` for views and programs on an event loop.

    Its calls run where Django runs all code that blocks, on one thread for each
    request. As everywhere in Django, ``transaction.atomic()`` cannot be entered on the
    loop: put the steps of one transaction into a function, use ``DjangoStore`` there,
    and await ``sync_to_async(function)()``.

    A cancelled call comes to its end on its thread: a save is whole or absent.

    Args:
        using: As for :class:`DjangoStore`.
        busy_timeout: As for :class:`DjangoStore`.

    Raises:
        ValidationError: If an argument is not valid.
    """

    def __init__(self, using: str = "default", *, busy_timeout: float = 5.0) -> None:
        store = DjangoStore(using, busy_timeout=busy_timeout)
        super().__init__(store, _aside, _aside)

    async def close(self) -> None:
        """Refuse any further use; the connections are Django's."""
        self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Async{self._store!r}"


async def _aside(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function where Django runs code that blocks."""
    return await sync_to_async(function, thread_sensitive=True)(*args, **kwargs)
