"""What the posts of Discourse quote and link to."""

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["quoted"]

_ASIDE: Final = re.compile(r"<aside\b([^<>]{0,2000})>")
_QUOTE: Final = re.compile(r'\[quote="([^"\[\]\n]{1,300})"\]')
_CLASS: Final = re.compile(r'\bclass="([^"]{0,300})"')
_POST: Final = re.compile(r'\bdata-post="([0-9]{1,9})"')
_TOPIC: Final = re.compile(r'\bdata-topic="([0-9]{1,12})"')
_POST_MARK: Final = re.compile(r"\bpost:\s*([0-9]{1,9})\b")
_TOPIC_MARK: Final = re.compile(r"\btopic:\s*([0-9]{1,12})\b")


def quoted(cooked: str | None, raw: str | None) -> Iterator[tuple[str, int]]:
    """
    Yield the topic and the number of each post that a post quotes.

    What is rendered tells more than the source, in which a quote may stand in a
    block of code; so the source is looked at only where it is alone.

    >>> list(quoted(None, '[quote="ada, post:3, topic:9"]Why?[/quote]'))
    [('9', 3)]
    """
    if cooked is not None:
        for tag in _ASIDE.finditer(cooked):
            classes = _CLASS.search(tag[1])
            if classes is not None and "quote" in classes[1].split():
                yield from _both(_TOPIC, _POST, tag[1])
    elif raw is not None:
        for quote in _QUOTE.finditer(raw):
            yield from _both(_TOPIC_MARK, _POST_MARK, quote[1])


def _both(
    topic: re.Pattern[str], post: re.Pattern[str], text: str
) -> Iterator[tuple[str, int]]:
    in_topic, number = topic.search(text), post.search(text)
    if in_topic is not None and number is not None:
        yield in_topic[1], int(number[1])
