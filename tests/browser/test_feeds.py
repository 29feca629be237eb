"""The feeds, as a reader of feeds takes them: a parser that is not Django's or ours."""

from __future__ import annotations

from typing import Any, Final

import pytest
from lxml import etree

from tests.browser._furniture import TITLE, Furniture
from tests.forum._forum import Forum

ATOM: Final = "{http://www.w3.org/2005/Atom}"
#: What RFC 4287 asks of a feed and of an entry, exactly once each.
ONCE: Final = ("id", "title", "updated")


def read(forum: Forum, path: str) -> tuple[Any, etree._Element]:
    """Return a feed as the other parser and as XML sees it."""
    feedparser: Any = pytest.importorskip(
        "feedparser", reason="feedparser is not installed"
    )
    response = forum.browser().client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(
        response.content, response_headers={"content-type": "application/atom+xml"}
    )
    # The parser repairs what is broken, and tells so.
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found, etree.fromstring(response.content)


def broken_rules(feed: etree._Element) -> list[str]:
    """Return what a feed lacks of the standard of Atom."""
    found = [] if feed.tag == f"{ATOM}feed" else [f"the root is {feed.tag}"]
    entries = feed.findall(f"{ATOM}entry")
    for place in (feed, *entries):
        where = place.findtext(f"{ATOM}id") or place.tag
        for name in ONCE:
            texts = [each.text for each in place.findall(f"{ATOM}{name}")]
            if len(texts) != 1 or not (texts[0] or "").strip():
                found.append(f"{where}: {name}: {texts}")
        alternates = [
            link.get("href")
            for link in place.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        ]
        if len(alternates) != 1 or not (alternates[0] or "").startswith("http"):
            found.append(f"{where}: alternate links: {alternates}")
    ids = [each.findtext(f"{ATOM}id") for each in entries]
    if len(set(ids)) != len(ids):
        found.append(f"ids are not unique: {ids}")
    if feed.find(f"{ATOM}author") is None:
        found += [
            f"{entry.findtext(f'{ATOM}id')}: no author"
            for entry in entries
            if not entry.findtext(f"{ATOM}author/{ATOM}name")
        ]
    selves = [
        link.get("href")
        for link in feed.findall(f"{ATOM}link")
        if link.get("rel") == "self"
    ]
    if len(selves) != 1:
        found.append(f"links to itself: {selves}")
    return found


def test_the_feed_of_all_questions(forum: Forum, made: Furniture) -> None:
    feed, tree = read(forum, "/feed/")
    assert broken_rules(tree) == []
    assert feed.feed.title == "Questions"
    links = {entry.link: entry for entry in feed.entries}
    entry = links[f"{forum.url}/q/{made.thread}/"]
    assert entry.title == TITLE
    assert entry.author == made.owner
    assert {tag.term for tag in entry.tags} == {"pages", "tea"}
    assert entry.published_parsed <= entry.updated_parsed
    # Every link leads somewhere.
    reader = forum.browser()
    assert {reader.get(link).status for link in links} == {200}


def test_the_feed_of_a_question(forum: Forum, made: Furniture) -> None:
    feed, tree = read(forum, f"/q/{made.thread}/feed/")
    assert broken_rules(tree) == []
    assert feed.feed.title == TITLE
    by_post = {
        entry.link.partition("?post=")[2].partition("#")[0]: entry
        for entry in feed.entries
    }
    assert "<table>" in by_post[made.answer].summary
    assert "<em>deep</em>" in by_post[made.comment].summary
    # What was taken down or removed is nobody's to read.
    assert made.gone not in by_post
    assert made.removed not in by_post
    reader = forum.browser()
    assert {reader.get(each.link).status for each in feed.entries} == {200}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<updated>", "<updaten>"),
        ("</id>", "</id><id>another</id>"),
        ('rel="alternate"', 'rel="related"'),
        ("<name>", "<nick>"),
    ],
)
def test_what_is_missing_is_found(
    old: str, new: str, forum: Forum, made: Furniture
) -> None:
    text = forum.browser().client.get(f"/q/{made.thread}/feed/").text
    text = text.replace(old, new).replace(f"</{old[1:]}", f"</{new[1:]}")
    text = text.removeprefix('<?xml version="1.0" encoding="utf-8"?>')
    assert broken_rules(etree.fromstring(text)) != []
