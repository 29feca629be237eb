"""One of several processes at one store: it is started and told what to do by _crew."""

import faulthandler
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from inspect import isawaitable
from typing import Any, TypeAlias

from ..stores import AsyncThreadStore, ThreadStore
from ._loops import Loop, blocking

#: What can be told to another process, and what it can answer.
Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"


@contextmanager
def opened(factory: str, arguments: Sequence[object]) -> Iterator[ThreadStore]:
    """
    Give the store that a factory opens, and close it.

    Args:
        factory: ``module:function``; a coroutine function opens an asynchronous
            store, which is given as one that blocks.
        arguments: Its arguments.

    Yields:
        The store.
    """
    module, _, name = factory.partition(":")
    made = getattr(import_module(module), name)(*arguments)
    if not isawaitable(made):
        with _closing(made):
            yield made
        return
    with Loop() as loop, _closing(blocking(loop, loop.run(_awaited(made)))) as store:
        yield store


@contextmanager
def _closing(store: ThreadStore) -> Iterator[ThreadStore]:
    try:
        yield store
    finally:
        close = getattr(store, "close", None)
        if close is not None:
            close()


async def _awaited(made: Awaitable[AsyncThreadStore]) -> AsyncThreadStore:
    return await made


def serve(limit: float) -> None:
    """
    Do one thing after the other, as the lines of the standard input say.

    Args:
        limit: Seconds that one thing may take. Then this process writes down where
            it was, and ends.
    """
    from ._concurrent_jobs import JOBS

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever is printed is no answer

    def tell(line: dict[str, Any]) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    with ExitStack() as at_the_end:
        stores: list[ThreadStore] = []

        def done(asked: dict[str, Any]) -> object:
            if "open" in asked:
                at = opened(asked["open"], asked["arguments"])
                stores.append(at_the_end.enter_context(at))
                return None
            if "close" in asked:
                stores.clear()
                at_the_end.close()
                return None
            tell({"begun": True})
            return JOBS[asked["job"]](stores[-1], **asked["options"])

        while line := sys.stdin.readline():
            asked = json.loads(line)
            if "end" in asked:
                return
            faulthandler.dump_traceback_later(limit, exit=True)
            try:
                told = {"result": done(asked)}
            except Exception:
                told = {"failed": traceback.format_exc()}
            faulthandler.cancel_dump_traceback_later()
            tell(told)


if __name__ == "__main__":
    serve(float(sys.argv[1]))
