"""What a page costs: queries, bytes and time, for few posts and for many."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.forum._forum import Forum

# Runs in a process of the forum. The client is Django's own: no socket in between.
MEASURE = Path(__file__).with_name("_measure.py").read_text("utf-8")
#: Of the HTML of one page of such a thread, as it is and packed.
MOST_BYTES, MOST_PACKED = 200_000, 20_000


def told(found: Mapping[str, Any]) -> str:
    """Return the figures as a table, for people to read."""
    lines = [f"server time of {found['requests']} requests each, in ms, and bytes"]
    for name, cost in found.items():
        if isinstance(cost, dict) and "p99" in cost:
            times = " ".join(
                f"{each} {cost[each] * 1000:.1f}" for each in ("median", "p95", "p99")
            )
            lines.append(
                f"{name}: {times}, {cost['queries']} queries, {cost['bytes']} bytes, "
                f"{cost['gzip']} by gzip"
            )
    return "\n".join(lines)


def test_a_page_costs_as_many_queries_for_1000_posts_as_for_10(
    new_forum: Callable[..., Forum],
) -> None:
    forum = new_forum()
    forum.manage("demo", "--no-server")
    printed = forum.manage("shell", "--verbosity=0", "--command", MEASURE)
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    print(told(found))
    for who in ("stranger", "member"):
        few, many = found[f"{who} 10"], found[f"{who} 1000"]
        assert 0 < few["queries"] == many["queries"] <= 16, found
        # Served in pages: the question and fifty posts.
        assert (few["posts"], many["posts"]) == (10, 51)
        assert few["bytes"] < many["bytes"] <= MOST_BYTES, found
        assert few["gzip"] < many["gzip"] <= MOST_PACKED, found
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
    few, many = found["list 10"]["queries"], found["list 1000"]["queries"]
    assert 0 < few == many <= 9, found
