"""Read a page, talk on it, rank it, keep it: main_job.py PAGE DATABASE."""

import sys
from datetime import UTC, datetime

from qathread import UP, User, errors, events, posting, ranking, read, to_json, voting
from qathread.stores import SQLiteStore

page, database = sys.argv[1:]
at = datetime(2026, 3, 1, tzinfo=UTC)
ada, ben, cho = people = [User(id=n, name=n.title()) for n in ("ada", "ben", "cho")]
thread = next(read(page, assume_tz="UTC"))
first = thread.comments[0].id
stale = thread = posting.comment(thread, first, "Is scale all of it?", by=ada, at=at)
thread = voting.react(thread, first, "like", by=ben, at=at)
thread = posting.answer(thread, "It is what nobody trained for.", by=cho, at=at)
answer = thread.answers[0].id
for person in people:
    thread = voting.cast(thread, answer, UP, by=person, at=at)
thread = posting.accept(thread, answer, by=thread.author(thread.question.id), at=at)
print(ranking.order(thread, by="wilson_lower").table())
with SQLiteStore(database) as store:
    saved = store.save(thread)
    try:
        store.save(posting.comment(stale, first, "Too late.", by=ben, at=at))
    except errors.VersionConflictError as refusal:
        print(refusal)
    print(events.replay(store.history(thread.id)) == saved == thread)
print(to_json(saved).hex())
