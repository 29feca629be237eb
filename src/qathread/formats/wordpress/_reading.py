"""Items of a WordPress export, each with its comments, as threads."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...thread import Thread
from .._sources import Input
from .._times import zone_of
from .._xml_events import Record, children, records, text_of
from ._authors import Authors
from ._items import Item

__all__ = ["read_wordpress"]

_NAMESPACES: Final = {
    "http://wordpress.org/export/": "wp",
    "https://wordpress.org/export/": "wp",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.disqus.com/": "dsq",
    "https://www.disqus.com/": "dsq",
}
_WANTED: Final = "a WordPress export"
#: What WordPress keeps in the same table and nobody comments on.
_PARTS: Final = frozenset(
    {
        "attachment",
        "custom_css",
        "customize_changeset",
        "nav_menu_item",
        "oembed_cache",
        "revision",
        "user_request",
    }
)
#: What says nothing of the site, or only what it is called.
_FEED: Final = frozenset(
    {
        "description",
        "docs",
        "generator",
        "language",
        "link",
        "pubDate",
        "title",
        "wp:base_blog_url",
        "wp:base_site_url",
        "wp:wxr_version",
    }
)


def read_wordpress(input: Input, options: Mapping[str, object]) -> Iterator[Thread]:
    """
    Yield a thread for each post and page, in the order of the file.

    Attachments, menus and other parts of a site that have no comments are told and
    left out.

    Options:
        assume_tz: The zone of times that state none; an IANA name, an offset or a
            tzinfo.

    Args:
        input: The file.
        options: As above.

    Yields:
        Discussions with their posts in order of time, or as they were if the file
        was written here.

    Raises:
        FormatError: If it is no such export; if strict, at any damage.
        ValidationError: If an option is not of its kind.
    """
    zone = zone_of(options.get("assume_tz"))
    return _threads(input, Authors(input.report, zone))


def _threads(input: Input, authors: Authors) -> Iterator[Thread]:
    report = input.report
    found = records(
        input,
        level=3,
        inner=("wp:comment",),
        namespaces=_NAMESPACES,
        wanted=_WANTED,
    )
    root = next(found, None)
    if root is None or root.name != "rss":
        named = "nothing" if root is None else f"<{root.name[:60]}>"
        raise report.error(
            "not-this-format", f"{_WANTED} begins with <rss>, this is {named}"
        )
    comments: list[Record] = []
    for record in found:
        if record.inner:
            comments.append(record)
            continue
        if record.name == "item":
            if _is_thread(record, comments):
                yield Item(record, comments, authors, report).thread()
            else:
                report.tell(
                    "post-type",
                    "items that nobody comments on, such as attachments and menus: "
                    "they are left out",
                    f"{record}: {_type_of(record)}",
                )
        elif record.name == "wp:author":
            authors.take(record)
        elif record.name == "wp:comment" or comments:
            report.loss(
                "stray-comment",
                "comments outside of any item: they are left out",
                str(record),
                count=len(comments) or 1,
            )
        elif record.name not in _FEED and record.value != "":
            report.tell(
                "site",
                "what the file says of the site, such as its categories: it is left "
                "out",
                f"{record}: {record.name[:60]}",
            )
        comments = []


def _is_thread(record: Record, comments: list[Record]) -> bool:
    kind = _type_of(record)
    part = kind in _PARTS or (kind or "").startswith("wp_")
    return bool(comments) or not part


def _type_of(record: Record) -> str | None:
    value: Any = record.value
    if not isinstance(value, dict):
        return None
    first = children(value.get("wp:post_type"))[:1]
    return text_of(first[0]) if first else None
