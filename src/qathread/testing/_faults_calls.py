"""Faults in the calls of a store, whatever the store is."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, TypeVar, cast

from ..errors import OutcomeUnknownError, StoreUnavailableError
from ._faults_plans import Delay, Kill, LostAnswer, Plan, Refusal, chosen, kill

S = TypeVar("S")
T = TypeVar("T")

#: What tests use to clean up must work.
_SPARED = frozenset({"close"})


def faulty(store: S, *plans: Plan) -> S:
    """
    Return *store* with faults in its calls.

    Every public method but ``close`` is a call, named as the method is. What comes
    back can be used as the store itself, and offers the same methods.

    Args:
        store: Any store, also one for an event loop.
        plans: Which calls fail. Where several plans have a fault for one call, the
            first plan decides.

    Returns:
        The store. A refusal raises StoreUnavailableError, a lost answer
        OutcomeUnknownError, if the fault names no other.
    """
    return cast("S", _Faulty(store, plans))


class _Faulty:
    """
    Stands before a store.

    The calls are attributes of the instance: this class must not seem to have what
    the store behind it does not have.
    """

    def __init__(self, store: object, plans: tuple[Plan, ...]) -> None:
        self._store = store
        for name in dir(store):
            if name.startswith("_") or name in _SPARED:
                continue
            method = getattr(store, name)
            if inspect.iscoroutinefunction(method):
                self.__dict__[name] = _awaited(name, method, plans)
            elif inspect.isroutine(method):
                self.__dict__[name] = _called(name, method, plans)

    def __getattr__(self, name: str) -> Any:
        if name == "_store":  # not there yet, as when it is being copied
            raise AttributeError(name)
        return getattr(self._store, name)

    def __repr__(self) -> str:
        return f"faulty({self._store!r})"

    def __enter__(self) -> "_Faulty":
        cast("Any", self._store).__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cast("Any", self._store).__exit__(kind, error, trace)

    async def __aenter__(self) -> "_Faulty":
        await cast("Any", self._store).__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await cast("Any", self._store).__aexit__(kind, error, trace)


def _called(
    name: str, method: Callable[..., T], plans: tuple[Plan, ...]
) -> Callable[..., T]:
    def call(*args: Any, **kwargs: Any) -> T:
        fault = chosen(plans, name)
        match fault:
            case Refusal():
                raise _refused(fault, name)
            case Delay():
                time.sleep(fault.seconds)
            case Kill(when="before"):
                kill()
            case _:
                pass
        try:
            result = method(*args, **kwargs)
        except Exception as error:
            _after(fault, name, error)
            raise
        _after(fault, name)
        return result

    return call


def _awaited(
    name: str, method: Callable[..., Awaitable[T]], plans: tuple[Plan, ...]
) -> Callable[..., Awaitable[T]]:
    async def call(*args: Any, **kwargs: Any) -> T:
        fault = chosen(plans, name)
        match fault:
            case Refusal():
                raise _refused(fault, name)
            case Delay():
                await asyncio.sleep(fault.seconds)
            case Kill(when="before"):
                kill()
            case _:
                pass
        try:
            result = await method(*args, **kwargs)
        except Exception as error:
            _after(fault, name, error)
            raise
        _after(fault, name)
        return result

    return call


def _refused(fault: Refusal, name: str) -> BaseException:
    if fault.error is not None:
        return fault.error()
    return StoreUnavailableError(f"{name} was refused by a planted fault")


def _after(fault: object, name: str, error: Exception | None = None) -> None:
    """Let the fault come that a call meets when it is done."""
    match fault:
        case LostAnswer(error=None):
            raise OutcomeUnknownError(
                f"the answer of {name} was lost by a planted fault"
            ) from error
        case LostAnswer(error=make) if make is not None:
            raise make() from error
        case Kill():
            kill()
        case _:
            pass
