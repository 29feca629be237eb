"""Many tasks on one thread, with the asynchronous store: async_app.py DATABASE."""

import asyncio
import sys
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import create_async_engine

from qathread import UP, Thread, User, posting, voting
from qathread.stores import ThreadQuery, update_async, verify_async
from qathread.stores.async_sqlalchemy import AsyncSQLAlchemyStore

AT = datetime(2026, 3, 1, tzinfo=UTC)
ASKER = User(id="ada", name="Ada")
PEOPLE = [User(id=f"u{n}", name=f"User {n}") for n in range(8)]


async def visit(store: AsyncSQLAlchemyStore, person: User) -> None:
    """Comment and vote, as two requests that may be sent again."""

    def comment(thread: Thread) -> Thread:
        return posting.comment(thread, "tea.1", f"{person.name}.", by=person, at=AT)

    def vote(thread: Thread) -> Thread:
        return voting.cast(thread, "tea.1", UP, by=person, at=AT)

    await update_async(store, "tea", comment, op_id=f"comment {person.id}")
    await update_async(store, "tea", vote, op_id=f"vote {person.id}")
    # Sent again, as after a lost answer: it counts once.
    await update_async(store, "tea", vote, op_id=f"vote {person.id}")


async def main(database: str) -> None:
    """Ask, let everybody in at once, and look at what is stored."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    try:
        async with AsyncSQLAlchemyStore(engine, busy_timeout=30) as store:
            await store.create_all()
            question = posting.ask(
                "tea", title="How hot?", body="Mine is bitter.", by=ASKER, at=AT
            )
            await store.save(question)
            async with asyncio.TaskGroup() as group:
                for person in PEOPLE:
                    group.create_task(visit(store, person))
            thread = await store.load("tea")
            print(f"{len(thread.comments)} comments, score {thread.score('tea.1')}")
            print(f"version {thread.version}")
            found = await store.find(ThreadQuery(participant_id="u7"))
            print(f"found by a participant: {found.items[0].id}")
            print(await verify_async(store))
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
