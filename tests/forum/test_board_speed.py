"""What a page costs: queries and time, for few posts and for many."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.forum._forum import Forum

# Runs in a process of the forum. The client is Django's own: no socket in between.
MEASURE = Path(__file__).with_name("_measure.py").read_text("utf-8")


def test_a_page_costs_as_many_queries_for_1000_posts_as_for_10(
    new_forum: Callable[..., Forum],
) -> None:
    forum = new_forum()
    forum.manage("demo", "--no-server")
    told = forum.manage("shell", "--verbosity=0", "--command", MEASURE)
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    for who in ("stranger", "member"):
        few, many = found[f"{who} 10"], found[f"{who} 1000"]
        assert few["queries"] == many["queries"] <= 16, found
        # Served in pages: the question and fifty posts.
        assert (few["posts"], many["posts"]) == (10, 51)
        # Of this process alone, whatever else the machine does.
        assert many["seconds"] < 0.3, found
    # Every post is on one of the pages, and the address of a post leads to its page.
    assert found["walk 1000"] == {
        "pages": 20,
        "question": 20,
        "once": True,
        "others": 999,
    }
    assert found["straight"] == 1
    assert found["list 10"]["queries"] == found["list 1000"]["queries"] <= 8, found
