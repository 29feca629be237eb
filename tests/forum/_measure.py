"""Given to ``manage.py shell``: prints what pages of 10 and of 1,000 posts cost."""

import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from accounts.models import User as Account  # type: ignore[import-not-found]
from board.saving import count_points  # type: ignore[import-not-found]
from board.storage import STORE  # type: ignore[import-not-found]
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qathread import Thread, User, posting

at = datetime(2025, 1, 1, tzinfo=UTC)


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
    """Return the queries of a page, and the least processor time of five."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    seconds = []
    for _ in range(5):
        start = time.process_time()
        client.get(path)
        seconds.append(time.process_time() - start)
    posts = answer.content.count(b'id="p-')
    return {"queries": len(queries), "seconds": min(seconds), "posts": posts}


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


found: dict[str, object] = {}
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
