"""How fast discussions of GitHub are read, beside decoding their JSON alone."""

import json
from typing import Any, Final

import pytest

from qathread import read
from tests.benchmarks.measure import gate

pytestmark = pytest.mark.bench

#: Discussions: a few hundred kB, a few MB.
SIZES: Final = (100, 1500)
_TEXT: Final = "Words of a comment, about as many as people write at a time. " * 6


def comment(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"DC_kwDO{number:08}",
        "databaseId": number,
        "url": f"https://github.com/o/r/discussions/1#discussioncomment-{number}",
        "author": {"login": f"user{number % 50}", "__typename": "User"},
        "body": _TEXT,
        "createdAt": "2024-01-02T03:04:05Z",
        "upvoteCount": number % 5,
        "reactionGroups": [
            {"content": content, "reactors": {"totalCount": 0}}
            for content in ("THUMBS_UP", "THUMBS_DOWN", "HEART", "EYES")
        ],
        **members,
    }


def page(count: int) -> bytes:
    nodes = [
        {
            "id": f"D_kwDO{n}",
            "number": n,
            "url": f"https://github.com/o/r/discussions/{n}",
            "title": "Why?",
            "body": _TEXT,
            "author": {"login": "ada"},
            "createdAt": "2024-01-02T03:04:05Z",
            "category": {"name": "Q&A", "isAnswerable": True},
            "comments": {
                "totalCount": 2,
                "nodes": [
                    comment(3 * n),
                    comment(3 * n + 1, replies={"nodes": [comment(3 * n + 2)]}),
                ],
            },
        }
        for n in range(1, count + 1)
    ]
    found = {"data": {"repository": {"discussions": {"nodes": nodes}}}}
    return json.dumps(found).encode()


@pytest.mark.parametrize("count", SIZES)
def test_reading_beside_decoding(count: int) -> None:
    data = page(count)
    gate(
        f"github, {len(data) / 1e6:.1f} MB, beside json.loads",
        75.0,
        lambda: list(read(data, "github")),
        lambda: json.loads(data),
    )
