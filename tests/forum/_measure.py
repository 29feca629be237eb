"""Given to ``manage.py shell``: prints what pages of 10 and of 1,000 posts cost."""

import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from accounts.models import User as Account  # type: ignore[import-not-found]
from board.saving import count_points  # type: ignore[import-not-found]
from board.storage import STORE  # type: ignore[import-not-found]
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qathread import Thread, User, posting

at = datetime(2025, 1, 1, tzinfo=UTC)
REQUESTS = 200


def made(posts: int) -> Thread:
    """Return a thread of so many posts: answers, comments, replies."""
    people = [User(id=str(number), name=f"N{number}") for number in range(1, 6)]
    thread = posting.ask(f"posts-{posts}", title="Big", body="?", by=people[0], at=at)
    for place in range(posts - 1):
        body = f"Number *{place}* with `code` and a [link](https://example.org).\n\n- a"
        by, when = people[place % 5], at + timedelta(minutes=place)
        if place % 5 == 0:
            thread = posting.answer(thread, body, by=by, at=when)
        else:
            above = thread.posts[-1].id
            thread = posting.comment(thread, above, body, by=by, at=when)
    return thread


def cost(client: Client, path: str) -> dict[str, float]:
    """
    Return the queries of a page, its bytes, and the time of many requests.

    The time is that of the server, from the request to the last byte: no socket is in
    between. ``seconds`` is the least processor time, which other work of the machine
    does not lengthen.
    """
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    # Now: the next request begins a new list.
    asked = len(queries)
    assert answer.status_code == 200
    busy, passed = [], []
    for _ in range(REQUESTS):
        start = time.process_time(), time.perf_counter()
        client.get(path)
        busy.append(time.process_time() - start[0])
        passed.append(time.perf_counter() - start[1])
    cuts = quantiles(passed, n=100)
    return {
        "queries": asked,
        "seconds": min(busy),
        "median": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
        "posts": answer.content.count(b'id="p-'),
        "bytes": len(answer.content),
        "gzip": len(gzip.compress(answer.content, 6, mtime=0)),
    }


def walked(client: Client, thread_id: str) -> Mapping[str, object]:
    """Return how often each post is on the pages of a thread."""
    seen: Counter[str] = Counter()
    address: str | None = f"/q/{thread_id}/"
    pages = 0
    while address is not None:
        text = client.get(address).content.decode()
        pages += 1
        seen.update(re.findall(r'id="p-([^"]+)"', text))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = following and f"/q/{thread_id}/{following[1].replace('&amp;', '&')}"
    question = seen.pop(f"{thread_id}.1")
    return {"pages": pages, "question": question, "once": set(seen.values()) == {1}} | {
        "others": len(seen)
    }


found: dict[str, object] = {"requests": REQUESTS}
stranger, member = (Client(SERVER_NAME="localhost") for _ in range(2))
member.force_login(Account.objects.get(username="Greg"))
for number in (10, 1000):
    STORE.save(made(number))
    count_points()
    for who, client in (("stranger", stranger), ("member", member)):
        found[f"{who} {number}"] = cost(client, f"/q/posts-{number}/")
    found[f"walk {number}"] = walked(stranger, f"posts-{number}")
    found[f"list {number}"] = cost(stranger, "/")
straight = stranger.get("/q/posts-1000/?post=posts-1000.777").content
found["straight"] = straight.count(b'id="p-posts-1000.777"')
print(json.dumps(found))
