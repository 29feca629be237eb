"""
Eight people use the forum at once: ``python -m tests.forum.load [SECONDS] [NAME]``.

With the name ``postgresql`` on that, else on SQLite. Prints requests a second,
latencies and errors, whether every acknowledged comment and vote is there afterwards,
once, and, from requests one after another in a profiler, what their processor time is
spent on. Run it alone on the machine.
"""

import json
import random
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.forum._board import asked, commented, form_of
from tests.forum._browser import Browser
from tests.forum._forum import Forum, database_url
from tests.stores._servers import PostgreSQL

CLIENTS = 8
THREADS = 12


class Visitor:
    """One client: reads mostly, comments and votes now and then."""

    def __init__(self, number: int, browser: Browser, threads: list[str]) -> None:
        self.number, self.browser, self.threads = number, browser, threads
        self.random = random.Random(number)
        self.latencies: dict[str, list[float]] = {"read": [], "comment": [], "vote": []}
        self.errors: list[str] = []
        self.comments: list[tuple[str, str]] = []
        #: How often the button of a question was pressed: answered, and not answered.
        self.pressed: Counter[str] = Counter()
        self.unsure: Counter[str] = Counter()

    @property
    def name(self) -> str:
        """What they are called in the forum."""
        return f"Visitor {self.number}"

    def run(self, until: float) -> None:
        """Act until a moment of the monotonic clock."""
        while time.monotonic() < until:
            what = self.random.choices(["read", "comment", "vote"], [80, 10, 10])[0]
            try:
                getattr(self, what)()
            except Exception as error:
                # Whatever goes wrong is what is counted here.
                self.errors.append(f"{what}: {type(error).__name__}: {error}"[:200])

    def read(self) -> None:
        thread_id = self.random.choice(self.threads)
        path = self.random.choice(
            ["/", f"/q/{thread_id}/", f"/q/{thread_id}/", "/tags/"]
        )
        self.timed("read", lambda: self.browser.client.get(path).raise_for_status())

    def comment(self) -> None:
        thread_id = self.random.choice(self.threads)
        text = f"visitor {self.number} says {len(self.comments)}"
        path = f"/q/{thread_id}/p/{thread_id}.1/comment/"
        page = self.browser.get(path)
        address = page.form("Add comment").get("action") or path
        values = page.values("Add comment", {"Your text": text})
        self.timed(
            "comment",
            lambda: self.browser.client.post(address, data=values).raise_for_status(),
        )
        self.comments.append((thread_id, text))

    def vote(self) -> None:
        thread_id = self.random.choice(self.threads)
        page = self.browser.get(f"/q/{thread_id}/")
        address, values = form_of(page, f"{thread_id}.1", "Vote up")
        # Until it is answered, it may have been counted or not.
        self.unsure[thread_id] += 1
        self.timed(
            "vote",
            lambda: self.browser.client.post(address, data=values).raise_for_status(),
        )
        self.unsure[thread_id] -= 1
        self.pressed[thread_id] += 1

    def timed(self, what: str, act: object) -> None:
        assert callable(act)
        start = time.perf_counter()
        act()
        self.latencies[what].append(time.perf_counter() - start)


def main(seconds: float, postgresql: bool) -> int:
    """Run the whole, and return how much was wrong."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        environment = dict[str, str]()
        if postgresql:
            server = stack.enter_context(PostgreSQL())
            name = stack.enter_context(server.database())
            environment["FORUM_DATABASE_URL"] = database_url(server, name)
        forum = stack.enter_context(Forum(folder, **environment))
        asker = forum.member("Asker")
        threads = [asked(asker, f"Question {n}?", tags="load") for n in range(THREADS)]
        for thread_id in threads:
            for n in range(10):
                commented(asker, thread_id, f"{thread_id}.1", f"Remark {n}.")
        visitors = [
            Visitor(number, forum.member(f"Visitor {number}"), threads)
            for number in range(CLIENTS)
        ]
        until = time.monotonic() + seconds
        work = [threading.Thread(target=each.run, args=(until,)) for each in visitors]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        wrong = _told(visitors, seconds)
        wrong += _missing(visitors, asker)
        wrong += miscounted(visitors, _kept_votes(forum))
        print(forum.manage("qathread_verify").strip())
        shares = Path(__file__).with_name("_shares.py").read_text("utf-8")
        print(forum.manage("shell", "--no-imports", "--command", shares).strip())
    return wrong


def _told(visitors: list[Visitor], seconds: float) -> int:
    errors = [error for each in visitors for error in each.errors]
    total = sum(len(times) for each in visitors for times in each.latencies.values())
    print(f"{total / seconds:.0f} requests a second, {len(errors)} errors")
    for what in ("read", "comment", "vote"):
        times = sorted(time for each in visitors for time in each.latencies[what])
        if times:
            p50, p95, p99 = (
                times[min(len(times) - 1, int(len(times) * share))] * 1000
                for share in (0.5, 0.95, 0.99)
            )
            print(f"{what}: {len(times)}, p50 {p50:.0f} p95 {p95:.0f} p99 {p99:.0f} ms")
    for error, count in Counter(errors).most_common(5):
        print(f"  {count} x {error}")
    return len(errors)


def _missing(visitors: list[Visitor], reader: Browser) -> int:
    """Count acknowledged comments that are not there exactly once."""
    texts: dict[str, str] = {}
    for thread_id in {thread_id for each in visitors for thread_id, _ in each.comments}:
        found, path = "", f"/q/{thread_id}/"
        while path:
            page = reader.get(path)
            found += page.text + "\n"
            following = page.tree.xpath('//a[@rel="next"]/@href')
            path = str(page.response.url.join(following[0])) if following else ""
        texts[thread_id] = found
    wrong = 0
    for visitor in visitors:
        for thread_id, text in visitor.comments:
            # "says 1" is also the beginning of "says 10".
            count = sum(
                not texts[thread_id][at + len(text) : at + len(text) + 1].isdigit()
                for at in _places(texts[thread_id], text)
            )
            wrong += count != 1
    number = sum(len(visitor.comments) for visitor in visitors)
    print(f"{number} acknowledged comments, {wrong} of them not there exactly once")
    return wrong


def _kept_votes(forum: Forum) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what the store knows, by post and by who voted."""
    script = Path(__file__).with_name("_votes.py").read_text("utf-8")
    printed = forum.manage(
        "shell", "--verbosity=0", "--no-imports", "--command", script
    )
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(printed.splitlines()[-1])
    return found


def miscounted(
    visitors: list[Visitor], kept: dict[str, dict[str, dict[str, Any]]]
) -> int:
    """
    Count votes that were lost or counted twice, by their user and their post.

    Pressed again, a vote is taken back: so each acknowledged press is one event of that
    user on that post, and after an odd number of them the vote stands.
    """
    lost = doubled = standing = 0
    left = {(post, name) for post, voters in kept.items() for name in voters}
    for visitor in visitors:
        for thread_id in visitor.pressed.keys() | visitor.unsure.keys():
            post_id = f"{thread_id}.1"
            found = kept.get(post_id, {}).get(
                visitor.name, {"presses": 0, "stands": None}
            )
            left.discard((post_id, visitor.name))
            presses, told = found["presses"], visitor.pressed[thread_id]
            lost += max(0, told - presses)
            doubled += max(0, presses - told - visitor.unsure[thread_id])
            stands = "up" if presses % 2 else None
            standing += found["stands"] == "up"
            # The events say one thing and the thread another.
            lost += found["stands"] != stands
    total = sum(sum(visitor.pressed.values()) for visitor in visitors)
    unsure = sum(sum(visitor.unsure.values()) for visitor in visitors)
    print(
        f"{total} acknowledged presses of a vote ({unsure} without an answer), "
        f"{standing} votes stand; {lost} lost, {doubled} doubled, {len(left)} of nobody"
    )
    return lost + doubled + len(left)


def _places(text: str, part: str) -> list[int]:
    found, at = [], text.find(part)
    while at >= 0:
        found.append(at)
        at = text.find(part, at + 1)
    return found


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(min(main(float(words[0]) if words else 60.0, "postgresql" in words), 1))
