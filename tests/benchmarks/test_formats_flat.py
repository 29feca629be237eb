"""Hacker News, Discourse and Lemmy: readers against the decoding of their JSON."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qathread.formats import read
from tests.benchmarks.measure import gate, note

pytestmark = pytest.mark.bench
#: Copies of the samples: about 0.3 and 3 megabytes.
SIZES = (1, pytest.param(10, marks=pytest.mark.slow))
MB = 1 << 20


def hackernews(shared: Path, times: int) -> bytes:
    """A real list of items, so many times, each with ids of its own."""
    path = shared / "data/formats/hackernews/firebase_items_list_23436775.json"
    items = json.loads(path.read_bytes())
    found = list[dict[str, Any]]()
    for copy in range(100 * times):
        for item in items:
            moved = dict(item)
            for name in ("id", "parent"):
                if name in moved:
                    moved[name] += copy * 10**8
            if "kids" in moved:
                moved["kids"] = [kid + copy * 10**8 for kid in moved["kids"]]
            found.append(moved)
    return json.dumps(found).encode()


def discourse(shared: Path, times: int) -> bytes:
    """A real topic, post by post, so many times."""
    path = shared / "data/formats/discourse/delvingbitcoin_topic_340_posts.jsonl"
    posts = [json.loads(line) for line in path.read_bytes().splitlines()]
    lines = list[str]()
    for copy in range(2 * times):
        for post in posts:
            moved = dict(post)
            moved["id"] += copy * 10**6
            moved["topic_id"] += copy * 10**6
            lines.append(json.dumps(moved))
    return "\n".join(lines).encode()


def lemmy(shared: Path, times: int) -> bytes:
    """Made-up views, as no real ones are to be had: ten comments on each post."""
    person = {
        "id": 7,
        "name": "ada",
        "actor_id": "https://a.example/u/ada",
        "local": True,
        "deleted": False,
        "bot_account": False,
        "published": "2023-07-01T00:00:00Z",
        "instance_id": 1,
    }
    views = list[dict[str, Any]]()
    for number in range(20 * times):
        post = {
            "id": number,
            "name": "A post",
            "body": "Words of some length. " * 10,
            "creator_id": 7,
            "community_id": 3,
            "published": "2024-01-02T03:04:05.123456Z",
            "deleted": False,
            "removed": False,
            "locked": False,
            "nsfw": False,
            "ap_id": f"https://a.example/post/{number}",
            "local": True,
            "language_id": 37,
        }
        path = "0"
        for below in range(10):
            comment = number * 10 + below
            path = f"{path}.{comment}"
            views.append(
                {
                    "comment": {
                        "id": comment,
                        "creator_id": 7,
                        "post_id": number,
                        "content": "A comment of some length. " * 10,
                        "published": "2024-01-02T04:04:05.123456Z",
                        "deleted": False,
                        "removed": False,
                        "distinguished": False,
                        "ap_id": f"https://a.example/comment/{comment}",
                        "path": path,
                        "local": True,
                        "language_id": 37,
                    },
                    "creator": person,
                    "post": post,
                    "community": {"id": 3, "name": "maths"},
                    "counts": {"score": 1, "upvotes": 1, "downvotes": 0},
                }
            )
    return json.dumps({"comments": views}).encode()


def decoded(data: bytes, platform: str) -> list[Any]:
    """The floor: the same JSON, decoded and nothing else."""
    lines = data.split(b"\n") if platform == "discourse" else [data]
    return [json.loads(line) for line in lines]


def threads(data: bytes, platform: str) -> int:
    return sum(1 for _ in read(data, platform))


GATES: dict[str, tuple[Callable[[Path, int], bytes], float]] = {
    "hackernews": (hackernews, 70),
    "discourse": (discourse, 24),
    "lemmy": (lemmy, 42),
}


@pytest.mark.parametrize("copies", SIZES)
@pytest.mark.parametrize("platform", GATES)
def test_reading_against_decoding(platform: str, copies: int, shared: Path) -> None:
    """A reader costs a multiple of decoding that does not grow with the input."""
    make, limit = GATES[platform]
    data = make(shared, copies)
    note(f"{platform}, x{copies}", f"{len(data) / MB:.1f} MB")
    gate(
        f"{platform} / json.loads, x{copies}",
        limit,
        partial(threads, data, platform),
        partial(decoded, data, platform),
        rounds=5,
    )
